"""Where the wire is more lenient, or stricter, than a schema can say: the operation, and the sentence that says so."""

# "This does not fit the schema" is not an error there.
TAKES_MORE = {
    "GET /api/v0/jobs": "Unparsable or zero `limit` means 10 .. Unreadable `start` is 0.",
    "GET /api/v0/jobs/{job_id}/logs": "Unparsable or zero `limit` means 10 .. Unreadable `start` is 0; so is `offset`.",
    "GET /api/v0/audit": "Unparsable or zero `limit` means the default.",
    "GET /api/v0/locks": "Unparsable or zero `limit` means 10; here it is 100.",
    "GET /api/v1.0/jobs": "`page` default 1, an unreadable or non-positive page is page 1.",
}
# "This fits the schema" is not enough there.
ASKS_MORE = {
    "GET /api/v0/jobs": "`running`: another word 400 .. `start`: negative 400 .. `after=<opaque cursor>`.",
    "POST /api/v0/jobs": "An action that is not registered is 400 INVALID_FORM_FIELD.",
    "POST /api/v0/action_configs": "An action that is not registered is 400 INVALID_FORM_FIELD.",
    "POST /api/v0/jobs/bulk": "The same filters as the list; one that means every job is refused.",
    "GET /api/v0/audit": "`after=<opaque cursor>`; a time is RFC 3339; a negative number 400.",
    "POST /api/v0/crons": "An unreadable schedule is 400, never stored.",
    "POST /api/v0/workers/{worker_id}/capacity": "0, negative, fractional, text: 400 naming `capacityMap.scan`.",
    "POST /api/v1.0/device_syncto": "None of the three selectors, an unknown host or group: 400 naming it.",
    "POST /api/v1.0/firmware/upgrade": "None of the three selectors, an unknown host or group: 400 naming it.",
    "GET /api/v1.0/job/{job_id}": "Unknown job id: 400 `No job with id 1 found`.",
    "PUT /api/v1.0/job/{job_id}": "Unknown job id: 400 `No job with id 1 found`.",
    "DELETE /api/v1.0/joblocks": "Lock delete without a name: 400 `No lock name specified`.",
    "GET /api/v1.0/jobs": "Unknown filter attribute: 400 `nosuch is not a valid attribute to filter on`.",
}
