"""Unfold's classes under the types of the Django classes that they extend: it ships none."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList as UnfoldChangeList
    from django.core.paginator import Paginator

    UnfoldAdmin: TypeAlias = ModelAdmin[Any]
    AnyPaginator: TypeAlias = Paginator[Any]
else:
    from django.core.paginator import Paginator as AnyPaginator
    from unfold.admin import ModelAdmin as UnfoldAdmin
    from unfold.views import ChangeList as UnfoldChangeList

__all__ = ["AnyPaginator", "UnfoldAdmin", "UnfoldChangeList"]
