"""What a person types after `manage.py enqueue`, as a submission."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cli.screen import printable
from jobs.cli.words import read_lock, read_parameters, read_time
from jobs.engine.errors import InvalidSubmission


@pytest.mark.parametrize(
    ("words", "json_text", "parameters"),
    [
        ([], None, None),
        ([], "{}", {}),
        (["seconds=4"], None, {"seconds": "4"}),
        (["seconds:=4", "live:=true", "none:=null"], None, {"seconds": 4, "live": True, "none": None}),
        (["empty=", "url=http://h/?a=b", 'text:="a=b"'], None, {"empty": "", "url": "http://h/?a=b", "text": "a=b"}),
        (["a:b=c"], None, {"a:b": "c"}),
        (["a=1"], '{"b": {"c": [2]}}', {"a": "1", "b": {"c": [2]}}),
    ],
)
def test_words_are_text_unless_they_say_json(words: list[str], json_text: str | None, parameters: object) -> None:
    assert read_parameters(words, json_text=json_text) == parameters


@pytest.mark.parametrize(
    ("words", "json_text", "field"),
    [
        (["seconds"], None, "parameters"),
        (["=4"], None, "parameters"),
        ([":=4"], None, "parameters"),
        (["a:=four"], None, "parameters.a"),
        (["a:="], None, "parameters.a"),
        (['a:={"b": 1, "b": 2}'], None, "parameters.a"),
        (["a:=" + "[" * 100 + "]" * 100], None, "parameters.a"),
        (["a:=" + "[" * 100_000], None, "parameters.a"),
        (["a:=" + "9" * 5000], None, "parameters.a"),
        (["a=1", "a:=1"], None, "parameters.a"),
        (["a=1"], '{"a": 1}', "parameters.a"),
        ([], "[1]", "parameters"),
        ([], "{", "parameters"),
    ],
)
def test_words_that_can_not_be_read_are_named(words: list[str], json_text: str | None, field: str) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        read_parameters(words, json_text=json_text)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)
    assert "sys." not in str(refused.value)


@given(st.dictionaries(st.from_regex(r"[^=:]{1,9}", fullmatch=True), st.text(), min_size=1))
def test_text_arrives_as_it_was_typed(parameters: dict[str, str]) -> None:
    assert read_parameters([f"{key}={text}" for key, text in parameters.items()], json_text=None) == parameters


@pytest.mark.parametrize(
    ("text", "name", "mode"),
    [
        ("devices", "devices", "exclusive"),
        ("devices:shared", "devices", "shared"),
        ("device:eosdist", "device:eosdist", "exclusive"),
        ("device:eosdist:shared", "device:eosdist", "shared"),
        ("device:shared:exclusive", "device:shared", "exclusive"),
    ],
)
def test_a_locks_name_may_hold_colons(text: str, name: str, mode: str) -> None:
    assert read_lock(text) == {"name": name, "mode": mode}


@pytest.mark.parametrize("text", ["2030-01-01T00:00:00Z", "2030-01-01T01:00:00+01:00", "2030-01-01 00:00:00.0Z"])
def test_a_time_has_a_zone(text: str) -> None:
    assert read_time(text) == datetime(2030, 1, 1, tzinfo=UTC)


def test_no_time_is_now() -> None:
    assert read_time("") is None


@pytest.mark.parametrize(
    "text", ["tomorrow", "2030-01-01", "2030-01-01T00:00:00", "2030-02-30T00:00:00Z", "0001-01-01T00:00:00+01:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidSubmission, match=r"scheduledAt: .* is not a time with its zone"):
        read_time(text)


def test_log_lines_can_not_drive_the_terminal() -> None:
    assert (
        printable("\x1b[31mred\x1b[0m\tand\n\x1b]0;title\x07\r\x9b2J") == "red\tand\n\ufffd]0;title\ufffd\ufffd\ufffd2J"
    )


@given(st.text())
def test_nothing_but_tabs_and_line_ends_is_left_of_control_characters(text: str) -> None:
    left = set(printable(text))
    assert not {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))} & left - {"\t", "\n"}
