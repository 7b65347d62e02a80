"""What the tests of crons in the admin share: what a browser posts, rows, and what the audit says of them."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from jobs.models import AuditEvent, Cron
from tests.admin.conftest import NOW

ADD, LIST, PREVIEW = (reverse(f"admin:jobs_cron_{name}") for name in ("add", "changelist", "preview"))


def form(**fields: Any) -> dict[str, Any]:
    """What a browser posts."""
    return {
        "name": "nightly", "action": "noop", "schedule": "57 54 3 * * *", "timezone": "Europe/Berlin", "enabled": "on",
        "misfire": "once", "grace_seconds": "3600", "overlap": "allow", "priority": "0", "retries": "0",
        "deadline_text": "", "stop_timeout_text": "", "parameters": "", "capacity_map": "", "locks": "", **fields,
    }  # fmt: skip


def page(cron: Cron, view: str = "change") -> str:
    return reverse(f"admin:jobs_cron_{view}", args=[cron.pk])


def make_cron(**fields: Any) -> Cron:
    later = {"next_run_at": NOW + timedelta(hours=1)} if fields.get("enabled", True) else {}
    return Cron.objects.create(**{"name": "nightly", "action": "noop", "schedule": "@daily", **later, **fields})


def events() -> list[tuple[str, str, str, str]]:
    rows = AuditEvent.objects.filter(object_type="cron").order_by("id")
    return [(row.verb, row.object_id, row.user, row.dialect) for row in rows]
