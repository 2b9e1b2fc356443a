"""What is shown of an alert: who was told when, who acknowledged it, how long that took, and what was noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.models import OutboxMessage
from screening import alerts
from screening.host import host
from screening.models import Alert, AlertNote, Notified


@dataclass(frozen=True)
class Told:
    """`sent_at` is when the mail server took the message; `failed` that it never will."""

    to: str
    at: datetime
    sent_at: datetime | None
    failed: bool


@dataclass(frozen=True)
class Noted:
    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class AlertFile:
    alert: Alert
    told: list[Told]
    acknowledged_by: str
    notes: list[Noted]


def read(user: Any, shown: list[Alert]) -> list[AlertFile]:
    """The files of alerts whose opening was recorded, in a constant number of statements."""
    if not shown:
        return []
    told = list(Notified.objects.visible_to(user).filter(alert__in=shown).order_by("place"))
    notes = list(AlertNote.objects.visible_to(user).filter(alert__in=shown).order_by("at", "pk"))
    keys = [alerts.message_key(row.alert_id, row.place) for row in told]
    messages = {message.key: message for message in OutboxMessage.objects.filter(key__in=keys)}
    ids = (
        {row.to_id for row in told} | {row.by_id for row in notes} | {row.acknowledged_by_id for row in shown}
    )
    people = host().people(list(ids - {None}))
    return [
        AlertFile(
            alert=alert,
            told=[
                _told(row, people[row.to_id].name, messages.get(alerts.message_key(row.alert_id, row.place)))
                for row in told
                if row.alert_id == alert.pk
            ],
            acknowledged_by=people[alert.acknowledged_by_id].name if alert.acknowledged_by_id else "",
            notes=[
                Noted(people[row.by_id].name, row.at, row.text) for row in notes if row.alert_id == alert.pk
            ],
        )
        for alert in shown
    ]


def _told(row: Notified, name: str, message: OutboxMessage | None) -> Told:
    return Told(
        to=name,
        at=row.at,
        sent_at=message.sent_at if message else None,
        failed=bool(message and message.failed_at),
    )
