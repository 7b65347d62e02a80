"""Names in a sentence that has an end."""

import pytest

from jobs.naming import some_of


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["x" * 118] * 2, f"{'x' * 118}, {'x' * 118}"),
        (["x" * 118] * 3, f"{'x' * 118}, {'x' * 118} and 1 more"),
        (["x" * 300, "b"], f"{'x' * 300} and 1 more"),
    ],
)
def test_as_many_as_there_is_room_for_but_one_at_least(names: list[str], said: str) -> None:
    assert some_of(names) == said
