"""Rows that stay as they were written, held by the database itself.

    @kept(set_once=("withdrawn_at",))
    class Edition(models.Model): ...

Rows of a kept model can be inserted and read. UPDATE, DELETE, REPLACE and TRUNCATE are refused, by whatever
way they come, except that a column named in `set_once` may go once from empty (NULL, or '' in a text) to a
value. The database answers a refusal with django.db.IntegrityError whose message holds "kept:", which
`is_refusal` recognises.

Migrations would lose such triggers (SQLite rebuilds tables), so none of them holds any: they are dropped
before every migrate that has something to do, and put back after it. A migrate that stops half-way leaves
them off: `missing`, the system check and the host's readiness say so, and the next migrate mends it.

On SQLite a row whose key or other unique value is taken is refused in the same words, before SQLite looks
whether the statement said OR REPLACE or OR IGNORE. So `bulk_create(ignore_conflicts=True)` raises where it
meets an existing row; `get_or_create` works.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import UniqueConstraint

from ledger.triggers import Rule, columns, triggers, uniques

KeptModel = TypeVar("KeptModel", bound=type[models.Model])

_rules: dict[str, Rule] = {}


def kept(*, set_once: Collection[str] = ()) -> Callable[[KeptModel], KeptModel]:
    """Declare that the rows of a concrete model are written once. `set_once` names fields of the model."""

    def declare(model: KeptModel) -> KeptModel:
        rule = Rule(model, columns(model, set_once))
        _refuse_what_cannot_be_kept(model, rule.set_once)
        _rules[model._meta.label_lower] = rule
        return model

    return declare


def _refuse_what_cannot_be_kept(model: type[models.Model], set_once: tuple[str, ...]) -> None:
    meta = model._meta
    if meta.abstract or meta.proxy:
        raise TypeError(f"{meta.label}: only a model with a table of its own can be kept.")
    if meta.local_many_to_many:
        raise TypeError(f"{meta.label}: the rows of a many-to-many table would not be kept. Name its model.")
    if any(set(unique.columns) & set(set_once) for unique in uniques(model)):
        raise TypeError(
            f"{meta.label}: what is set once may not be unique, or setting it could replace a row."
        )
    if any(isinstance(item, UniqueConstraint) and item.expressions for item in meta.constraints):
        raise TypeError(
            f"{meta.label}: a unique expression could replace a row on SQLite. Store what it gives."
        )


def is_kept(model: type[models.Model]) -> bool:
    return model._meta.label_lower in _rules


def is_refusal(error: DatabaseError) -> bool:
    """Whether the database refused because the row is kept, and not for another broken constraint."""
    return "kept:" in str(error)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place that is missing or differs, on the tables that exist."""
    with transaction.atomic(using=connection.alias):
        triggers(connection).install(_rules_of(connection))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop all of them."""
    with transaction.atomic(using=connection.alias):
        triggers(connection).remove()


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there, are disabled, or say something else than they should."""
    ours = triggers(connection)
    present = ours.present()
    expected = ours.expected(_rules_of(connection))
    return sorted(name for name, text in expected.items() if present.get(name) != text)


@contextmanager
def disabled(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Nothing is kept inside. For the tear-down of tests, which empties tables; nothing else needs it."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def _rules_of(connection: BaseDatabaseWrapper) -> list[Rule]:
    return [rule for rule in _rules.values() if router.allow_migrate_model(connection.alias, rule.model)]


def lift_before_migrate(using: str, plan: Any = None, **kwargs: Any) -> None:
    """A migrate with nothing to do has an empty plan, and leaves no moment without triggers."""
    if plan is None or plan:
        remove(connections[using])


def restore_after_migrate(using: str, **kwargs: Any) -> None:
    install(connections[using])
