"""What is due is done once, part by part, however many workers there are."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from ledger import outbox
from ledger.models import OutboxMessage
from ledger.testing import lift_before_flush
from portal import tick
from portal.accounts.models import Contact, Practice, User
from screening import answering
from screening.models import AnswersInProgress, BackupTold, Invitation, Notified, Reminder
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_alert, make_case, make_edition, make_submission

lift_before_flush()


def fails(now: datetime) -> None:
    raise RuntimeError("Alice Adams is numb")


def test_a_part_that_fails_holds_up_no_other(db: None, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    parts = (("first", fails), ("second", lambda now: done.append("second")))
    with caplog.at_level(logging.ERROR):
        assert tick.run(parts) == ["first"]
    assert done == ["second"]
    assert "first failed: RuntimeError" in caplog.text
    assert "Alice" not in caplog.text


def test_who_started_it_hears_that_something_failed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "run", lambda **options: ["mails"])
    with pytest.raises(CommandError, match="mails"):
        call_command("tick")


def test_an_alert_that_is_passed_on_goes_out_in_the_same_round(
    practice: Practice, patient: User, on_duty: Contact
) -> None:
    make_alert(make_case(patient))
    call_command("tick")
    assert [message.to for message in mail.outbox] == [[on_duty.user.email]]


def test_a_closed_account_counts_as_not_delivered(practice: Practice, patient: User) -> None:
    outbox.put("alert", "a", to=patient)
    User.objects.filter(pk=patient.pk).update(is_active=False)
    call_command("tick")
    message = OutboxMessage.objects.get()
    assert (message.sent_at, message.failed_at is None) == (None, False)
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_one_person_once() -> None:
    Practice.objects.create(name="Harbor Spine Clinic", phone="+1 555 0199")
    Contact.objects.create(user=make_user("Dana Diaz", "surgeon"))
    for name in ("Alice Adams", "Charlie Cole", "Nora Noon"):
        make_alert(make_case(make_patient(name)))

    def work(_number: int) -> Any:
        try:
            return tick.run()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [[]] * 4
    assert Notified.unscoped.count() == 3
    assert len(mail.outbox) == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_invite_remind_and_tell_the_backup_once() -> None:
    now = timezone.now()
    practice = Practice.objects.create(name="Harbor Spine Clinic", phone="+1 555 0199")
    practice.backup = make_user("Bea Backup", "surgeon")
    practice.save()
    old = make_submission(make_patient("Alice Adams"), submitted_at=now - timedelta(days=2))
    make_case(
        old.patient, submission=old, headline="absolute", rank=200_000, waiting_since=now - timedelta(days=2)
    )
    make_case(make_patient("Charlie Cole"), state="not_now", rescreen_on=timezone.localdate())
    answering.start(patient=make_patient("Nora Noon"), edition=make_edition())
    AnswersInProgress.unscoped.update(saved_at=now - timedelta(days=4))

    def work(_number: int) -> Any:
        try:
            return tick.run()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [[]] * 4
    rows = [model.unscoped.count() for model in (Invitation, BackupTold, Reminder)]
    assert (rows, len(mail.outbox)) == ([1, 1, 1], 3)
