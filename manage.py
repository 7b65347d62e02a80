#!/usr/bin/env python
"""Django's command line: `manage.py up`, `worker`, `enqueue`, and all of Django's own commands."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    if sys.argv[1:2] == ["up"]:  # It makes the secret and the database that settings ask for.
        from jobsite.up.main import main

        sys.exit(main(sys.argv[2:]))
    if sys.argv[1:2] in ([], ["help"], ["-h"], ["--help"]):  # Help is read before anything is set up.
        os.environ.setdefault("JOBSITE_OFFLINE", "1")
    execute_from_command_line(sys.argv)
