"""The short lane for a few words: one page each for the same two people, and no rule less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from editions import publishing
from editions.models import Draft, Step
from editions.publishing import NotAllowed
from tests.editions.app.models import Note, NoteEdition
from tests.editions.people import APPROVING, person
from tests.editions.test_admin import Publish, address, as_reviewer, as_writer, browser, text

__all__ = ["as_reviewer", "as_writer"]


@pytest.fixture
def corrected(note: Note, writer: Any, publish: Publish) -> Note:
    publish(note, "Walk teh line.")
    note.body = "Walk the line."
    publishing.save_draft(note, by=writer)
    return note


def test_a_typo_takes_one_page_each(
    as_writer: Client, as_reviewer: Client, corrected: Note, reviewer: Any
) -> None:
    submit, approve = (address(step, corrected.pk) for step in ("submit", "approve-publish"))
    assert "Send this correction" in as_writer.get(submit).content.decode()
    assert as_writer.post(submit, {"digest": corrected.digest()}).status_code == 302
    page = text(as_reviewer.get(approve))
    assert "Walk [taken out: teh ] [put in: the ] line." in page
    assert approve in as_reviewer.get(address("change", corrected.pk)).content.decode()
    assert as_reviewer.post(approve, {"digest": corrected.digest()}).status_code == 302
    edition = corrected.editions.live()
    assert (edition.number, edition.document["body"], edition.approved_by, edition.published_by) == (
        2,
        "Walk the line.",
        reviewer,
        reviewer,
    )


def test_it_can_wait_for_a_time(as_reviewer: Client, corrected: Note, writer: Any) -> None:
    publishing.submit(corrected, by=writer)
    later = (timezone.localtime() + timedelta(days=40)).strftime("%Y-%m-%dT%H:%M")
    typed = {"digest": corrected.digest(), "publish_at": later}
    done = as_reviewer.post(address("approve-publish", corrected.pk), typed, follow=True)
    assert "Edition 2 will be readable from" in text(done)
    assert corrected.editions.live().number == 1


def test_who_wrote_it_does_not_approve_it(as_reviewer: Client, corrected: Note, reviewer: Any) -> None:
    corrected.body = "Walk this line."
    publishing.save_draft(corrected, by=reviewer)
    publishing.submit(corrected, by=reviewer)
    response = as_reviewer.post(address("approve-publish", corrected.pk), {"digest": corrected.digest()})
    assert response.status_code == 409
    assert "You wrote part of this draft" in text(response)
    assert NoteEdition.objects.count() == 1


def test_another_text_than_the_one_looked_at_is_not_published(
    as_reviewer: Client, corrected: Note, writer: Any
) -> None:
    seen = corrected.digest()
    corrected.body = "Walk the lime."
    publishing.save_draft(corrected, by=writer)
    publishing.submit(corrected, by=writer)
    response = as_reviewer.post(address("approve-publish", corrected.pk), {"digest": seen})
    assert response.status_code == 409
    assert NoteEdition.objects.count() == 1


@pytest.mark.parametrize("body", ["Do not walk the line.", "Walk 2 lines.", "Something else altogether."])
def test_more_than_a_few_words_takes_two_steps_and_leaves_nothing_done(
    as_reviewer: Client, corrected: Note, writer: Any, body: str
) -> None:
    corrected.body = body
    publishing.save_draft(corrected, by=writer)
    publishing.submit(corrected, by=writer)
    address_ = address("approve-publish", corrected.pk)
    assert address_ not in as_reviewer.get(address("change", corrected.pk)).content.decode()
    response = as_reviewer.post(address_, {"digest": corrected.digest()})
    assert response.status_code == 409
    assert "more than a small correction" in text(response)
    corrected.refresh_from_db()
    assert corrected.state == Draft.State.SUBMITTED
    assert publishing.steps(corrected)[0].step == Step.Kind.SUBMIT


def test_without_a_live_edition_there_is_nothing_to_correct(
    corrected: Note, writer: Any, reviewer: Any
) -> None:
    publishing.retire(corrected.editions.get(), by=reviewer)
    publishing.submit(corrected, by=writer)
    with pytest.raises(NotAllowed):
        publishing.approve_and_publish(
            corrected, by=reviewer, digest=corrected.digest(), is_small=lambda live, content: True
        )


@pytest.mark.parametrize("lacking", ["notes.approve_note", "notes.publish_note"])
def test_it_takes_both_permissions(corrected: Note, writer: Any, lacking: str) -> None:
    publishing.submit(corrected, by=writer)
    client = browser(person("Robin Reed", *(each for each in APPROVING if each != lacking)))
    page = address("approve-publish", corrected.pk)
    assert client.get(page).status_code == 403
    assert client.post(page, {"digest": corrected.digest()}).status_code == 403
