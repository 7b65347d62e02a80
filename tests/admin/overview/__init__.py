"""The overview: each kind of need by itself, each number asked again by SQL, what it costs."""
