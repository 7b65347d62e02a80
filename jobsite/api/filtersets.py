"""django-filter's FilterSet, made as seldom as can be."""

from typing import Any

import django_filters  # type: ignore[import-untyped]


class FilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Its form's class is the same for each request: the library would make it anew, a twentieth of a list's time."""

    _form_class: type[Any] | None = None

    def get_form_class(self) -> type[Any]:
        kind = type(self)
        if kind._form_class is None:
            kind._form_class = super().get_form_class()
        return kind._form_class
