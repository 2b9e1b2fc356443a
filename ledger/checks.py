from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.protect import missing


def rows_are_kept(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warnings, not errors: migrate runs this check first, and must be let mend what it finds."""
    return [message for alias in databases or () for message in _messages(connections[alias])]


def _messages(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if names := missing(connection):
        found.append(
            Warning(
                f"Written rows are not protected in database {connection.alias!r}: {', '.join(names)}",
                hint="Run manage.py migrate: it puts the triggers back.",
                id="ledger.W001",
            )
        )
    if connection.vendor == "sqlite" and not _recursive_triggers(connection):
        found.append(
            Warning(
                f"recursive_triggers is off in database {connection.alias!r}.",
                hint="Put 'PRAGMA recursive_triggers=ON;' into the database's OPTIONS, under init_command.",
                id="ledger.W002",
            )
        )
    return found


def _recursive_triggers(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        return bool(cursor.execute("PRAGMA recursive_triggers").fetchone()[0])
