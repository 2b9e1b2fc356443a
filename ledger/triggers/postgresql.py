"""The triggers as PostgreSQL has them: one function a table, called before each way to change or empty it."""

from __future__ import annotations

from typing import ClassVar

from ledger.triggers.base import Rule, Triggers


class PostgreSQLTriggers(Triggers):
    # pg_trigger.tgtype: 1 row, 2 before, 8 delete, 16 update, 32 truncate
    kinds: ClassVar[dict[str, tuple[int, str]]] = {
        "UPDATE": (1 + 2 + 16, "ROW"),
        "DELETE": (1 + 2 + 8, "ROW"),
        "TRUNCATE": (2 + 32, "STATEMENT"),
    }
    columns_sql = """
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relnamespace <> 'pg_catalog'::regnamespace
    """

    def present(self) -> dict[str, str]:
        """Leaves out those that are disabled, or that ask a condition first: they keep nothing."""
        rows = self.rows(
            """
            SELECT t.tgname, c.relname, t.tgtype, p.prosrc FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgname LIKE 'keep\\_%' AND NOT t.tgisinternal AND pg_table_is_visible(c.oid)
              AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr::text = ''
            """
        )
        return {name: self._signature(table, kind, body) for name, table, kind, body in rows}

    def texts(self, rule: Rule, columns: list[str]) -> dict[str, str]:
        body = self._body(rule, columns)
        return {
            self.name(rule.table, what.lower()): self._signature(rule.table, kind, body)
            for what, (kind, _each) in self.kinds.items()
        }

    def create(self, rule: Rule, columns: list[str]) -> None:
        table, function = self.quote(rule.table), self.quote(self.name(rule.table, "as_written"))
        self.run(
            f"DROP FUNCTION IF EXISTS {function}() CASCADE",
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $keep${self._body(rule, columns)}$keep$",
        )
        for what, (_kind, each) in self.kinds.items():
            name = self.quote(self.name(rule.table, what.lower()))
            self.run(
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION {function}()",
            )

    def remove(self) -> None:
        functions = self.rows(
            "SELECT proname FROM pg_proc WHERE proname LIKE 'keep\\_%'"
            " AND prorettype = 'trigger'::regtype AND pg_function_is_visible(oid)"
        )
        self.run(*(f"DROP FUNCTION {self.quote(name)}() CASCADE" for (name,) in functions))

    def _signature(self, table: str, kind: int, body: str) -> str:
        return f"{table} {kind} {body}"

    def _body(self, rule: Rule, columns: list[str]) -> str:
        return (
            "DECLARE changed record; BEGIN"
            f" {self._unless_set_once(rule, columns)}"
            " RAISE EXCEPTION 'kept: rows of % stay as they were written (%)', TG_TABLE_NAME, TG_OP"
            " USING ERRCODE = 'integrity_constraint_violation'; END"
        )

    def _unless_set_once(self, rule: Rule, columns: list[str]) -> str:
        """*= compares the rows byte by byte, columns included that the model does not know of."""
        if not rule.set_once:
            return ""
        undone = " ".join(
            f"IF COALESCE(OLD.{column}::text, '') = '' THEN changed.{column} := OLD.{column}; END IF;"
            for column in (self.quote(name) for name in rule.set_once if name in columns)
        )
        return (
            f"IF TG_OP = 'UPDATE' THEN changed := NEW; {undone}"
            " IF changed *= OLD THEN RETURN NEW; END IF; END IF;"
        )
