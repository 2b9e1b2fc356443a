"""Rows of kept models to try things on, and a way to try raw SQL that leaves the transaction usable."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.editions.app.models import Note, NoteEdition

KEPT = "kept:"


def refusal(sql: str, params: list[Any] | None = None) -> str:
    """What the database answers: the text of its refusal, or "" where it did as it was told."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except IntegrityError as error:
        return str(error)
    return ""


def an_edition(number: int = 1, note: Note | None = None) -> NoteEdition:
    users = get_user_model()._default_manager
    email = "writer@example.org"
    by = users.filter(email=email).first() or users.create_user(email, "a-long-password", name="Finn Frost")
    return NoteEdition.objects.create(
        note=note or Note.objects.create(title="Walking"),
        number=number,
        content='{"title":"Walking"}',
        digest="d" * 64,
        draft_version=1,
        approved_by=by,
        approved_at=timezone.now(),
        published_by=by,
    )


def contents() -> list[tuple[Any, ...]]:
    return list(NoteEdition.objects.order_by("pk").values_list("pk", "note", "number", "content"))


def insert(verb: str, edition: NoteEdition, tail: str = "", **values: object) -> str:
    """Copy the edition's row into its table with other values. The text of the refusal, or ''."""
    chosen = {
        column: connection.ops.quote_name(column)
        for column in (field.column for field in NoteEdition._meta.concrete_fields)
    } | {column: "%s" for column in values if column != "rowid"}
    if "rowid" in values:
        chosen["rowid"] = "%s"
    params = [values[column] for column in chosen if column in values]
    table = NoteEdition._meta.db_table
    return refusal(
        f"{verb} INTO {table} ({', '.join(chosen)}) SELECT {', '.join(chosen.values())}"
        f" FROM {table} WHERE id = {edition.pk} {tail}",
        params,
    )
