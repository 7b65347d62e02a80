"""GET /audit: rows, filters, pages, CSV."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from jobs.models import AuditEvent
from jobsite import patience
from jobsite.api.v0 import audit_pages
from tests.api.conftest import NOON, ClientOf

pytestmark = pytest.mark.slow

KEYS = [
    "id", "at", "verb", "objectType", "objectID", "user", "dialect", "address", "client", "token", "before", "after",
    "reason",
]  # fmt: skip


def event(at: datetime = NOON, **fields: Any) -> int:
    known = {"dialect": "v0", "verb": "cancel", "object_type": "job", "object_id": "1", "user": "ann", "at": at}
    return int(AuditEvent.objects.create(**{**known, **fields}).pk)


def ids(client: Client, **query: Any) -> list[int]:
    response = client.get("/api/v0/audit", query)
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["audit"]]


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def test_a_row_has_its_13_keys_in_order_and_exact_values(client: Client) -> None:
    number = event(
        address="192.0.2.7", client="curl/8", token="laptop", before="running", after={"a": [1]}, reason="wrong device"
    )
    [found] = client.get("/api/v0/audit/").json()["audit"]
    assert list(found) == KEYS
    assert found == {
        "id": number, "at": "2018-04-21T12:00:00Z", "verb": "cancel", "objectType": "job", "objectID": "1",
        "user": "ann", "dialect": "v0", "address": "192.0.2.7", "client": "curl/8", "token": "laptop",
        "before": "running", "after": {"a": [1]}, "reason": "wrong device",
    }  # fmt: skip


def test_what_the_api_changes_is_in_it_with_who_and_from_where(client: Client) -> None:
    job = client.post("/api/v0/jobs", {"action": "noop"}, content_type="application/json").json()["id"]
    client.post(f"/api/v0/jobs/{job}/cancel", headers={"User-Agent": "curl/8"})
    canceled, submitted = client.get("/api/v0/audit", {"objectID": job}).json()["audit"]
    assert (submitted["verb"], canceled["verb"]) == ("enqueue", "cancel")
    assert (canceled["before"], canceled["after"], canceled["client"]) == ("waiting", "canceled", "curl/8")
    assert (canceled["user"], canceled["token"], canceled["address"]) == ("operator", "test", "127.0.0.1")


FILTERS: dict[str, tuple[str, Any, str]] = {
    "user": ("user", "bob", "bob"),
    "verb": ("verb", "retry", "retry"),
    "objectType": ("object_type", "lock", "lock"),
    "objectID": ("object_id", "devices", "devices"),
    "dialect": ("dialect", "engine", "engine"),
    "token": ("token", "laptop", "laptop"),
    "address": ("address", "2001:db8::7", "2001:DB8:0::7"),
    "since": ("at", NOON + timedelta(hours=1), "2018-04-21T15:00:00+02:00"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_rows_are_chosen_by_each_filter(client: Client, name: str) -> None:
    column, value, sent = FILTERS[name]
    event()
    chosen = event(**{column: value})
    event()
    assert ids(client, **{name: sent}) == [chosen]
    assert ids(client, **{name: sent, "until": "2018-04-21T12:00:00Z"}) == []


def test_the_newest_comes_first_and_the_cursor_walks_all_of_it_once(client: Client) -> None:
    # Equal times, so that the id decides; one is added meanwhile.
    made = [event(NOON - timedelta(hours=n // 3)) for n in range(8)]
    seen, url = list[int](), "/api/v0/audit?limit=3&user=ann"
    while url:
        response = client.get(url)
        assert response["X-Count-Exact"] == "true"
        seen += [row["id"] for row in response.json()["audit"]]
        event(NOON + timedelta(days=1))
        url = response.get("Link", "").removeprefix("<").partition(">")[0]
    assert seen == [made[n] for n in (2, 1, 0, 5, 4, 3, 7, 6)]


def test_a_page_says_how_many_there_are_and_who_has_it_is_told_so(client: Client) -> None:
    for _ in range(3):
        event()
    first = client.get("/api/v0/audit?limit=2")
    assert (first["X-Resource-Count"], len(first.json()["audit"])) == ("3", 2)
    assert client.get("/api/v0/audit?limit=2", headers={"If-None-Match": first["ETag"]}).status_code == 304
    event(NOON - timedelta(1))
    assert client.get("/api/v0/audit?limit=2", headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=2018-02-30T00:00:00Z", "until"),
        ("address=here", "address"),
        ("after=x", "after"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("format=xml", "format"),
        ("user=%00", "user"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_what_can_not_be_read_is_400_in_json_and_names_it(client: Client, query: str, field: str, accept: str) -> None:
    response = client.get(f"/api/v0/audit?{query}", headers={"Accept": accept})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    [error] = response.json()["errors"]
    assert (error["code"], error["detail"]["field"]) == ("INVALID_PARAMETERS", field)


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "text/csv", "text/csv; charset=utf-8"),
        ("", "text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
        ("?format=csv", "*/*", "text/csv; charset=utf-8"),
        ("?format=csv", "application/json", "text/csv; charset=utf-8"),
        ("?format=json", "text/csv", "application/json"),
        ("", "*/*", "application/json"),
        ("", "application/json, text/csv", "application/json"),
    ],
)
def test_csv_is_asked_for_by_format_or_accept(client: Client, query: str, accept: str, kind: str) -> None:
    response = client.get(f"/api/v0/audit{query}", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, kind)
    assert "Accept" in response["Vary"]


def test_what_is_neither_json_nor_csv_is_406(client: Client) -> None:
    assert client.get("/api/v0/audit", headers={"Accept": "text/html"}).status_code == 406


def test_csv_has_a_header_and_all_that_was_asked_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_pages, "PART", 2)
    made = [event(after={"é": 'a,"b\n'}) for _ in range(5)][::-1]
    event(user="bob")
    header, *rows = lines(client.get("/api/v0/audit?format=csv&user=ann"))
    assert header == KEYS
    assert [int(row[0]) for row in rows] == made
    assert rows[0][KEYS.index("after")] == '{"é": "a,\\"b\\n"}'
    assert rows[0][KEYS.index("at")] == "2018-04-21T12:00:00Z"
    for most, found in (("3", made[:3]), ("2", made[:2]), ("4", made[:4]), ("9", made)):
        _, *rows = lines(client.get(f"/api/v0/audit?format=csv&user=ann&limit={most}"))
        assert [int(row[0]) for row in rows] == found


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(client: Client, start: str) -> None:
    event(reason=f"{start}cmd|' /C calc'!A0", client=f"{start}1", user="ann")
    _, row = lines(client.get("/api/v0/audit?format=csv"))
    assert row[KEYS.index("reason")] == f"'{start}cmd|' /C calc'!A0"
    assert row[KEYS.index("client")] == f"'{start}1"
    assert row[KEYS.index("user")] == "ann"


def test_numbers_before_and_after_are_cells_too(client: Client) -> None:
    event(before=-1, after="=1+1")
    _, row = lines(client.get("/api/v0/audit?format=csv"))
    assert (row[KEYS.index("before")], row[KEYS.index("after")]) == ("'-1", "'=1+1")


def test_an_export_costs_one_query_for_each_part(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(audit_pages, "PART", 2)
    for _ in range(5):
        event()
    client.get("/api/v0/audit")
    # Who asks and what they may (2); three parts, each with a time limit of its own (3 in a test).
    with django_assert_num_queries(2 + 3 * 4):
        client.get("/api/v0/audit?format=csv").getvalue()


@pytest.mark.parametrize("wanted", ["json", "csv"])
def test_a_search_that_takes_too_long_is_400_before_the_first_byte(
    client: Client, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    def slow(_self: object) -> None:
        raise patience.TooSlow("took longer than 2 s")

    monkeypatch.setattr(audit_pages, "rows_of", lambda *_, **__: slow(None))
    response = client.get(f"/api/v0/audit?format={wanted}")
    assert response.status_code == 400
    assert "narrow it by objectID, user, since or until" in response.json()["errors"][0]["detail"]["reason"]


def test_who_may_not_see_it_gets_none_of_it(client_of: ClientOf) -> None:
    assert client_of("nobody").get("/api/v0/audit?format=csv").status_code == 403
    assert client_of("auditor").get("/api/v0/audit?format=csv").status_code == 200


FILL = """
INSERT INTO jobs_auditevent (at, "user", address, dialect, client, token, verb, object_type, object_id, reason)
SELECT now() - n * interval '1 minute', 'user' || n % 100, '10.0.0.' || n % 200, CASE WHEN n % 500 = 1 THEN 'admin'
    ELSE 'v0' END, '', CASE WHEN n % 3 = 0 THEN 'token' || n % 99 ELSE '' END, 'verb' || n % 150,
    'kind' || n % 120, n, '' FROM generate_series(1, 20000) AS n
"""
PLANS = {
    "": "audit_by_time",
    "user=user3": "audit_by_user",
    "verb=verb3": "audit_by_verb",
    "objectType=kind3": "audit_by_kind",
    "objectID=77": "audit_by_object",
    "objectType=kind77&objectID=77": "audit_by_object",
    "dialect=admin": "audit_by_dialect",
    "token=token3": "audit_by_token",
    "address=10.0.0.7": "audit_by_address",
    "since=2001-01-01T00:00:00Z": "audit_by_time",
    "until=2001-01-01T00:00:00Z": "audit_by_time",
}


def test_each_filter_walks_its_own_index_in_the_order_of_the_list(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL.replace("%", "%%"), [])
        cursor.execute("ANALYZE jobs_auditevent")
    behind = client.get("/api/v0/audit?limit=50")["Link"].rpartition("after=")[2].partition(">")[0]
    wrong = []
    for query, index in PLANS.items():
        for url in (f"/api/v0/audit?limit=10&{query}", f"/api/v0/audit?limit=10&{query}&after={behind}"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            [page] = [query["sql"] for query in queries if '"before"' in query["sql"]]
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {page}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
            if f"using {index} " not in plan or "  Sort" in plan:
                wrong.append(f"{url}: {plan}")
    assert not wrong, "\n\n".join(wrong)
