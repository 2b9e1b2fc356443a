"""Drills: the mail server is down, hangs, refuses one address, or the worker is killed. Nothing is lost or sent twice."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any, ClassVar
from uuid import UUID

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command

from ledger import outbox
from ledger.models import OutboxMessage
from ledger.outbox import BACKOFF, CLAIM
from portal.accounts.models import Contact, User
from screening import answering, following
from screening.models import Case, ToCall
from tests.conftest import make_patient
from tests.screening.factories import make_case, make_edition

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MESSAGE = UUID("0b1c8a52-8f0e-4a55-9d0a-0a1b2c3d4e5f")
pytestmark = pytest.mark.usefixtures("practice")


class Server(BaseEmailBackend):
    """A mail server that can be down, refuse an address, or take the worker along after it has taken a mail."""

    down: ClassVar[bool] = False
    refuses: ClassVar[set[str]] = set()
    kills: ClassVar[bool] = False
    sent: ClassVar[list[tuple[str, str]]] = []  # address and Message-ID
    calls: ClassVar[int] = 0

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            type(self).calls += 1
            if self.down:
                raise ConnectionRefusedError
            if self.refuses & set(message.to):
                raise SMTPRecipientsRefused({})
            self.sent.append((message.to[0], message.message()["Message-ID"]))
            if self.kills:
                raise SystemExit
        return len(messages)


@pytest.fixture
def server(settings: Any) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.down, Server.refuses, Server.kills, Server.sent, Server.calls = False, set(), False, [], 0
    return Server


def ticks(clock: Any, minutes: int) -> None:
    for _each in range(minutes):
        call_command("tick")
        clock.shift(MINUTE)


def test_the_mail_server_is_down_for_an_hour(server: type[Server], patient: User, on_duty: Contact) -> None:
    """Patients send, an invitation is due and one is to be reminded meanwhile. All of it arrives afterwards, once."""
    edition = make_edition()
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        answering.start(patient=make_patient("Rosa Reed"), edition=edition)
    make_case(make_patient("Ivan Inge"), state="not_now", rescreen_on=NOON.date())
    server.down = True
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(6):  # every ten minutes somebody sends
            each = make_patient(f"Pat{number} Poe")
            answering.start(patient=each, edition=edition)
            for section, given in (("bone", {"smoking": "no"}), ("safety", {"numb": "no"})):
                answering.save(
                    patient=each, questionnaire=edition.questionnaire, given=given, seen={}, section=section
                )
            answering.submit(patient=each, questionnaire=edition.questionnaire)
            ticks(clock, 10)
        assert server.sent == []
        assert Case.unscoped.count() == 7
        assert server.calls <= 8 * 5  # it was left in peace: the pauses grow
        server.down = False
        ticks(clock, 150)
    people = User.objects.filter(name__regex=r"Poe|Rosa|Ivan").values_list("email", flat=True)
    assert Counter(address for address, _id in server.sent) == Counter(people)
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
    assert ToCall.unscoped.count() == 0


def test_one_address_that_is_refused_holds_up_no_other(server: type[Server], patient: User) -> None:
    other = make_patient("Charlie Cole")
    outbox.put("something_new", "a", to=patient)
    outbox.put("something_new", "b", to=other)
    server.refuses = {patient.email}
    call_command("tick")
    assert [address for address, _id in server.sent] == [other.email]
    assert OutboxMessage.objects.get(key="a").last_error == "SMTPRecipientsRefused"


def test_what_failed_for_good_is_seen_by_people(server: type[Server], patient: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        outbox.put("something_new", "message:1", to=patient, payload={"message": str(MESSAGE)})
        server.refuses = {patient.email}
        for wait in (*BACKOFF, timedelta()):
            call_command("tick")
            assert ToCall.unscoped.exists() == (not wait)
            clock.shift(wait)
        for _more in range(3):
            call_command("tick")
    assert server.calls == len(BACKOFF) + 1
    row = ToCall.unscoped.get()
    assert (row.patient, row.about, row.subject, row.since) == (patient, "message", str(MESSAGE), NOON)


def test_who_has_no_address_is_seen_at_once_and_never_tried_again(
    server: type[Server], patient: User
) -> None:
    User.objects.filter(pk=patient.pk).update(email=None)
    outbox.put("something_new", "a", to=patient)
    for _each in range(3):
        call_command("tick")
    message = OutboxMessage.objects.get()
    assert (message.attempts, message.last_error, server.calls) == (1, "Undeliverable", 0)
    assert ToCall.unscoped.get().patient == patient


def test_a_worker_that_is_killed_after_sending_sends_a_copy_that_mailboxes_know(
    server: type[Server], patient: User
) -> None:
    """It could not note that it had sent. The next one waits until the claim runs out, and sends the same id."""
    with time_machine.travel(NOON, tick=False) as clock:
        outbox.put("something_new", "a", to=patient)
        server.kills = True
        with pytest.raises(SystemExit):
            call_command("tick")
        server.kills = False
        clock.shift(CLAIM - MINUTE)
        call_command("tick")
        assert len(server.sent) == 1
        clock.shift(MINUTE)
        ticks(clock, 20)
    assert server.sent == [server.sent[0]] * 2


def test_a_slow_server_does_not_keep_the_tick(
    server: type[Server], patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mail takes a quarter of a minute until it times out: a round begins no more than four of them."""
    seconds = iter(range(0, 10_000, 15))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: next(seconds))
    for number in range(10):
        outbox.put("something_new", str(number), to=patient)
    server.down = True
    assert outbox.send_due(lambda message: server().send_messages([])).sent <= 4
    assert OutboxMessage.objects.waiting().count() >= 6


def test_a_server_that_hangs_is_given_up_on(patient: User, settings: Any) -> None:
    """It takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
        assert 0 < settings.EMAIL_TIMEOUT <= 30
        settings.EMAIL_TIMEOUT = 0.2
        outbox.put("something_new", "a", to=patient)
        call_command("tick")
    assert OutboxMessage.objects.get().last_error in ("TimeoutError", "SMTPServerDisconnected")


def test_a_part_that_fails_is_said_and_the_rest_is_counted(
    server: type[Server], patient: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_case(patient, state="not_now", rescreen_on=NOON.date())
    with time_machine.travel(NOON, tick=False):
        outbox.put("something_new", "a", to=patient)
        call_command("tick")
        call_command("tick")
    assert capsys.readouterr().out == "cases: 1\nmails: 2 sent\n"


def test_a_tick_that_could_not_do_everything_ends_with_a_status(
    server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "cases_to_ask_again", lambda today: 1 / 0)
    with pytest.raises(CommandError, match="cases"):
        call_command("tick")
