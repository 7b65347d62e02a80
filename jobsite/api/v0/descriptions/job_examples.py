"""Jobs as the examples of the API description show them."""

from jobsite.api.v0.schemas.jobs import JOB_EXAMPLE

_ATTEMPT_EXAMPLE = {
    "id": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "number": 1,
    "workerID": "f97ebb52f0f6",
    "status": "done",
    "startedAt": "2018-04-21T09:45:00.104Z",
    "endedAt": "2018-04-21T09:45:02.709Z",
}
DETAIL_EXAMPLE = {
    "number": 1,
    "priority": 0,
    "locks": [{"name": "devices", "mode": "exclusive"}],
    "next": None,
    "comment": "the nightly one",
    "ticketRef": None,
    "scheduledBy": "ann",
    "startedAt": "2018-04-21T09:45:00.104Z",
    "endedAt": "2018-04-21T09:45:02.709Z",
    "attempts": [_ATTEMPT_EXAMPLE],
    "canceledBy": None,
    "cancelReason": None,
}
RETRY_EXAMPLE = {
    **JOB_EXAMPLE,
    "id": "5b3a5bcd-8c46-4bd4-a2c5-9ef8f5b27b46",
    "workerID": "",
    "status": "waiting",
    "scheduledAt": "2018-04-21T10:02:11.4Z",
    "lastUpdated": "2018-04-21T10:02:11.4Z",
}
SUBMISSION_EXAMPLE = {
    "action": "sleep",
    "parameters": {"seconds": "5"},
    "retries": 2,
    "capacityMap": {"scan": 1},
    "deadline": "15m",
    "stopTimeout": "",
    "scheduledAt": "",
}
