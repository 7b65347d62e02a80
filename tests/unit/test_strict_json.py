"""Bodies that are refused by the letter, whatever their size."""

from collections import Counter

import pytest
from rest_framework.exceptions import ParseError

from jobs.engine.errors import InvalidSubmission
from jobsite.api import strict_json
from jobsite.api.strict_json import loads


def test_of_many_keys_the_one_that_is_given_twice_is_named() -> None:
    members = ",".join(f'"k{number}":0' for number in range(100_000))
    with pytest.raises(ParseError, match="the key 'k99999' is given twice"):
        loads(f'{{{members},"k99999":1}}'.encode())


def test_each_key_is_looked_at_once() -> None:
    asked: Counter[str] = Counter()

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            asked[str(self)] += 1
            return str(self) == other

        def __hash__(self) -> int:
            return hash(str(self))

    pairs = [(Name(f"k{number}"), 0) for number in range(1000)]
    with pytest.raises(ValueError, match="'k999' is given twice"):
        strict_json._object([*pairs, (Name("k999"), 0)])
    assert asked.total() < 100


@pytest.mark.parametrize(("body", "place"), [("%s", "body"), ('{"a": {"b": [1, %s]}}', "a.b.1"), ('{"": %s}', "")])
def test_a_number_that_is_too_long_is_refused_by_its_place(body: str, place: str) -> None:
    assert loads((body % ("-" + "9" * 300)).encode())
    with pytest.raises(InvalidSubmission, match="a number of more than 300 digits") as caught:
        loads((body % ("-" + "9" * 301)).encode())
    assert caught.value.field == place
