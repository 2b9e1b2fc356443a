"""Who is told of an urgent answer, and who is told next while nobody has acknowledged it.

The ones on duty are told in their order, then the last resort, then everyone once more: an alert is never given
up. Each round waits twice as long as the one before, up to sixteen times.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import outbox
from ledger.models import OutboxMessage
from screening.host import host
from screening.models import Alert, AnswersInProgress, Notified, Submission
from screening.models.placing import place_urgent, urgency_of

logger = logging.getLogger(__name__)

ALERT = "alert"  # the kind of the outbox message
SLOWEST = 4  # doublings


def raise_alert(
    attempt: AnswersInProgress | Submission, level: str, reasons: list[str], *, again: bool = False
) -> None:
    """Put the case on the list and raise an alert, unless one as urgent still waits to be acknowledged.

    With `again`, whoever was told last of one that waits is told once more, once. The caller holds the
    transaction: the message goes out when the answer is stored, or not at all.
    """
    now = timezone.now()
    case = place_urgent(
        patient=attempt.patient,
        questionnaire=attempt.questionnaire,
        level=level,
        reasons=reasons,
        at=now,
    )
    waiting = of_attempt(attempt).filter(acknowledged_at=None)
    alert: Alert | None = next(
        (each for each in waiting if urgency_of(each.level) >= urgency_of(level)), None
    )
    if alert is None:
        alert = Alert.objects.create(patient=attempt.patient, case=case, attempt=attempt.pk, level=level)
        _tell_next(alert, now)
    elif again:
        _remind(alert)


def _remind(alert: Alert) -> None:
    told = alert.told().exclude(to__in=host().last_resort()).last()
    last = next((person for person in host().on_duty() if told and told.to_id == person.pk), None)
    if last is not None:
        outbox.put(ALERT, f"call:{alert.pk}", to=last, payload={"alert": alert.pk})


def of_attempt(attempt: AnswersInProgress | Submission) -> Any:
    """The alerts that these answers raised, the first one first."""
    alerts = Alert.objects.visible_to(attempt.patient).filter(patient=attempt.patient, attempt=attempt.pk)
    return alerts.order_by("raised_at")


def messages_of(alert: Alert) -> Any:
    """The messages that those on duty were sent of it, or are to be sent."""
    keys = [f"call:{alert.pk}", *(message_key(alert.pk, row.place) for row in alert.told())]
    on_duty = [str(person.pk) for person in host().on_duty()]
    return OutboxMessage.objects.filter(key__in=keys, to_user_id__in=on_duty)


def message_key(alert_id: Any, place: int) -> str:
    return f"alert:{alert_id}:{place}"


def escalate_due(now: datetime | None = None) -> int:
    """Tell the next person of every alert that has waited too long. Returns how many were told.

    Safe to run twice, and in two places: a place is taken once, by whoever comes first.
    """
    moment, told = now or timezone.now(), 0
    for alert in Alert.waiting().order_by("raised_at"):
        try:
            told += next_due(alert) <= moment and _escalate(alert.pk, moment)
        except Exception as error:  # one alert must not hold up the others
            logger.error("alert %s could not be passed on: %s", alert.pk, type(error).__name__)
    return told


def next_due(alert: Alert) -> datetime:
    """When the next person is to be told.

    At once, where nobody was, where the last one is not on duty any more, or where the last message failed.
    """
    rows = list(alert.told())
    if not rows:
        return alert.raised_at
    told = Counter(row.to_id for row in rows)
    people = {person.pk for person in line()}
    rounds = min((told[pk] for pk in people), default=0)
    last = rows[-1]
    if people and last.to_id not in people:
        return last.at
    failed = OutboxMessage.objects.filter(key=message_key(alert.pk, last.place)).exclude(failed_at=None)
    if rounds == 0 and failed.exists():
        return last.at
    due: datetime = last.at + host().escalate_after(alert.level) * 2 ** min(rounds, SLOWEST)
    return due


def line() -> list[Any]:
    """Everyone who can be told, in order: those on duty, then the last resort."""
    people = {person.pk: person for person in [*host().on_duty(), *host().last_resort()]}
    return list(people.values())


def next_in_line(alert: Alert) -> Any:
    """Whoever was told the least often, and among these the first. None where there is nobody at all."""
    told = Counter(row.to_id for row in alert.told())
    return min(line(), key=lambda person: told[person.pk], default=None)


@transaction.atomic
def _escalate(id_: Any, now: datetime) -> bool:
    """Once more with the alert locked: it may have been acknowledged meanwhile, or passed on by another worker."""
    alert = Alert.waiting().select_for_update().filter(pk=id_).first()
    return alert is not None and next_due(alert) <= now and _tell_next(alert, now)


def _tell_next(alert: Alert, now: datetime) -> bool:
    person = next_in_line(alert)
    if person is None:
        logger.error("alert %s: there is nobody who could be told", alert.pk)
        return False
    last = alert.told().last()
    place = last.place + 1 if last else 1
    try:
        with transaction.atomic():
            Notified.objects.create(alert=alert, patient_id=alert.patient_id, to=person, place=place, at=now)
    except IntegrityError:
        return False
    outbox.put(ALERT, message_key(alert.pk, place), to=person, payload={"alert": alert.pk})
    return True
