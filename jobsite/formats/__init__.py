"""How Django writes times and numbers, in place of its own formats."""
