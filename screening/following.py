"""Who is asked again, told again or reminded when their time has come: what `tick` does for screening.

Each step is a transaction of its own that looks once more under a lock, so that it is safe to run twice and in two
places at once. What cannot be done for one patient does not hold up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ledger import outbox
from ledger.models import OutboxMessage
from screening.host import host
from screening.messaging import SOMETHING_NEW
from screening.models import BackupTold, Case, Invitation, Reminder, Submission
from screening.models.answers import REVIEW
from screening.models.cases import DUE
from screening.models.following import (
    absolute_unopened,
    cases_by_id,
    cases_to_ask_again,
    to_tell_of,
    unfinished,
)

logger = logging.getLogger(__name__)

# The kinds of outbox messages: of a case that nobody has opened, and of answers that were not sent.
UNOPENED, REMINDER = "unopened", "reminder"
READ = 200  # ids at once
MOST = 500  # done in one round, so that the other parts of a tick have their turn
FEW = 20  # on a desk
REMINDERS = 2  # of one set of answers, ever


def _each(name: str, rows: Any, do: Callable[[Any], int]) -> int:
    """Do it for each of the rows, by id, and return how much was done. One that fails is logged, and left."""
    done = 0
    for pk in _ids(rows):
        try:
            done += do(pk)
        except Exception as error:
            logger.error("%s of %s failed: %s", name, pk, type(error).__name__)
        if done >= MOST:
            break
    return done


def _ids(rows: Any) -> Iterator[Any]:
    """A few at a time and each once, also where what is done takes it out of the rows, or leaves it in them."""
    last = None
    while True:
        further = rows if last is None else rows.filter(pk__gt=last)
        ids = list(further.order_by("pk").values_list("pk", flat=True)[:READ])
        yield from ids
        if len(ids) < READ:
            return
        last = ids[-1]


# The day to ask again


def return_due(*, today: date) -> int:
    """Bring back to the list whose day to ask again has come (the practice's day), and invite them, once.

    Returns how many came back.
    """
    return _each("asking again", cases_to_ask_again(today), lambda pk: _bring_back(pk, today))


@transaction.atomic
def _bring_back(pk: Any, today: date) -> int:
    rows = cases_to_ask_again(today).select_related("patient").select_for_update(of=("self",))
    case: Case | None = rows.filter(pk=pk).first()
    if case is None or case.rescreen_on is None:  # done elsewhere, or decided anew, just now
        return 0
    day = case.rescreen_on
    case.state, case.awaiting, case.taken_by, case.rescreen_on = Case.State.NEW, True, None, None
    case.returned_because, case.waiting_since = DUE, timezone.now()
    case.version += 1
    case.save(
        update_fields=[
            "state", "awaiting", "taken_by", "rescreen_on", "returned_because", "waiting_since", "version"
        ]
    )  # fmt: skip
    invited = Invitation.objects.visible_to(case.patient).filter(case=case, rescreen_on=day)
    if not invited.exists():
        invitation = Invitation.objects.create(case=case, patient=case.patient, rescreen_on=day)
        outbox.put(
            SOMETHING_NEW,
            f"invitation:{invitation.pk}",
            to=case.patient,
            payload={"invitation": invitation.pk},
        )
    return 1


def invitations(patient: Any) -> list[Invitation]:
    """Those that the patient has not answered, the newest of each questionnaire. Any record of theirs may answer."""
    rows = Invitation.objects.visible_to(patient)
    if patient.has_perm(REVIEW):  # and sees those of others
        rows = rows.filter(patient=patient)
    newest = {
        row.case.questionnaire_id: row for row in rows.select_related("case__questionnaire").order_by("at")
    }
    if not newest:
        return []
    sent = Submission.objects.visible_to(patient).filter(questionnaire__in=newest, amends=None)
    mine = sent.filter(patient__in=host().records_of(patient.pk)).order_by().values_list("questionnaire")
    answered = dict(mine.annotate(Max("submitted_at")))
    return [row for key, row in newest.items() if key not in answered or answered[key] < row.at]


# An absolute criterion that nobody has opened


def tell_backup_due(now: datetime | None = None) -> int:
    """Tell the backup of every case with an absolute criterion that lay unopened too long; later those on duty.

    Returns how many people were told.
    """
    moment, after = now or timezone.now(), host().unopened_after()
    failed = OutboxMessage.objects.failed().filter(kind=UNOPENED, failed_at__gt=moment - after)
    again = cases_by_id({message.payload["case"] for message in failed})
    told = _each("telling the backup", again, lambda pk: _tell_backup(pk, moment))
    return told + _each("telling the backup", to_tell_of(moment, after), lambda pk: _tell_backup(pk, moment))


def _tell_backup(pk: Any, now: datetime) -> int:
    rows = absolute_unopened(now - host().unopened_after()).filter(pk=pk)
    case = rows.first()
    if case is None or not _to_tell(case, now):  # nothing is locked for those who were told
        return 0
    with transaction.atomic():
        case = rows.select_for_update(of=("self",)).first()
        people = _to_tell(case, now) if case is not None else []
        for person in people:
            BackupTold.objects.create(
                case=case, patient_id=case.patient_id, case_version=case.version, to=person, at=now
            )
            key = f"unopened:{case.pk}:{case.version}:{person.pk}"
            outbox.put(UNOPENED, key, to=person, payload={"case": case.pk})
    return len(people)


def _to_tell(case: Case, now: datetime) -> list[Any]:
    """Those whose turn it is, of the case as it is now. Each group has as long as the one before it had."""
    rows = list(BackupTold.of_version(case))
    told = {row.to_id for row in rows}
    for group in _line(case):
        if waiting := [person for person in group if person.pk not in told]:
            due = not rows or rows[-1].at <= now - host().unopened_after() or _none_arrived(case, rows)
            return waiting if due else []
    return []


def _line(case: Case) -> list[list[Any]]:
    """The backup, or else who has the patient in care; then those on duty. With nobody at all, the last resort."""
    groups = [host().backup() or host().carers(case.patient), host().on_duty()]
    if not any(groups):
        groups = [host().last_resort()]
    return [[person for person in group if person.pk != case.patient_id] for group in groups]


def _none_arrived(case: Case, rows: list[BackupTold]) -> bool:
    keys = [f"unopened:{case.pk}:{row.case_version}:{row.to_id}" for row in rows]
    return not OutboxMessage.objects.filter(key__in=keys, failed_at=None).exists()


@dataclass(frozen=True)
class Unopened:
    """A case that somebody was told of, as it stands on their desk. `case_id` is None where they may not open it."""

    case_id: UUID | None
    since: datetime
    told_at: datetime
    carers: tuple[str, ...]  # the names of those to speak with


def unopened_for(user: Any) -> list[Unopened]:
    """Cases with an absolute criterion that the user was told of, and that nobody has opened since. No patient."""
    rows = list(BackupTold.unopened(user).select_related("case")[:FEW])
    if not rows:
        return []
    visible = Case.objects.visible_to(user).filter(pk__in=[row.case_id for row in rows])
    mine = set(visible.values_list("pk", flat=True))
    carers = host().caring([row.patient_id for row in rows])
    return [
        Unopened(
            case_id=row.case_id if row.case_id in mine else None,
            since=row.case.waiting_since,
            told_at=row.at,
            carers=tuple(carers.get(row.patient_id, {}).values()),
        )
        for row in rows
    ]


# Begun, and not sent


def remind_due(now: datetime | None = None) -> int:
    """Remind patients who have begun and not sent, at most twice for one set of answers. Returns how many."""
    moment = now or timezone.now()
    after = sorted(host().remind_after())[:REMINDERS]
    if not after:
        return 0
    rows = unfinished(moment, after)
    return _each("a reminder", rows, lambda pk: _remind(rows.filter(pk=pk), moment))


def _remind(rows: Any, now: datetime) -> int:
    attempt = rows.select_related("patient").first()
    if attempt is None or not host().reminds(attempt.patient):
        return 0
    with transaction.atomic():
        attempt = rows.select_related("patient").select_for_update(of=("self",)).first()
        # Asked once more under the lock: whoever waited for it was answered as of before the other one's reminder.
        if attempt is None or not rows.exists():  # sent, gone on with or reminded elsewhere, just now
            return 0
        number = Reminder.count_of(attempt) + 1
        Reminder.objects.create(patient=attempt.patient, attempt=attempt.pk, number=number, at=now)
        key = f"reminder:{attempt.pk}:{number}"
        outbox.put(REMINDER, key, to=attempt.patient, payload={"attempt": attempt.pk})
    return 1
