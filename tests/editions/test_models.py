from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from editions import publishing
from editions.canonical import canonical, digest
from editions.models import EDITION_SET_ONCE, Draft, Edition, edition_model
from ledger.protect import is_refusal, kept
from tests.editions.app.models import Note, NoteEdition

Publish = Callable[..., NoteEdition]
DAY = timedelta(days=1)


# What is live


def test_the_highest_edition_is_live(note: Note, publish: Publish) -> None:
    publish(note)
    second = publish(note, "Walk twice a day.")
    assert note.editions.live() == second


def test_a_draft_without_editions_has_nothing_live(note: Note) -> None:
    assert note.editions.live() is None


def test_a_scheduled_edition_is_live_from_its_time_on(note: Note, publish: Publish) -> None:
    first = publish(note)
    second = publish(note, "Walk twice a day.", publish_at=timezone.now() + DAY)
    assert note.editions.live() == first
    assert note.editions.live(second.publish_at - timedelta(seconds=1)) == first
    assert note.editions.live(second.publish_at) == second


@pytest.mark.parametrize("end", ["withdraw", "retire"])
def test_no_earlier_edition_comes_back_by_itself(
    note: Note, reviewer: Any, publish: Publish, end: str
) -> None:
    publish(note)
    second = publish(note, "Walk twice a day.")
    if end == "withdraw":
        publishing.withdraw(second, by=reviewer, reason="Wrong leg.")
    else:
        publishing.retire(second, by=reviewer)
    assert note.editions.live() is None
    third = publish(note, "Walk three times a day.")
    assert note.editions.live() == third


def test_withdrawing_an_earlier_edition_leaves_the_live_one(
    note: Note, reviewer: Any, publish: Publish
) -> None:
    first = publish(note)
    second = publish(note, "Walk twice a day.")
    publishing.withdraw(first, by=reviewer, reason="Wrong leg.")
    assert note.editions.live() == second


def test_an_edition_withdrawn_before_its_time_never_displaces_the_live_one(
    note: Note, reviewer: Any, publish: Publish
) -> None:
    first = publish(note)
    second = publish(note, "Walk twice a day.", publish_at=timezone.now() + DAY)
    publishing.withdraw(second, by=reviewer, reason="A mistake.")
    assert note.editions.live(timezone.now() + 2 * DAY) == first


def test_current_finds_the_live_editions_of_all_drafts_in_one_statement(
    note: Note, writer: Any, reviewer: Any, publish: Publish, django_assert_num_queries: Any
) -> None:
    publish(note)
    live = publish(note, "Walk twice a day.")
    withdrawn, other = Note(title="Lifting"), Note(title="Sleeping")
    for each in (withdrawn, other):
        publishing.save_draft(each, by=writer)
    publish(withdrawn)
    publishing.withdraw(publish(withdrawn, "Lift."), by=reviewer, reason="Wrong.")
    only = publish(other)
    with django_assert_num_queries(1):
        assert list(NoteEdition.objects.current().order_by("pk")) == [live, only]


def test_editions_can_be_asked_for_one_draft(note: Note, writer: Any, publish: Publish) -> None:
    other = Note(title="Sleeping")
    publishing.save_draft(other, by=writer)
    mine = publish(note)
    publish(other)
    assert list(NoteEdition.objects.for_draft(note)) == [mine]


# What the database holds


def test_a_number_is_given_once_a_draft(note: Note, publish: Publish) -> None:
    edition = publish(note)
    edition.pk = None
    edition._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save()
    assert NoteEdition.objects.count() == 1


def test_a_number_is_at_least_one(note: Note, publish: Publish) -> None:
    edition = publish(note)
    edition.pk, edition.number, edition._state.adding = None, 0, True
    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        edition.save()


@pytest.mark.parametrize(
    "half", [{"withdrawn_at": "now"}, {"withdrawn_by": "reviewer"}, {"withdrawal_reason": "Wrong leg."}]
)
def test_half_a_withdrawal_is_refused(
    note: Note, reviewer: Any, publish: Publish, half: dict[str, str]
) -> None:
    edition = publish(note)
    values = {"now": timezone.now(), "reviewer": reviewer}
    with pytest.raises(IntegrityError, match="withdrawn_whole"), transaction.atomic():
        NoteEdition.objects.filter(pk=edition.pk).update(
            **{name: values.get(value, value) for name, value in half.items()}
        )


def test_an_edition_is_kept(note: Note, publish: Publish) -> None:
    edition = publish(note)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        edition.delete()
    assert is_refusal(caught.value)


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_draft_is_not_submitted_or_approved_by_nobody(note: Note, state: str) -> None:
    with pytest.raises(IntegrityError, match="by_someone"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(state=state)


# Content and digest


def test_canonical_is_the_same_text_for_the_same_content() -> None:
    assert canonical({"b": [1, "é"], "a": {"d": None, "c": True}}) == '{"a":{"c":true,"d":null},"b":[1,"é"]}'


def test_a_digest_is_sha_256_of_the_bytes() -> None:
    assert digest("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_what_is_no_number_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_restored_draft_has_the_content_it_was_restored_from(note: Note) -> None:
    content = {"title": "Lifting", "body": "", "lines": [{"key": "a", "text": "Bend your knees."}]}
    note.restore(content)
    assert note.content() == content


# What is checked where a kind of edition is declared


def test_the_editions_of_a_draft_are_found_by_its_class() -> None:
    assert edition_model(Note) is NoteEdition
    with pytest.raises(LookupError, match="has no editions"):
        edition_model(Draft)


def declared(name: str, *, inherits_meta: bool = True, **fields: Any) -> Any:
    meta = type("Meta", (Edition.Meta,) if inherits_meta else (), {"app_label": "notes"})
    return type(name, (Edition,), {"__module__": __name__, "Meta": meta, **fields})


def a_note() -> Any:
    return models.ForeignKey(Note, models.PROTECT, related_name="+")


def problems(model: Any) -> list[str]:
    return sorted(str(error.id) for error in model.check() if str(error.id).startswith("editions."))


@isolate_apps("tests.editions.app")
def test_an_edition_that_is_declared_wrongly_is_found_by_a_check() -> None:
    whole = kept(set_once=EDITION_SET_ONCE)(declared("Whole", draft_field="note", note=a_note()))
    assert problems(whole) == []
    unnamed = declared("Unnamed", note=a_note())
    assert problems(unnamed) == ["editions.E001"]
    no_draft = declared("NoDraft", draft_field="title", title=models.TextField())
    assert problems(no_draft) == ["editions.E002", "editions.E003"]
    bare = declared("Bare", inherits_meta=False, draft_field="note", note=a_note())
    assert problems(bare) == ["editions.E003", "editions.E004"]
