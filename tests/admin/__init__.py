"""The admin: who may see what, that nothing can be changed there, and what a page asks of the database."""
