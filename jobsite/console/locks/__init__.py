"""The lock board, the page of one lock, and the two ways to free what is stuck."""

from jobsite.console.locks import board, name_page

__all__ = ["board", "name_page"]
