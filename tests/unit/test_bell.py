"""Reading a bell: the broker's content is foreign, and nothing of it may break a worker's main process."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.doorbell import MAX_HOPS, SOON_SECONDS
from jobs.runner.bell import Bell, NotABell, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
# Close to a bell, so that each check is reached.
NEARLY = st.tuples(st.lists(JSON, min_size=2, max_size=4), JSON, JSON)


def _read(body: Any) -> None:
    try:
        bell = read(body)
    except NotABell:
        return
    assert 0 <= bell.hops <= MAX_HOPS
    assert 0 <= bell.due_in <= SOON_SECONDS
    assert len(bell.class_name) <= 1400


def test_what_the_doorbell_sends_is_read() -> None:
    body = json.dumps([["scan=1,scanCheck=2", MAX_HOPS, 1.5], {}, {"callbacks": None}])
    expected = Bell(class_name="scan=1,scanCheck=2", hops=MAX_HOPS, due_in=1.5)
    assert read(body) == read(body.encode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        *("", "null", "7", '"text"', "{}", "[]", "[[]]", '[["a"]]', '[["a",1]]', '[["a",1,0,0]]', '{"abc":1}', "[7]"),
        *("[[null,1,0]]", '[[["a"],1,0]]', '[["a",true,0]]', '[["a",1.0,0]]', '[["a",-1,0]]', '[["a","1",0]]'),
        *('[["a",1,-1]]', '[["a",1,"0"]]', '[["a",1,null]]', '[["a",1,NaN]]', '[["a",1,Infinity]]', '[["a",1,1e400]]'),
        f'[["a",{MAX_HOPS + 1},0]]',
        f'[["a",{"9" * 5000},0]]',
        f'[["a",1,{SOON_SECONDS + 1}]]',
        f'[["{"a" * 1401}",1,0]]',
        "[" * 100_000,
        b"\x80\x04N.",
        b"\xff\xfe\xfd",
        b"\x00",
        None,
        7,
        ["a", 1, 0],
        memoryview(b"{}"),
    ],
)
def test_what_is_no_bell_says_so(body: Any) -> None:
    with pytest.raises(NotABell):
        read(body)


@given(st.binary() | st.text())
def test_any_bytes_are_a_bell_or_say_that_they_are_none(body: bytes | str) -> None:
    _read(body)


@given(JSON | NEARLY, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_any_json_is_a_bell_or_says_that_it_is_none(value: object, encoding: str) -> None:
    _read(json.dumps(value).encode(encoding))
