"""Two editions beside each other, and who did what with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from editions import publishing
from editions.models import Step
from editions.publishing import NotAllowed
from tests.editions.app.models import Note, NoteEdition
from tests.editions.people import person
from tests.editions.test_admin import Publish, address, as_reviewer, as_writer, browser, text

__all__ = ["as_reviewer", "as_writer"]


@pytest.fixture
def two(note: Note, writer: Any, publish: Publish) -> Note:
    """Two editions, and a draft that says a third thing."""
    publish(note, "Walk once a day.")
    publish(note, "Walk twice a day.")
    note.body = "Walk thrice a day."
    publishing.save_draft(note, by=writer)
    return note


def compared(client: Client, note: Note, **query: str) -> str:
    response = client.get(address("compare", note.pk), query)
    assert response.status_code == 200
    return text(response)


def test_any_two_are_compared_and_at_first_what_readers_see_with_the_draft(
    as_writer: Client, two: Note
) -> None:
    assert "Walk [taken out: twice ] [put in: thrice ] a day." in compared(as_writer, two)
    assert "Walk [taken out: once ] [put in: twice ] a day." in compared(
        as_writer, two, **{"from": "1"}, to="2"
    )
    assert "They say the same" in compared(as_writer, two, **{"from": "1"}, to="1")


def test_what_was_chosen_stays_chosen(as_writer: Client, two: Note) -> None:
    page = as_writer.get(address("compare", two.pk), {"from": "1", "to": "2"}).content.decode()
    assert page.count('<option value="1" selected>') == page.count('<option value="2" selected>') == 1


def test_a_draft_without_editions_is_compared_with_itself(as_writer: Client, note: Note) -> None:
    assert "They say the same" in compared(as_writer, note)


@pytest.mark.parametrize("which", ["9", "0", "-1", "x", "²", "9" * 30, "draft "])
def test_an_edition_that_does_not_exist_is_not_found(as_writer: Client, two: Note, which: str) -> None:
    assert as_writer.get(address("compare", two.pk), {"from": which}).status_code == 404
    assert as_writer.get(address("compare", two.pk), {"to": which}).status_code == 404


def test_comparing_is_for_those_who_see_the_draft_and_changes_nothing(as_writer: Client, two: Note) -> None:
    stranger = browser(person("Robin Reed", "accounts.use_admin"))
    assert stranger.get(address("compare", two.pk)).status_code == 403
    assert as_writer.post(address("compare", two.pk)).status_code == 405


# Who did what


def test_every_step_is_kept_with_who_when_and_what_was_written(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    publishing.submit(note, by=writer)
    publishing.send_back(note, by=reviewer, comment="Say how far.")
    edition = publish(note, "Walk a mile.")
    publishing.retire(edition, by=reviewer)
    publishing.withdraw(edition, by=reviewer, reason="Wrong leg.", text="Call us.")
    publishing.restore(edition, by=writer)
    digest = edition.digest
    kept = Step.objects.order_by("id").values_list("step", "by", "edition_number", "text", "digest")
    first = kept[0][4]
    assert list(kept) == [
        ("submit", writer.pk, None, "", first),
        ("send_back", reviewer.pk, None, "Say how far.", first),
        ("submit", writer.pk, None, "", digest),
        ("approve", reviewer.pk, None, "", digest),
        ("publish", reviewer.pk, 1, "", digest),
        ("retire", reviewer.pk, 1, "", digest),
        ("withdraw", reviewer.pk, 1, "Wrong leg.", digest),
        ("restore", writer.pk, 1, "", digest),
    ]


def test_the_steps_are_listed_with_the_editions(as_writer: Client, two: Note, reviewer: Any) -> None:
    publishing.withdraw(two.editions.get(number=2), by=reviewer, reason="Wrong leg.", text="Call us.")
    page = text(as_writer.get(address("editions", two.pk)))
    assert "Withdrawn Grace Gold Edition 2 Wrong leg." in page
    assert page.count("Submitted for approval Finn Frost") == 2


def test_a_refused_step_leaves_no_trace(note: Note, writer: Any) -> None:
    publishing.submit(note, by=writer)
    with pytest.raises(NotAllowed):
        publishing.approve(note, by=writer, digest=note.digest())
    assert [step.step for step in Step.objects.all()] == [Step.Kind.SUBMIT]


def test_whoever_comes_second_is_told_who_was_first(as_reviewer: Client, note: Note, writer: Any) -> None:
    other = person("Robin Reed")
    publishing.submit(note, by=writer)
    publishing.approve(note, by=other, digest=note.digest())
    response = as_reviewer.post(address("approve", note.pk), {"digest": note.digest()})
    assert response.status_code == 409
    assert "Last step: approved by Robin Reed (" in text(response)


def test_a_click_too_many_publishes_once(as_reviewer: Client, note: Note, writer: Any, reviewer: Any) -> None:
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    typed = {"digest": note.digest()}
    assert as_reviewer.post(address("publish", note.pk), typed).status_code == 302
    again = as_reviewer.post(address("publish", note.pk), typed)
    assert again.status_code == 409
    assert "Last step: published by Grace Gold (" in text(again)
    assert NoteEdition.objects.count() == 1


def test_a_page_of_an_earlier_approval_does_not_publish_a_later_text(
    as_reviewer: Client, note: Note, writer: Any, reviewer: Any
) -> None:
    seen = note.digest()
    note.body = "Walk twice a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    assert as_reviewer.post(address("publish", note.pk), {"digest": seen}).status_code == 409
    assert not NoteEdition.objects.exists()


# Back to a former edition


def test_a_former_edition_comes_back_as_the_next_one(
    as_writer: Client, as_reviewer: Client, two: Note
) -> None:
    page = text(as_writer.get(address("edition_restore", two.pk, 1)))
    assert "Walk [taken out: thrice ] [put in: once ] a day." in page
    assert "Readers notice nothing yet" in page
    assert as_writer.post(address("edition_restore", two.pk, 1)).status_code == 302
    two.refresh_from_db()
    for client, step in ((as_writer, "submit"), (as_reviewer, "approve"), (as_reviewer, "publish")):
        assert client.post(address(step, two.pk), {"digest": two.digest()}).status_code == 302
    live = two.editions.live()
    assert (live.number, live.content) == (3, two.editions.get(number=1).content)


# Editions that have not begun


@pytest.fixture
def tomorrow(note: Note, publish: Publish) -> NoteEdition:
    publish(note, "Walk once a day.")
    return publish(note, "Walk twice a day.", publish_at=timezone.now() + timedelta(days=1))


def test_a_scheduled_edition_is_seen_as_such_and_can_be_withdrawn_before(
    as_reviewer: Client, note: Note, tomorrow: NoteEdition
) -> None:
    assert "Readers will see Edition 2, from" in text(as_reviewer.get(address("change", note.pk)))
    page = text(as_reviewer.get(address("edition_withdraw", note.pk, 2)))
    assert "This edition has not begun, and never will" in page
    assert "Readers go on seeing edition 1." in page
    assert "What patients are told" not in page
    assert as_reviewer.post(address("edition_withdraw", note.pk, 2), {"reason": "Early."}).status_code == 302
    with time_machine.travel(tomorrow.publish_at + timedelta(hours=1), tick=False):
        assert note.editions.live().number == 1


def test_a_scheduled_edition_cannot_be_retired_because_it_would_leave_readers_with_nothing(
    as_reviewer: Client, note: Note, tomorrow: NoteEdition, reviewer: Any
) -> None:
    assert (
        address("edition_retire", note.pk, 2)
        not in as_reviewer.get(address("edition", note.pk, 2)).content.decode()
    )
    response = as_reviewer.post(address("edition_retire", note.pk, 2))
    assert response.status_code == 409
    assert "Withdraw it" in text(response)


def test_publishing_before_a_scheduled_edition_says_that_it_will_never_begin(
    as_reviewer: Client, note: Note, tomorrow: NoteEdition, writer: Any, reviewer: Any
) -> None:
    note.body = "Walk thrice a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    assert "edition 2 never will" in text(as_reviewer.get(address("publish", note.pk)))


def test_withdrawing_what_readers_see_says_what_is_left(as_reviewer: Client, two: Note) -> None:
    page = text(as_reviewer.get(address("edition_withdraw", two.pk, 2)))
    assert "Afterwards they are offered none" in page
    assert "Readers see edition 2 now. That stays so." in text(
        as_reviewer.get(address("edition_withdraw", two.pk, 1))
    )
