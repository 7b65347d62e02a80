"""A page with one live part, whose words and status a test sets."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.urls import include, path

from jobsite.console.base.live import live_part

_PAGE = """{% load static %}<!DOCTYPE html><html lang="en"><head><title>Live</title>
<link rel="icon" href="{% static "jobsite/favicon.svg" %}"><script src="{% static "jobsite/live.js" %}"></script></head>
<body><h1>Live</h1><div id="part" data-live="/live/part"><p>nothing yet</p></div></body></html>"""


@dataclass
class Part:
    lines: tuple[str, ...] = ("one",)
    status: int = 200
    asked: int = 0


PART = Part()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(_PAGE).render({}, request))


def part(request: HttpRequest) -> HttpResponseBase:
    PART.asked += 1
    if PART.status != 200:
        return HttpResponse(status=PART.status)
    return live_part(request, "tests/live_part.html", lambda: {"lines": PART.lines})


urlpatterns = [path("live/", page), path("live/part", part), path("", include("jobsite.urls"))]
