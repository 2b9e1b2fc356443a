from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from editions import publishing
from tests.editions.app.models import Note, NoteEdition
from tests.editions.people import APPROVING, WRITING, person


@pytest.fixture
def writer(db: None) -> Any:
    return person("Finn Frost", *WRITING)


@pytest.fixture
def reviewer(db: None) -> Any:
    return person("Grace Gold", *APPROVING)


@pytest.fixture
def note(writer: Any) -> Note:
    """A draft that its writer saved once."""
    note = Note(title="Walking", body="Walk a little every day.")
    publishing.save_draft(note, by=writer)
    return note


@pytest.fixture
def publish(writer: Any, reviewer: Any) -> Callable[..., NoteEdition]:
    """Take a draft all the way, with another text where one is given."""

    def all_the_way(note: Note, body: str | None = None, **options: Any) -> NoteEdition:
        if body is not None:
            note.body = body
            publishing.save_draft(note, by=writer)
        publishing.submit(note, by=writer)
        publishing.approve(note, by=reviewer, digest=note.digest())
        edition: Any = publishing.publish(note, by=reviewer, **options)
        return edition

    return all_the_way
