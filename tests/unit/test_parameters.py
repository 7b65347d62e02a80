"""Schemas of parameters read what clients send who can only send text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, model_validator

from jobs.actions.parameters import AnyParameters, InvalidParameters, Parameters, validate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


class Device(Parameters):
    name: str
    port: int = 22


class Schema(Parameters):
    count: int = 1
    seconds: float = 1.0
    dry_run: bool = False
    day: date | None = None
    devices: list[Device] = []


class Choosy(Parameters):
    all: bool = False

    @model_validator(mode="after")
    def _choose(self) -> "Choosy":
        if not self.all:
            raise ValueError("select something")
        return self


class Lenient(Parameters):
    model_config = ConfigDict(extra="ignore")

    count: int = 1


def refused(schema: type[Parameters], sent: dict[str, object]) -> InvalidParameters:
    with pytest.raises(InvalidParameters) as raised:
        validate(schema, sent)
    return raised.value


@pytest.mark.parametrize(
    ("sent", "key", "value"),
    [
        ({"count": "4"}, "count", 4),
        ({"count": 4}, "count", 4),
        ({"seconds": "1.5"}, "seconds", 1.5),
        ({"dry_run": "true"}, "dry_run", True),
        ({"dry_run": "false"}, "dry_run", False),
        ({"dry_run": True}, "dry_run", True),
        ({"day": "2018-04-21"}, "day", date(2018, 4, 21)),
        ({"devices": [{"name": "a", "port": "23"}]}, "devices", [Device(name="a", port=23)]),
        ({}, "count", 1),
    ],
)
def test_text_is_read_as_what_the_schema_wants(sent: dict[str, object], key: str, value: object) -> None:
    found = getattr(validate(Schema, sent), key)
    assert (found, type(found)) == (value, type(value))


def test_nothing_sent_is_all_defaults() -> None:
    assert validate(Schema, None) == Schema()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"count": "four"}, "parameters.count"),
        ({"count": "4.5"}, "parameters.count"),
        ({"count": None}, "parameters.count"),
        ({"dry_run": "perhaps"}, "parameters.dry_run"),
        ({"cuont": "4"}, "parameters.cuont"),
        ({"devices": [{"name": "a"}, {"port": 1}]}, "parameters.devices.1.name"),
        ({"devices": [{"name": "a", "prot": 1}]}, "parameters.devices.0.prot"),
        ({"devices": "a"}, "parameters.devices"),
    ],
)
def test_the_field_at_fault_is_named_with_dots(sent: dict[str, object], field: str) -> None:
    assert refused(Schema, sent).field == field


def test_a_refusal_shows_the_value_but_never_all_of_a_long_one() -> None:
    assert refused(Schema, {"count": "four"}).reason.endswith("(was 'four')")
    assert len(refused(Schema, {"count": "x" * 1_000_000}).reason) < 300


def test_a_rule_over_several_keys_names_them_all_and_speaks_plainly() -> None:
    error = refused(Choosy, {})
    assert error.field == "parameters"
    assert error.reason.startswith("select something")


def test_unknown_keys_are_kept_or_ignored_where_the_schema_says_so() -> None:
    assert validate(Lenient, {"count": "2", "k": "v"}) == Lenient(count=2)
    assert validate(AnyParameters, {"k": [1]}).model_dump() == {"k": [1]}


@given(st.dictionaries(st.text() | st.sampled_from(list(Schema.model_fields)), JSON))
def test_any_json_object_is_read_or_refused(sent: dict[str, object]) -> None:
    try:
        assert isinstance(validate(Schema, sent), Schema)
    except InvalidParameters as error:
        named = error.field
    else:
        named = "parameters"
    assert named.startswith("parameters")
