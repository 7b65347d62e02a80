"""The filter in the body of POST /jobs/bulk, read by what reads the query of GET /jobs."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from jobs.criteria import Criteria
from jobs.models import Job
from jobsite.api.v0.errors import InvalidField, InvalidQuery
from jobsite.api.v0.filter_backend import require_valid
from jobsite.api.v0.filters import PARAMETER, JobFilter


def read_criteria(sent: Mapping[str, Any]) -> Criteria:
    """What the filter means. Raises InvalidField, also for one that chooses nothing out."""
    query = QueryDict(mutable=True)
    for name, value in sent.items():
        _require_known(name)
        several = value if isinstance(value, list) and name.startswith(PARAMETER) else [value]
        words = [_word(name, each) for each in several]
        _require_meant(name, words)
        query.setlist(name, words)
    chosen = JobFilter(query, queryset=Job.objects.none())
    try:
        require_valid(chosen)
        criteria = chosen.criteria()
    except InvalidQuery as error:
        raise InvalidField(f"filter.{error.field}", error.reason) from error
    if criteria == Criteria():
        raise InvalidField("filter", 'means every job there is; {"status": "waiting"} means those that wait')
    return criteria


def _require_known(name: str) -> None:
    """A query's unknown key is ignored; here the bulk would reach further than somebody meant."""
    if name not in JobFilter.base_filters and not name.startswith(PARAMETER):
        known = ", ".join([*JobFilter.base_filters, f"{PARAMETER}KEY"])
        raise InvalidField(f"filter.{name[:60]}", f"is no filter; those are {known}")


def _require_meant(name: str, words: list[str]) -> None:
    """A query's empty word is as good as none: here it would be a script's variable that nobody has set."""
    may_be_empty = name == "worker" or name.startswith(PARAMETER)
    if not words or not (may_be_empty or all(map(str.strip, words))):
        raise InvalidField(f"filter.{name}", "is empty; leave it out if it shall not choose")


def _word(name: str, value: Any) -> str:
    """As a query would have it."""
    if not isinstance(value, (str, bool, int, float)):
        raise InvalidField(f"filter.{name}", "is neither text nor a number nor a boolean")
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        (name + text).encode()
    except UnicodeEncodeError:
        raise InvalidField(f"filter.{name}", "holds half of a surrogate pair, which is not Unicode text") from None
    return text
