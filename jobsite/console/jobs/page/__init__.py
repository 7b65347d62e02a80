"""What stands on the page of one job, a file for each part."""
