"""If one of these fails, a draft can be sent for approval with what stands in its way, or with nobody saying why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from editions import publishing
from editions.checks import Check, alike
from editions.models import Draft, Step
from tests.editions.app.models import Note
from tests.editions.test_admin import Publish, address, as_reviewer, as_writer, text

__all__ = ["as_reviewer", "as_writer"]


@pytest.fixture
def loud(note: Note, writer: Any) -> Note:
    note.body = "Walk! Now! Every day."
    publishing.save_draft(note, by=writer)
    return note


def submit(client: Client, note: Note, **typed: str) -> Any:
    return client.post(address("submit", note.pk), {"digest": note.digest(), **typed})


def test_what_blocks_comes_first_and_one_code_is_one_group() -> None:
    first, second, third = Check("a", "1"), Check("b", "2", blocking=True), Check("a", "3", title="A")
    groups = alike([first, second, third])
    assert [(group.code, group.blocking, group.checks) for group in groups] == [
        ("b", True, (second,)),
        ("a", False, (first, third)),
    ]


def test_the_page_lists_what_was_found_and_asks_for_one_reason_a_kind(as_writer: Client, loud: Note) -> None:
    response = as_writer.get(address("submit", loud.pk))
    page = text(response)
    assert "Loud words Walk! shouts. Now! shouts." in page
    assert response.content.decode().count("<textarea") == 1


def test_without_a_reason_it_is_not_submitted(as_writer: Client, loud: Note) -> None:
    response = submit(as_writer, loud, reason_loud="  ")
    assert response.status_code == 200
    assert "Say why it is right as it is" in text(response)
    loud.refresh_from_db()
    assert loud.state == Draft.State.DRAFT


def test_the_approver_reads_what_was_found_and_why_it_stands(
    as_writer: Client, as_reviewer: Client, loud: Note
) -> None:
    assert submit(as_writer, loud, reason_loud="It is a <b>warning</b>.").status_code == 302
    page = text(as_reviewer.get(address("approve", loud.pk)))
    assert "Loud words Walk! shouts. Now! shouts." in page
    assert "It is a &lt;b&gt;warning&lt;/b&gt;." in page
    assert "It is a &lt;b&gt;warning&lt;/b&gt;." in text(as_reviewer.get(address("editions", loud.pk)))


def test_a_reason_that_was_given_before_is_there_again_while_nothing_else_was_found(
    as_writer: Client, loud: Note, reviewer: Any, writer: Any
) -> None:
    submit(as_writer, loud, reason_loud="It is a warning.")
    publishing.send_back(loud, by=reviewer, comment="Say where to walk.")
    assert "It is a warning." in text(as_writer.get(address("submit", loud.pk)))
    loud.body += " Run!"
    publishing.save_draft(loud, by=writer)
    assert "It is a warning." not in text(as_writer.get(address("submit", loud.pk)))


def test_what_blocks_is_refused_and_the_reasons_typed_stay(
    as_writer: Client, loud: Note, writer: Any
) -> None:
    loud.body += " TODO"
    publishing.save_draft(loud, by=writer)
    page = as_writer.get(address("submit", loud.pk)).content.decode()
    assert "Stands in the way" in page
    assert 'value="Submit for approval"' not in page
    response = submit(as_writer, loud, reason_loud="It is a warning.")
    assert response.status_code == 409
    assert "Something stands in the way" in text(response)
    assert "It is a warning.</textarea>" in response.content.decode()
    assert not Step.objects.exists()


def test_a_draft_that_changed_after_its_checks_were_shown_is_looked_at_again(
    as_writer: Client, loud: Note, writer: Any
) -> None:
    seen = loud.digest()
    loud.body = "Walk! Now! Tomorrow!"
    publishing.save_draft(loud, by=writer)
    response = as_writer.post(address("submit", loud.pk), {"digest": seen, "reason_loud": "A warning."})
    assert response.status_code == 409
    assert "A warning.</textarea>" in response.content.decode()
    assert "Tomorrow! shouts." in text(response)


def test_a_correction_answers_for_what_it_changed_only(
    as_writer: Client, note: Note, writer: Any, publish: Publish
) -> None:
    note.title = "Walking!"
    publish(note, "Walk teh line!")
    note.body = "Walk the line!"
    publishing.save_draft(note, by=writer)
    page = text(as_writer.get(address("submit", note.pk)))
    assert "Loud words" in page
    assert "Loud title" not in page


def test_a_correction_gives_no_reason_twice(
    as_writer: Client, as_reviewer: Client, note: Note, writer: Any
) -> None:
    note.body = "Walk teh line! Now!"
    publishing.save_draft(note, by=writer)
    assert submit(as_writer, note, reason_loud="A warning.").status_code == 302
    for step in ("approve", "publish"):
        as_reviewer.post(address(step, note.pk), {"digest": note.digest()})
    note.refresh_from_db()
    note.body = "Walk the line! Go!"
    publishing.save_draft(note, by=writer)
    page = text(as_writer.get(address("submit", note.pk)))
    assert "Go! shouts." in page
    assert "line! shouts." not in page
