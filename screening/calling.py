"""Patients whom no e-mail reaches: what they are to be told by telephone or by letter, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord, OutboxMessage
from screening.following import REMINDER
from screening.host import Person, host
from screening.messaging import SOMETHING_NEW
from screening.models import CallNote, Case, ToCall

logger = logging.getLogger(__name__)

KIND = ToCall._meta.label_lower  # of the objects in access records
PAGE = 25
CAP = 200  # counting stops here
MOST = 500  # put on the list in one round
About = ToCall.About
# What a message was about, by the member of its payload. A question of a patient goes to staff.
ABOUT = {"message": About.MESSAGE, "invitation": About.INVITATION, "attempt": About.REMINDER}
TO_STAFF = "reply"


class Settled(Exception):
    """Somebody else has dealt with it meanwhile. Nothing was stored."""


@dataclass(frozen=True)
class Row:
    """One patient: what they are to be told, and what was tried. `until` is the last thing that is shown."""

    person: Person
    items: list[ToCall]
    tried: list[CallNote]
    case_id: UUID | None  # where a message can be read out from

    @property
    def until(self) -> int:
        return int(self.items[-1].pk)


@dataclass(frozen=True)
class Page:
    """`count` is told on the first page only; above CAP it is "more". `later` is empty on the last page."""

    rows: list[Row]
    count: int | None
    later: int | None

    @property
    def more_than_counted(self) -> bool:
        return self.count is not None and self.count > CAP


# From the messages that failed to the list


def note_failed(now: datetime | None = None) -> int:
    """Put on the list whom a message did not reach, once for each, and take off what is no news any more.

    Returns how many were put there.
    """
    noted = 0
    for message in _failed():
        try:
            with transaction.atomic():
                noted += _note(message)
        except (
            IntegrityError
        ) as error:  # noted elsewhere just now, or the account is gone: the others come first
            logger.warning("message %s was not listed: %s", message.pk, type(error).__name__)
    ToCall.settle_moot(now or timezone.now())
    return noted


def _failed() -> Iterable[OutboxMessage]:
    noted = ToCall.noted().filter(message=OuterRef("pk"))
    rows = OutboxMessage.objects.failed().filter(kind__in=(SOMETHING_NEW, REMINDER), to_address="")
    return list(rows.filter(~Exists(noted)).exclude(payload__has_key=TO_STAFF).order_by("pk")[:MOST])


def _note(message: OutboxMessage) -> bool:
    name, subject = next(iter(message.payload.items()), ("", ""))
    return ToCall.add(
        message=message.pk,
        patient=host().records_of(message.to_user_id)[0],
        about=ABOUT.get(name, About.SOMETHING),
        subject=str(subject),
        since=message.created_at,
    )


# The list


def count(user: Any) -> int:
    """How many patients there are; above CAP it is "more"."""
    return len(ToCall.objects.visible_to(user).by_patient()[: CAP + 1])


def page(user: Any, *, after: int = 0) -> Page:
    """The patients behind `after`, who have waited longest in front. Whom it shows is recorded before they are read."""
    groups = list(ToCall.objects.visible_to(user).by_patient(after=after)[: PAGE + 1])
    shown = groups[:PAGE]
    patients = [group["patient"] for group in shown]
    access.record(user, AccessRecord.Action.LISTED_CASES, kind=KIND, ids=[group["first"] for group in shown])
    items = _by_patient(ToCall.objects.visible_to(user).open().filter(patient__in=patients).order_by("pk"))
    tried = _by_patient(CallNote.objects.visible_to(user).filter(patient__in=patients).order_by("-at", "-pk"))
    cases = dict(Case.objects.visible_to(user).filter(patient__in=patients).values_list("patient", "pk"))
    people = host().people(patients)
    return Page(
        rows=[
            Row(
                people[patient],
                items[patient],
                _tried(items[patient], tried.get(patient, [])),
                cases.get(patient),
            )
            for patient in patients
            if patient in items
        ],
        count=None if after else count(user),
        later=shown[-1]["first"] if len(groups) > PAGE else None,
    )


def just_before(user: Any, patient: Any) -> int:
    """The place behind which this patient stands first. 0 where they do not stand on the list."""
    group = ToCall.objects.visible_to(user).by_patient().filter(patient=patient).first()
    return group["first"] - 1 if group else 0


def _by_patient(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row.patient_id, []).append(row)
    return found


def _tried(items: list[ToCall], notes: list[CallNote]) -> list[CallNote]:
    """In vain, since the first of these waits."""
    return [each for each in notes if each.at >= items[0].since]


def find(*, user: Any, id_: int) -> ToCall:
    """Something on the list of a patient whom the user may see. Raises ToCall.DoesNotExist."""
    item: ToCall = ToCall.objects.visible_to(user).get(pk=id_)
    return item


@transaction.atomic
def note(*, user: Any, until: ToCall, outcome: str, text: str = "") -> CallNote:
    """Keep what came of it, and take the patient off the list: for today, where they could not be reached.

    It is about what the user saw: what came after `until` stays on the list. Raises Settled where nothing is left.
    """
    if until.patient_id == user.pk:
        raise PermissionDenied("Nobody calls themselves.")
    rows = ToCall.objects.visible_to(user).filter(patient=until.patient_id, pk__lte=until.pk, settled_at=None)
    seen = [row.pk for row in rows.select_for_update(of=("self",))]
    if not seen:
        raise Settled
    written = CallNote.objects.create(patient_id=until.patient_id, outcome=outcome, note=text, by=user)
    if outcome != CallNote.Outcome.NOT_REACHED:
        rows.filter(pk__in=seen).update(settled_at=timezone.now())
    return written
