"""Links to what is named on many pages, and their addresses."""

from functools import cache

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.html import format_html


def link(url: str, words: object) -> str:
    return format_html('<a class="text-link" href="{}">{}</a>', url, words)


def job_url(key: int | str) -> str:
    """By its number, or by its UUID."""
    return f"{_jobs_url()}{quote(key)}/change/"


@cache
def _jobs_url() -> str:
    """Once: a page of crons links to a thousand jobs."""
    return reverse("admin:jobs_job_changelist")


def lock_url(name: str) -> str:
    """Quoted: a name may hold what the admin would take for its own escapes, as `rack_2F`."""
    return reverse("admin:locks_lockname_change", args=[quote(name)])
