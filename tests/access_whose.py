"""Patients whom a surgeon sees by another way than own care, for the access table."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from portal.accounts import joining, people
from portal.accounts.models import Care, Cover, EmergencyAccess, User
from screening.models import Case
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case

HOUR, SOON = timedelta(hours=1), timedelta(days=30)


class Whose:
    """One patient by cover, one opened in an emergency, one whose hour is over, one joined to the surgeon's own."""

    def __init__(self, patient: User, surgeon: User, other_surgeon: User) -> None:
        self.surgeon = surgeon
        away, elsewhere = make_user("Theo Third", "surgeon"), make_user("Fran Fourth", "surgeon")
        now = timezone.now()
        self.covers = {
            "theirs, now": Cover.objects.create(surgeon=away, covered_by=surgeon, end=now + SOON),
            "surgeon's": Cover.objects.create(
                surgeon=surgeon, covered_by=other_surgeon, start=now + SOON, end=now + 2 * SOON
            ),
            "second's": Cover.objects.create(
                surgeon=other_surgeon, covered_by=away, start=now + SOON, end=now + 2 * SOON
            ),
        }
        self.cases = {
            "covered": self._of(away, "Cora Covered"),
            "opened": self._of(elsewhere, "Olga Opened"),
            "expired": self._of(elsewhere, "Egon Expired"),
            "joined": make_case(make_patient("Alice Adams", record_number="JOINED")),
        }
        self._open("opened", until=now + HOUR)
        self._open("expired", until=now - timedelta(seconds=1))
        joining.join(into=patient, other=self.cases["joined"].patient, reason="One card.", by=away)
        self.planned = self._handed_over(surgeon, other_surgeon)

    def _of(self, surgeon: User, name: str) -> Case:
        patient = make_patient(name, record_number=name.split()[1].upper())
        people.begin_care(patient=patient, surgeon=surgeon)
        return make_case(patient)

    def _open(self, whose: str, until: object) -> None:
        EmergencyAccess.objects.create(
            surgeon=self.surgeon,
            patient=self.cases[whose].patient,
            reason="On call tonight.",
            start=timezone.now() - 2 * HOUR,
            end=until,
        )

    def _handed_over(self, surgeon: User, to: User) -> Care:
        """A patient who passes from one to the other on a day to come."""
        patient, day = make_patient("Hana Handed"), timezone.now() + SOON
        Care.objects.create(patient=patient, surgeon=surgeon, end=day)
        care: Care = Care.objects.create(patient=patient, surgeon=to, start=day)
        return care
