"""Ways around a trigger that only SQLite has."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from ledger.protect import missing
from ledger.triggers.base import Rule
from ledger.triggers.sqlite import SQLiteTriggers
from tests.editions.app.models import Stamp
from tests.ledger.kept_rows import KEPT, an_edition, contents, insert, refusal

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite")


@pytest.fixture(params=["ON", "OFF"])
def recursive_triggers(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """With the setting that lets REPLACE meet DELETE triggers, and on a connection that forgot it."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={request.param}")
        yield request.param
        cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT"])
def test_a_taken_key_is_refused_and_the_row_stays(recursive_triggers: str, verb: str) -> None:
    edition = an_edition()
    before = contents()
    assert KEPT in insert(verb, edition, content="{}", number=7)
    assert contents() == before


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_a_taken_unique_value_is_refused_and_the_row_stays(recursive_triggers: str, verb: str) -> None:
    edition = an_edition()
    before = contents()
    assert KEPT in insert(verb, edition, id=edition.pk + 1, content="{}")
    assert contents() == before


def test_update_or_replace_is_refused_by_the_hidden_key_too(recursive_triggers: str) -> None:
    edition = an_edition()
    other = an_edition(number=2, note=edition.note)
    before = contents()
    assert KEPT in refusal(
        f"UPDATE OR REPLACE notes_noteedition SET rowid = {edition.pk} WHERE id = {other.pk}"
    )
    assert KEPT in refusal(f"UPDATE OR REPLACE notes_noteedition SET number = 1 WHERE id = {other.pk}")
    assert contents() == before


def test_an_upsert_is_refused_on_sqlite(recursive_triggers: str) -> None:
    edition = an_edition()
    tail = "AND true ON CONFLICT (id) DO UPDATE SET content = excluded.content"
    assert KEPT in insert("INSERT", edition, tail, content="{}")


def test_a_trigger_that_says_something_else_is_missed(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER keep_notes_noteedition_delete")
        cursor.execute(
            "CREATE TRIGGER keep_notes_noteedition_delete BEFORE DELETE ON notes_noteedition WHEN 0"
            " BEGIN SELECT RAISE(ABORT, 'kept:'); END"
        )
    assert missing(connection) == ["keep_notes_noteedition_delete"]
    call_command("migrate", verbosity=0)
    assert missing(connection) == []


def test_replace_is_refused_by_the_hidden_key_of_a_table_with_another_key(recursive_triggers: str) -> None:
    Stamp.objects.create(text="a")
    statement = "INSERT OR REPLACE INTO notes_stamp (rowid, id, text) SELECT rowid, %s, 'b' FROM notes_stamp"
    assert KEPT in refusal(statement, [uuid.uuid4().hex])
    assert [stamp.text for stamp in Stamp.objects.all()] == ["a"]


def test_replace_is_refused_by_a_conditional_constraint(recursive_triggers: str) -> None:
    first = Stamp.objects.create(text="a")
    Stamp.objects.create(text="b", replaces=first)
    statement = "INSERT OR REPLACE INTO notes_stamp (id, replaces_id, text) VALUES (%s, %s, 'c')"
    assert KEPT in refusal(statement, [uuid.uuid4().hex, first.pk.hex])
    assert KEPT in insert_stamp("z") + insert_stamp("z")
    assert sorted(Stamp.objects.values_list("text", flat=True)) == ["a", "b", "z"]


def test_rows_outside_of_the_condition_may_be_alike(recursive_triggers: str) -> None:
    assert insert_stamp("a") + insert_stamp("a") == ""
    assert Stamp.objects.count() == 2


def insert_stamp(text: str) -> str:
    statement = "INSERT OR REPLACE INTO notes_stamp (id, text) VALUES (%s, %s)"
    return refusal(statement, [uuid.uuid4().hex, text])


@isolate_apps("tests.editions.app")
def test_neither_the_case_of_a_text_nor_the_hidden_key_of_a_row_can_be_changed(
    recursive_triggers: str,
) -> None:
    class Word(models.Model):
        word = models.CharField(max_length=9, primary_key=True)
        said_at = models.DateTimeField(null=True)

        class Meta:
            app_label = "notes"

        def __str__(self) -> str:
            return self.word

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes_word (word text PRIMARY KEY COLLATE NOCASE, said_at text)")
        cursor.execute("INSERT INTO notes_word (word) VALUES ('left'), ('right')")
    SQLiteTriggers(connection).create(Rule(Word, ("said_at",)), ["word", "said_at"])
    assert KEPT in refusal("UPDATE notes_word SET word = 'LEFT' WHERE word = 'left'")
    assert KEPT in refusal("UPDATE OR REPLACE notes_word SET rowid = 1 WHERE word = 'right'")
    assert refusal("UPDATE notes_word SET said_at = 'now'") == ""
    with connection.cursor() as cursor:
        assert cursor.execute("SELECT word FROM notes_word").fetchall() == [("left",), ("right",)]
