"""/api/v1.0/jobs: every attribute, every operator, and values that fit none of them: found, or 400 with the reason."""

import pytest
from django.test import Client

from jobsite.api.v1.filters import JobFilter
from jobsite.api.v1.query import OPERATORS
from tests.api.bad import problem
from tests.api.known import Known
from tests.api.test_bad_everywhere import known, root  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
VALUES = (
    *("", "x", "%00", "%FF", "-1", "1" + "0" * 30, "9" * 5000, "1e999", "NaN", "true", "finished"),
    *("0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59", "2020-02-30", "x,,%00,1", "%25_%5C", "%F0%9F%92%A9"),
)
STRANGE = (
    *("filter[]=1", "filter[id][]=1", "filter[id][eq][eq]=1", "filter[nosuch]=1", "filter[id][like]=1"),
    *("filter[%00]=1", "sort=nosuch", "sort=-", "sort=%00", "sort=result"),
    *("filter_jobresult=all", "filter_jobresult=%00", "page=1" + "0" * 30, "page=4294967296"),
    *("per_page=0", "per_page=-1", "per_page=1001", "per_page=%00", "per_page=" + "9" * 5000),
)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("attribute", JobFilter.base_filters)
def test_each_operator_on_each_attribute(attribute: str, operator: str, root: Client, known: Known) -> None:  # noqa: F811
    for value in VALUES:
        answer = root.get(f"/api/v1.0/jobs?filter[{attribute}][{operator}]={value}")
        assert not problem("v1.0", answer), value[:60]
        if answer.status_code != 200:
            message = answer.json()["message"]
            assert message.startswith("Unable to filter jobs: "), value[:60]
            assert attribute in message or f"'{operator}' operator" in message, message


@pytest.mark.parametrize("query", STRANGE, ids=[query[:30] for query in STRANGE])
def test_strange_queries(query: str, root: Client, known: Known) -> None:  # noqa: F811
    answer = root.get(f"/api/v1.0/jobs?{query}")
    assert not problem("v1.0", answer)
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize("query", ["page=-1", "page=0", "page=x", "page=%00", "page="])
def test_a_page_that_can_not_be_read_is_the_first(query: str, root: Client, known: Known) -> None:  # noqa: F811
    assert len(root.get(f"/api/v1.0/jobs?{query}").json()["data"]["jobs"]) == 3
