"""What is kept, and what the triggers of both databases have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import truncate_name
from django.db.models import UniqueConstraint

PREFIX = "keep_"


@dataclass(frozen=True)
class Rule:
    """The rows of a model stay as they were written, but for columns that may be filled in once."""

    model: type[models.Model]
    set_once: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@dataclass(frozen=True)
class Unique:
    """Columns that no two rows share, among the rows that meet the condition."""

    columns: tuple[str, ...]
    constraint: Any = None  # a UniqueConstraint, where it has a condition


def uniques(model: type[models.Model]) -> list[Unique]:
    meta = model._meta
    single = [Unique(columns(model, [field.name])) for field in meta.local_concrete_fields if field.unique]
    together = [Unique(columns(model, names)) for names in meta.unique_together]
    constraints = [
        Unique(columns(model, constraint.fields), constraint if constraint.condition else None)
        for constraint in meta.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.fields
    ]
    return [*single, *together, *constraints]


def columns(model: type[models.Model], names: Iterable[str]) -> tuple[str, ...]:
    """The columns behind fields. Raises FieldDoesNotExist for what is no field."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return tuple(field.column for field in fields)


class Triggers:
    """What is the same for both databases. `live` below is {table: its columns, as the database has them}."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.quote = connection.ops.quote_name

    def expected(self, rules: Iterable[Rule]) -> dict[str, str]:
        """The tables' own columns count: a table may be a migration behind, or ahead of, its model."""
        live = self.live()
        return {
            name: text
            for rule in rules
            if rule.table in live
            for name, text in self.texts(rule, live[rule.table]).items()
        }

    def install(self, rules: Iterable[Rule]) -> None:
        live = self.live()
        present = self.present()
        for rule in rules:
            if rule.table not in live:
                continue
            wanted = self.texts(rule, live[rule.table])
            if any(present.get(name) != text for name, text in wanted.items()):
                self.create(rule, live[rule.table])

    def name(self, table: str, what: str) -> str:
        return truncate_name(f"{PREFIX}{table}_{what}", self.connection.ops.max_name_length())

    def rows(self, sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    def run(self, *statements: str) -> None:
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def live(self) -> dict[str, list[str]]:
        tables: dict[str, list[str]] = {}
        for table, column in self.rows(self.columns_sql):
            tables.setdefault(table, []).append(column)
        return tables

    columns_sql: ClassVar[str]

    def present(self) -> dict[str, str]:
        return {}

    def texts(self, rule: Rule, columns: list[str]) -> dict[str, str]:
        return {}

    def create(self, rule: Rule, columns: list[str]) -> None:
        """Put a table's triggers in place of whatever goes by their names."""

    def remove(self) -> None:
        """Drop every trigger that begins with the prefix, those of tables since renamed too."""
