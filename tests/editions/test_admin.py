from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editions import publishing
from editions.models import Change, Draft
from tests.editions.app.models import Line, Note, NoteEdition
from tests.editions.people import APPROVING, WRITING, person

Publish = Callable[..., NoteEdition]
State = Draft.State

STEPS = {
    "submit": "notes.change_note",
    "approve": "notes.approve_note",
    "send-back": "notes.approve_note",
    "publish": "notes.publish_note",
}
EDITION_STEPS = {
    "withdraw": "notes.withdraw_note",
    "retire": "notes.withdraw_note",
    "restore": "notes.change_note",
}


@pytest.fixture
def as_writer(writer: Any) -> Client:
    return browser(writer)


@pytest.fixture
def as_reviewer(reviewer: Any) -> Client:
    return browser(reviewer)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:notes_note_{name}", args=args)


def text(response: HttpResponse) -> str:
    """The page as it is read: without tags, spaces drawn together."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def typed(note: Note, **values: Any) -> dict[str, Any]:
    """What the browser sends when the form is saved."""
    inline = {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    return {"title": note.title, "body": note.body, "version": note.version, **inline, **values}


def edit(client: Client, note: Note, **values: Any) -> Any:
    return client.post(address("change", note.pk), typed(note, **values))


# The form


def test_adding_a_draft_notes_who_wrote_it(as_writer: Client, writer: Any) -> None:
    response = as_writer.post(address("add"), typed(Note(title="Lifting"), version=""))
    assert response.status_code == 302
    note = Note.objects.get()
    assert (note.title, note.version, publishing.writers(note)) == ("Lifting", 1, [str(writer.pk)])


def test_saving_a_draft_makes_the_next_version(as_reviewer: Client, reviewer: Any, note: Note) -> None:
    assert edit(as_reviewer, note, body="Walk twice a day.").status_code == 302
    note.refresh_from_db()
    assert (note.body, note.version) == ("Walk twice a day.", 2)
    assert Change.objects.get(version=2).by == reviewer


def test_a_row_that_was_added_counts_as_a_change(as_writer: Client, note: Note) -> None:
    row = {
        "lines-TOTAL_FORMS": 1,
        "lines-0-note": note.pk,
        "lines-0-key": "shoes",
        "lines-0-text": "Flat ones.",
    }
    assert edit(as_writer, note, **row).status_code == 302
    note.refresh_from_db()
    assert (note.version, Change.objects.get(version=2).digest) == (2, note.digest())


def test_saving_without_a_change_keeps_the_approval(
    as_writer: Client, note: Note, writer: Any, reviewer: Any
) -> None:
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    assert edit(as_writer, note).status_code == 302
    note.refresh_from_db()
    assert (note.state, note.version) == (State.APPROVED, 1)


def test_a_stale_save_is_a_conflict_that_keeps_what_was_typed(
    as_writer: Client, note: Note, reviewer: Any
) -> None:
    opened = Note.objects.get(pk=note.pk)
    note.body = "Theirs."
    publishing.save_draft(note, by=reviewer)
    response = edit(as_writer, opened, body="Mine.")
    assert response.status_code == 409
    page = text(response)
    assert "Grace Gold saved this draft" in page
    assert "Body Theirs. Mine." in page
    assert "Mine.</textarea>" in response.content.decode()
    assert Note.objects.get().body == "Theirs."


def test_saving_again_after_a_conflict_means_it(as_writer: Client, note: Note, reviewer: Any) -> None:
    opened = Note.objects.get(pk=note.pk)
    note.body = "Theirs."
    publishing.save_draft(note, by=reviewer)
    page = edit(as_writer, opened, body="Mine.").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert edit(as_writer, opened, body="Mine.", version=version[1]).status_code == 302
    note.refresh_from_db()
    assert (note.body, note.version) == ("Mine.", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "99"])
def test_a_forged_version_saves_nothing(as_writer: Client, note: Note, version: str) -> None:
    assert edit(as_writer, note, body="Forged.", version=version).status_code in {200, 409}
    note.refresh_from_db()
    assert (note.body, note.version) == ("Walk a little every day.", 1)


def test_no_posted_field_reaches_the_state(as_writer: Client, note: Note, writer: Any) -> None:
    forged = {"state": "approved", "approved_by": writer.pk, "approved_digest": "0" * 64, "comment": "Good."}
    edit(as_writer, note, body="Walk twice a day.", **forged)
    note.refresh_from_db()
    assert (note.state, note.approved_by, note.approved_digest, note.comment) == (State.DRAFT, None, "", "")


def test_the_form_shows_where_the_draft_stands(
    as_reviewer: Client, note: Note, writer: Any, publish: Publish
) -> None:
    publish(note)
    note.body = "Walk twice a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    page = text(as_reviewer.get(address("change", note.pk)))
    assert "State Waits for approval" in page
    assert "Written since the last edition by Finn Frost, last on" in page
    assert "Submitted by Finn Frost," in page
    assert "Readers see Edition 1, since" in page


@pytest.mark.parametrize(
    ("state", "for_writer", "for_reviewer"),
    [
        (State.DRAFT, ["submit"], ["submit"]),
        (State.SUBMITTED, [], ["approve", "send-back"]),
        (State.APPROVED, [], ["send-back", "publish"]),
    ],
)
def test_the_form_offers_the_steps_that_the_person_may_take_now(
    as_writer: Client,
    as_reviewer: Client,
    note: Note,
    writer: Any,
    reviewer: Any,
    state: str,
    for_writer: list[str],
    for_reviewer: list[str],
) -> None:
    if state != State.DRAFT:
        publishing.submit(note, by=writer)
    if state == State.APPROVED:
        publishing.approve(note, by=reviewer, digest=note.digest())
    for client, expected in ((as_writer, for_writer), (as_reviewer, for_reviewer)):
        page = client.get(address("change", note.pk)).content.decode()
        assert [step for step in STEPS if address(step, note.pk) in page] == expected


def test_a_draft_with_editions_cannot_be_deleted(note: Note, publish: Publish) -> None:
    client = browser(person("Robin Reed", *WRITING, "notes.delete_note", "notes.delete_line"))
    assert client.get(address("delete", note.pk)).status_code == 200
    publish(note)
    assert client.post(address("delete", note.pk), {"post": "yes"}).status_code == 403
    assert Note.objects.count() == 1


# Steps


def test_submit_approve_and_publish_by_their_pages(
    as_writer: Client, as_reviewer: Client, note: Note, writer: Any, reviewer: Any
) -> None:
    digest = note.digest()
    for client, step in ((as_writer, "submit"), (as_reviewer, "approve"), (as_reviewer, "publish")):
        page = client.get(address(step, note.pk))
        assert page.status_code == 200
        assert digest[:12] in text(page)
        done = client.post(address(step, note.pk), {"digest": digest})
        assert (done.status_code, done["Location"]) == (302, address("change", note.pk))
    edition = NoteEdition.objects.get()
    assert (edition.digest, edition.approved_by, edition.published_by) == (digest, reviewer, reviewer)
    log = LogEntry.objects.order_by("pk").values_list("user", "change_message")
    assert list(log) == [
        (writer.pk, "Submit for approval"),
        (reviewer.pk, "Approve"),
        (reviewer.pk, "Publish"),
    ]


@pytest.mark.parametrize("step", STEPS)
def test_looking_at_a_step_takes_nothing(as_reviewer: Client, note: Note, writer: Any, step: str) -> None:
    publishing.submit(note, by=writer)
    before = Note.objects.values().get()
    assert as_reviewer.get(address(step, note.pk)).status_code == 200
    assert as_reviewer.head(address(step, note.pk)).status_code == 200
    assert as_reviewer.put(address(step, note.pk)).status_code == 405
    assert Note.objects.values().get() == before
    assert LogEntry.objects.count() == 0


def test_a_step_shows_what_differs_from_what_readers_see(
    as_reviewer: Client, note: Note, writer: Any, publish: Publish
) -> None:
    publish(note)
    note.body = "Walk <b>twice</b> a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    response = as_reviewer.get(address("approve", note.pk))
    page = text(response)
    assert "What differs from edition 1, which readers see now" in page
    assert "Changed body" in page
    assert "&lt;b&gt;twice&lt;/b&gt;" in page
    assert "<b>twice</b>" not in response.content.decode()


def test_approving_ones_own_is_refused_with_the_reason(
    as_reviewer: Client, note: Note, reviewer: Any
) -> None:
    note.body = "Walk twice a day."
    publishing.save_draft(note, by=reviewer)
    publishing.submit(note, by=reviewer)
    response = as_reviewer.post(address("approve", note.pk), {"digest": note.digest()})
    assert response.status_code == 409
    assert "You wrote part of this draft" in text(response)
    note.refresh_from_db()
    assert note.state == State.SUBMITTED
    assert LogEntry.objects.count() == 0


def test_a_text_that_changed_under_the_approver_comes_back_to_be_looked_at_again(
    as_reviewer: Client, note: Note, writer: Any
) -> None:
    seen = note.digest()
    note.body = "Walk twice a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    response = as_reviewer.post(address("approve", note.pk), {"digest": seen})
    assert response.status_code == 409
    page = response.content.decode()
    assert "after you looked at it" in page
    assert f'name="digest" value="{note.digest()}"' in page


def test_a_step_without_the_digest_of_what_was_seen_is_not_taken(
    as_reviewer: Client, note: Note, writer: Any
) -> None:
    publishing.submit(note, by=writer)
    assert as_reviewer.post(address("approve", note.pk), {}).status_code == 200
    note.refresh_from_db()
    assert note.state == State.SUBMITTED


def test_sending_back_shows_the_comment_to_the_authors(
    as_reviewer: Client, as_writer: Client, note: Note, writer: Any
) -> None:
    publishing.submit(note, by=writer)
    assert as_reviewer.post(address("send-back", note.pk), {"comment": ""}).status_code == 200
    assert as_reviewer.post(address("send-back", note.pk), {"comment": "Say how far."}).status_code == 302
    assert "Say how far." in text(as_writer.get(address("change", note.pk)))


def test_publishing_can_wait_for_a_time(as_reviewer: Client, note: Note, writer: Any, reviewer: Any) -> None:
    publishing.submit(note, by=writer)
    publishing.approve(note, by=reviewer, digest=note.digest())
    publish, seen = address("publish", note.pk), {"digest": note.digest()}
    past = timezone.localtime() - timedelta(days=1)
    response = as_reviewer.post(publish, {**seen, "publish_at": past.strftime("%Y-%m-%dT%H:%M")})
    assert response.status_code == 200
    assert "still to come" in text(response)
    later = (timezone.localtime() + timedelta(days=40)).replace(hour=12, minute=0, second=0, microsecond=0)
    as_reviewer.post(publish, {**seen, "publish_at": later.strftime("%Y-%m-%dT%H:%M")})
    edition = NoteEdition.objects.get()
    assert timezone.localtime(edition.publish_at).strftime("%Y-%m-%dT%H:%M") == later.strftime(
        "%Y-%m-%dT%H:%M"
    )
    assert note.editions.live() is None


def test_withdrawing_takes_a_reason_and_a_text_for_patients(
    as_reviewer: Client, note: Note, reviewer: Any, publish: Publish
) -> None:
    publish(note)
    withdraw = address("edition_withdraw", note.pk, 1)
    assert as_reviewer.post(withdraw, {"reason": "Wrong leg."}).status_code == 200
    assert note.editions.live() is not None
    assert as_reviewer.post(withdraw, {"reason": "Wrong leg.", "text": "Please call us."}).status_code == 302
    edition = NoteEdition.objects.get()
    assert (edition.withdrawn_by, edition.withdrawal_reason, edition.withdrawal_text) == (
        reviewer,
        "Wrong leg.",
        "Please call us.",
    )
    again = as_reviewer.post(withdraw, {"reason": "Wrong arm.", "text": "Please write."})
    assert again.status_code == 409
    page = text(as_reviewer.get(address("edition", note.pk, 1)))
    assert "Why it was withdrawn Wrong leg. What patients are told Please call us." in page


def test_retiring_and_restoring_by_their_pages(as_reviewer: Client, note: Note, publish: Publish) -> None:
    publish(note)
    publish(note, "Walk twice a day.")
    assert as_reviewer.post(address("edition_retire", note.pk, 2)).status_code == 302
    assert as_reviewer.post(address("edition_restore", note.pk, 1)).status_code == 302
    note.refresh_from_db()
    assert (note.body, note.editions.live()) == ("Walk a little every day.", None)
    messages = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(messages) == ["Retire (note edition 2)", "Put back into the draft (note edition 1)"]


@pytest.mark.parametrize("step", [*STEPS, *EDITION_STEPS])
def test_a_step_without_its_permission_is_forbidden_and_changes_nothing(
    note: Note, writer: Any, reviewer: Any, publish: Publish, step: str
) -> None:
    publish(note)
    lacking = {**STEPS, **EDITION_STEPS}[step]
    client = browser(person("Robin Reed", *(each for each in APPROVING if each != lacking)))
    url = address(step, note.pk) if step in STEPS else address(f"edition_{step}", note.pk, 1)
    before = (Note.objects.values().get(), NoteEdition.objects.values().get())
    everything = {"digest": note.digest(), "comment": "No.", "reason": "No.", "text": "No."}
    assert (client.get(url).status_code, client.post(url, everything).status_code) == (403, 403)
    assert (Note.objects.values().get(), NoteEdition.objects.values().get()) == before


@pytest.mark.parametrize("missing", ["0", "-1", "99999999999999999999", "x", "%00"])
def test_what_does_not_exist_is_not_found(as_reviewer: Client, missing: str) -> None:
    known = address("change", 1).replace("/1/change/", "/{}/")
    for tail in ("submit/", "approve/", "editions/", "editions/1/", "editions/1/withdraw/"):
        assert as_reviewer.get(known.format(missing) + tail).status_code == 404


def test_an_edition_that_does_not_exist_is_not_found(as_reviewer: Client, note: Note) -> None:
    assert as_reviewer.get(address("edition", note.pk, 1)).status_code == 404
    assert as_reviewer.get(address("edition_withdraw", note.pk, 1)).status_code == 404


# Editions


def test_all_editions_are_listed_with_how_they_stand(
    as_writer: Client, note: Note, reviewer: Any, publish: Publish
) -> None:
    publish(note)
    publishing.withdraw(publish(note, "Two."), by=reviewer, reason="Wrong.")
    publish(note, "Three.")
    publish(note, "Four.", publish_at=timezone.now() + timedelta(days=1))
    page = text(as_writer.get(address("editions", note.pk)))
    standing = ("Waits for its time", "Readers see it", "Withdrawn on", "A later edition came after it")
    assert [page.index(words) for words in standing] == sorted(page.index(words) for words in standing)


def test_the_list_is_there_before_anything_is_published(as_writer: Client, note: Note) -> None:
    page = text(as_writer.get(address("editions", note.pk)))
    assert "Nothing has been published yet" in page
    assert "Finn Frost" in page


def test_an_edition_is_shown_word_for_word_and_escaped(
    as_writer: Client, note: Note, publish: Publish
) -> None:
    Line.objects.create(note=note, key="shoes", text="<script>alert(1)</script>")
    publishing.save_draft(note, by=person("Robin Reed"))
    edition = publish(note)
    response = as_writer.get(address("edition", note.pk, 1))
    assert "lines, shoes, text &lt;script&gt;alert(1)&lt;/script&gt;" in text(response)
    assert edition.digest in text(response)


@pytest.mark.parametrize("page", ["editions", "edition"])
def test_editions_are_not_shown_without_the_permission_to_see_the_draft(
    note: Note, publish: Publish, page: str
) -> None:
    publish(note)
    client = browser(person("Robin Reed", "accounts.use_admin"))
    number = () if page == "editions" else (1,)
    assert client.get(address(page, note.pk, *number)).status_code == 403


def test_every_address_of_an_edition_of_its_own_is_forbidden(
    as_reviewer: Client, note: Note, publish: Publish
) -> None:
    edition = publish(note)
    addresses = [reverse(f"admin:notes_noteedition_{name}") for name in ("changelist", "add")]
    addresses += [
        reverse(f"admin:notes_noteedition_{name}", args=[edition.pk])
        for name in ("change", "delete", "history")
    ]
    for each in addresses:
        assert (as_reviewer.get(each).status_code, as_reviewer.post(each).status_code) == (403, 403), each


def test_no_page_has_an_inline_script_or_style(
    as_reviewer: Client, note: Note, writer: Any, publish: Publish
) -> None:
    publish(note)
    note.body = "Walk twice a day."
    publishing.save_draft(note, by=writer)
    publishing.submit(note, by=writer)
    pages = [address(name, note.pk) for name in ("change", "approve", "send-back", "editions")]
    pages += [address("edition", note.pk, 1), address("edition_withdraw", note.pk, 1)]
    for page in pages:
        html = as_reviewer.get(page).content.decode()
        assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)[^>]*>|\son\w+=", html) == [], page
