"""The body of POST /jobs/bulk, and the answer to a dry run."""

import re
from typing import Annotated, Any

from pydantic import Field

from jobs.engine.bulk import Verb
from jobsite.api.v0.filters import PARAMETER, JobFilter
from jobsite.api.v0.schemas.common import ReasonBody, Wire

_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_MEANT = {**_WORD, "pattern": r"\S"}
# Said, not checked here: jobsite.api.v0.bulk reads it, and names the key at fault.
_FILTER: dict[str, Any] = {
    "minProperties": 1,
    "properties": {name: _WORD if name == "worker" else _MEANT for name in JobFilter.base_filters},
    "patternProperties": {
        rf"^{re.escape(PARAMETER)}": {"type": [*_WORD["type"], "array"], "items": _WORD, "minItems": 1}
    },
    "additionalProperties": False,
}


class BulkBody(ReasonBody):
    """What to do to which jobs: `filter` has the parameters of GET /jobs that choose."""

    verb: Verb
    filter: Annotated[
        dict[str, Any],
        Field(
            description="As the query of GET /jobs without start, limit and after, and not empty. Each value is text, "
            "a number or a boolean; that of `parameters.KEY` also a list of such. A key that is no filter is refused, "
            "and so is an empty value, except of `worker` and `parameters.KEY`.",
            examples=[{"status": "errored", "action": "poll_mirror"}],
            json_schema_extra=_FILTER,
        ),
    ]
    dry_run: Annotated[bool, Field(description="Answer only how many jobs it would change.")] = False


class BulkCount(Wire):
    count: Annotated[int, Field(description="Jobs that match and that the verb can do something about.")]
