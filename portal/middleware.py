"""Closed by default, nothing in caches, and a form that met an expired session is not lost."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from portal import expired


def wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or request.headers.get("Accept", "").startswith(
        "application/json"
    )


class Methods:
    """No address knows a method beside these. Some views of others would take PUT for POST, or any for GET."""

    known = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from portal.views import method_not_allowed

        if request.method not in self.known:
            return method_not_allowed(request, HttpResponseNotAllowed(self.known))
        response: HttpResponse = self.get_response(request)
        return method_not_allowed(request, response) if response.status_code == 405 else response


class LoginRequired(LoginRequiredMiddleware):
    """Every view asks for a login unless it says otherwise.

    A script gets 401 instead of a login page. A form that was posted after the session ended is kept for its
    sender (see portal.expired), and the login page leads back to the page that it came from.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if SESSION_KEY in request.session:  # the account was closed: opening it again revives nothing
            request.session.flush()
        if wants_json(request):
            return JsonResponse({"error": _("You have been logged out. Log in to go on.")}, status=401)
        if request.method == "POST":
            expired.keep(request)
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        # The address of the form itself: after the login its page is asked for with GET.
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


class NoStore:
    """Pages behind the login are in no cache, so that Back after logging out shows nothing."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
