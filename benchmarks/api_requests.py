"""What `bin/bench api` asks for: each list, filter and sort of both dialects, one job, and each way to log in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import TextField
from django.db.models.functions import Cast

from benchmarks.client import Asked
from benchmarks.logins import Logins
from benchmarks.site import Site
from jobs.models import Job

_AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
_A_WEEK_AGO = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")

_V0_JOBS = {
    "first": "",
    "limit_50": "limit=50",
    "page_2": "start=10",
    "page_10000": "start=99990",
    "action": "action=sync_devices",
    "worker": "worker=be0c00000005",
    "unclaimed": "worker=",
    "running": "running=true",
    "not_running": "running=false",
    "status_errored": "status=errored",
    "status_waiting": "status=waiting",
    "statuses": "status=errored,timeout,canceled",
    "needs_human": "needsHuman=true",
    "cron": "cron=cron-17",
    "lock": "lock=lock-17",
    "lock_wanted": "lock=device-1",
    "after": f"scheduledAfter={_AN_HOUR_AGO}",
    "before": f"scheduledBefore={_A_WEEK_AGO}",
    "span": f"scheduledAfter={_A_WEEK_AGO}&scheduledBefore={_AN_HOUR_AGO}",
    "parameter": "parameters.hostname=dev-17",
    "q_parameter": "q=dev-17",
    "q_action": "q=scan",
    "action_and_status": "action=sync_devices&status=errored",
}
_AUDIT = {
    "first": "",
    "user": "user=user17",
    "verb": "verb=cancel",
    "kind": "objectType=job",
    "dialect": "dialect=admin",
    "token": "token=token-10",
    "address": "address=10.0.0.17",
    "since": f"since={_AN_HOUR_AGO}",
    "until": f"until={_A_WEEK_AGO}",
}
_V0_OTHERS = {
    "locks": "locks",
    "lock": "locks/device-1",
    "crons": "crons",
    "cron": "crons/cron-17",
    "action_configs": "action_configs",
    "workers": "workers",
    "worker": "workers/be0c00000000",
    "actions": "actions",
    "classes": "classes",
}
_V1_JOBS = {
    "first": "",
    "page_2": "page=2",
    "page_10000": "per_page=10&page=10000",
    "newest": "sort=-id",
    "sort_scheduled": "sort=scheduled_time",
    "sort_scheduled_falling": "sort=-scheduled_time",
    "scheduled": "filter[status]=SCHEDULED",
    "running": "filter[status]=RUNNING",
    "finished": "filter[status]=FINISHED",
    "exception": "filter[status]=EXCEPTION",
    "aborted": "filter[status]=ABORTED",
    "function": "filter[function_name]=scan_check_single",
    "function_dry": "filter[function_name]=sync_devices%20(dry_run)",
    "function_contains": "filter[function_name][contains]=sync",
    "user": "filter[scheduled_by]=user17",
    "ticket": "filter[ticket_ref]=T-17",
    "scheduled_after": f"filter[scheduled_time][gt]={_AN_HOUR_AGO[:-1]}",
}
# No index serves these: at some size they end at the time limit, with words on what to add.
_UNINDEXED = {
    "v1_comment": "v1.0/jobs?filter[comment][contains]=nosuch",
    "v1_change_score": "v1.0/jobs?filter[change_score][gt]=50",
    "v1_sort_status": "v1.0/jobs?sort=status",
    "v1_sort_user": "v1.0/jobs?sort=scheduled_by",
}


def indexed(site: Site, logins: Logins) -> list[Asked]:
    """By token, which is what programs use."""
    asked = [
        *_lists("v0_jobs", "/api/v0/jobs", _V0_JOBS),
        *_lists("v0_audit", "/api/v0/audit", _AUDIT),
        *(Asked(name=f"v0_{name}", paths=(f"/api/v0/{path}",)) for name, path in _V0_OTHERS.items()),
        *_lists("v1_jobs", "/api/v1.0/jobs", _V1_JOBS),
        Asked(name="v1_joblocks", paths=("/api/v1.0/joblocks",)),
        *_jobs(site),
    ]
    by_token = [_with(each, logins.bearer) for each in asked]
    return [*by_token, *(_with(_first(f"login_{name}"), headers) for name, headers in logins.all.items())]


def unindexed(logins: Logins) -> list[Asked]:
    return [
        Asked(name=name, paths=(f"/api/{path}",), headers=logins.bearer, may_be_refused=True)
        for name, path in _UNINDEXED.items()
    ]


def _first(name: str) -> Asked:
    return Asked(name=name, paths=("/api/v0/jobs",))


def _lists(name: str, path: str, queries: Mapping[str, str]) -> list[Asked]:
    return [Asked(name=f"{name}_{word}", paths=(f"{path}?{query}",)) for word, query in queries.items()]


def _jobs(site: Site) -> list[Asked]:
    """One job, each time another."""
    some, logged = site.sample(40), site.sample(40, step=50)
    waiting = list(Job.objects.waiting().filter(pk__gt=site.base).only("pk", "uuid")[:40])
    long = list(Job.objects.filter(pk=site.base + 25).only("pk", "uuid"))
    parts = {"job": (some, ""), "detail": (some, "/detail"), "result": (some, "/result"), "logs": (logged, "/logs")}
    parts |= {"waiting": (waiting, "/waiting"), "logs_end_of_10000": (long, "/logs?offset=9900")}
    asked = [
        Asked(name=f"v0_{name}", paths=tuple(f"/api/v0/jobs/{job.uuid}{end}" for job in jobs))
        for name, (jobs, end) in parts.items()
    ]
    by_id = tuple(f"/api/v0/jobs?q={str(job.uuid)[:13]}" for job in some)
    chains = tuple(f"/api/v0/jobs?retryFrom={job.uuid}" for job in some)
    events = tuple(f"/api/v0/audit?objectID={job.uuid}" for job in some)
    return [
        *asked,
        Asked(name="v0_jobs_q_id", paths=by_id),
        Asked(name="v0_jobs_retry_from", paths=chains),
        Asked(name="v0_audit_object", paths=events),
        Asked(name="v1_jobs_finished_after", paths=(_finished_lately(),)),
        Asked(name="v1_job", paths=tuple(f"/api/v1.0/job/{job.pk}" for job in some)),
    ]


def _finished_lately() -> str:
    """Some thousands at most, which all stand at the end of the list."""
    ended = Job.objects.filter(ended_at__isnull=False).order_by("-ended_at")
    *_, moment = ended.values_list(Cast("ended_at", TextField()), flat=True)[:5000]
    return "/api/v1.0/jobs?" + urlencode({"filter[finish_time][gt]": moment})


def _with(asked: Asked, headers: Mapping[str, str]) -> Asked:
    return Asked(name=asked.name, paths=asked.paths, headers=headers)
