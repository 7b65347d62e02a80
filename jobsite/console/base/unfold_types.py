"""Unfold's classes under the types of the Django classes that they extend, and what takes a type only while checked."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList as UnfoldChangeList
    from django.core.paginator import Paginator
    from django.views.generic import FormView

    AnyFormView: TypeAlias = FormView[Any]
    UnfoldAdmin: TypeAlias = ModelAdmin[Any]
    AnyPaginator: TypeAlias = Paginator[Any]
else:
    from django.core.paginator import Paginator as AnyPaginator
    from django.views.generic import FormView as AnyFormView
    from unfold.admin import ModelAdmin as UnfoldAdmin
    from unfold.views import ChangeList as UnfoldChangeList

__all__ = ["AnyFormView", "AnyPaginator", "UnfoldAdmin", "UnfoldChangeList"]
