"""Patients pass from one surgeon to another, at once or on a day to come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.accounts.models import Care, User
from portal.accounts.models.care import records_of
from portal.accounts.models.practice import who_may
from portal.accounts.people import care_changed

ASSIGN, WHOLE_PRACTICE, CARE = "screening.assign_case", "screening.review_practice", "accounts.change_care"


@transaction.atomic
def hand_over(
    *, by: Any, patients: Iterable[Any], to: Any, at: datetime | None = None, of: User | None = None
) -> int:
    """All of them, or none. Surgeons give away their own and those whom nobody has; whoever may see the whole
    practice, anybody's: of one surgeon alone with `of`, else of everybody who has them.

    Raises PermissionDenied. Returns how many patients changed hands.
    """
    surgeon = receiver(to)
    if surgeon is None or not (by.has_perm(ASSIGN) or by.has_perm(CARE)):
        raise PermissionDenied
    now = timezone.now()
    moment = max(at or now, now)
    # In one order, so that two people who hand over the same patients wait for each other.
    ids = sorted({records_of(getattr(patient, "pk", patient))[0] for patient in patients})
    locked = User.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return sum(_move(patient, surgeon, moment, by, of) for patient in locked)


def receiver(to: Any) -> User | None:
    """Who can be given a patient: an open account that reviews cases."""
    return who_may("screening.review_cases").filter(pk=getattr(to, "pk", to)).first()


def _move(patient: User, to: User, at: datetime, by: Any, of: User | None) -> bool:
    records = records_of(patient.pk)
    care = Care.objects.direct().filter(patient__in=records).current(at)
    whose = of if by.has_perm(WHOLE_PRACTICE) or by.has_perm(CARE) else by
    theirs = care.filter(surgeon=whose) if whose else care
    if care.exists() and not theirs.exists():
        raise PermissionDenied
    ended = theirs.exclude(surgeon=to).update(end=at, ended_by=by)
    begun = not care.filter(surgeon=to).exists()
    if begun:
        for (
            record
        ) in records:  # each of its own, so that nobody loses a patient whose records are parted again
            _begin(record, to, at, by)
    care_changed(patient)
    return bool(ended or begun)


def _begin(patient: Any, surgeon: User, at: datetime, by: Any) -> None:
    """Care that was to begin later begins sooner: there is one open care of each surgeon."""
    planned = Care.objects.direct().filter(patient=patient, surgeon=surgeon, end=None)
    if not planned.update(start=at, made_by=by):
        Care.objects.create(patient_id=patient, surgeon=surgeon, start=at, made_by=by)


def planned_by(surgeon: Any) -> QuerySet[Care]:
    """What was handed over, or is being received, on a day to come."""
    ahead = Care.objects.direct().filter(start__gt=timezone.now())
    given = Exists(
        Care.objects.direct().filter(patient=OuterRef("patient"), surgeon=surgeon, end=OuterRef("start"))
    )
    return ahead.filter(given).select_related("patient", "surgeon").order_by("start", "patient__name", "pk")


@transaction.atomic
def take_back(care: Care, *, by: Any) -> bool:
    """A handover that has not come yet does not take place. False where its day has come meanwhile."""
    planned = planned_by(by).select_for_update(of=("self",)).filter(pk=care.pk).first()
    if planned is None:
        return False
    # Under each record of the person: what was planned under a joined one would come back to this one too.
    theirs = Care.objects.direct().filter(patient__in=records_of(planned.patient_id))
    theirs.filter(surgeon=by, end=planned.start).update(end=None, ended_by=None)
    theirs.filter(surgeon=planned.surgeon, start=planned.start).delete()
    care_changed(planned.patient)
    return True
