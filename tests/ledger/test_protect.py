"""If one of these fails, what was published, sent or recorded can be changed without a trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models
from django.db.models import UniqueConstraint
from django.db.models.functions import Lower
from django.test.utils import isolate_apps
from django.utils import timezone

from ledger.models import AccessRecord
from ledger.protect import disabled, is_refusal, kept, missing
from tests.editions.app.models import Note, NoteEdition
from tests.ledger.kept_rows import KEPT, an_edition, contents, refusal


def test_every_trigger_is_in_place_after_migrate(db: None) -> None:
    assert missing(connection) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes_noteedition SET content = '{}'",
        "UPDATE notes_noteedition SET number = number + 1",
        "UPDATE notes_noteedition SET colour = 'red'",
        "UPDATE notes_noteedition SET id = id + 1000",
        "UPDATE notes_noteedition SET withdrawal_text = 'No', content = '{}'",
        "DELETE FROM notes_noteedition",
        "DELETE FROM notes_noteedition WHERE number = 1",
    ],
)
def test_no_statement_changes_or_deletes_a_row(db: None, statement: str) -> None:
    an_edition()
    before = contents()
    assert KEPT in refusal(statement)
    assert contents() == before


def test_a_row_without_columns_set_once_refuses_even_an_update_that_changes_nothing(db: None) -> None:
    AccessRecord.objects.create(actor_id="1", action="printed")
    assert KEPT in refusal("UPDATE ledger_accessrecord SET reason = reason")


def test_the_orm_is_refused_too(db: None) -> None:
    edition = an_edition()
    edition.content = "{}"
    with pytest.raises(IntegrityError, match=KEPT):
        edition.save()


def test_a_refusal_can_be_told_from_another_broken_constraint() -> None:
    assert is_refusal(IntegrityError("kept: rows of t stay as they were written (DELETE)"))
    assert not is_refusal(IntegrityError("UNIQUE constraint failed: t.id"))


def test_a_column_set_once_goes_from_empty_to_a_value_and_no_further(db: None) -> None:
    edition = an_edition()
    assert refusal("UPDATE notes_noteedition SET withdrawal_text = 'Do not use it.'") == ""
    assert refusal("UPDATE notes_noteedition SET retired_at = %s", [timezone.now()]) == ""
    for value in ("'Use it.'", "''"):
        assert KEPT in refusal(f"UPDATE notes_noteedition SET withdrawal_text = {value}")
    assert KEPT in refusal("UPDATE notes_noteedition SET retired_at = NULL")
    edition.refresh_from_db()
    assert edition.withdrawal_text == "Do not use it."
    assert edition.retired_at is not None


def test_one_column_set_already_does_not_keep_another_from_being_set(db: None) -> None:
    an_edition()
    assert refusal("UPDATE notes_noteedition SET retired_at = %s", [timezone.now()]) == ""
    assert refusal("UPDATE notes_noteedition SET withdrawal_text = 'Do not use it.'") == ""


def test_a_long_content_does_not_hinder_a_withdrawal(db: None) -> None:
    """PostgreSQL stores long texts elsewhere, compressed; the row has to count as unchanged all the same."""
    edition = an_edition()
    long = an_edition(number=2, note=edition.note)
    with disabled(connection):
        NoteEdition.objects.filter(pk=long.pk).update(content="".join(f"{n}," for n in range(100_000)))
    assert refusal("UPDATE notes_noteedition SET retired_at = %s", [timezone.now()]) == ""
    assert KEPT in refusal("UPDATE notes_noteedition SET content = content || 'x'")


def test_another_row_can_be_added(db: None) -> None:
    edition = an_edition()
    an_edition(number=2, note=edition.note)
    assert NoteEdition.objects.count() == 2


def test_a_dropped_trigger_is_missed_and_migrate_puts_it_back(transactional_db: None) -> None:
    on_table = " ON notes_noteedition" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER keep_notes_noteedition_delete{on_table}")
    assert missing(connection) == ["keep_notes_noteedition_delete"]
    call_command("migrate", verbosity=0)
    assert missing(connection) == []


def test_rows_are_kept_after_migrations_rebuilt_their_table(transactional_db: None) -> None:
    """SQLite makes a new table for a new column, and the old one takes its triggers along."""
    an_edition()
    before = contents()
    for target in ("0001", "0002"):
        call_command("migrate", "notes", target, verbosity=0)
        assert missing(connection) == []
        assert KEPT in refusal("UPDATE notes_noteedition SET content = '{}'")
        assert KEPT in refusal("DELETE FROM notes_noteedition")
        assert refusal("UPDATE notes_noteedition SET withdrawal_text = withdrawal_text") == ""
    assert contents() == before
    assert KEPT in refusal("UPDATE notes_noteedition SET colour = 'red'")


def test_flush_is_refused_outside_of_tests_and_leaves_everything_kept(transactional_db: None) -> None:
    an_edition()
    with pytest.raises(Exception, match="couldn't be flushed"):
        call_command("flush", interactive=False, verbosity=0)
    assert NoteEdition.objects.count() == 1
    assert missing(connection) == []


def test_a_flush_with_the_triggers_lifted_puts_them_back(transactional_db: None) -> None:
    an_edition()
    with disabled(connection):
        call_command("flush", interactive=False, verbosity=0)
    assert Note.objects.count() == 0
    assert missing(connection) == []


def declared(constraints: tuple[UniqueConstraint, ...] = (), abstract: bool = False, **fields: Any) -> Any:
    meta = type("Meta", (), {"app_label": "notes", "abstract": abstract, "constraints": constraints})
    return type("Thing", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


@isolate_apps("tests.editions.app")
@pytest.mark.parametrize(
    ("declaration", "set_once", "reason"),
    [
        ({"abstract": True}, (), "table of its own"),
        ({"name": models.CharField(max_length=9, unique=True)}, ("name",), "may not be unique"),
        ({"constraints": (UniqueConstraint(Lower("id"), name="one"),)}, (), "unique expression"),
        ({"notes": models.ManyToManyField(Note)}, (), "many-to-many"),
    ],
)
def test_what_cannot_be_kept_is_refused_when_it_is_declared(
    declaration: dict[str, Any], set_once: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        kept(set_once=set_once)(declared(**declaration))
