"""Typed units: their one spelling, and what fits where."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers import capacity
from workers.capacity import InvalidCapacity, Units

pytestmark = pytest.mark.slow

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,62}", fullmatch=True)
AMOUNTS = st.integers(1, capacity.MAX_UNITS)
MAPS = st.dictionaries(NAMES, AMOUNTS, max_size=capacity.MAX_TYPES)
# Few names, so that two maps often share one.
SMALL_MAPS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 4))


@pytest.mark.parametrize(
    ("units", "name"),
    [
        (None, "default"),
        ({}, "default"),
        ({"default": 1}, "default"),
        ({"default": 2}, "default=2"),
        ({"scan": 1}, "scan"),
        ({"scan": 2}, "scan=2"),
        ({"scanCheck": 2, "scan": 1}, "scan=1,scanCheck=2"),
    ],
)
def test_a_class_has_one_name(units: dict[str, int] | None, name: str) -> None:
    assert capacity.class_name(units) == name


@given(st.lists(st.tuples(NAMES, AMOUNTS), max_size=capacity.MAX_TYPES, unique_by=lambda pair: pair[0]), st.randoms())
def test_the_order_of_the_keys_does_not_matter(pairs: list[tuple[str, int]], random: Random) -> None:
    shuffled = random.sample(pairs, len(pairs))
    assert capacity.class_name(dict(shuffled)) == capacity.class_name(dict(pairs))


@given(MAPS)
def test_a_class_name_reads_as_its_needs(units: dict[str, int]) -> None:
    assert capacity.parse(capacity.class_name(units)) == capacity.needs(units)


@given(MAPS, MAPS)
def test_different_needs_have_different_names(one: dict[str, int], other: dict[str, int]) -> None:
    same = capacity.needs(one) == capacity.needs(other)
    assert (capacity.class_name(one) == capacity.class_name(other)) == same


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", {}),
        (" , ,", {}),
        ("scan", {"scan": 1}),
        ("scan=2, scanCheck=1", {"scan": 2, "scanCheck": 1}),
        ("bytes=9007199254740992", {"bytes": 2**53}),
    ],
)
def test_what_an_operator_types_is_read(text: str, units: dict[str, int]) -> None:
    assert capacity.parse(text) == units


@pytest.mark.parametrize(
    ("text", "type_name"),
    [
        ("scan=0", "scan"),
        ("scan=-1", "scan"),
        ("scan=1.5", "scan"),
        ("scan=", "scan"),
        ("scan=many", "scan"),
        ("scan=²", "scan"),
        ("scan=\u0663", "scan"),
        ("scan=9007199254740993", "scan"),
        ("scan=" + "9" * 5000, "scan"),
        ("scan=1,scan=2", "scan"),
        ("1scan", "1scan"),
        ("=1", ""),
        ("a b=1", "a b"),
        ("x" * 64, "x" * 64),
        (",".join(f"t{number}" for number in range(17)), ""),
    ],
)
def test_what_is_no_capacity_is_refused_by_its_type(text: str, type_name: str) -> None:
    with pytest.raises(InvalidCapacity) as refused:
        capacity.parse(text)
    assert refused.value.type_name == type_name
    assert len(str(refused.value)) < 200


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        units = capacity.parse(text)
    except InvalidCapacity:
        return
    assert capacity.check(units) == units


@pytest.mark.parametrize("amount", [True, 1.0, "1", None, 0, -1, 2**53 + 1])
def test_only_whole_numbers_in_range_are_units(amount: object) -> None:
    with pytest.raises(InvalidCapacity) as refused:
        capacity.check({"scan": amount})
    assert refused.value.type_name == "scan"


def test_a_type_that_is_missing_counts_0() -> None:
    assert not capacity.fits({"scan": 1}, {})
    assert not capacity.fits({"scan": 2}, {"scan": 1, "other": 5})
    assert capacity.fits({"scan": 1}, {"scan": 1})
    assert capacity.fits({}, {})


@given(SMALL_MAPS, SMALL_MAPS, SMALL_MAPS)
def test_what_fits_still_fits_when_more_is_free(wanted: Units, free: dict[str, int], more: dict[str, int]) -> None:
    larger = {name: free.get(name, 0) + more.get(name, 0) for name in {**free, **more}}
    assert not capacity.fits(wanted, free) or capacity.fits(wanted, larger)


@given(SMALL_MAPS, SMALL_MAPS, SMALL_MAPS)
def test_what_needs_less_fits_where_more_did(wanted: dict[str, int], less: Units, free: Units) -> None:
    smaller = {name: max(amount - less.get(name, 0), 0) for name, amount in wanted.items()}
    assert not capacity.fits(wanted, free) or capacity.fits(smaller, free)


@given(SMALL_MAPS, st.lists(st.tuples(SMALL_MAPS, st.integers(0, 3)), max_size=4))
def test_what_is_free_and_what_is_used_add_up_to_what_is_held(
    held: dict[str, int], used: list[tuple[dict[str, int], int]]
) -> None:
    left = capacity.free(held, used)
    for name in left:
        assert left[name] + sum(needs.get(name, 0) * jobs for needs, jobs in used) == held.get(name, 0)


def test_a_cut_of_capacity_leaves_less_than_nothing() -> None:
    assert capacity.free({"scan": 1}, [({"scan": 2}, 2)]) == {"scan": -3}


@pytest.mark.parametrize(
    ("declared", "slots", "held"),
    [
        ({}, 4, {"default": 4}),
        ({"scan": 1}, 4, {"default": 3, "scan": 1}),
        # Two are for jobs that need nothing, however much is declared.
        ({"scan": 9}, 4, {"default": 2, "scan": 9}),
        ({"scan": 9}, 1, {"default": 1, "scan": 9}),
        ({"default": 7, "scan": 1}, 4, {"default": 7, "scan": 1}),
    ],
)
def test_spare_slots_are_units_of_the_default_type(declared: Units, slots: int, held: Units) -> None:
    assert capacity.total(declared, slots=slots) == held


@pytest.mark.parametrize(
    ("declared", "cores", "slots"),
    [({}, 1, 2), ({"scan": 1, "check": 1}, 2, 4), ({"scan": 9}, 2, 8), ({"bytes": 2**53}, 64, 32), ({}, 0, 1)],
)
def test_a_worker_has_room_for_all_units_within_what_the_machine_bears(declared: Units, cores: int, slots: int) -> None:
    assert capacity.default_slots(declared, cores=cores) == slots
