from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord
from tests.editions.app.models import Note

Action = AccessRecord.Action


def account(name: str) -> Any:
    return get_user_model()._default_manager.create_user(f"{name}@example.org", "a-long-password", name=name)


def test_a_record_says_who_opened_what_of_whom_and_why(db: None) -> None:
    surgeon, patient = account("dana"), account("alice")
    record = access.record(
        surgeon, Action.BREAK_GLASS, subject=patient, kind="case", id="7f", reason="Seen in the clinic."
    )
    assert AccessRecord.objects.values(
        "actor_id", "subject_id", "action", "object_kind", "object_id", "object_ids", "reason"
    ).get(pk=record.pk) == {
        "actor_id": str(surgeon.pk),
        "subject_id": str(patient.pk),
        "action": "break_glass",
        "object_kind": "case",
        "object_id": "7f",
        "object_ids": [],
        "reason": "Seen in the clinic.",
    }


def test_an_object_is_named_by_its_kind_and_id(db: None) -> None:
    note = Note.objects.create(title="Walking")
    record = access.record(account("dana"), Action.PRINTED, object=note)
    assert (record.object_kind, record.object_id) == ("notes.note", str(note.pk))


def test_a_list_is_one_record_that_holds_the_ids(db: None) -> None:
    record = access.record(account("dana"), Action.LISTED_CASES, kind="case", ids=[3, 1, 2])
    assert (record.subject_id, record.object_id, record.object_ids) == ("", "", ["3", "1", "2"])


def test_an_action_that_has_no_name_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="peeked"):
        access.record(account("dana"), "peeked")  # type: ignore[arg-type]
    assert AccessRecord.objects.count() == 0


def test_a_record_that_might_be_rolled_back_is_refused(transactional_db: None) -> None:
    dana = account("dana")
    with pytest.raises(RuntimeError), transaction.atomic():
        access.record(dana, Action.OPENED_CASE)
    assert AccessRecord.objects.count() == 0


def test_a_patient_finds_their_own_records_and_no_others(db: None) -> None:
    dana, alice, charlie = account("dana"), account("alice"), account("charlie")
    first = access.record(dana, Action.OPENED_CASE, subject=alice)
    access.record(dana, Action.OPENED_CASE, subject=charlie)
    second = access.record(dana, Action.PRINTED, subject=alice)
    assert list(AccessRecord.objects.about(alice)) == [second, first]


def test_records_are_in_the_order_they_were_written_though_the_clock_went_back(db: None) -> None:
    dana, alice = account("dana"), account("alice")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        first = access.record(dana, Action.OPENED_CASE, subject=alice)
    with time_machine.travel(now - timedelta(hours=1), tick=False):
        second = access.record(dana, Action.PRINTED, subject=alice)
    assert second.at < first.at
    assert list(AccessRecord.objects.about(alice)) == [second, first]


def test_who_opened_one_thing_can_be_asked(db: None) -> None:
    dana, alice = account("dana"), account("alice")
    record = access.record(dana, Action.OPENED_CASE, subject=alice, kind="case", id=5)
    access.record(dana, Action.OPENED_CASE, subject=alice, kind="case", id=6)
    assert list(AccessRecord.objects.of("case", 5)) == [record]


def test_first_opened_leaves_out_the_patient_and_what_was_before(db: None) -> None:
    dana, alice = account("dana"), account("alice")
    access.record(dana, Action.OPENED_CASE, subject=alice)
    sent_at = timezone.now()
    access.record(alice, Action.DOWNLOADED, subject=alice)
    assert AccessRecord.objects.first_opened(subject=alice.pk, since=sent_at) is None
    opened = access.record(dana, Action.OPENED_CASE, subject=alice)
    access.record(dana, Action.OPENED_CASE, subject=alice)
    assert AccessRecord.objects.first_opened(subject=alice.pk, since=sent_at) == opened.at


def test_a_record_prints_as_its_id_only() -> None:
    assert str(AccessRecord(pk=4, actor_id="1", reason="Because")) == "Access record 4"
