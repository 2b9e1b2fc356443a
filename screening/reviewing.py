"""What reviewers do: open a case, take it, acknowledge an alert. Each is one transaction.

What they decide is in `deciding`, what patients are told in `messaging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord
from screening.host import host
from screening.models import Alert, AlertNote, Case, Submission
from screening.models.placing import place_acknowledged

Action = AccessRecord.Action
# The kinds of objects in access records.
CASE, SUBMISSION, ALERT = (model._meta.label_lower for model in (Case, Submission, Alert))


ANSWER = "screening.answer_questionnaire"


class Stale(Exception):
    """The case is no longer as the reviewer saw it. Nothing was changed."""


def open_case(*, user: Any, case_id: UUID, submission_id: UUID | None = None) -> Case:
    """Record that the user opens the case, or an earlier submission to it, and only then read it.

    Raises Case.DoesNotExist where there is none, or none that the user may see.
    """
    visible = Case.objects.visible_to(user)
    patient = visible.filter(pk=case_id).values_list("patient", flat=True).first()
    if patient is None:
        raise Case.DoesNotExist
    if submission_id is None:
        access.record(user, Action.OPENED_CASE, subject=patient, kind=CASE, id=case_id)
    else:
        access.record(user, Action.OPENED_SUBMISSION, subject=patient, kind=SUBMISSION, id=submission_id)
    case: Case = visible.get(pk=case_id)
    if not case.opened:
        visible.filter(pk=case_id, version=case.version).update(opened_version=case.version)
    return case


def record_list(*, user: Any, cases: Iterable[Case], searched: bool) -> None:
    """Record whom the user is about to see on the list."""
    action = Action.SEARCHED_CASES if searched else Action.LISTED_CASES
    access.record(user, action, kind=CASE, ids=[case.pk for case in cases])


@transaction.atomic
def take(*, user: Any, case: Case) -> None:
    """Start to review a new case. Raises Stale where it is not new any more."""
    not_of(user, case)
    moved = (
        Case.objects.visible_to(user)
        .filter(pk=case.pk, state=Case.State.NEW)
        .update(
            state=Case.State.IN_REVIEW,
            taken_by=user,
            version=F("version") + 1,
            opened_version=F("version") + 1,
        )
    )
    if not moved:
        raise Stale


def open_alert(*, user: Any, alert_id: UUID) -> Alert:
    """Record that the user opens the alert, and only then read it. Raises Alert.DoesNotExist."""
    visible = Alert.objects.visible_to(user)
    patient = visible.filter(pk=alert_id).values_list("patient", flat=True).first()
    if patient is None:
        raise Alert.DoesNotExist
    access.record(user, Action.ALERT_OPENED, subject=patient, kind=ALERT, id=alert_id)
    alert: Alert = visible.get(pk=alert_id)
    return alert


@transaction.atomic
def acknowledge(*, user: Any, alert: Alert) -> bool:
    """Whether it was this user who acknowledged the alert: the first one to do so stays."""
    first = (
        Alert.objects.visible_to(user)
        .filter(pk=alert.pk, acknowledged_at__isnull=True)
        .update(acknowledged_at=timezone.now(), acknowledged_by=user)
    )
    if first:
        place_acknowledged(alert.case_id)
    return bool(first)


@transaction.atomic
def note_alert(*, user: Any, alert: Alert, text: str) -> AlertNote:
    """Keep what somebody writes about an alert. There may be several notes; none is changed."""
    return AlertNote.objects.create(alert=alert, patient_id=alert.patient_id, by=user, text=text)


@transaction.atomic
def set_unassigned(*, patient: Any, unassigned: bool) -> None:
    """The host calls this when care begins or ends: whether nobody has the patient in care now."""
    Case.set_unassigned(patient, unassigned)


def not_of(user: Any, case: Case) -> None:
    """Raises PermissionDenied where the case is the user's own."""
    own = [user.pk]
    if user.has_perm(ANSWER):  # who is a patient here too may have several records
        own += host().records_of(user.pk)
    if case.patient_id in own:
        raise PermissionDenied("Nobody decides on their own case.")
