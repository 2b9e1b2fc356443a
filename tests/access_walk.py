"""Asks every address of the URLconf, as each role, with each method, for each thing that it may be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.db import models, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.urls import URLPattern, get_resolver

from editions.models import Draft, Edition
from tests.access_world import Try

# Every method beside GET, HEAD and POST is refused in one place before anything is looked up, so that each address
# is asked with one of them in turn.
OTHERS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
MODELS = {f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry}


@dataclass(frozen=True)
class Address:
    route: str
    name: str

    @property
    def model(self) -> type[models.Model] | None:
        """Whose page of the administration it is."""
        found = re.match(r"admin/(\w+/\w+)/", self.route)
        return MODELS.get(found[1]) if found else None

    @property
    def label(self) -> str:
        """The same as app/model."""
        return "/".join(self.route.split("/")[1:3])

    @property
    def view(self) -> str:
        """The last part of such a page's name: changelist, add, change, edition_withdraw, ..."""
        found = re.match(r"admin/(\w+)/(\w+)/", self.route)
        assert found
        return self.name.removeprefix(f"{found[1]}_{found[2]}_") or "old address"

    @property
    def place(self) -> str:
        """The route as the table writes it: without the kinds of its parts, and the signs of expressions."""
        named = re.sub(
            r"<\w+:(\w+)>|\(\?P<(\w+)>[^()]*\)", lambda found: f"<{found[1] or found[2]}>", self.route
        )
        return "/" + re.sub(r"[\^$\\]", "", named)

    @property
    def area(self) -> str:
        """What it is tried together with: the first parts of its route."""
        model = self.model
        parts = self.route.split("/")
        if model is None:
            return parts[0] if len(parts) > 1 else "portal"
        kind = "drafts" if issubclass(model, Draft | Edition) else "rows"
        return f"admin {model._meta.app_label} {kind}"

    def path(self, each: Try) -> str:
        """The route with its places filled, as a browser asks for it."""
        return re.sub(r"<(\w+)>", lambda found: str(each.places[found[1]]), self.place) + each.query


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[Address]:
    """Every address that the URLconf knows, but those of the tests' own app; tests/editions tries these."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern, route)
        elif not route.startswith("admin/notes/"):
            yield Address(route, pattern.name or "")


class Browser(RequestFactory):
    """Django's test client without its record of every template, which would take half of the time."""

    def __init__(self, session: str = "") -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=False)
        if session:
            self.cookies[settings.SESSION_COOKIE_NAME] = session

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))

    def ask(self, method: str, path: str, each: Try) -> Any:
        """The answer; what it changed in the database is taken back."""
        cache.clear()
        before = transaction.savepoint()
        try:
            if method == "POST" and each.json:
                return self.post(path, each.data, content_type="application/json")
            return self.post(path, each.data) if method == "POST" else self.generic(method, path)
        finally:
            transaction.savepoint_rollback(before)


def outcome(response: Any) -> str:
    """The status; for a way to the login or to the password, its name."""
    if response.status_code == 302:
        place = response["Location"].partition("?")[0]
        names = {"/accounts/login/": "login", "/admin/login/": "login", "/accounts/reauthenticate/": "again"}
        return names.get(place, "302")
    return str(response.status_code)
