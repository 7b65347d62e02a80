"""The admin: jobsite's face for people, as jobsite/api/ is for programs."""
