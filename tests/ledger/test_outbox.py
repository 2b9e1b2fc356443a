from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from ledger import outbox
from ledger.models import OutboxMessage
from ledger.outbox import BACKOFF, CLAIM, Counts

NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("UTC"))


class Mailer:
    """Notes what it was given; raises what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[str] = []
        self.error = error

    def __call__(self, message: OutboxMessage) -> None:
        self.sent.append(message.key)
        if self.error is not None:
            raise self.error


def put(key: str = "case-1", **options: Any) -> OutboxMessage:
    return outbox.put("something_new", key, to="dana@example.org", due_at=NOON, **options)


def test_the_same_key_asks_for_one_message(transactional_db: None) -> None:
    assert put() == put()
    assert OutboxMessage.objects.count() == 1


def test_asking_twice_leaves_the_callers_transaction_usable(transactional_db: None) -> None:
    with transaction.atomic():
        put()
        put()
        put("case-2")
    assert OutboxMessage.objects.count() == 2


def test_a_message_is_taken_back_with_the_transaction_that_asked_for_it(transactional_db: None) -> None:
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert OutboxMessage.objects.count() == 0


def test_a_user_is_kept_as_an_id_and_an_address_as_itself(db: None) -> None:
    class Dana:
        pk = 7

    message = outbox.put("something_new", "a", to=Dana())
    assert (message.to_user_id, message.to_address) == ("7", "")
    assert (put().to_user_id, put().to_address) == ("", "dana@example.org")


def test_a_message_to_nobody_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.put("something_new", "a", to="")


def test_a_payload_holds_ids(db: None) -> None:
    payload = {"case": 5, "submission": "0b1c8a52-8f0e-4a55-9d0a-0a1b2c3d4e5f"}
    assert put(payload=payload).payload == payload


@pytest.mark.parametrize("value", ["has pain at night", "x" * 65, "", ["a b"], {"a": 1}, "café"])
def test_a_payload_that_could_hold_more_than_ids_is_refused(db: None, value: Any) -> None:
    with pytest.raises(ValueError, match="ids only"):
        put(payload={"case": value})


def test_what_is_due_is_sent_once(transactional_db: None) -> None:
    put()
    mailer = Mailer()
    assert outbox.send_due(mailer, NOON) == Counts(sent=1)
    assert outbox.send_due(mailer, NOON) == Counts()
    assert mailer.sent == ["case-1"]
    message = OutboxMessage.objects.get()
    assert (message.sent_at, message.attempts, message.claimed_until) == (NOON, 1, None)


def test_what_is_not_due_waits(transactional_db: None) -> None:
    put()
    assert outbox.send_due(Mailer(), NOON - timedelta(seconds=1)) == Counts()


def test_no_more_than_the_limit_is_sent_oldest_first(transactional_db: None) -> None:
    put("second")
    outbox.put("something_new", "first", to="dana@example.org", due_at=NOON - timedelta(hours=1))
    mailer = Mailer()
    assert outbox.send_due(mailer, NOON, limit=1) == Counts(sent=1)
    assert mailer.sent == ["first"]


def test_it_is_sent_outside_of_any_transaction(transactional_db: None) -> None:
    put()
    inside: list[bool] = []
    outbox.send_due(lambda message: inside.append(connection.in_atomic_block), NOON)
    assert inside == [False]


def test_sending_inside_a_transaction_is_refused(transactional_db: None) -> None:
    put()
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.send_due(Mailer(), NOON)


def test_a_failure_is_tried_again_later_and_later(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    put()
    mailer = Mailer(ConnectionRefusedError("dana@example.org said no"))
    moment = NOON
    for wait in BACKOFF:
        assert outbox.send_due(mailer, moment) == Counts(to_retry=1)
        assert outbox.send_due(mailer, moment + wait - timedelta(seconds=1)) == Counts()
        moment += wait
    assert outbox.send_due(mailer, moment) == Counts(failed=1)
    assert outbox.send_due(mailer, moment + timedelta(days=9)) == Counts()
    message = OutboxMessage.objects.get()
    assert (message.failed_at, message.sent_at, message.attempts) == (moment, None, len(BACKOFF) + 1)
    assert message.last_error == "ConnectionRefusedError"
    assert "dana" not in caplog.text


def test_a_failure_does_not_hold_up_the_next_message(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    put("first")
    put("second")

    def deliver(message: OutboxMessage) -> None:
        if message.key == "first":
            raise ConnectionRefusedError

    assert outbox.send_due(deliver, NOON) == Counts(sent=1, to_retry=1)


def test_another_worker_leaves_a_claimed_message_alone(transactional_db: None) -> None:
    put("first")
    put("second")
    other = Mailer()

    def deliver(message: OutboxMessage) -> None:
        if message.key == "first":
            outbox.send_due(other, NOON)

    assert outbox.send_due(deliver, NOON) == Counts(sent=1)
    assert other.sent == ["second"]


def test_a_message_whose_worker_died_is_sent_when_its_claim_runs_out(
    transactional_db: None,
) -> None:
    put()

    def dies(message: OutboxMessage) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        outbox.send_due(dies, NOON)
    mailer = Mailer()
    assert outbox.send_due(mailer, NOON + CLAIM - timedelta(seconds=1)) == Counts()
    assert outbox.send_due(mailer, NOON + CLAIM) == Counts(sent=1)


def test_a_worker_that_comes_back_late_does_not_undo_what_another_noted(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    put()

    def late(message: OutboxMessage) -> None:
        outbox.send_due(Mailer(), NOON + CLAIM)
        raise TimeoutError

    outbox.send_due(late, NOON)
    message = OutboxMessage.objects.get()
    assert (message.sent_at, message.last_error) == (NOON + CLAIM, "")


def test_a_worker_that_comes_back_late_does_not_bring_the_next_try_forward(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    put()

    def late(message: OutboxMessage) -> None:
        outbox.send_due(Mailer(ConnectionRefusedError()), NOON + CLAIM)
        raise TimeoutError

    outbox.send_due(late, NOON)
    message = OutboxMessage.objects.get()
    assert (message.due_at, message.last_error) == (NOON + CLAIM + BACKOFF[1], "ConnectionRefusedError")


def test_two_workers_send_each_message_once(transactional_db: None) -> None:
    keys = [f"case-{number}" for number in range(20)]
    for key in keys:
        put(key)
    sent: list[str] = []

    def work() -> None:
        try:
            outbox.send_due(lambda message: sent.append(message.key), NOON)
        finally:
            connection.close()

    workers = [Thread(target=work) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(sent) == Counter(keys)
    assert OutboxMessage.objects.waiting().count() == 0
