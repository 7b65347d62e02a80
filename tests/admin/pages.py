"""The addresses of the pages over what the engine owns."""

from django.db.models import Model
from django.urls import reverse

ENGINE_OWNS = [
    "jobs.job",
    "jobs.joblog",
    "jobs.auditevent",
    "jobs.cron",
    "jobs.actionconfig",
    "workers.worker",
    "workers.capacityclass",
    "workers.beat",
    "locks.lockname",
    "locks.joblock",
]


def list_page(kind: str, rows: dict[str, Model]) -> str:
    url = reverse(f"admin:{kind.replace('.', '_')}_changelist")
    return f"{url}?job__id__exact={rows['jobs.job'].pk}" if kind == "jobs.joblog" else url


def page(kind: str, rows: dict[str, Model], view: str = "change") -> str:
    return reverse(f"admin:{kind.replace('.', '_')}_{view}", args=[rows[kind].pk])
