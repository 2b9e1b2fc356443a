"""The host's own pages: home, help now, health checks, and errors that a person can read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import Context, Engine
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import home as homes
from portal.middleware import wants_json


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A patient's short list of what to do next; for staff, their desk."""
    if request.user.has_perm("screening.answer_questionnaire"):
        return render(request, "portal/home.html", homes.for_patient(request.user))
    return render(request, "portal/desk.html", homes.for_staff(request.user))


@login_not_required
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """When to call whom. Open to everyone: help must not need a password."""
    return render(request, "portal/help.html")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and nothing that keeps written rows as they are is missing."""
    from ledger.protect import missing

    try:
        ready = not missing(connection)
    except DatabaseError:
        ready = False
    return HttpResponse(
        "ready\n" if ready else "not ready\n", content_type="text/plain", status=200 if ready else 503
    )


def _error(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """The page of an error, or its sentence for a script."""
    if wants_json(request):
        return JsonResponse({"error": message}, status=status)
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400, _("We could not read what was sent."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403, _("Your account does not open this page."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404, _("There is no such page."))


def method_not_allowed(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """The page for a bare refusal, which names the methods that are allowed."""
    response = _error(request, 405, _("That cannot be done at this address."))
    response["Allow"] = refusal["Allow"]
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Written out, so that it works when the database does not."""
    return HttpResponse(Engine.get_default().get_template("500.html").render(Context()), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: another tab logged in meanwhile, or the form is not ours.

    What was typed is given back to send again only where the browser says that it came from our own pages.
    """
    if wants_json(request):
        return JsonResponse({"error": _("Reload the page and try again."), "reload": True}, status=403)
    fields: list[tuple[str, str]] = []
    if _came_from_us(request) and request.user.is_authenticated:
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name
            not in ("csrfmiddlewaretoken", "password", "login", "oldpassword", "password1", "password2")
        ]
    context = {"fields": fields, "no_cookie": reason == REASON_NO_CSRF_COOKIE}
    return render(request, "403_csrf.html", context, status=403)


def _came_from_us(request: HttpRequest) -> bool:
    return request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
