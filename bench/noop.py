"""The base of every ratio: a page for people who are logged in that does nothing.

It reads session and user, as any page must, and runs in Django's stock middleware. `inside` is the same page
in the portal's own middleware.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

STOCK = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


@login_required
def noop(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("noop/", noop)]


class _Request(WSGIRequest):
    urlconf = "bench.noop"  # Django asks the request before the settings


class Noop(WSGIHandler):
    request_class = _Request


def base() -> Any:
    # Middleware is read when the handler is made, never later.
    with override_settings(MIDDLEWARE=STOCK):
        return Noop()


def inside() -> Any:
    return Noop()
