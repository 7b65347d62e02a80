"""CSV as it is written: a header, then the rows part by part, with no cell that a spreadsheet takes for a formula."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(header: Sequence[str], parts: Iterable[Iterable[Iterable[Any]]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(header)
    for rows in parts:
        yield "".join(writer.writerow(map(_cell, row)) for row in rows)


class _Echo:
    """A file whose `write` hands out what it is given."""

    def write(self, text: str) -> str:
        return text


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_DANGEROUS) else text
