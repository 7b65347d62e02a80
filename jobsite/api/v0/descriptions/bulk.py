"""The words of /jobs/bulk."""

from drf_spectacular.utils import OpenApiExample

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import endpoint
from jobsite.api.v0.schemas.bulk import BulkBody, BulkCount
from jobsite.api.v0.schemas.jobs import JOB_EXAMPLE, Job

_BODY = {"verb": "cancel", "filter": {"action": "poll_mirror", "status": "waiting"}, "reason": "the mirror is gone"}

BULK: dict[str, Describe] = {
    "create": endpoint(
        "jobs_bulk",
        "Cancel, or run once more, all jobs that match: the Job that does it, or, in a dry run, how many they are",
        Job,
        {
            **JOB_EXAMPLE,
            "action": "bulk",
            "workerID": "",
            "status": "waiting",
            "retriesLeft": 3,
            "retriesTotal": 3,
            "parameters": {
                "verb": "cancel",
                "criteria": {"action": "poll_mirror", "statuses": ["waiting"]},
                "most": 1000,
                "reason": "the mirror is gone",
            },
        },
        status=202,
        errors=(400,),
        also={200: BulkCount},
        request=BulkBody,
        description="It changes what was submitted before it and matches while it runs; a job that another has "
        "followed is not run once more. More than 1000 need the permission jobs.bulk_job. Its result is "
        '`{"matched", "done", "refused"}`, the last with the first hundred that could not be changed, and why.',
        examples=[
            OpenApiExample("Bulk", _BODY, request_only=True),
            OpenApiExample("Dry run", {**_BODY, "dryRun": True}, request_only=True),
            OpenApiExample("Count", {"count": 3412}, response_only=True, status_codes=["200"]),
        ],
    ),
}
