"""If one of these fails, readers can meet a text that nobody approved, or that its own author approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from editions import publishing
from editions.models import Change, Draft
from editions.publishing import Changed, NotAllowed, Stale
from tests.editions.app.models import Line, Note, NoteEdition
from tests.editions.people import APPROVING, WRITING, person

Publish = Callable[..., NoteEdition]
State = Draft.State


def state_of(note: Note) -> tuple[str, Any, Any, str, Any, Any, str]:
    note.refresh_from_db()
    return (
        note.state,
        note.submitted_by,
        note.submitted_at,
        note.submitted_digest,
        note.approved_by,
        note.approved_at,
        note.approved_digest,
    )


UNTOUCHED = (State.DRAFT, None, None, "", None, None, "")


def save(note: Note, by: Any, body: str) -> None:
    note.body = body
    publishing.save_draft(note, by=by)


# Saving


def test_a_save_counts_the_version_and_notes_who_wrote(note: Note, writer: Any) -> None:
    assert note.version == 1
    save(note, writer, "Walk twice a day.")
    assert list(
        Change.objects.order_by("version").values_list("draft_kind", "draft_id", "version", "by")
    ) == [
        ("notes.note", str(note.pk), 1, writer.pk),
        ("notes.note", str(note.pk), 2, writer.pk),
    ]
    assert Change.objects.get(version=2).digest == note.digest()


def test_a_save_that_changes_nothing_leaves_version_log_and_approval_alone(
    note: Note, writer: Any, reviewer: Any
) -> None:
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    before = state_of(note)
    assert publishing.save_draft(note, by=writer) is False
    assert state_of(note) == before
    assert (note.version, Change.objects.count()) == (1, 1)


@pytest.mark.parametrize("approved", [False, True])
def test_a_save_takes_submission_and_approval_back(
    note: Note, writer: Any, reviewer: Any, approved: bool
) -> None:
    publishing.submit(note, by=writer)
    if approved:
        publishing.approve(note, by=reviewer, digest=note.digest())
    save(note, writer, "Walk twice a day.")
    assert state_of(note) == UNTOUCHED


def test_a_changed_row_of_the_draft_counts_as_a_change(note: Note, writer: Any) -> None:
    Line.objects.create(note=note, key="shoes", text="Wear good shoes.")
    assert publishing.save_draft(note, by=writer) is True


def test_a_save_on_top_of_somebody_elses_is_refused_and_names_them(
    note: Note, writer: Any, reviewer: Any
) -> None:
    mine = Note.objects.get(pk=note.pk)
    save(note, reviewer, "Walk twice a day.")
    mine.body = "Do not walk."
    with pytest.raises(Stale, match="Grace Gold saved this draft") as caught:
        publishing.save_draft(mine, by=writer)
    assert caught.value.change == Change.objects.get(version=2)
    assert Note.objects.get().body == "Walk twice a day."


def test_the_version_that_was_opened_counts_not_the_one_just_read(note: Note, writer: Any) -> None:
    save(note, writer, "Walk twice a day.")
    note.body = "Do not walk."
    with pytest.raises(Stale):
        publishing.save_draft(note, by=writer, expected_version=1)


# Submitting and approving


def test_approval_by_another_keeps_who_when_and_of_what(note: Note, writer: Any, reviewer: Any) -> None:
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    note.refresh_from_db()
    assert (note.state, note.submitted_by, note.approved_by) == (State.APPROVED, writer, reviewer)
    assert note.submitted_digest == note.approved_digest == note.digest()


def test_nobody_approves_what_they_wrote(note: Note, writer: Any) -> None:
    publishing.submit(note, by=writer)
    with pytest.raises(NotAllowed, match="You wrote part of this draft"):
        publishing.approve(note, by=writer, digest=note.digest())
    assert state_of(note)[0] == State.SUBMITTED


def test_nobody_approves_what_they_wrote_a_part_of_long_ago(note: Note, writer: Any, reviewer: Any) -> None:
    save(note, reviewer, "Walk twice a day.")
    save(note, writer, "Walk a little every day, and rest.")
    publishing.submit(note, by=writer)
    with pytest.raises(NotAllowed):
        publishing.approve(note, by=reviewer, digest=note.digest())


def test_who_wrote_the_edition_before_may_approve_the_next(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    publish(note)
    other = person("Robin Reed", *WRITING)
    save(note, other, "Walk twice a day.")
    publishing.submit(note, by=other)
    publishing.approve(note, by=writer, digest=note.digest())
    assert note.state == State.APPROVED


def test_who_wrote_a_withdrawn_edition_may_not_approve_it_again(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    publishing.withdraw(publish(note), by=reviewer, reason="Wrong leg.")
    publishing.submit(note, by=reviewer)
    with pytest.raises(NotAllowed):
        publishing.approve(note, by=writer, digest=note.digest())


def test_approving_another_text_than_the_one_looked_at_is_refused(
    note: Note, writer: Any, reviewer: Any
) -> None:
    publishing.submit(note, by=writer)
    with pytest.raises(Changed, match="after you looked at it"):
        publishing.approve(note, by=reviewer, digest="0" * 64)
    assert state_of(note)[0] == State.SUBMITTED


def test_a_row_changed_behind_the_drafts_back_stops_approval_and_publishing(
    note: Note, writer: Any, reviewer: Any
) -> None:
    publishing.submit(note, by=writer)
    Line.objects.create(note=note, key="shoes", text="Wear good shoes.")
    with pytest.raises(Changed):
        publishing.approve(note, by=reviewer, digest=note.digest())
    Line.objects.all().delete()
    publishing.approve(note, by=reviewer, digest=note.digest())
    Line.objects.create(note=note, key="shoes", text="Wear good shoes.")
    with pytest.raises(Changed):
        publishing.publish(note, by=reviewer)
    assert NoteEdition.objects.count() == 0


def test_submitting_another_text_than_the_one_looked_at_is_refused(note: Note, writer: Any) -> None:
    with pytest.raises(Changed):
        publishing.submit(note, by=writer, digest="0" * 64)


def test_the_draft_is_judged_as_it_is_stored_not_as_it_was_read(
    note: Note, writer: Any, reviewer: Any
) -> None:
    old = Note.objects.get(pk=note.pk)
    publishing.submit(note, by=writer)
    with pytest.raises(NotAllowed):
        publishing.submit(old, by=writer)


def test_sending_back_keeps_the_comment_until_the_next_edition(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    publishing.submit(note, by=writer)
    publishing.send_back(note, by=reviewer, comment=" Say how far. ")
    assert state_of(note) == UNTOUCHED
    publishing.submit(note, by=writer)
    assert note.comment == "Say how far."
    publishing.approve(note, by=reviewer, digest=note.digest())
    publishing.publish(note, by=reviewer)
    note.refresh_from_db()
    assert note.comment == ""


def test_sending_back_says_what_has_to_change(note: Note, writer: Any, reviewer: Any) -> None:
    publishing.submit(note, by=writer)
    with pytest.raises(NotAllowed, match="Say what"):
        publishing.send_back(note, by=reviewer, comment="  ")


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (State.DRAFT, {"approve", "send_back", "publish"}),
        (State.SUBMITTED, {"submit", "publish"}),
        (State.APPROVED, {"submit", "approve"}),
    ],
)
def test_each_state_refuses_the_steps_that_are_not_its_own(
    note: Note, writer: Any, reviewer: Any, state: str, refused: set[str]
) -> None:
    if state != State.DRAFT:
        publishing.submit(note, by=writer)
    if state == State.APPROVED:
        publishing.approve(note, by=reviewer, digest=note.digest())
    before = state_of(note)
    steps = {
        "submit": lambda: publishing.submit(note, by=writer),
        "approve": lambda: publishing.approve(note, by=reviewer, digest=note.digest()),
        "send_back": lambda: publishing.send_back(note, by=reviewer, comment="No."),
        "publish": lambda: publishing.publish(note, by=reviewer),
    }
    for name in refused:
        with pytest.raises(NotAllowed):
            steps[name]()
        assert state_of(note) == before


# Publishing


def test_publishing_freezes_the_content_with_everyone_behind_it(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    Line.objects.create(note=note, key="shoes", text="Wear flat “walking” shoes.")
    publishing.save_draft(note, by=writer)
    edition = publish(note)
    edition.refresh_from_db()
    assert edition.content == (
        '{"body":"Walk a little every day.","lines":[{"key":"shoes","text":"Wear flat “walking” shoes."}],'
        '"title":"Walking"}'
    )
    assert edition.document == note.content()
    assert (edition.number, edition.digest, edition.draft_version) == (1, note.digest(), 2)
    assert (edition.written_by_ids, edition.approved_by, edition.published_by) == (
        [str(writer.pk)],
        reviewer,
        reviewer,
    )
    assert state_of(note) == UNTOUCHED


def test_editions_are_numbered_without_a_gap_also_after_a_withdrawal(
    note: Note, reviewer: Any, publish: Publish
) -> None:
    publish(note)
    publishing.withdraw(publish(note, "Walk twice a day."), by=reviewer, reason="Wrong.")
    publish(note, "Walk three times a day.")
    assert list(note.editions.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_an_edition_is_never_readable_from_before_it_was_published(note: Note, publish: Publish) -> None:
    edition = publish(note, publish_at=timezone.now() - timedelta(days=30))
    assert edition.publish_at == edition.published_at


def test_what_readers_see_already_is_neither_submitted_nor_published(
    note: Note, writer: Any, publish: Publish
) -> None:
    publish(note)
    with pytest.raises(NotAllowed, match="word for word"):
        publishing.submit(note, by=writer)


def test_what_readers_came_to_see_since_its_approval_is_not_published_again(
    note: Note, writer: Any, reviewer: Any, publish: Publish
) -> None:
    scheduled = publish(note, publish_at=timezone.now() + timedelta(days=1))
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    with (
        time_machine.travel(scheduled.publish_at, tick=False),
        pytest.raises(NotAllowed, match="word for word"),
    ):
        publishing.publish(note, by=reviewer)


def test_a_withdrawn_text_may_be_published_again_after_a_new_approval(
    note: Note, reviewer: Any, publish: Publish
) -> None:
    publishing.withdraw(publish(note), by=reviewer, reason="Too early.")
    assert publish(note).number == 2


# Afterwards


def test_withdrawing_notes_who_when_why_and_what_patients_are_told(
    note: Note, reviewer: Any, publish: Publish
) -> None:
    edition = publish(note)
    publishing.withdraw(edition, by=reviewer, reason="Wrong leg. ", text=" Please call us.")
    edition.refresh_from_db()
    assert (edition.withdrawn_by, edition.withdrawal_reason, edition.withdrawal_text) == (
        reviewer,
        "Wrong leg.",
        "Please call us.",
    )
    assert edition.withdrawn_at is not None


def test_withdrawing_takes_a_reason_and_happens_once(note: Note, reviewer: Any, publish: Publish) -> None:
    edition = publish(note)
    with pytest.raises(NotAllowed, match="Say why"):
        publishing.withdraw(edition, by=reviewer, reason=" ")
    publishing.withdraw(edition, by=reviewer, reason="Wrong leg.")
    with pytest.raises(NotAllowed, match="already"):
        publishing.withdraw(edition, by=reviewer, reason="Wrong arm.")
    with pytest.raises(NotAllowed):
        publishing.retire(edition, by=reviewer)


def test_a_retired_edition_can_still_be_withdrawn(note: Note, reviewer: Any, publish: Publish) -> None:
    edition = publish(note)
    publishing.retire(edition, by=reviewer)
    with pytest.raises(NotAllowed):
        publishing.retire(edition, by=reviewer)
    publishing.withdraw(edition, by=reviewer, reason="Wrong leg.")
    assert edition.withdrawn_at is not None


def test_restoring_an_edition_makes_it_the_draft_of_who_restored_it(
    note: Note, writer: Any, publish: Publish
) -> None:
    Line.objects.create(note=note, key="shoes", text="Wear good shoes.")
    publishing.save_draft(note, by=writer)
    first = publish(note)
    Line.objects.all().delete()
    publish(note, "Walk twice a day.")
    other = person("Robin Reed", *APPROVING)
    publishing.restore(first, by=other)
    note.refresh_from_db()
    assert note.content() == first.document
    assert publishing.writers(note) == [str(other.pk)]
