"""Nobody is forgotten: asked again when the day has come, told again while nothing is opened, reminded twice at most."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from ledger.models import OutboxMessage
from portal.accounts import joining
from portal.accounts.models import Care, Contact, PatientProfile, Practice, User
from screening import answering, deciding, following, reviewing
from screening.models import AnswersInProgress, BackupTold, Case, Invitation, Reminder, Submission
from tests.conftest import make_patient, make_user
from tests.screening.factories import BONE_ABSOLUTE, make_case, make_edition, make_submission, make_urgent

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # in New York, where the tests' practice is
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("practice")


def told() -> list[tuple[str, str]]:
    """Kind and first name of whom each message is to, in their order."""
    names = {str(user.pk): user.name.split()[0] for user in User.objects.all()}
    return [(row.kind, names[row.to_user_id]) for row in OutboxMessage.objects.order_by("pk")]


# The day to ask again


@pytest.fixture
def due(patient: User, surgeon: User) -> Case:
    case = make_case(patient, state="optimise", rescreen_on=TODAY, taken_by=surgeon, opened_version=1)
    assert following.return_due(today=TODAY - DAY) == 0
    return case


def test_on_the_day_the_case_comes_back_and_the_patient_is_invited(due: Case) -> None:
    with time_machine.travel(NOON, tick=False):
        assert following.return_due(today=TODAY) == 1
    due.refresh_from_db()
    assert (due.state, due.awaiting, due.taken_by, due.rescreen_on) == ("new", True, None, None)
    assert (due.returned_because, due.waiting_since) == ("the day to ask again has come", NOON)
    assert (due.version, due.opened) == (2, False)
    invitation = Invitation.unscoped.get()
    assert (invitation.case, invitation.patient, invitation.rescreen_on) == (due, due.patient, TODAY)
    message = OutboxMessage.objects.get()
    assert (message.kind, message.payload) == ("something_new", {"invitation": invitation.pk})
    assert told() == [("something_new", "Alice")]


def test_a_day_that_has_passed_is_followed_once_however_often_it_is_looked_at(due: Case) -> None:
    counts = [following.return_due(today=TODAY + each * DAY) for each in (3, 3, 4)]
    assert (counts, Invitation.unscoped.count(), OutboxMessage.objects.count()) == ([1, 0, 0], 1, 1)


def test_another_day_that_was_set_invites_anew(due: Case, surgeon: User) -> None:
    following.return_due(today=TODAY)
    due.refresh_from_db()
    later = TODAY + 60 * DAY
    deciding.decide(
        user=surgeon, case=due, version=due.version, state="optimise", plan="Vitamin D", rescreen_on=later
    )
    assert following.return_due(today=later) == 1
    assert list(Invitation.unscoped.values_list("rescreen_on", flat=True)) == [TODAY, later]


def test_a_case_that_cannot_be_moved_holds_up_no_other(
    due: Case, other_patient: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_case(other_patient, state="not_now", rescreen_on=TODAY)
    put = following.outbox.put

    def fails(*args: Any, to: User, **options: Any) -> Any:
        if to == due.patient:
            raise RuntimeError("Alice Adams is numb")
        return put(*args, to=to, **options)

    monkeypatch.setattr(following.outbox, "put", fails)
    assert following.return_due(today=TODAY) == 1
    due.refresh_from_db()
    assert (due.state, due.rescreen_on) == ("optimise", TODAY)
    assert told() == [("something_new", "Charlie")]
    assert "Alice" not in caplog.text


def test_many_come_back_a_few_at_a_time_and_none_is_left(
    monkeypatch: pytest.MonkeyPatch, patient: User
) -> None:
    for number in range(7):
        make_case(make_patient(f"Patient{number} Poe"), state="not_now", rescreen_on=TODAY)
    monkeypatch.setattr(following, "READ", 2)
    monkeypatch.setattr(following, "MOST", 5)
    assert [following.return_due(today=TODAY) for _each in range(3)] == [5, 2, 0]
    assert Invitation.unscoped.count() == 7


def test_the_day_is_the_practices_own(due: Case) -> None:
    for moment, state in ((datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "optimise"),
                          (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "new")):  # fmt: skip
        with time_machine.travel(moment, tick=False):  # midnight in New York
            call_command("tick")
        due.refresh_from_db()
        assert due.state == state


def test_answers_that_are_sent_anew_are_the_answer_and_a_correction_is_none(due: Case, patient: User) -> None:
    edition = make_edition()
    following.return_due(today=TODAY)
    assert [each.case for each in following.invitations(patient)] == [due]

    def answer(**begin: Any) -> Submission:
        answering.start(patient=patient, edition=edition, **begin)
        for section, given in (("bone", {"smoking": "yes"}), ("safety", {"numb": "no"})):
            answering.save(
                patient=patient, questionnaire=edition.questionnaire, given=given, seen={}, section=section
            )
        return answering.submit(patient=patient, questionnaire=edition.questionnaire)

    answer(amends=due.submission, amend_reason="A slip.")
    assert [each.case for each in following.invitations(patient)] == [due]
    answer()
    assert following.invitations(patient) == []


def test_nobody_sees_the_invitation_of_another(due: Case, other_patient: User) -> None:
    following.return_due(today=TODAY)
    assert following.invitations(other_patient) == []


def test_who_is_known_by_two_records_is_told_and_answers_with_the_one_they_log_in_with(
    due: Case, other_patient: User, administrator: User, mailoutbox: list[Any]
) -> None:
    joining.join(into=other_patient, other=due.patient, reason="The same person.", by=administrator)
    following.return_due(today=TODAY)
    call_command("tick")
    assert [message.to for message in mailoutbox] == [[other_patient.email]]
    assert [each.case for each in following.invitations(other_patient)] == [due]
    make_submission(other_patient)
    assert following.invitations(other_patient) == []


# An absolute criterion that nobody has opened


@pytest.fixture
def unopened(patient: User, surgeon: User, practice: Practice) -> Case:
    """In the surgeon's care, waiting since noon. The practice gives it 24 hours."""
    with time_machine.travel(NOON, tick=False):
        return make_case(
            patient, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000, waiting_since=NOON
        )


@pytest.fixture
def backup(practice: Practice) -> User:
    practice.backup = make_user("Bea Backup", "surgeon")
    practice.save()
    return practice.backup


def after(*hours: float) -> list[tuple[str, str]]:
    for each in hours:
        following.tell_backup_due(NOON + each * HOUR)
    return told()


def test_the_backup_is_told_when_it_lay_unopened_for_too_long_and_once(unopened: Case, backup: User) -> None:
    assert after(23.9) == []
    assert after(24, 24, 25, 99) == [("unopened", "Bea")]
    row, message = BackupTold.unscoped.get(), OutboxMessage.objects.get()
    assert (row.case, row.patient, row.case_version, row.to) == (unopened, unopened.patient, 1, backup)
    assert (row.at, message.payload) == (NOON + 24 * HOUR, {"case": str(unopened.pk)})


def test_the_practice_says_how_long(unopened: Case, backup: User, practice: Practice) -> None:
    practice.unopened_after = 2
    practice.save()
    assert after(1.9) == []
    assert after(2) == [("unopened", "Bea")]


def test_without_a_backup_who_has_the_patient_in_care_is_told_and_then_those_on_duty(
    unopened: Case, on_duty: Contact, other_surgeon: User
) -> None:
    Contact.objects.create(user=other_surgeon, order=2)
    assert after(24, 47) == [("unopened", "Dana")]
    assert after(48, 72, 99) == [("unopened", "Dana"), ("unopened", "Erik")]


def test_a_message_that_reaches_nobody_is_passed_on_at_once(
    unopened: Case, backup: User, on_duty: Contact
) -> None:
    after(24)
    OutboxMessage.objects.update(failed_at=NOON + 24 * HOUR)
    assert after(24.1) == [("unopened", "Bea"), ("unopened", "Dana")]


def test_with_nobody_else_the_administrators_are_told(
    unopened: Case, surgeon: User, administrator: User
) -> None:
    Care.objects.update(end=timezone.now())
    assert after(24) == [("unopened", "Hugo")]


def test_what_was_opened_is_no_news(unopened: Case, backup: User, surgeon: User) -> None:
    reviewing.open_case(user=surgeon, case_id=unopened.pk)
    assert after(24, 99) == []


def test_a_newer_version_is_told_of_anew(unopened: Case, backup: User, surgeon: User) -> None:
    after(24)
    reviewing.open_case(user=surgeon, case_id=unopened.pk)
    Case.unscoped.update(version=2, waiting_since=NOON + 50 * HOUR)
    assert after(73) == [("unopened", "Bea")]
    assert after(74) == [("unopened", "Bea"), ("unopened", "Bea")]


@pytest.mark.parametrize(
    "case",
    [
        {"headline": "relative", "rank": 400_000},
        {"headline": "clarify", "possible_absolute": True, "rank": 300_000},
        {"state": "discuss", "awaiting": False},
    ],
)
def test_what_is_not_absolute_or_was_decided_is_no_matter_of_the_backup(
    unopened: Case, backup: User, case: dict[str, Any]
) -> None:
    Case.unscoped.update(**case)
    assert after(99) == []


@pytest.mark.parametrize("case", [{"headline": "relative", "rank": 200_000}, {"urgency": 2, "rank": 50_000}])
def test_what_a_correction_lowered_and_what_is_urgent_besides_is(
    unopened: Case, backup: User, case: dict[str, Any]
) -> None:
    Case.unscoped.update(**case)
    assert after(24) == [("unopened", "Bea")]


def test_the_mail_to_the_backup_says_no_more_than_any_other(
    unopened: Case, backup: User, mailoutbox: list[Any]
) -> None:
    with time_machine.travel(NOON + 25 * HOUR, tick=False):
        call_command("tick")
    [message] = mailoutbox
    assert (message.to, message.subject) == ([backup.email], "Harbor Spine Clinic: something is new")
    for canary in ("Alice", "absolute", "bone", str(unopened.pk)):
        assert canary not in message.message().as_string()


# Begun, and not sent


@pytest.fixture
def begun(patient: User) -> AnswersInProgress:
    """Last saved at noon. Reminders are due 3 and 10 days later."""
    with time_machine.travel(NOON, tick=False):
        return answering.start(patient=patient, edition=make_edition())


def days(*passed: float) -> int:
    for each in passed:
        following.remind_due(NOON + each * DAY)
    return OutboxMessage.objects.filter(kind="reminder").count()


def test_a_patient_is_reminded_twice_and_never_again(begun: AnswersInProgress) -> None:
    assert days(2.9) == 0
    assert days(3, 3, 4, 9.9) == 1
    assert days(10, 10, 11, 30, 300) == 2
    assert told() == [("reminder", "Alice")] * 2
    assert list(Reminder.unscoped.values_list("attempt", "number")) == [(begun.pk, 1), (begun.pk, 2)]


def test_the_days_count_from_the_last_answer(begun: AnswersInProgress, patient: User) -> None:
    days(3)
    with time_machine.travel(NOON + 5 * DAY, tick=False):
        answering.save(patient=patient, questionnaire=begun.questionnaire, given={"smoking": "no"}, seen={})
    assert days(10, 14.9) == 1
    assert days(15, 99) == 2


def test_when_nothing_ran_for_long_the_second_one_keeps_its_distance(begun: AnswersInProgress) -> None:
    assert days(12, 12, 18.9) == 1
    assert days(19) == 2


def test_what_has_lain_for_long_is_not_dug_out(begun: AnswersInProgress) -> None:
    assert days(41) == 0


def test_the_practice_says_when(begun: AnswersInProgress, practice: Practice) -> None:
    practice.remind_after, practice.remind_again_after = 1, 2
    practice.save()
    assert (days(0.9), days(1), days(2)) == (0, 1, 2)


def test_neither_the_practice_nor_the_patient_need_have_them(
    begun: AnswersInProgress, practice: Practice, patient: User
) -> None:
    Practice.objects.update(reminds=False)
    assert days(3) == 0
    Practice.objects.update(reminds=True)
    PatientProfile.unscoped.filter(user=patient).update(reminders=False)
    assert days(3) == 0
    PatientProfile.unscoped.filter(user=patient).update(reminders=True)
    assert days(3) == 1


def test_who_gave_an_urgent_answer_is_called_and_not_reminded(
    begun: AnswersInProgress, patient: User
) -> None:
    make_urgent(make_case(patient, sent=False), attempt=begun.pk)
    assert days(3, 10) == 0


def test_what_staff_enter_reminds_nobody(begun: AnswersInProgress, surgeon: User) -> None:
    AnswersInProgress.unscoped.update(entered_by=surgeon, entered_how="paper")
    assert days(3, 10) == 0


def test_what_was_sent_reminds_nobody(begun: AnswersInProgress) -> None:
    days(3)
    AnswersInProgress.unscoped.all().delete()
    assert days(10) == 1


def test_nobody_is_sent_to_a_questionnaire_that_is_closed(begun: AnswersInProgress, approver: User) -> None:
    from screening.models import QuestionnaireEdition

    QuestionnaireEdition.objects.update(
        withdrawn_at=NOON, withdrawn_by=approver, withdrawal_reason="Wrong.", withdrawal_text="It was wrong."
    )
    assert days(3, 10) == 0


def test_a_closed_account_is_not_reminded(begun: AnswersInProgress, patient: User) -> None:
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert days(3) == 0


@pytest.mark.parametrize(
    ("saved", "due"),
    [
        # In Berlin there is no half past two on 28 March 2027, and there are two of them on 31 October.
        (datetime(2027, 3, 25, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2027, 10, 28, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_reminder_that_is_due_while_the_clocks_are_changed_is_sent_once(
    patient: User, settings: Any, mailoutbox: list[Any], saved: datetime, due: datetime
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert saved.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "02:30"
    with time_machine.travel(saved, tick=False):
        answering.start(patient=patient, edition=make_edition())
    with time_machine.travel(due - timedelta(minutes=1), tick=False) as clock:
        for _quarter in range(16):
            call_command("tick")
            clock.shift(timedelta(minutes=15))
    assert [message.to for message in mailoutbox] == [[patient.email]]
