"""The site's settings, with a view beside it that only answers."""

from jobsite.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.web_urls"
