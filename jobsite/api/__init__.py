"""The two dialects, and what they share. `v0` and `v1` never import each other."""
