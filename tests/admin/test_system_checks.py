"""What Django checks of the admin's pages; commands and workers start without these."""

import os
import subprocess
import sys

import pytest
from django.contrib import admin
from django.core import checks


def test_nothing_is_wrong_with_the_pages() -> None:
    assert len(admin.site._registry) > 10
    assert checks.run_checks(tags=[checks.Tags.admin]) == []


PROGRAM = """
import sys, django
django.setup()
import jobs.runner.node, jobs.scheduler
print(sorted({"jobsite.urls", "jobsite.console.jobs", "jobsite.api.v0", "unfold.admin"} & sys.modules.keys()))
"""


@pytest.mark.slow
def test_a_process_that_shows_no_pages_does_not_load_them() -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "jobsite.settings"}
    told = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
