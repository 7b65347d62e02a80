"""Free text over jobs, kept to what an index serves."""

import json
import re
from typing import Any
from uuid import UUID

from django.db.models import Q

from jobs.actions import registered_actions

_ID_START = re.compile(r"[0-9a-f]{4,8}(?:-[0-9a-f]{0,12}){0,4}")


def matching(text: str) -> Q:
    """Jobs whose id begins with the text, whose action is like it, or with it as the value of a declared parameter."""
    actions = registered_actions()
    names = {action.name for action in actions if text.lower() in action.name.lower()}
    # An action that is not registered any more is found by its whole name.
    found = Q(action__in=sorted(names | {text}))
    if _ID_START.fullmatch(text.lower()):
        found |= _id_from(text.lower())
    for key in sorted(
        {field.alias or name for action in actions for name, field in action.parameters.model_fields.items()}
    ):
        found |= having(key, text) | Q(parameters__contains={key: [text]})
    return found


def having(key: str, text: str) -> Q:
    """Jobs with this parameter: as text, or as the number or boolean that the text spells."""
    found = Q(parameters__contains={key: text})
    spelled = _as_json(text)
    return found if spelled is None else found | Q(parameters__contains={key: spelled})


def _id_from(start: str) -> Q:
    digits = start.replace("-", "")
    if len(digits) > 32:
        return Q(pk__in=[])
    return Q(uuid__gte=UUID(digits.ljust(32, "0")), uuid__lte=UUID(digits.ljust(32, "f")))


def _as_json(text: str) -> Any:
    if not re.fullmatch(r"true|false|-?[0-9]{1,15}(?:\.[0-9]{1,15})?", text):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
