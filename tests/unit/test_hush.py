"""What a process that knows secrets writes in their place."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from jobs.seal.hush import Unspoken, hushed, hushed_json, hushed_value, learn, unspoken, without

SECRET = 'hunter"2/ü+x'


@pytest.fixture(autouse=True)
def _forgets() -> Iterator[None]:
    yield
    learn([])


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        repr(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        quote(SECRET),
        quote(SECRET, safe=""),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        repr({"token": [SECRET]}),
    ],
)
def test_every_usual_form_becomes_the_mask(text: str) -> None:
    learn([SECRET])
    said = hushed(f"before {text} after")
    assert "***" in said
    assert text.strip("\"'") not in said
    assert said.startswith("before ")
    assert said.endswith(" after")


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "admin"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_base64_is_found_whatever_stands_around_it(user: str, after: str) -> None:
    learn([SECRET])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(f"{user}:{SECRET}{after}".encode()).decode()
        said = hushed(f"Authorization: Basic {encoded}")
        assert "***" in said
        assert len(said) < len(f"Authorization: Basic {encoded}") - len(SECRET)


def test_each_line_of_a_long_secret_is_one() -> None:
    learn(["-----BEGIN KEY-----\nabcdef\nghijkl\n"])
    assert hushed("abcdef") == hushed("ghijkl") == "***"


def test_what_lies_in_lists_and_objects_is_found_too() -> None:
    learn([{"user": "annabel", "keys": ["one-key", 123456]}])
    assert hushed("annabel has one-key and 123456") == "*** has *** and ***"


def test_a_short_one_is_no_word_to_search_for() -> None:
    learn(["abc", "", None, True])
    assert hushed("the abc is True") == "the abc is True"


def test_json_stays_json() -> None:
    learn(["hunter2", 123456])
    value: Any = {"hunter2": [123456, 1234567, "my hunter2", None, True, 1.5]}
    text = hushed_json(json.dumps(value))
    assert text is not None
    assert json.loads(text) == {"***": ["***", 1234567, "my ***", None, True, 1.5]}


def test_the_next_job_does_not_inherit_what_was_learnt() -> None:
    learn(["hunter2"])
    learn([])
    assert hushed("hunter2") == "hunter2"


def test_what_is_sealed_is_left_as_it_is_where_it_is_handed_on() -> None:
    learn(["gAAA"])
    sealed = {"$sealed": "gAAAAABxyz"}
    assert hushed_value({"password": sealed, "text": "gAAA"}, keep_sealed=True) == {"password": sealed, "text": "***"}
    assert hushed_value(sealed) == {"$sealed": "***AABxyz"}


def test_an_error_that_would_tell_it_is_replaced_with_all_that_it_came_from() -> None:
    with pytest.raises(Unspoken, match=r"^RuntimeError: no \*\*\* here$") as caught, unspoken(["hunter2"]):
        raise RuntimeError("no hunter2 here")
    assert caught.value.__suppress_context__
    with pytest.raises(Unspoken, match=r"^KeyError: 'other'$"), unspoken(["hunter2"]):
        raise KeyError("other") from ValueError("hunter2")
    with pytest.raises(KeyError), unspoken(["hunter2"]):
        raise KeyError("another")


def test_one_text_is_hushed_without_learning_anything() -> None:
    assert without(["hunter2"], "my hunter2") == "my ***"
    assert hushed("my hunter2") == "my hunter2"
