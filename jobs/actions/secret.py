"""Which parameters are secret: what an action marks in its schema."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import AliasChoices, AliasPath, BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

_Seen = frozenset[type[BaseModel]]


class Secret:
    """Marks a parameter that only the runner may read: `token: Annotated[str, Secret]`. SecretStr is one as well."""


@cache
def secret_fields(schema: type[BaseModel]) -> dict[str, FieldInfo]:
    """The marked fields by their names in Python. One with a mark anywhere within is marked as a whole."""
    return {key: field for key, field in schema.model_fields.items() if _is_marked_field(field, frozenset())}


@cache
def secret_names(schema: type[BaseModel]) -> frozenset[str]:
    """All that clients may call them."""
    return frozenset(name for key, field in secret_fields(schema).items() for name in _names(key, field))


def plain(value: Any) -> Any:
    """The value itself, out of the wrappers in which pydantic keeps secrets and objects."""
    if isinstance(value, (SecretStr, SecretBytes)):
        value = value.get_secret_value()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, BaseModel):
        value = {**dict(value), **(value.model_extra or {})}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    return value


def _names(key: str, field: FieldInfo) -> Iterator[str]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    for choice in (key, field.alias, *choices):
        name = choice.path[0] if isinstance(choice, AliasPath) else choice
        if isinstance(name, str):
            yield name


def _is_marked_field(field: FieldInfo, seen: _Seen) -> bool:
    return any(map(_is_mark, field.metadata)) or _is_marked(field.annotation, seen)


def _is_marked(annotation: Any, seen: _Seen) -> bool:
    """Also where it may be something else too: `SecretStr | None`, or an object with a secret in it."""
    if annotation in (SecretStr, SecretBytes) or _is_mark(annotation):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = [] if annotation in seen else annotation.model_fields.values()
        return any(_is_marked_field(field, seen | {annotation}) for field in fields)
    parts = (*get_args(annotation), *getattr(annotation, "__metadata__", ()))
    return any(_is_marked(part, seen) for part in parts)


def _is_mark(part: Any) -> bool:
    return part is Secret or isinstance(part, Secret)
