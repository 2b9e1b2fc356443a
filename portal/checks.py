"""Refuses an unsafe production start. `manage.py check --deploy` is part of starting; see docs/operating.md."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def unsafe_start(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One line for each thing that must not be so where real patients are."""
    found: list[CheckMessage] = []

    def refuse(condition: bool, number: int, message: str) -> None:
        if condition:
            found.append(Error(message, id=f"portal.E{number:03}"))

    refuse(settings.DEBUG or settings.DEMO, 1, "DEBUG or DEMO is on: turn it off where real patients are.")
    weak = len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 10
    refuse(weak, 2, "SECRET_KEY is short or known: make a new one.")
    refuse(
        not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS,
        3,
        "ALLOWED_HOSTS must name your hosts, not *.",
    )
    refuse(
        settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in ("console", "dummy", "locmem", "filebased"),
        4,
        "EMAIL_URL does not name a mail server: nobody would be told of an urgent answer.",
    )
    refuse(not settings.SESSION_COOKIE_SECURE, 5, "SESSION_COOKIE_SECURE is off.")
    options = settings.DATABASES["default"].get("OPTIONS", {}).get("init_command", "synchronous=FULL")
    refuse(
        "synchronous=FULL" not in options,
        6,
        "SQLite must run with synchronous=FULL to keep what it acknowledged.",
    )
    return found
