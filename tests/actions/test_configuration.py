"""Configurations: rendered in a sandbox, compared, scored, written whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.configuration import RenderFailed, change_score, compare, read_running, render, write_running

texts = st.lists(st.sampled_from(["a", "b", "c", "!"])).map("\n".join)


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{{ missing }}", "UndefinedError: 'missing' is undefined"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ 'a' + 1 }}", "TypeError"),
        ("{% if %}", "TemplateSyntaxError"),
        ("{% include 'none.j2' %}", "there is no template 'none.j2'"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ hosts.append(1) }}", "SecurityError"),
        ("{% include '../secret' %}", "there is no template '../secret'"),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "OverflowError"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "RecursionError"),
    ],
)
def test_a_template_at_fault_is_named_with_its_error(tmp_path: Path, template: str, error: str) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "templates" / "x.j2").write_text(template)
    with pytest.raises(RenderFailed) as failed:
        render(tmp_path / "templates", "x.j2", {"hosts": []})
    assert str(failed.value).startswith(f"x.j2: {error}")


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match=r"none\.j2: there is no template"):
        render(tmp_path, "none.j2", {})


def test_a_diff_begins_at_its_first_hunk_without_file_headers() -> None:
    change = compare("hostname old\nend\n", "hostname new\nend\n")
    assert change.diff == "@@ -1,2 +1,2 @@\n-hostname old\n+hostname new\n end"
    assert (change.added, change.removed, change.lines) == (1, 1, 4)


def test_lines_that_look_like_file_headers_are_counted_as_lines() -> None:
    change = compare("--- a\n++ b\n", "-- c\n")
    assert (change.added, change.removed) == (1, 2)


@pytest.mark.parametrize(
    ("running", "new", "score"),
    [("", "", 0), ("a\n", "a\n", 0), ("", "a\nb\n", 100), ("a\nb\n", "c\nd\n", 100), ("a\nb\n", "a\nc\n", 50)],
)
def test_the_score_is_the_share_of_lines_that_change(running: str, new: str, score: int) -> None:
    assert change_score([compare(running, new)]) == score


def test_one_line_in_a_thousand_still_scores() -> None:
    lines = "x\n" * 1000
    assert change_score([compare(lines, lines + "y\n")]) == 1


def test_no_device_is_no_change() -> None:
    assert change_score([]) == 0


@given(texts, texts)
def test_a_score_is_a_percentage_and_zero_only_without_a_change(running: str, new: str) -> None:
    change = compare(running, new)
    assert 0 <= change_score([change]) <= 100
    assert (change_score([change]) == 0) == (running.splitlines() == new.splitlines())
    assert change.diff.startswith("@@") or not change.diff


def test_a_device_without_a_configuration_has_an_empty_one(tmp_path: Path) -> None:
    assert read_running(tmp_path, "new") == ""


def test_a_write_replaces_the_whole_file(tmp_path: Path) -> None:
    write_running(tmp_path, "sw", "one\ntwo\n")
    write_running(tmp_path, "sw", "three\n")
    assert read_running(tmp_path, "sw") == "three\n"
    assert [path.name for path in tmp_path.iterdir()] == ["sw.cfg"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_running(tmp_path, "sw", "old\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("examples.configuration.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_running(tmp_path, "sw", "new\n")
    assert read_running(tmp_path, "sw") == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["sw.cfg"]
