"""Default parameters of actions, in fields as the action's schema has them."""

from jobsite.console.configs.page import ActionConfigAdmin

__all__ = ["ActionConfigAdmin"]
