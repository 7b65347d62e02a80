"""A person's own views of the list of jobs: kept under a name, shown as chips, dropped again."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobsite.access.models import SavedView
from jobsite.console.jobs.job_criteria import address_of

MOST = 30


class _ViewForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SavedView
        fields = ("name", "query")


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """The same name again is the view's new meaning."""
    _require_sight(request)
    query = address_of(QueryDict(request.POST.get("query", "")))
    form = _ViewForm({"name": request.POST.get("name", "").strip(), "query": query})
    if not query:
        messages.error(request, "Set a filter first: a view is a list with filters.")
        return _back(query)
    others = own_views(request).exclude(name=form.data["name"])
    if not form.is_valid():
        messages.error(request, " ".join(f"{field}: {errors[0]}" for field, errors in form.errors.items()))
    elif others.count() >= MOST:
        messages.error(request, f"You have {MOST} views already: delete one first.")
    else:
        own_views(request).update_or_create(
            name=form.cleaned_data["name"], defaults={"user": _person(request), "query": query}
        )
    return _back(query)


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    _require_sight(request)
    own_views(request).filter(pk=pk).delete()
    return _back(address_of(QueryDict(request.POST.get("query", ""))))


def own_views(request: HttpRequest) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user=_person(request))


def _require_sight(request: HttpRequest) -> None:
    if not request.user.has_perm("jobs.view_job"):
        raise PermissionDenied


def _back(query: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('admin:jobs_job_changelist')}?{query}")


def _person(request: HttpRequest) -> User:
    # The admin lets nobody in without a login.
    return cast("User", request.user)
