"""The triggers as SQLite has them: one text each, which sqlite_master gives back as it was written."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from ledger.triggers.base import Rule, Triggers, Unique, uniques

EXISTS = "EXISTS (SELECT 1 FROM {} WHERE {})"


class SQLiteTriggers(Triggers):
    columns_sql = (
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    )

    def present(self) -> dict[str, str]:
        return dict(
            self.rows(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 5) = 'keep_'"
            )
        )

    def texts(self, rule: Rule, columns: list[str]) -> dict[str, str]:
        return {
            self.name(rule.table, what.lower()): self._text(rule.table, what, when)
            for what, when in (
                ("DELETE", ""),
                ("UPDATE", self._changed(rule, columns) if rule.set_once else ""),
                ("INSERT", self._taken(rule, columns)),
            )
        }

    def create(self, rule: Rule, columns: list[str]) -> None:
        for name, text in self.texts(rule, columns).items():
            self.run(f"DROP TRIGGER IF EXISTS {self.quote(name)}", text)

    def remove(self) -> None:
        self.run(*(f"DROP TRIGGER {self.quote(name)}" for name in self.present()))

    def _text(self, table: str, what: str, when: str) -> str:
        message = f"kept: rows of {table} stay as they were written ({what})".replace("'", "''")
        return (
            f"CREATE TRIGGER {self.quote(self.name(table, what.lower()))} BEFORE {what}"
            f" ON {self.quote(table)} FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    def _changed(self, rule: Rule, columns: list[str]) -> str:
        """BINARY, or a column that ignores case could change its case. rowid is a key without a name."""
        same = ["OLD.rowid IS NEW.rowid"]
        for column in columns:
            old, new = f"OLD.{self.quote(column)}", f"NEW.{self.quote(column)}"
            equal = f"{old} IS {new} COLLATE BINARY"
            same.append(f"({equal} OR COALESCE({old}, '') = '')" if column in rule.set_once else equal)
        return f" WHEN NOT ({' AND '.join(same)})"

    def _taken(self, rule: Rule, columns: list[str]) -> str:
        """REPLACE deletes the row in its way, without asking the DELETE trigger unless a PRAGMA is set."""
        taken = [self._exists(rule.table, ("rowid",))]
        for unique in uniques(rule.model):
            if not set(unique.columns) <= set(columns):
                continue
            quoted = tuple(self.quote(column) for column in unique.columns)
            taken.append(self._exists(rule.table, quoted, *self._condition(rule.model, unique, columns)))
        return f" WHEN {' OR '.join(taken)}"

    def _exists(self, table: str, columns: Iterable[str], condition: str = "", of_new: str = "") -> str:
        equal = " AND ".join(
            [*(f"{column} = NEW.{column}" for column in columns), *filter(None, [condition])]
        )
        found = EXISTS.format(self.quote(table), equal)
        return f"({of_new} AND {found})" if of_new else found

    def _condition(self, model: type[models.Model], unique: Unique, columns: list[str]) -> tuple[str, ...]:
        """A condition names bare columns, so the new row is dressed up as a table of its own to be asked."""
        if unique.constraint is None:
            return ()
        condition = unique.constraint._get_condition_sql(model, self.connection.schema_editor())
        row = ", ".join(f"NEW.{self.quote(column)} AS {self.quote(column)}" for column in columns)
        return (f"({condition})", EXISTS.format(f"(SELECT {row})", condition))
