"""Ways around a trigger that only PostgreSQL has."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from ledger.protect import missing
from tests.ledger.kept_rows import KEPT, an_edition, contents, insert, refusal

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL")


@pytest.mark.parametrize("target", ["(id)", "(note_id, number)"])
def test_an_upsert_is_refused_on_postgresql(db: None, target: str) -> None:
    edition = an_edition()
    before = contents()
    new_id = edition.pk if target == "(id)" else edition.pk + 1
    tail = f"ON CONFLICT {target} DO UPDATE SET content = excluded.content"
    assert KEPT in insert("INSERT", edition, tail, id=new_id, content="{}")
    assert contents() == before


@pytest.mark.parametrize("action", ["UPDATE SET content = '{}'", "DELETE"])
def test_merge_is_refused(db: None, action: str) -> None:
    an_edition()
    assert KEPT in refusal(
        f"MERGE INTO notes_noteedition e USING notes_note n ON n.id = e.note_id WHEN MATCHED THEN {action}"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE notes_noteedition",
        "TRUNCATE notes_noteedition CASCADE",
        "TRUNCATE notes_note CASCADE",
        "TRUNCATE notes_note, notes_line, notes_noteedition",
        "TRUNCATE accounts_user CASCADE",
    ],
)
def test_truncate_is_refused_from_wherever_it_comes(transactional_db: None, statement: str) -> None:
    an_edition()
    before = contents()
    assert KEPT in refusal(statement)
    assert contents() == before


def test_a_disabled_trigger_is_missed(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notes_noteedition DISABLE TRIGGER keep_notes_noteedition_update")
        assert missing(connection) == ["keep_notes_noteedition_update"]
        cursor.execute("ALTER TABLE notes_noteedition ENABLE TRIGGER keep_notes_noteedition_update")
    assert missing(connection) == []


def test_a_function_that_says_something_else_is_missed(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION keep_notes_noteedition_as_written() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )
    assert missing(connection) == [
        "keep_notes_noteedition_delete",
        "keep_notes_noteedition_truncate",
        "keep_notes_noteedition_update",
    ]
    call_command("migrate", verbosity=0)
    assert missing(connection) == []
