"""What the theme makes anew for each row of a list, made once (docs/adr/0026)."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import checkbox
from unfold.templatetags import unfold_list

_make_headers = unfold_list.result_headers


def headers_of(shown: Any) -> list[dict[str, Any]]:
    """The headers of a ChangeList, which each of its rows asks for."""
    if "headers_made" not in vars(shown):
        shown.headers_made = list(_make_headers(shown))
    return shown.headers_made  # type: ignore[no-any-return]


# The theme names no other way in: its tags find this function by its name there.
unfold_list.result_headers = headers_of


def select_box(pk: Any) -> SafeString:
    """The box that ticks a row: the theme's own, for which that renders three templates."""
    known = checkbox.attrs
    return format_html(
        '<input type="checkbox" name="{}" value="{}" class="{}" aria-label="{}">',
        ACTION_CHECKBOX_NAME, pk, known["class"], known["aria-label"],
    )  # fmt: skip
