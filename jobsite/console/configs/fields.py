"""A parameter of an action as a field of a form: what the schema says of it, and its value as text."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from jobs.actions.parameters import Parameters

About = Mapping[str, Any]
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}


def described(schema: type[Parameters]) -> dict[str, About]:
    """By the names that clients write."""
    properties: dict[str, About] = schema.model_json_schema().get("properties", {})
    return properties


def is_secret(about: About) -> bool:
    """Only ever written: nobody is shown it."""
    return bool(about.get("writeOnly"))


def field_of(name: str, about: About) -> forms.CharField:
    many = types_of(about) & {"object", "array"}
    widget: Any = UnfoldAdminTextareaWidget(attrs={"rows": 4}) if many else UnfoldAdminTextInputWidget()
    if is_secret(about):
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(required=False, strip=False, label=name, help_text=_words(about), widget=widget)


def types_of(about: About) -> set[str]:
    """As JSON Schema names them; none where anything goes, or where another part of the schema says it."""
    kinds = [part.get("type") for part in about.get("anyOf", [about])]
    return set() if None in kinds else set(kinds)


def as_text(value: Any, about: About) -> str:
    """What `read` makes this value of."""
    if isinstance(value, str) and read(value, about) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def read(text: str, about: About) -> Any:
    """Text where only text may stand; else JSON, and what is none is text, for the schema to judge."""
    if types_of(about) == {"string"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _words(about: About) -> str:
    kinds = " or ".join(sorted(types_of(about)))
    part = next((part for part in about.get("anyOf", []) if part.get("type") != "null"), about)
    bounds = [f"{words} {part[key]}" for key, words in _BOUNDS.items() if key in part]
    if is_secret(about):
        default = ["never shown; empty keeps what is set"]
    elif "default" in about:
        default = [f"empty: the action's own, {json.dumps(about['default'], ensure_ascii=False)}"]
    else:
        default = ["empty: each job brings its own"]
    said = "; ".join([", ".join(filter(None, [kinds, *bounds])), *default]).removeprefix("; ")
    return f"{about['description']} ({said})" if "description" in about else f"{said[:1].upper()}{said[1:]}."
