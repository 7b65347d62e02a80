"""Where the wire is more lenient, or stricter, than a schema can say: the operation, and the contract's own words."""

_NOT_REGISTERED = "An action that is not registered is 400 INVALID_FORM_FIELD"
_CURSOR = "`after=<opaque cursor>`"
_TIMES = "Times: RFC 3339"
_OF_RUNNING = "`running=true`: running or cancel_request; `false`: all others; another word 400."
_NO_DEVICE = "None of the three selectors, an unknown host or group: 400 naming it."
_NO_JOB = "| unknown job id | **400** `No job with id 1 found` |"

# "This does not fit the schema" is not an error there.
TAKES_MORE: dict[str, tuple[str, ...]] = {
    "GET /api/v0/jobs": ("Unparsable or zero `limit` means 10", "Unreadable `start` is 0, negative 400."),
    "GET /api/v1.0/jobs": ("`page` default 1, an unreadable or non-positive page is page 1.",),
}
# "This fits the schema" is not enough there.
ASKS_MORE: dict[str, tuple[str, ...]] = {
    "GET /api/v0/jobs": (_OF_RUNNING, _CURSOR, _TIMES),
    "POST /api/v0/jobs": (_NOT_REGISTERED,),
    "POST /api/v0/action_configs": (_NOT_REGISTERED,),
    "POST /api/v0/jobs/bulk": (_OF_RUNNING, _TIMES),
    "GET /api/v0/audit": (_CURSOR, _TIMES),
    "POST /api/v0/crons": (_NOT_REGISTERED, "an unreadable schedule is 400, never stored"),
    "POST /api/v0/workers/{worker_id}/capacity": ("0, negative, fractional, text: 400 naming `capacityMap.scan`.",),
    "POST /api/v1.0/device_syncto": (_NO_DEVICE,),
    "POST /api/v1.0/firmware/upgrade": (_NO_DEVICE,),
    "GET /api/v1.0/job/{job_id}": (_NO_JOB,),
    "PUT /api/v1.0/job/{job_id}": (_NO_JOB, "| other action | 400 `Unknown action: RESTART` |"),
    "GET /api/v1.0/jobs": (
        "| unknown filter attribute | 400 `Unable to filter jobs: nosuch is not a valid attribute to filter on` |",
    ),
}
