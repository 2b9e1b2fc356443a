"""The triggers that keep rows, written out for SQLite and for PostgreSQL.

Each database answers two questions in the same shape, `{name: text}`: which triggers there should be, and
which there are. They are in order when the second holds all of the first, word for word.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.triggers.base import Rule, Triggers, columns, uniques
from ledger.triggers.postgresql import PostgreSQLTriggers
from ledger.triggers.sqlite import SQLiteTriggers

__all__ = ["Rule", "columns", "triggers", "uniques"]

VENDORS: dict[str, type[Triggers]] = {"sqlite": SQLiteTriggers, "postgresql": PostgreSQLTriggers}


def triggers(connection: BaseDatabaseWrapper) -> Triggers:
    try:
        return VENDORS[connection.vendor](connection)
    except KeyError:
        raise ImproperlyConfigured(
            f"Rows can be kept on SQLite and PostgreSQL, not on {connection.vendor}."
        ) from None
