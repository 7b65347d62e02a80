"""The shell's dialect: how `manage.py enqueue` reads words, follows a job and shows it."""
