"""The words of /crons."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import deleting, endpoint, listing, reading
from jobsite.api.v0.descriptions.job_examples import RETRY_EXAMPLE
from jobsite.api.v0.schemas.crons import Cron, CronBody, CronList
from jobsite.api.v0.schemas.jobs import JOB_EXAMPLE, Job

_CRON_NAME = OpenApiParameter(
    "cron_name", str, OpenApiParameter.PATH, description="Its name: the action's unless given."
)
_CRON_EXAMPLE: dict[str, Any] = {
    "id": "9a0f3b8e-6a50-4f0f-9f3f-0f8f2a4f6d10",
    "action": "license_update",
    "schedule": "57 54 3 * * *",
    "retries": 0,
    "capacityMap": None,
    "parameters": None,
    "deadline": "",
    "stopTimeout": "",
    "nextRun": "2018-04-22T01:54:57Z",
    "name": "license_update",
    "timezone": "Europe/Berlin",
    "misfire": "once",
    "graceSeconds": 3600,
    "overlap": "forbid",
    "enabled": True,
    "priority": 0,
    "locks": None,
    "lastRun": "2018-04-21T01:54:57Z",
}

CRONS: dict[str, Describe] = {
    "list": listing("crons_list", "List crons, by name", CronList, {"crons": [_CRON_EXAMPLE]}),
    "create": endpoint(
        "crons_save",
        "Create a cron, or replace the one of this name; its id stays",
        Cron,
        _CRON_EXAMPLE,
        status=202,
        errors=(400,),
        request=CronBody,
        examples=[
            OpenApiExample(
                "Cron",
                {
                    "action": "license_update",
                    "schedule": "57 54 3 * * *",
                    "timezone": "Europe/Berlin",
                    "overlap": "forbid",
                },
                request_only=True,
            )
        ],
    ),
    "retrieve": reading("crons_read", "One cron", Cron, _CRON_EXAMPLE, _CRON_NAME),
    "destroy": deleting("crons_delete", "Delete a cron; jobs made from it are not canceled", _CRON_NAME),
    "run": endpoint(
        "crons_run",
        "Run a cron now, beside its schedule, also while it is disabled",
        Job,
        {**RETRY_EXAMPLE, "id": JOB_EXAMPLE["id"], "retryFromID": JOB_EXAMPLE["id"]},
        status=202,
        errors=(400, 404),
        parameters=[_CRON_NAME],
    ),
}
