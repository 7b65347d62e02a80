"""Strategies: right expressions, moments, zones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.unit.schedule.oracle import LIMITS

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"]).map(
    ZoneInfo
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def _parts(draw: st.DrawFn, low: int, high: int) -> str:
    first = draw(st.integers(low, high))
    last = draw(st.integers(first, high))
    base = draw(st.sampled_from(["*", str(first), f"{first}-{last}"]))
    step = draw(st.none() | st.integers(1, high - low + 1))
    return base if step is None else f"{base}/{step}"


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    return st.just("*") | st.lists(_parts(low, high), min_size=1, max_size=3).map(",".join)


# Days up to 28 come in every month.
EXPRESSIONS = st.tuples(*(_field(low, 28 if high == 31 else high) for low, high in LIMITS)).map(" ".join)
