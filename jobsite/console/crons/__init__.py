"""The pages over crons: the only rows of the engine that are written here, each time by one of its verbs."""

from jobsite.console.crons.page import CronAdmin

__all__ = ["CronAdmin"]
