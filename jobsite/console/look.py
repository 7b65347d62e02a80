"""How the admin looks and what its sidebar offers: the setting UNFOLD."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    """A link to a model's list, there for those who may see it."""
    app, _, name = model.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may_view(f"{app}.view_{name}"),
    }


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _file(name: str) -> Callable[[HttpRequest], str]:
    # Asked for at each request: static files have no address yet while settings are read.
    return lambda _request: static(f"jobsite/{name}")


def without_inline_colours(_request: HttpRequest) -> dict[str, Any]:
    """Unfold would write its colours into each page as a style, which the policy refuses: theme.css has them."""
    return {"colors": {}}


_NAVIGATION = [
    {
        "title": "Work",
        "items": [
            _item("Jobs", "list_alt", "jobs.job"),
            _item("Crons", "schedule", "jobs.cron"),
        ],
    },
    {
        "title": "Machines",
        "separator": True,
        "items": [
            _item("Workers", "dns", "workers.worker"),
            _item("Actions and classes", "pause_circle", "jobs.pause"),
            _item("Capacity classes", "stacks", "workers.capacityclass"),
            _item("Beats", "ecg_heart", "workers.beat"),
        ],
    },
    {
        "title": "Locks",
        "separator": True,
        "items": [
            _item("Lock board", "lock", "locks.joblock"),
            _item("Lock names", "label", "locks.lockname"),
        ],
    },
    {
        "title": "Oversight",
        "separator": True,
        "items": [
            _item("Audit", "fact_check", "jobs.auditevent"),
            {"title": "API descriptions", "icon": "api", "link": reverse_lazy("api-docs", args=["v0"])},
        ],
    },
    {
        "title": "Settings",
        "separator": True,
        "items": [
            {
                "title": "Retention",
                "icon": "auto_delete",
                "link": reverse_lazy("admin:jobs_retention"),
                "permission": _may_view("jobs.view_cron"),
            },
            _item("Action configs", "tune", "jobs.actionconfig"),
        ],
    },
    {
        "title": "Access",
        "separator": True,
        "items": [
            _item("Users", "person", "auth.user"),
            _item("Groups", "group", "auth.group"),
            # One's own, whatever one's role.
            {
                **_item("Access tokens", "key", "access.accesstoken"),
                "permission": lambda request: request.user.is_staff,
            },
        ],
    },
    {
        "title": "Celery beat",
        "separator": True,
        "collapsible": True,
        "items": [
            _item("Periodic tasks", "event_repeat", "django_celery_beat.periodictask"),
            _item("Intervals", "timer", "django_celery_beat.intervalschedule"),
            _item("Crontabs", "calendar_month", "django_celery_beat.crontabschedule"),
            _item("Solar events", "sunny", "django_celery_beat.solarschedule"),
            _item("Clocked", "alarm", "django_celery_beat.clockedschedule"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "jobsite",
    "SITE_HEADER": "jobsite",
    "SITE_SUBHEADER": "job control plane",
    "SITE_URL": None,
    "SITE_ICON": _file("logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": _file("favicon.svg")}],
    "LOGIN": {"form": "jobsite.console.login.LoginForm"},
    "STYLES": [_file("theme.css"), _file("admin.css"), _file("draw.css"), _file("jobs.css")],
    "SCRIPTS": [_file("live.js"), _file("times.js")],
    "DASHBOARD_CALLBACK": "jobsite.console.dashboard.page.dashboard",
    "GLOBAL_CALLBACK": "jobsite.console.look.without_inline_colours",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": _NAVIGATION},
}
