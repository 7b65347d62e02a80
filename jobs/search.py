"""Free text over jobs, kept to what an index serves."""

import json
import re
from typing import Any
from uuid import UUID

from django.db.models import JSONField, Q
from django.db.models.lookups import PostgresOperatorLookup

from jobs.actions import registered_actions

_ID_START = re.compile(r"[0-9a-f]{4,8}(?:-[0-9a-f]{0,12}){0,4}")
_JSON_SCALAR = re.compile(r"true|false|-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_NUMBER = re.compile(r"[0-9]{1,19}")
_LARGEST_NUMBER = 2**63 - 1


@JSONField.register_lookup
class Matches(PostgresOperatorLookup):
    """`parameters__matches='$."device" == "eosdist"'`: a predicate of SQL/JSON path, which the GIN index serves."""

    lookup_name = "matches"
    postgres_operator = "@@"
    prepare_rhs = False

    def process_rhs(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002
        return "%s::jsonpath", (self.rhs,)


def matching(text: str) -> Q:
    """Jobs whose id begins with the text, whose action is like it, or with it as the value of a declared parameter."""
    actions = registered_actions()
    found = named_like(text) | _id_from(text.lower())
    declared = {field.alias or key for action in actions for key, field in action.parameters.model_fields.items()}
    return found | having(sorted(declared), text) if declared else found


def named_like(text: str) -> Q:
    """Jobs whose action's name has the text in it."""
    names = {action.name for action in registered_actions() if text.lower() in action.name.lower()}
    # An action that is not registered any more is found by its whole name.
    return Q(action__in=sorted(names | {text}))


def found_by(term: str) -> Q:
    """Jobs with this number, id or beginning of one, whose action has just this name, or with this ticket."""
    found = Q(action=term) | Q(ticket_ref=term) | _id_from(term.lower())
    if _NUMBER.fullmatch(term) and int(term) <= _LARGEST_NUMBER:
        found |= Q(pk=int(term))
    return found


def having(keys: list[str], text: str) -> Q:
    """Jobs with one of these parameters: as text, as the number or boolean that it spells, or in a list of such."""
    # One condition, however many keys: of many joined by OR the planner expects so much that it reads the whole table.
    # A path unwraps lists by itself.
    values = [json.dumps(text), *([text] if _JSON_SCALAR.fullmatch(text) else [])]
    return Q(parameters__matches=" || ".join(f"$.{json.dumps(key)} == {value}" for key in keys for value in values))


def _id_from(start: str) -> Q:
    digits = start.replace("-", "")
    if not _ID_START.fullmatch(start) or len(digits) > 32:
        return Q()
    return Q(uuid__gte=UUID(digits.ljust(32, "0")), uuid__lte=UUID(digits.ljust(32, "f")))
