"""While nobody acknowledges an alert, the next person is told: on time, once, and never nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from ledger.models import OutboxMessage
from portal.accounts.models import Contact, Practice, User
from screening import alerts, answering, reviewing
from screening.models import Alert, Notified, UrgentAnswer
from tests.conftest import make_user
from tests.screening.factories import make_alert, make_case

NIGHT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def second(on_duty: Contact, other_surgeon: User) -> User:
    Contact.objects.create(user=other_surgeon, order=2)
    return other_surgeon


@pytest.fixture
def alert(patient: User) -> Alert:
    return make_alert(make_case(patient), raised_at=NIGHT)


def minutes(alert: Alert, *passed: int) -> list[str]:
    """The first names of those who were told, when a worker came after so many minutes each."""
    for each in passed:
        alerts.escalate_due(NIGHT + timedelta(minutes=each))
    return [row.to.name.split()[0] for row in alert.told().select_related("to")]


def test_one_after_the_other_then_the_administrator_then_everyone_again(
    alert: Alert, second: User, administrator: User
) -> None:
    assert minutes(alert, 0, 14) == ["Dana"]
    assert minutes(alert, 15, 29) == ["Dana", "Erik"]
    assert minutes(alert, 30, 44) == ["Dana", "Erik", "Hugo"]
    assert minutes(alert, 45, 59) == ["Dana", "Erik", "Hugo"]  # a further round waits twice as long
    assert minutes(alert, 60) == ["Dana", "Erik", "Hugo", "Dana"]


def test_the_practice_says_how_long_and_the_same_day_may_wait_longer(
    patient: User, second: User, practice: Practice
) -> None:
    practice.escalate_after, practice.escalate_same_day_after = 5, 60
    practice.save()
    case = make_case(patient)
    now = make_alert(case, raised_at=NIGHT)
    today = make_alert(case, raised_at=NIGHT, level="same_day")
    assert minutes(now, 0, 5) == ["Dana", "Erik"]
    assert minutes(today, 59) == ["Dana"]
    assert minutes(today, 60) == ["Dana", "Erik"]


def test_an_acknowledged_alert_is_passed_on_no_more(alert: Alert, second: User) -> None:
    minutes(alert, 0)
    assert reviewing.acknowledge(user=second, alert=alert)
    assert minutes(alert, 15, 30, 600) == ["Dana"]


def test_it_is_passed_on_to_each_place_once(alert: Alert, second: User) -> None:
    assert minutes(alert, 0, 0, 15, 15, 15) == ["Dana", "Erik"]
    assert [message.key for message in OutboxMessage.objects.order_by("pk")] == [
        f"alert:{alert.pk}:1",
        f"alert:{alert.pk}:2",
    ]
    assert [message.payload for message in OutboxMessage.objects.all()] == [{"alert": str(alert.pk)}] * 2


def test_a_message_that_failed_is_passed_on_at_once(alert: Alert, second: User) -> None:
    minutes(alert, 0)
    OutboxMessage.objects.update(failed_at=NIGHT)
    assert minutes(alert, 1) == ["Dana", "Erik"]


def test_who_is_off_duty_by_now_is_not_waited_for(alert: Alert, second: User, on_duty: Contact) -> None:
    minutes(alert, 0)
    on_duty.active = False
    on_duty.save()
    assert minutes(alert, 1) == ["Dana", "Erik"]


def test_who_comes_on_duty_is_told_of_what_waits(alert: Alert, surgeon: User) -> None:
    assert minutes(alert, 0) == []
    Contact.objects.create(user=surgeon)
    assert minutes(alert, 1) == ["Dana"]


def test_with_nobody_on_duty_the_administrator_is_told(alert: Alert, administrator: User) -> None:
    assert minutes(alert, 0) == ["Hugo"]


def test_a_closed_account_is_told_of_nothing(alert: Alert, second: User) -> None:
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert minutes(alert, 0, 15, 30) == ["Dana", "Dana"]


def test_an_alert_that_cannot_be_passed_on_holds_up_no_other(
    alert: Alert, other_patient: User, on_duty: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = make_alert(make_case(other_patient), raised_at=NIGHT + timedelta(seconds=1))
    put = alerts.outbox.put

    def fails(kind: str, key: str, **options: Any) -> Any:
        if str(alert.pk) in key:
            raise RuntimeError("no")
        return put(kind, key, **options)

    monkeypatch.setattr(alerts.outbox, "put", fails)
    assert minutes(later, 1) == ["Dana"]
    assert not alert.told().exists()


# From the answer on


def test_the_first_one_is_told_when_the_answer_is_saved(fusion: Any, patient: User, second: User) -> None:
    with time_machine.travel(NIGHT, tick=False):
        attempt = answering.start(patient=patient, edition=fusion)
        given = {"red_flag_bladder_bowel": "yes"}
        answering.save(patient=patient, questionnaire=attempt.questionnaire, given=given, seen={})
    [row] = Notified.unscoped.all()
    assert (row.to.name, row.place, row.at) == ("Dana Diaz", 1, NIGHT)


def test_what_was_shown_is_kept_with_its_numbers_and_language(
    fusion: Any, patient: User, on_duty: Contact
) -> None:
    attempt = answering.start(patient=patient, edition=fusion)
    mood = {"depression_told": "no", "phq_1": "3", "phq_2": "3", "phq_9": "1"}
    answering.save(patient=patient, questionnaire=attempt.questionnaire, given=mood, seen={})
    notice = UrgentAnswer.unscoped.get().notice
    assert (notice["key"], notice["language"], notice["own_words"]) == ("crisis", "en", False)
    assert notice["actions"][0] == "Call or text 988. Someone is there day and night."
    assert (notice["numbers"]["country"], notice["numbers"]["emergency_number"]) == ("US", "911")


def test_a_wish_for_a_call_is_never_said_to_be_further_than_it_is(
    fusion: Any, patient: User, on_duty: Contact
) -> None:
    from screening.urgent import call_standing

    attempt = answering.start(patient=patient, edition=fusion)
    assert call_standing(attempt) == ""
    answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    assert call_standing(attempt) == "waiting"
    OutboxMessage.objects.update(failed_at=NIGHT)
    assert call_standing(attempt) == "nobody"
    OutboxMessage.objects.update(failed_at=None, sent_at=NIGHT)
    assert call_standing(attempt) == "sent"
    reviewing.acknowledge(user=on_duty.user, alert=Alert.unscoped.get())
    assert call_standing(attempt) == "seen"


def test_a_call_asked_for_after_somebody_had_answered_is_told_anew(
    fusion: Any, patient: User, on_duty: Contact
) -> None:
    attempt = answering.start(patient=patient, edition=fusion)
    answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    reviewing.acknowledge(user=on_duty.user, alert=Alert.unscoped.get())
    answering.ask_for_call(patient=patient, questionnaire=attempt.questionnaire)
    assert Alert.unscoped.filter(acknowledged_at=None).count() == 1
    assert OutboxMessage.objects.count() == 2


def test_an_administrator_alone_is_no_promise_of_a_call(
    fusion: Any, patient: User, administrator: User
) -> None:
    answering.start(patient=patient, edition=fusion)
    assert not answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    assert [message.to_user_id for message in OutboxMessage.objects.all()] == [str(administrator.pk)]


def test_an_administrator_sees_that_one_waits_and_not_whose(
    alert: Alert, administrator: User, on_duty: Contact, login: Any
) -> None:
    minutes(alert, 0, 15)
    page = login(administrator).get("/").content.decode()
    assert "1 safety answer that nobody has acknowledged" in page
    assert on_duty.user.email in page
    assert "Alice" not in page
    assert str(alert.pk) not in page


def test_who_joins_meanwhile_is_told_next(alert: Alert, on_duty: Contact, administrator: User) -> None:
    minutes(alert, 0, 15)
    Contact.objects.create(user=make_user("Gina Gale", "surgeon"), order=9)
    assert minutes(alert, 30) == ["Dana", "Hugo", "Gina"]
