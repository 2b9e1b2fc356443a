"""Messages are asked for inside the transaction of what they tell, and sent after it, by a worker.

A process that dies between sending a message and noting so leaves it claimed; when the claim runs out it is
sent again. So nothing is ever lost, and a second copy needs a crash in that moment.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, router, transaction
from django.utils import timezone

from ledger.models import OutboxMessage

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # far longer than a round takes, and a mail server may keep a worker waiting
ROUND = (
    60  # seconds after which a round begins no further message: a slow server may not hold up what comes next
)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))  # then it has failed

_AN_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


class Undeliverable(Exception):
    """There is no address to send to, and trying again will not find one. Raised by `deliver`."""


@dataclass
class Counts:
    sent: int = 0
    to_retry: int = 0
    failed: int = 0


def put(
    kind: str, key: str, *, to: Any, payload: dict[str, Any] | None = None, due_at: datetime | None = None
) -> OutboxMessage:
    """Ask for a message, in the caller's transaction. The same key asks for the same message, once.

    `to` is a user, or a mail address. The payload holds ids: anything longer or freer raises ValueError.
    """
    payload = {name: _id(value) for name, value in (payload or {}).items()}
    recipient = {"to_address": to} if isinstance(to, str) else {"to_user_id": str(to.pk)}
    message, _created = OutboxMessage.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "due_at": due_at or timezone.now(), **recipient}
    )
    return message


def _id(value: Any) -> int | str:
    if isinstance(value, int):
        return value
    if _AN_ID.fullmatch(str(value)):
        return str(value)
    raise ValueError("The payload of a message holds ids only.")


def send_due(
    deliver: Callable[[OutboxMessage], None], now: datetime | None = None, limit: int = 100
) -> Counts:
    """Send at most `limit` messages that are due, one after another, each outside of any transaction.

    `deliver` sends one message, or raises; it is called once for each claim. Any number of workers may run.
    What is left when the round is over stays due.
    """
    counts, begun = Counts(), time.monotonic()
    for _each in range(limit):
        moment = now or timezone.now()
        message = _claim(moment) if time.monotonic() - begun < ROUND else None
        if message is None:
            break
        _send(message, deliver, moment, counts)
    return counts


def _claim(now: datetime) -> OutboxMessage | None:
    """Take the next message, so that no other worker does.

    PostgreSQL skips rows that another worker is taking; on SQLite the transaction holds the only write lock
    from its start. Where nothing is due, nothing is locked.
    """
    due = OutboxMessage.objects.due(now)
    if not due.exists():
        return None
    using = router.db_for_write(OutboxMessage)
    skip_locked = connections[using].features.has_select_for_update_skip_locked
    with transaction.atomic(using=using, durable=True):
        message: OutboxMessage | None = due.using(using).select_for_update(skip_locked=skip_locked).first()
        if message is not None:
            message.attempts += 1
            message.claimed_until = now + CLAIM
            message.save(update_fields=["attempts", "claimed_until"])
    return message


def _send(
    message: OutboxMessage, deliver: Callable[[OutboxMessage], None], now: datetime, counts: Counts
) -> None:
    try:
        deliver(message)
    except Exception as error:
        name = type(error).__name__
        logger.warning("outbox message %s was not sent: %s", message.pk, name)
        if message.attempts > len(BACKOFF) or isinstance(error, Undeliverable):
            counts.failed += 1
            _settle(message, last_error=name[:100], failed_at=now)
        else:
            counts.to_retry += 1
            _settle(message, last_error=name[:100], due_at=now + BACKOFF[message.attempts - 1])
    else:
        counts.sent += 1
        _settle(message, last_error="", sent_at=now)


def _settle(message: OutboxMessage, **outcome: Any) -> None:
    """Note the outcome, unless the claim ran out and another worker has the message by now."""
    mine = OutboxMessage.objects.waiting().filter(pk=message.pk, attempts=message.attempts)
    mine.update(claimed_until=None, **outcome)
