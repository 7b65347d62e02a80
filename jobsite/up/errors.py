"""What ends `up` or makes it wait no longer, besides defects."""


class Refused(Exception):
    """One clear line for the person at the terminal, with the way out."""


class StopAskedFor(Exception):
    """A signal came while something was being waited for."""
