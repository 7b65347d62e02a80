"""What a client wants a cron to be, checked before anything is stored."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobs.engine.clock import database_now
from jobs.engine.errors import InvalidSubmission
from jobs.engine.fields import unsealed
from jobs.engine.submission import ACTION_NAME, Submission, check, configured_parameters
from jobs.models.cron import MAX_GRACE_SECONDS, Cron
from jobs.schedule import InvalidSchedule, Never, Schedule, UnknownZone, parse, read_zone
from jobs.seal.form import MASK
from jobs.seal.parameters import unchanged

MAX_SCHEDULE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSpec:
    """A whole cron: what is not given has its default. `job` is what each of its jobs is submitted as."""

    job: Submission
    schedule: str
    # The action's name unless given.
    name: str = ""
    timezone: str = "UTC"
    enabled: bool = True
    misfire: str = Cron.Misfire.ONCE.value
    grace_seconds: int = 3600
    overlap: str = Cron.Overlap.ALLOW.value


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCron:
    """One that can be stored: `columns` are the row's, but for its next run."""

    name: str
    schedule: Schedule
    zone: ZoneInfo
    columns: dict[str, Any]


def check_cron(spec: CronSpec) -> CheckedCron:
    """Raise InvalidSubmission for the first field at fault, by its name on the wire."""
    name = spec.name or spec.job.action
    if not ACTION_NAME.fullmatch(name):
        raise InvalidSubmission(
            field="name", reason=f"{name[:100]!r} is not a cron's name: 1 to 100 of A-Z a-z 0-9 _ . -"
        )
    wanted = _with_stored_secrets(name, spec.job)
    job = check(wanted, configured=configured_parameters([wanted]))
    schedule, zone = read_times(spec.schedule, spec.timezone)
    next_run(schedule, zone)
    _one_of("misfire", spec.misfire, Cron.Misfire.values)
    _one_of("overlap", spec.overlap, Cron.Overlap.values)
    if isinstance(spec.grace_seconds, bool) or not 0 <= spec.grace_seconds <= MAX_GRACE_SECONDS:
        raise InvalidSubmission(
            field="graceSeconds", reason=f"{spec.grace_seconds} is not a number of seconds from 0 to 365 days"
        )
    # As sent, so that later defaults of the action take effect; only a number has no word for "not sent".
    job_columns = job_fields(replace(job.submission, retries=job.retries))
    own = {key: value for key, value in asdict(spec).items() if key != "job"}
    return CheckedCron(name=name, schedule=schedule, zone=zone, columns={**own, **job_columns, "name": name})


def read_times(schedule: str, timezone: str) -> tuple[Schedule, ZoneInfo]:
    """Raises InvalidSubmission."""
    if len(schedule) > MAX_SCHEDULE:
        raise InvalidSubmission(field="schedule", reason=f"is longer than {MAX_SCHEDULE} characters")
    try:
        return parse(schedule), read_zone(timezone)
    except InvalidSchedule as error:
        raise InvalidSubmission(field="schedule", reason=str(error)) from error
    except UnknownZone as error:
        raise InvalidSubmission(field="timezone", reason=str(error)) from error


def next_run(schedule: Schedule, zone: ZoneInfo) -> datetime:
    """Strictly in the future, by the database's clock. Raises InvalidSubmission for one that never comes."""
    try:
        return schedule.next_after(database_now(), zone)
    except Never as error:
        raise InvalidSubmission(field="schedule", reason=str(error)) from error


def job_fields(job: Submission) -> dict[str, Any]:
    """What a cron keeps of a submission."""
    return {
        "action": job.action,
        "parameters": job.parameters,
        "capacity_map": job.capacity_map,
        "locks": job.locks,
        "priority": job.priority,
        "retries": job.retries,
        "deadline_text": job.deadline,
        "stop_timeout_text": job.stop_timeout,
    }


def submission_of(cron: Cron) -> Submission:
    """What each of its jobs is submitted as."""
    return Submission(
        action=cron.action,
        parameters=cron.parameters,
        capacity_map=cron.capacity_map,
        locks=cron.locks,
        priority=cron.priority,
        retries=cron.retries,
        deadline=cron.deadline_text,
        stop_timeout=cron.stop_timeout_text,
        cron_id=cron.pk,
        stored=True,
    )


def _with_stored_secrets(name: str, job: Submission) -> Submission:
    """*** is what a reader is shown of a secret: sent back, with the same action, it means the one that is stored."""
    if MASK not in (job.parameters or {}).values():
        return job
    unsealed("parameters", job.parameters)
    before = Cron.objects.filter(name=name, action=job.action).values_list("parameters", flat=True).first()
    return replace(job, parameters=unchanged(job.parameters, before=before), stored=True)


def _one_of(field: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise InvalidSubmission(field=field, reason=f"{str(value)[:60]!r} is none of {', '.join(known)}")
