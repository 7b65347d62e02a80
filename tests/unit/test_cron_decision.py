"""Which due seconds make a job: misfire, grace and overlap as pure values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.engine.crons.decision import MAX_MADE_UP, Policy, decide

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def policy(misfire: str = "once", *, grace: float = 3600, overlap: str = "allow") -> Policy:
    return Policy(misfire=misfire, grace=timedelta(seconds=grace), overlap=overlap)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


CASES: dict[str, tuple[list[float], dict[str, Any], list[float], list[tuple[str, int]]]] = {
    # due so many seconds ago, policy, which of them fire, what is skipped
    "on time": ([0], {}, [0], []),
    "a little late is on time, whatever the policy": ([9], {"misfire": "skip"}, [9], []),
    "skip makes up for nothing": ([120, 60], {"misfire": "skip"}, [], [("MISSED", 2)]),
    "skip fires what is on time": ([120, 60, 0], {"misfire": "skip"}, [0], [("MISSED", 2)]),
    "once makes up with the newest": ([180, 120, 60], {}, [60], [("COALESCED", 2)]),
    "once beside one that is on time": ([120, 60, 0], {}, [60, 0], [("COALESCED", 1)]),
    "once beyond the grace": ([7200, 3601], {}, [], [("TOO_LATE", 2)]),
    "once at the edge of the grace": ([7200, 3600], {}, [3600], [("TOO_LATE", 1)]),
    "all within the grace": ([7200, 3600, 60], {"misfire": "all"}, [3600, 60], [("TOO_LATE", 1)]),
    "no grace at all": ([60, 0], {"grace": 0}, [0], [("TOO_LATE", 1)]),
    "forbid while busy": ([0], {"overlap": "forbid", "busy": True}, [], [("OVERLAP", 1)]),
    "forbid when idle": ([0], {"overlap": "forbid"}, [0], []),
    "forbid: the first is in the way of the others": (
        [120, 60, 0],
        {"misfire": "all", "overlap": "forbid"},
        [120],
        [("OVERLAP", 2)],
    ),
    "replace: only the newest is worth a start": (
        [120, 60, 0],
        {"misfire": "all", "overlap": "replace"},
        [0],
        [("REPLACED", 2)],
    ),
    "a part: its newest are not the newest of all": ([60], {"misfire": "all", "more": True}, [], [("TOO_MANY", 1)]),
    "a part, once": ([60], {"more": True}, [], [("COALESCED", 1)]),
}


@pytest.mark.parametrize(("dues", "how", "fire", "skips"), CASES.values(), ids=CASES)
def test_each_due_second_fires_or_has_a_reason(
    dues: list[float], how: dict[str, Any], fire: list[float], skips: list[tuple[str, int]]
) -> None:
    how = dict(how)
    state = {"busy": how.pop("busy", False), "more": how.pop("more", False)}
    decision = decide(ago(*dues), now=NOW, policy=policy(**how), **state)
    assert decision.fire == ago(*fire)
    assert [(span.code.value, span.count) for span in decision.skips] == skips


def test_all_makes_up_for_so_many_and_no_more() -> None:
    dues = ago(*range(MAX_MADE_UP * 60 + 60, 0, -30))
    decision = decide(dues, now=NOW, policy=policy("all", grace=86_400), busy=False)
    assert decision.fire == dues[-MAX_MADE_UP:]
    assert [(span.first, span.last, span.code) for span in decision.skips] == [
        (dues[0], dues[-MAX_MADE_UP - 1], "TOO_MANY")
    ]


HOW = st.fixed_dictionaries(
    {
        "misfire": st.sampled_from(["skip", "once", "all"]),
        "overlap": st.sampled_from(["allow", "forbid", "replace"]),
        "grace": st.integers(0, 20_000),
    }
)
STATE = st.fixed_dictionaries({"busy": st.booleans(), "more": st.booleans()})


@given(st.lists(st.integers(0, 20_000), unique=True, min_size=1, max_size=300), HOW, STATE)
def test_no_due_second_is_lost_or_counted_twice(late: list[int], how: dict[str, Any], state: dict[str, bool]) -> None:
    dues = ago(*sorted(late, reverse=True))
    decision = decide(dues, now=NOW, policy=policy(**how), **state)
    covered = [due for span in decision.skips for due in dues if span.first <= due <= span.last]
    assert sorted([*decision.fire, *covered]) == dues
    assert sum(span.count or 0 for span in decision.skips) == len(covered)
