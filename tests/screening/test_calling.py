"""Whom no e-mail reaches is called or written to: listed once, by whom they may be seen, until somebody has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from ledger import outbox
from ledger.models import AccessRecord, OutboxMessage
from portal.accounts import joining
from portal.accounts.models import Care, PatientProfile, Practice, User
from screening import answering, calling, following, messaging
from screening.models import CallNote, Case, Message, ToCall
from tests.conftest import make_patient
from tests.screening.factories import make_case, make_edition

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Outcome = CallNote.Outcome
pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    """Of a patient without e-mail."""
    User.objects.filter(pk=patient.pk).update(email=None)
    PatientProfile.unscoped.filter(user=patient).update(
        address="1 Quay Street\nHarbor", helper="Ben, her son, 555 0101"
    )
    patient.refresh_from_db()
    return make_case(patient)


def tell(case: Case, surgeon: User, text: str = "Please come.") -> Message:
    message: Message = messaging.release(user=surgeon, case=case, text=text)
    call_command("tick")
    return message


def listed(user: User) -> list[tuple[str, list[str]]]:
    """First name, and what they are to be told."""
    rows = calling.page(user).rows
    return [(row.person.name.split()[0], [item.about for item in row.items]) for row in rows]


def test_who_has_no_email_is_listed_with_all_that_waits_once(case: Case, surgeon: User) -> None:
    first, second = tell(case, surgeon, "First"), tell(case, surgeon, "Second")
    Case.unscoped.update(state="not_now", awaiting=False, rescreen_on=timezone.localdate())
    call_command("tick")
    call_command("tick")
    [row] = calling.page(surgeon).rows
    assert [(item.about, item.subject) for item in row.items[:2]] == [
        ("message", str(first.pk)),
        ("message", str(second.pk)),
    ]
    assert [item.about for item in row.items[2:]] == ["invitation"]
    assert (row.person.phone, row.person.address) == ("+1 555 0100", "1 Quay Street\nHarbor")
    assert (row.person.helper, row.tried, calling.count(surgeon)) == ("Ben, her son, 555 0101", [], 1)


def test_who_has_waited_longest_stands_first(case: Case, surgeon: User, other_patient: User) -> None:
    Care.objects.create(patient=other_patient, surgeon=surgeon)
    User.objects.filter(pk=other_patient.pk).update(email=None)
    tell(case, surgeon)
    tell(make_case(other_patient), surgeon)
    tell(case, surgeon)
    assert listed(surgeon) == [("Alice", ["message", "message"]), ("Charlie", ["message"])]


def test_only_who_may_see_the_patient_sees_them_here(case: Case, surgeon: User, other_surgeon: User) -> None:
    tell(case, surgeon)
    assert (listed(other_surgeon), calling.count(other_surgeon)) == ([], 0)
    with pytest.raises(ToCall.DoesNotExist):
        calling.find(user=other_surgeon, id_=ToCall.unscoped.get().pk)


def test_that_somebody_sees_them_is_recorded_first(
    case: Case, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(case, surgeon)
    calling.page(surgeon)
    record = AccessRecord.objects.get()
    assert (record.action, record.object_kind, record.object_ids, record.subject_id) == (
        "listed_cases",
        "screening.tocall",
        [str(ToCall.unscoped.get().pk)],
        "",
    )

    def fails(*args: Any, **options: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(calling.access, "record", fails)
    with pytest.raises(DatabaseError):
        calling.page(surgeon)


@pytest.mark.parametrize("outcome", [Outcome.CALLED, Outcome.LETTER])
def test_who_was_told_leaves_the_list_and_what_was_noted_stays(
    case: Case, surgeon: User, outcome: str
) -> None:
    tell(case, surgeon)
    with time_machine.travel(NOON, tick=False):
        calling.note(user=surgeon, until=ToCall.unscoped.get(), outcome=outcome, text="Spoke with Ben.")
    assert listed(surgeon) == []
    note = CallNote.unscoped.get()
    assert (note.patient, note.outcome, note.note, note.by, note.at) == (
        case.patient,
        outcome,
        "Spoke with Ben.",
        surgeon,
        NOON,
    )
    with pytest.raises(DatabaseError, match="kept"), transaction.atomic():
        CallNote.unscoped.update(note="Never called.")


def test_who_could_not_be_reached_is_back_the_next_day_with_what_was_tried(case: Case, surgeon: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        tell(case, surgeon)
        calling.note(
            user=surgeon, until=ToCall.unscoped.get(), outcome=Outcome.NOT_REACHED, text="Nobody there."
        )
        assert (listed(surgeon), calling.count(surgeon)) == ([], 0)
        clock.shift(11 * HOUR)  # 23:00 in New York
        assert listed(surgeon) == []
        clock.shift(2 * HOUR)
        [row] = calling.page(surgeon).rows
    assert [(note.outcome, note.note) for note in row.tried] == [("not_reached", "Nobody there.")]


def test_what_came_after_the_page_was_read_stays_on_the_list(case: Case, surgeon: User) -> None:
    tell(case, surgeon)
    [row] = calling.page(surgeon).rows
    seen = calling.find(user=surgeon, id_=row.until)
    tell(case, surgeon, "One more thing.")
    calling.note(user=surgeon, until=seen, outcome=Outcome.CALLED)
    assert listed(surgeon) == [("Alice", ["message"])]


def test_of_two_who_note_the_same_the_first_one_stays(case: Case, surgeon: User) -> None:
    tell(case, surgeon)
    seen = ToCall.unscoped.get()
    calling.note(user=surgeon, until=seen, outcome=Outcome.CALLED)
    with pytest.raises(calling.Settled):
        calling.note(user=surgeon, until=seen, outcome=Outcome.NOT_REACHED)
    assert CallNote.unscoped.count() == 1


def test_nobody_calls_themselves(case: Case, surgeon: User) -> None:
    tell(case, surgeon)
    with pytest.raises(PermissionDenied):
        calling.note(user=case.patient, until=ToCall.unscoped.get(), outcome=Outcome.CALLED)


def test_what_is_no_news_any_more_leaves_the_list_by_itself(case: Case, surgeon: User, patient: User) -> None:
    message = tell(case, surgeon)
    Case.unscoped.update(state="not_now", awaiting=False, rescreen_on=timezone.localdate())
    with time_machine.travel(timezone.now() - 3 * DAY, tick=False):
        answering.start(patient=patient, edition=make_edition())
    following.remind_due()
    call_command("tick")
    assert listed(surgeon) == [("Alice", ["message", "reminder", "invitation"])]
    Message.unscoped.filter(pk=message.pk).update(read_at=timezone.now())
    call_command("tick")
    assert listed(surgeon) == [("Alice", ["reminder", "invitation"])]
    for section, given in (("bone", {"smoking": "no"}), ("safety", {"numb": "no"})):
        answering.save(
            patient=patient, questionnaire=case.questionnaire, given=given, seen={}, section=section
        )
    answering.submit(patient=patient, questionnaire=case.questionnaire)
    call_command("tick")
    assert listed(surgeon) == []


def test_a_closed_account_is_called_no_more(case: Case, surgeon: User) -> None:
    tell(case, surgeon)
    User.objects.filter(pk=case.patient_id).update(is_active=False)
    assert (listed(surgeon), calling.count(surgeon)) == ([], 0)


def test_who_is_known_by_two_records_is_called_as_the_one_that_is_open(
    case: Case, surgeon: User, other_patient: User, administrator: User
) -> None:
    User.objects.filter(pk=other_patient.pk).update(email=None)
    joining.join(into=other_patient, other=case.patient, reason="The same person.", by=administrator)
    tell(case, surgeon)
    assert listed(surgeon) == [("Charlie", ["message"])]


def test_a_receipt_and_what_was_meant_for_staff_is_no_reason_to_call(case: Case, surgeon: User) -> None:
    OutboxMessage.objects.all().delete()
    outbox.put("answers_received", "a", to=case.patient, payload={"submission": case.submission_id})
    outbox.put("something_new", "b", to=surgeon, payload={"reply": "5"})
    outbox.put("alert", "c", to=surgeon, payload={"alert": "5"})
    OutboxMessage.objects.update(failed_at=NOON)
    assert calling.note_failed() == 0


def test_pages_go_by_the_patient_who_waits_and_count_no_further_than_the_cap(
    surgeon: User, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PAGE", 2)
    monkeypatch.setattr(calling, "CAP", 3)
    for number in range(5):
        each = make_patient(f"Pat{number} Poe")
        outbox.put("something_new", f"message:{number}", to=each)
    OutboxMessage.objects.update(failed_at=NOON)
    assert calling.note_failed() == 5
    page, names = calling.page(surgeon), []
    assert (page.count, page.more_than_counted) == (4, True)
    while True:
        names += [row.person.name.split()[0] for row in page.rows]
        if page.later is None:
            break
        page = calling.page(surgeon, after=page.later)
        assert page.count is None
    assert names == [f"Pat{number}" for number in range(5)]


def test_one_that_cannot_be_listed_holds_up_no_other(
    patient: User, other_patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, each in enumerate((patient, other_patient)):
        outbox.put("something_new", str(number), to=each)
    OutboxMessage.objects.update(failed_at=NOON)
    add = ToCall.add

    def fails(**row: Any) -> bool:
        if row["patient"] == str(patient.pk):
            raise calling.IntegrityError
        return add(**row)

    monkeypatch.setattr(ToCall, "add", fails)
    assert calling.note_failed() == 1
    assert ToCall.unscoped.get().patient == other_patient
