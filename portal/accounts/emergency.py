"""A surgeon opens the record of a patient in somebody else's care: for an hour, with a reason, and not unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ledger import outbox
from ledger.access import record
from ledger.models import AccessRecord
from portal.accounts.models import EmergencyAccess, User
from portal.accounts.models.care import records_of
from portal.accounts.models.practice import who_may
from screening.messaging import SOMETHING_NEW

LASTS = timedelta(hours=1)
LEADS = "screening.view_figures"


def open_record(*, surgeon: Any, patient: User, reason: str) -> EmergencyAccess:
    """Recorded before anything is shown. The patient and the practice leads are told, in the same transaction."""
    record(surgeon, AccessRecord.Action.BREAK_GLASS, subject=patient, reason=reason)
    with transaction.atomic():
        now = timezone.now()
        opened = [
            EmergencyAccess.objects.create(
                surgeon=surgeon, patient_id=each, reason=reason, start=now, end=now + LASTS
            )
            for each in records_of(patient.pk)
        ]
        first, person = opened[0], User.objects.get(pk=opened[0].patient_id)
        # A patient whom no e-mail reaches stands on the list of those to call or to write to.
        outbox.put(SOMETHING_NEW, f"opening:{first.pk}", to=person, payload={"opening": first.pk})
        for lead in who_may(LEADS).exclude(pk=surgeon.pk):
            outbox.put(
                "opening", f"opening:{first.pk}:lead:{lead.pk}", to=lead, payload={"opening": first.pk}
            )
    return first


def refuse(surgeon: Any, why: str) -> None:
    """A wrong combination is worth a record too, though it opened nothing: guessing slowly is seen as well."""
    record(surgeon, AccessRecord.Action.BREAK_GLASS, reason=f"refused: {why}")


def notices_for(patient: Any) -> list[EmergencyAccess]:
    """What the patient is told of at their home page: who, when and why, for three months."""
    since = timezone.now() - timedelta(days=90)
    rows = EmergencyAccess.objects.visible_to(patient).filter(patient=patient, start__gte=since)
    return list(rows.select_related("surgeon"))


def lately(lead: User) -> list[EmergencyAccess]:
    """For a practice lead. Whose record it was, only for who may see the whole practice; see the template."""
    since = timezone.now() - timedelta(days=30)
    rows = EmergencyAccess.objects.visible_to(lead).filter(start__gte=since)
    return list(rows.select_related("surgeon", "patient")[:20])
