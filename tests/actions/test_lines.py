"""Bytes of a program to lines that can be stored."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.actions.lines import MAX_LINE_BYTES, LineReader, clean, pieces
from jobs.seal.hush import learn


def read(*chunks: bytes) -> list[str]:
    reader = LineReader()
    return [line for chunk in chunks for line in reader.feed(chunk)] + reader.close()


def test_lines_come_when_they_are_complete_and_the_rest_at_the_end() -> None:
    reader = LineReader()
    assert reader.feed(b"one\ntw") == ["one"]
    assert reader.feed(b"o\n\nthr") == ["two", ""]
    assert reader.close() == ["thr"]


def test_a_partial_line_can_be_shown_early_and_goes_on_in_the_next() -> None:
    reader = LineReader()
    assert reader.feed(b"Password: ") == []
    assert reader.flush() == ["Password: "]
    assert reader.flush() == []
    assert reader.feed(b"accepted\n") == ["accepted"]


def test_windows_line_ends_are_line_ends() -> None:
    assert read(b"one\r\ntwo\r\n") == ["one", "two"]


def test_a_character_cut_by_a_read_is_whole() -> None:
    assert read(b"caf\xc3", b"\xa9\n") == ["café"]


def test_bad_utf8_and_nul_become_the_replacement_character() -> None:
    assert read(b"a\x00b\xffc\n", b"cut \xe2\x82") == ["a\ufffdb\ufffdc", "cut \ufffd"]


def test_a_long_line_is_split_between_characters() -> None:
    lines = read("é".encode() * MAX_LINE_BYTES + b"\n")
    assert len(lines) == 2
    assert "".join(lines) == "é" * MAX_LINE_BYTES
    assert max(len(line.encode()) for line in lines) <= MAX_LINE_BYTES


def test_a_line_without_any_end_is_not_held_back_in_memory() -> None:
    reader = LineReader()
    shown = [line for _ in range(100) for line in reader.feed(b"x" * 1000)]
    assert sum(map(len, shown)) >= 100_000 - MAX_LINE_BYTES


@given(st.binary(max_size=200), st.integers(min_value=1, max_value=7))
def test_how_the_bytes_are_cut_into_reads_changes_nothing(data: bytes, size: int) -> None:
    assert read(*(data[at : at + size] for at in range(0, len(data), size))) == read(data)


@given(st.text(st.characters(codec=None), max_size=50))
def test_whatever_is_cleaned_can_be_stored(text: str) -> None:
    stored = "".join(pieces(clean(text)))
    assert "\x00" not in stored
    assert len(stored) == len(text)
    assert stored.encode().decode() == stored


def test_a_secret_is_found_where_a_long_line_is_cut_and_where_a_read_was() -> None:
    learn(["hunter2-correct-horse"])
    try:
        text = b"x" * (MAX_LINE_BYTES - 10) + b"hunter2-correct-horse\nhunter2-corr"
        assert read(text, b"ect-horse\n") == ["x" * (MAX_LINE_BYTES - 10) + "***", "***"]
    finally:
        learn([])
