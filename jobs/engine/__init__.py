"""The only code that changes a job's state: one verb a file."""
