"""Which parameters are secret, how they are kept, and who sees what."""

from typing import Annotated, Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as ours
from django.test import override_settings
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator

from jobs.actions.commands.parameters import schema_of
from jobs.actions.parameters import InvalidParameters, Parameters, validate
from jobs.actions.registry import Action
from jobs.actions.secret import Secret
from jobs.seal.form import MASK, masked
from jobs.seal.parameters import Unreadable, open_parameters, seal_parameters, unchanged

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Login(Parameters):
    user: str = ""
    password: Annotated[str, Secret] = ""
    pin: Annotated[int, Secret] | None = None
    token: SecretStr | None = None
    key: Annotated[str, Secret, Field(alias="apiKey")] = ""
    other: Annotated[str, Secret] = Field("", validation_alias=AliasChoices("other", "another"))


@pytest.mark.parametrize("name", ["password", "pin", "token", "apiKey", "other", "another"])
def test_a_marked_parameter_is_secret_under_every_name(name: str) -> None:
    assert Login.is_secret(name)
    assert Login.has_secrets()
    assert not Login.is_secret("user")
    assert not Parameters.has_secrets()


def test_clients_are_told_that_it_is_only_written() -> None:
    properties = Login.model_json_schema()["properties"]
    assert properties["password"]["writeOnly"] is True
    assert "writeOnly" not in properties["user"]


def test_a_command_names_its_secrets_whatever_the_case() -> None:
    schema = schema_of("c", None, ["token"])
    assert schema.is_secret("TOKEN")
    assert not schema.is_secret("tok")


def test_what_is_sealed_can_be_opened_and_not_read() -> None:
    sent = {"user": "ann", "password": "hunter2", "pin": 1234, "token": None}
    stored = seal_parameters(Login, sent)
    assert stored is not None
    assert "hunter2" not in str(stored)
    assert "1234" not in str(masked(stored))
    assert open_parameters(stored) == sent
    assert masked({"next": [stored]}) == {"next": [{"user": "ann", "password": MASK, "pin": MASK, "token": None}]}


def test_what_is_sealed_already_is_sealed_again_with_the_key_of_now() -> None:
    with override_settings(PARAMETERS_KEYS=[OLD]):
        stored = seal_parameters(Login, {"password": "hunter2"})
    with override_settings(PARAMETERS_KEYS=[NEW, OLD]):
        stored = seal_parameters(Login, stored)
    with override_settings(PARAMETERS_KEYS=[NEW]):
        assert open_parameters(stored or {}) == {"password": "hunter2"}


def test_the_mask_sent_back_means_unchanged_where_there_was_a_secret_and_is_refused_elsewhere() -> None:
    before = seal_parameters(Login, {"user": "ann", "password": "hunter2"}) or {}
    sent = {"user": MASK, "password": MASK, "token": MASK}
    assert unchanged(sent, before=before) == {"user": MASK, "password": before["password"], "token": MASK}
    assert unchanged(sent, before=None) == sent
    with pytest.raises(InvalidParameters, match=r"parameters\.password: is \*\*\*, which stands for a secret"):
        seal_parameters(Login, {"password": MASK})


def test_without_a_key_a_secret_is_refused_and_all_else_works() -> None:
    with override_settings(PARAMETERS_KEYS=[]):
        assert seal_parameters(Login, {"user": "ann"}) == {"user": "ann"}
        with pytest.raises(
            InvalidParameters, match=r"parameters\.password: is a secret, and PARAMETERS_KEY is not set"
        ):
            seal_parameters(Login, {"password": "hunter2"})


def test_a_value_of_another_key_or_of_nobodys_is_unreadable() -> None:
    with override_settings(PARAMETERS_KEYS=[OLD]):
        stored = seal_parameters(Login, {"password": "hunter2"}) or {}
    for value in (stored["password"], {"$sealed": "made up"}, {"$sealed": ""}):
        with pytest.raises(Unreadable, match="the parameter password is sealed with a key"):
            open_parameters({"password": value})


class Connection(BaseModel):
    host: str = ""
    login: Login = Login()


class Nested(Parameters):
    connections: list[Connection] = []
    pin: Annotated[str, Secret] = "0000-default"


def test_an_object_with_a_secret_somewhere_within_is_secret_as_a_whole() -> None:
    assert Nested.is_secret("connections")


def test_the_default_of_a_secret_is_told_to_nobody() -> None:
    assert "0000-default" not in str(Nested.model_json_schema())
    assert Nested().secrets()["pin"] == "0000-default"


def test_a_unique_key_tells_secrets_apart_and_is_no_plain_digest() -> None:
    action = Action(name="x", run=lambda _: None, parameters=Login, unique=True)
    keys = {action.unique_key_for(Login(token=SecretStr(token))) for token in ("one", "two")}
    assert len(keys) == 2
    with override_settings(SECRET_KEY="another" * 9):
        assert action.unique_key_for(Login(token=SecretStr("one"))) not in keys


class Picky(Parameters):
    password: Annotated[str, Secret]

    @field_validator("password")
    @classmethod
    def _long(cls, value: str) -> str:
        if len(value) < 10:
            raise ValueError(f"{value!r} is too short")
        if value.isdecimal():
            raise ValueError("has no letters")
        return value


@pytest.mark.parametrize(
    ("schema", "sent", "reason"),
    [
        (Picky, {"password": "hunter2"}, "is not valid"),
        (Picky, {"password": "12345678901"}, "has no letters"),
        (Picky, {"password": 1234567}, "Input should be a valid string"),
        (Login, {"pin": "hunter2"}, "unable to parse"),
        (Login, {"pasword": "hunter2"}, "Extra inputs are not permitted"),
    ],
)
def test_an_error_about_a_secret_does_not_tell_it(schema: type[Parameters], sent: Any, reason: str) -> None:
    with pytest.raises(InvalidParameters, match=reason) as caught:
        validate(schema, sent)
    assert str(next(iter(sent.values()))) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_tests_have_a_key_of_their_own() -> None:
    assert ours.PARAMETERS_KEYS
