"""What patients are told, and what they write back. Nothing is released without a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ledger import outbox
from screening.host import host
from screening.models import Case, Decision, Message
from screening.reviewing import not_of

SOMETHING_NEW = "something_new"  # the kind of message that tells a patient so, and nothing else


@dataclass(frozen=True)
class Told:
    """A message as the patient reads it."""

    message: Message
    surgeon: str

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def at(self) -> datetime:
        return self.message.at

    @property
    def rescreen_on(self) -> date | None:
        return self.message.rescreen_on


@transaction.atomic
def release(
    *,
    user: Any,
    case: Case,
    text: str,
    decision: Decision | None = None,
    tests: Iterable[str] = (),
    reading: Iterable[dict[str, str]] = (),
    rescreen_on: date | None = None,
) -> Message:
    """Put a message on the patient's home page, and tell them that something is new."""
    not_of(user, case)
    message = Message.objects.create(
        case=case,
        patient_id=case.patient_id,
        decision=decision,
        text=text,
        tests=list(tests),
        reading=list(reading),
        rescreen_on=rescreen_on,
        by=user,
    )
    outbox.put(SOMETHING_NEW, f"message:{message.pk}", to=case.patient, payload={"message": message.pk})
    return message


def messages_for(user: Any) -> list[Told]:
    """What surgeons wrote to this patient, the newest first: no notes, and no state of the case."""
    written = list(Message.objects.visible_to(user).filter(patient=user).order_by("-at", "-pk"))
    people = host().people(list({message.by_id for message in written}))
    return [Told(message, people[message.by_id].name) for message in written]
