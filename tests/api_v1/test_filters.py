"""The filter language of GET /jobs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from jobs.states import Status
from tests.api.conftest import NOON, MakeJob
from tests.api_v1.conftest import ROOT, ids, refused

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "key",
    [
        "filter[function.name][contains]",
        "filter%5Bfunction.name%5D%5Bcontains%5D",
        "filter\\[function.name\\]\\[contains\\]",
        "filter%5C%5Bfunction.name%5C%5D%5C%5Bcontains%5C%5D",
        "filter[function_name][contains]",
    ],
)
def test_brackets_may_come_plain_encoded_or_escaped(client: Client, make_job: MakeJob, key: str) -> None:
    make_job()
    wanted = make_job(action="sync_devices", parameters={"dry_run": False})
    dry = make_job(action="sync_devices")
    response = client.get(f"{ROOT}/jobs", QUERY_STRING=f"{key}=sync&filter_jobresult=config")
    assert [job["id"] for job in response.json()["data"]["jobs"]] == [wanted.pk, dry.pk]
    assert response["X-Total-Count"] == "2"


def test_filters_are_anded(client: Client, make_job: MakeJob) -> None:
    make_job(comment="a")
    make_job(ticket_ref="b")
    both = make_job(comment="a", ticket_ref="b")
    assert ids(client, **{"filter[comment]": "a", "filter[ticket.ref]": "b"}) == [both.pk]


def test_status_goes_by_name_in_any_case(client: Client, make_job: MakeJob) -> None:
    made = {status: make_job(status=status).pk for status in Status.values}
    exceptions = [made["errored"], made["timeout"], made["worker_dead"]]
    for word in ("EXCEPTION", "exception", "Exception"):
        assert ids(client, **{"filter[status]": word}) == exceptions
    aborted = sorted([made["canceled"], made["worker_shutdown"], made["deleted"]])
    assert ids(client, **{"filter[status]": "ABORTED"}) == aborted
    assert ids(client, **{"filter[status][in]": "finished, RUNNING"}) == sorted([made["done"], made["running"]])
    assert set(ids(client, **{"filter[status][not]": "EXCEPTION"})) == set(made.values()) - set(exceptions)


def test_text_is_matched_exactly_or_in_part(client: Client, make_job: MakeJob) -> None:
    plain = make_job(comment="100% of it_all").pk
    other = make_job(comment="Upgrade").pk
    none = make_job().pk
    assert ids(client, **{"filter[comment]": "upgrade"}) == []
    assert ids(client, **{"filter[comment]": "Upgrade"}) == [other]
    assert ids(client, **{"filter[comment][contains]": "GRAD"}) == [other]
    assert ids(client, **{"filter[comment][contains]": "%"}) == [plain]
    assert ids(client, **{"filter[comment][contains]": "t_a"}) == [plain]
    assert ids(client, **{"filter[comment][contains]": "t_l"}) == []
    assert ids(client, **{"filter[comment][startswith]": "up"}) == [other]
    assert ids(client, **{"filter[comment][in]": "Upgrade, x"}) == [other]
    # What has no comment has not this one.
    assert ids(client, **{"filter[comment][not]": "Upgrade"}) == [plain, none]
    assert ids(client, **{"filter[comment][isnull]": "true"}) == [none]
    assert ids(client, **{"filter[comment][isnull]": "0"}) == [plain, other]
    assert ids(client, **{"filter[comment][gt]": "A"}) == [other]


def test_numbers_are_compared_as_numbers(client: Client, make_job: MakeJob) -> None:
    first, second, third = (make_job(status=Status.DONE, change_score=score).pk for score in (5, 21, 100))
    assert ids(client, **{"filter[change_score]": "21"}) == [second]
    assert ids(client, **{"filter[change_score][gt]": "9"}) == [second, third]
    assert ids(client, **{"filter[change.score][gte]": "21", "filter[change.score][lt]": "100"}) == [second]
    assert ids(client, **{"filter[id][in]": f"{first},{third}"}) == [first, third]
    assert ids(client, **{"filter[id]": "9" * 18}) == []
    assert ids(client, **{"filter[id][lte]": str(first)}) == [first]
    assert ids(client, **{"filter[next_job_id][isnull]": "true"}) == [first, second, third]


def test_times_are_iso_8601_and_utc_without_a_zone(client: Client, make_job: MakeJob) -> None:
    noon = make_job(scheduled_at=NOON).pk
    later = make_job(scheduled_at=NOON + timedelta(microseconds=1)).pk
    for text in ("2018-04-21T12:00:00.000000", "2018-04-21 12:00", "2018-04-21T14:00:00+02:00", "2018-04-21T12:00:00Z"):
        assert ids(client, **{"filter[scheduled_time]": text}) == [noon]
    assert ids(client, "?filter[scheduled_time]=2018-04-21T14:00:00+02:00") == [noon]
    assert ids(client, **{"filter[scheduled.time][gt]": "2018-04-21T12:00:00"}) == [later]
    assert ids(client, **{"filter[scheduled_time][lt]": "2018-04-22"}) == [noon, later]
    assert ids(client, **{"filter[finish_time][isnull]": "true"}) == [noon, later]


def test_function_name_is_what_is_shown(client: Client, make_job: MakeJob) -> None:
    dry = make_job(action="sync_devices").pk
    live = make_job(action="sync_devices", parameters={"dry_run": False}).pk
    noop = make_job().pk
    gone = make_job(action="not_registered_any_more").pk
    assert ids(client, **{"filter[function_name]": "sync_devices"}) == [live]
    assert ids(client, **{"filter[function_name]": "sync_devices (dry_run)"}) == [dry]
    assert ids(client, **{"filter[function_name][contains]": "DRY"}) == [dry]
    assert ids(client, **{"filter[function_name][startswith]": "sync"}) == [dry, live]
    assert ids(client, **{"filter[function_name][not]": "sync_devices"}) == [dry, noop, gone]
    assert ids(client, **{"filter[function_name][in]": "noop,sync_devices"}) == [live, noop]
    assert ids(client, **{"filter[function_name][gt]": "noop"}) == [dry, live, gone]
    assert ids(client, **{"filter[function_name][gte]": "sync_devices "}) == [dry]
    assert ids(client, **{"filter[function_name][lt]": "noop"}) == []
    assert ids(client, **{"filter[function_name][lte]": "noop"}) == [noop]
    assert ids(client, **{"filter[function_name][isnull]": "true"}) == []
    assert ids(client, **{"filter[function_name]": "no such"}) == []


def test_json_is_asked_for_by_isnull_and_one_finished_device(client: Client, make_job: MakeJob) -> None:
    waiting = make_job().pk
    done = make_job(status=Status.DONE, result={"a": 1}, finished=["eosdist", "eoscore1"], parameters={}).pk
    failed = make_job(status=Status.ERRORED).pk
    aborted = make_job(status=Status.CANCELED).pk
    assert ids(client, **{"filter[result][isnull]": "true"}) == [waiting, failed]
    assert ids(client, **{"filter[result][isnull]": "false"}) == [done, aborted]
    assert ids(client, **{"filter[exception][isnull]": "false"}) == [failed]
    assert ids(client, **{"filter[start_arguments][isnull]": "false"}) == [done]
    assert ids(client, **{"filter[finished_devices][isnull]": "true"}) == [waiting, aborted]
    assert ids(client, **{"filter[finished_devices][contains]": "eosdist"}) == [done]
    assert ids(client, **{"filter[finished.devices][contains]": "eos"}) == []


def test_of_a_repeated_filter_the_first_wins(client: Client, make_job: MakeJob) -> None:
    first, second = make_job(comment="a").pk, make_job(comment="b").pk
    assert ids(client, "?filter[comment]=a&filter[comment]=b") == [first]
    assert ids(client, "?filter[comment][eq]=b&filter[comment]=a") == [second]
    assert ids(client, "?sort=-id&sort=id") == [second, first]


NO_FILTERS = [
    "filter",
    "filter[]x",
    "filter[status",
    "filter[status]]",
    "Filter[status]",
    "xfilter[a]",
    "filter[a][b][c]",
]


@pytest.mark.parametrize("key", NO_FILTERS)
def test_what_has_not_the_shape_of_a_filter_is_ignored(client: Client, make_job: MakeJob, key: str) -> None:
    job = make_job()
    assert ids(client, f"?{key}=nosuch") == [job.pk]


NO_OPERATOR = "not a valid operator, use one of eq, not, in, contains, startswith, gt, gte, lt, lte, isnull"
BEFORE_YEAR_1 = "0001-01-01T00:00:00+01:00"
WRONG: list[tuple[str, str, str]] = [
    ("filter[nosuch]", "x", "nosuch is not a valid attribute to filter on"),
    ("filter[]", "x", " is not a valid attribute to filter on"),
    ("filter[uuid]", "x", "uuid is not a valid attribute to filter on"),
    ("filter[no.such]", "x", "no_such is not a valid attribute to filter on"),
    ("filter[status]", "FIN", "FIN is not a valid value for status"),
    ("filter[status]", "", " is not a valid value for status"),
    ("filter[status][in]", "FINISHED,done", "done is not a valid value for status"),
    ("filter[status][contains]", "FIN", "Cannot use 'contains' operator for enum types"),
    ("filter[status][gt]", "FINISHED", "Cannot use 'gt' operator for enum types"),
    ("filter[id][contains]", "1", "Cannot use 'contains' operator for integer types"),
    ("filter[change_score][startswith]", "1", "Cannot use 'startswith' operator for integer types"),
    ("filter[scheduled_time][contains]", "2018", "Cannot use 'contains' operator for datetime types"),
    ("filter[result]", "x", "Cannot use 'eq' operator for json types"),
    ("filter[result][contains]", "x", "Cannot use 'contains' operator for json types"),
    ("filter[finished_devices]", "x", "Cannot use 'eq' operator for json types"),
    ("filter[id]", "one", "one is not a valid value for id"),
    ("filter[id]", "1.0", "1.0 is not a valid value for id"),
    ("filter[id]", "9" * 5000, "9" * 60 + " is not a valid value for id"),
    ("filter[id][in]", "1,x", "x is not a valid value for id"),
    ("filter[scheduled_time]", "yesterday", "yesterday is not a valid value for scheduled_time"),
    ("filter[start_time]", "2018-02-30", "2018-02-30 is not a valid value for start_time"),
    ("filter[start_time]", BEFORE_YEAR_1, f"{BEFORE_YEAR_1} is not a valid value for start_time"),
    ("filter[comment]", "a\x00", "a\\0 is not a valid value for comment"),
    ("filter[function.name][contains]", "\x00", "\\0 is not a valid value for function_name"),
    ("filter[finished_devices][contains]", "\x00", "\\0 is not a valid value for finished_devices"),
    ("filter[comment][isnull]", "perhaps", "perhaps is not a valid value for comment"),
    ("filter[comment][regex]", "x", f"regex is {NO_OPERATOR}"),
    ("filter[comment][]", "x", f" is {NO_OPERATOR}"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "message"), WRONG, ids=[f"{key}={value[:20]}" for key, value, _ in WRONG])
def test_a_filter_that_can_not_be_read_is_400_in_the_originals_words(
    client: Client, make_job: MakeJob, key: str, value: str, message: str
) -> None:
    make_job()
    response: Any = client.get(f"{ROOT}/jobs", {key: value})
    assert refused(response) == (400, f"Unable to filter jobs: {message}")
