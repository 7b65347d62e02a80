"""The verbs of action configs: an operator's default parameters of an action."""
