"""`function_name`: the action, with ` (dry_run)` behind it where its parameter dry_run is true."""

from collections.abc import Callable

from django.db.models import BooleanField, Case, CharField, ExpressionWrapper, F, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, Lower
from django.db.models.lookups import In

from jobs.actions import registered_actions
from jobs.engine.rows import django_rows
from jobs.models.queryset import JobQuerySet

DRY_RUN = " (dry_run)"
# What the schemas of actions read as true, be it a text, a number or a boolean.
_TRUE = ["true", "t", "yes", "y", "on", "1", "1.0"]

# Each step is one probe of the index on actions, however many jobs an action has.
ACTIONS = """
WITH RECURSIVE known AS (
    (SELECT action FROM jobs_job ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT action FROM jobs_job WHERE action > known.action ORDER BY action LIMIT 1)
    FROM known WHERE known.action IS NOT NULL
)
SELECT action FROM known WHERE action IS NOT NULL
"""


def with_function_name(jobs: JobQuerySet) -> JobQuerySet:
    """With `is_dry` and `function_name`."""
    dry_by_default = [
        action.name
        for action in registered_actions()
        if (field := action.parameters.model_fields.get("dry_run")) is not None and field.default is True
    ]
    sent = Lower(KeyTextTransform("dry_run", F("parameters")))
    is_dry = Coalesce(
        "dry_run",
        # Of jobs from before there was this column.
        In(sent, _TRUE),
        ExpressionWrapper(Q(action__in=dry_by_default), output_field=BooleanField()),
        output_field=BooleanField(),
    )
    return jobs.annotate(is_dry=is_dry).annotate(
        function_name=Case(
            When(is_dry=True, then=Concat("action", Value(DRY_RUN))), default=F("action"), output_field=CharField()
        )
    )


def named(matches: Callable[[str], bool]) -> Q:
    """Jobs whose function_name `matches`. Over the few actions that there are, so that the index on them serves."""
    actions = [action for (action,) in django_rows(ACTIONS, None)]
    live = {action for action in actions if matches(action)}
    dry = {action for action in actions if matches(action + DRY_RUN)}
    return (
        Q(action__in=sorted(live & dry))
        | Q(action__in=sorted(live - dry), is_dry=False)
        | Q(action__in=sorted(dry - live), is_dry=True)
    )
