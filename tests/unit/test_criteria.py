"""Criteria: what a job carries of a filter is what the list had."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from jobs.criteria import _CONDITIONS, Criteria
from jobs.models import Job

WHOLE = Criteria(
    action="noop",
    worker="",
    running=False,
    statuses=("errored", "worker_resurrection"),
    needs_human=True,
    cron="nightly",
    lock="devices",
    original=UUID(int=7),
    scheduled_after=datetime(2018, 4, 21, tzinfo=UTC),
    scheduled_before=datetime(2018, 4, 22, tzinfo=UTC),
    parameters=(("k", "v"), ("k", "w")),
    text="eos",
    user="ann",
    term="NET-1",
)


def test_what_is_dumped_is_read_again() -> None:
    assert Criteria.model_validate(WHOLE.dump()) == WHOLE
    assert Criteria().dump() == {}


def test_every_criterion_chooses() -> None:
    assert set(WHOLE.dump()) == set(Criteria.model_fields) == set(_CONDITIONS)
    sql = {name: str(Criteria(**{name: getattr(WHOLE, name)}).of(Job.objects.all()).query) for name in _CONDITIONS}
    assert len({*sql.values(), str(Job.objects.all().query)}) == len(sql) + 1


def test_a_criterion_that_there_is_not_is_refused_and_chooses_no_more() -> None:
    with pytest.raises(ValidationError):
        Criteria.model_validate({"acton": "noop"})
