"""What a command may be sent, and how it finds it in its environment."""

import uuid
from typing import Any

import pytest

from jobs.actions.commands.declaration import Command, CommandParameter
from jobs.actions.commands.environment import environment
from jobs.actions.commands.parameters import MAX_VALUE_BYTES, CommandParameters, schema_of
from jobs.actions.parameters import InvalidParameters, validate

JOB = uuid.UUID("01890000-0000-7000-8000-000000000001")


def variables(sent: dict[str, Any], declared: list[CommandParameter] | None = None) -> dict[str, str]:
    parameters = validate(schema_of("x", declared), sent)
    assert isinstance(parameters, CommandParameters)
    return parameters.variables()


def test_values_are_text_numbers_booleans_or_json() -> None:
    sent = {"name": "eos dist", "count": 4, "ratio": 0.5, "dry_run": True, "nested": {"é": [1, None]}, "none": None}
    assert variables(sent) == {
        "PARAM_NAME": "eos dist",
        "PARAM_COUNT": "4",
        "PARAM_RATIO": "0.5",
        "PARAM_DRY_RUN": "true",
        "PARAM_NESTED": '{"é": [1, null]}',
    }


@pytest.mark.parametrize("name", ["", "a b", "1st", "a=b", "PATH;", "a\n", "é", "x" * 65])
def test_a_name_that_can_not_be_a_variable_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameters, match="can not name a variable"):
        variables({name: "x"})


def test_names_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(InvalidParameters, match="a and A would be the same variable, PARAM_A"):
        variables({"a": 1, "A": 2})


def test_a_value_too_long_for_an_environment_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="blob is longer than 65536 bytes"):
        variables({"blob": "x" * (MAX_VALUE_BYTES + 1)})


def test_more_parameters_than_an_environment_should_hold_are_refused() -> None:
    with pytest.raises(InvalidParameters, match="at most 100"):
        variables({f"p{number}": 1 for number in range(101)})


def test_declared_parameters_are_checked_and_defaults_filled_in() -> None:
    declared = [
        CommandParameter(name="days", type="integer", default=30),
        CommandParameter(name="copy", type="boolean", required=True),
        CommandParameter(name="level", choices=["low", "high"]),
    ]
    assert variables({"copy": "true"}, declared) == {"PARAM_DAYS": "30", "PARAM_COPY": "true"}
    refusals: list[tuple[dict[str, Any], str]] = [
        ({}, "parameters.copy: Field required"),
        ({"copy": "maybe"}, "parameters.copy: "),
        ({"copy": True, "days": "soon"}, "parameters.days: "),
        ({"copy": True, "level": "medium"}, "parameters.level: Input should be 'low' or 'high'"),
        ({"copy": True, "other": 1}, "parameters.other: Extra inputs"),
    ]
    for sent, field in refusals:
        with pytest.raises(InvalidParameters) as refused:
            variables(sent, declared)
        assert field in str(refused.value)


def clean(command: dict[str, Any], *, worker: dict[str, str], fence: dict[str, int] | None = None) -> dict[str, str]:
    declared = Command.model_validate({"argv": ["true"], **command})
    return environment(declared, worker=worker, job_id=JOB, fence=fence or {}, parameters={"PARAM_A": "1"})


def test_the_environment_holds_nothing_of_the_worker_but_what_is_named() -> None:
    worker = {"PATH": "/bin", "HOME": "/home/j", "SECRET_KEY": "s", "DATABASE_URL": "postgres://", "PROXY": "p:1"}
    assert clean({"env": {"LEVEL": "9"}, "env_from_worker": ["PROXY", "MISSING"]}, worker=worker) == {
        "PATH": "/bin",
        "HOME": "/home/j",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PROXY": "p:1",
        "LEVEL": "9",
        "PARAM_A": "1",
        "JOB_ID": str(JOB),
        "FENCE": "",
    }


def test_the_fence_is_a_number_for_one_lock_and_json_for_several() -> None:
    assert clean({}, worker={}, fence={"devices": 7})["FENCE"] == "7"
    assert clean({}, worker={}, fence={"b": 2, "a": 1})["FENCE"] == '{"a": 1, "b": 2}'
