"""Staff type in answers for a patient: asked in an interview, copied from paper, or given by a helper.

Until they are sent they belong to whoever types them in, and to nobody else: the patient cannot go on with them, as
staff cannot read or go on with what a patient has begun. See docs/decisions/entering-answers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord
from screening import answering
from screening.host import host
from screening.models import AnswersInProgress, QuestionnaireEdition, Submission

KIND = AnswersInProgress._meta.label_lower
LAPSES = timedelta(days=1)  # untouched for so long, what staff began no longer stands in anybody's way
FEW = 20  # patients that a record number may find, among whom the date of birth decides


class Held(Exception):
    """Somebody has begun. `by` is the account of staff; None where it is the patient."""

    def __init__(self, by: Any, saved_at: datetime) -> None:
        super().__init__("held")
        self.by, self.saved_at = by, saved_at


@dataclass(frozen=True)
class Wait:
    """What a patient is told while staff type in answers for them."""

    by: str
    saved_at: datetime

    @property
    def has_lapsed(self) -> bool:
        return timezone.now() - self.saved_at > LAPSES


def find(*, by: Any, record_number: str, born: date) -> Any:
    """The patient with exactly these, among those whom `by` may see; None where there is none.

    Raises PermissionDenied where it is `by` themselves.
    """
    visible = host().patients_visible_to(by).filter(host().search(record_number))
    people = host().people(list(visible.values_list("pk", flat=True)[:FEW]))
    for pk, person in people.items():
        if person.record_number.casefold() == record_number.casefold() and person.date_of_birth == born:
            return patient(by=by, pk=pk)
    return None


def patient(*, by: Any, pk: Any) -> Any:
    """The account, where `by` may see it. That it is looked at is recorded first; None where it is not theirs to see."""
    if str(pk) == str(by.pk):
        raise PermissionDenied("Nobody enters answers for themselves.")
    visible = host().patients_visible_to(by).filter(pk=pk)
    if not visible.exists():
        return None
    access.record(by, AccessRecord.Action.ENTERED, subject=pk, kind=KIND)
    return visible.get()


def begin(
    *, by: Any, patient: Any, edition: QuestionnaireEdition, how: str, language: str = "en"
) -> AnswersInProgress:
    """Begin, or go on with what `by` began for this patient.

    Raises Held where the patient, or somebody else, has begun, and TooYoung.
    """
    if patient.pk == by.pk:
        raise PermissionDenied("Nobody enters answers for themselves.")
    with transaction.atomic():
        held = AnswersInProgress.hold(patient, edition.questionnaire)
        if held is not None and held["by"] not in (None, by.pk) and _lapsed(held["saved_at"]):
            AnswersInProgress.drop_entered(held["id"])
            held = None
        if held is None:
            answering.start(patient=patient, edition=edition, language=language)
            _claim(patient, edition, by, how)
            return _begun(by, patient, edition)
        if held["by"] == by.pk:
            return _begun(by, patient, edition)
    raise Held(held["by"], held["saved_at"])


def _claim(patient: Any, edition: QuestionnaireEdition, by: Any, how: str) -> None:
    """Nothing is in it yet: this transaction has just begun it."""
    rows = AnswersInProgress.objects.visible_to(patient).filter(
        patient=patient, questionnaire=edition.questionnaire, entered_by=None, answers="{}"
    )
    rows.update(entered_by=by, entered_how=how)


def _begun(by: Any, patient: Any, edition: QuestionnaireEdition) -> AnswersInProgress:
    rows = AnswersInProgress.entered(by).select_related("edition", "questionnaire", "patient")
    return rows.get(patient=patient, questionnaire=edition.questionnaire)


def open_(*, by: Any, id: UUID) -> AnswersInProgress:
    """Record that `by` opens what they type in, and only then read it. Raises AnswersInProgress.DoesNotExist."""
    rows = AnswersInProgress.entered(by).filter(pk=id)
    subject = rows.values_list("patient", flat=True).first()
    if subject is None:
        raise AnswersInProgress.DoesNotExist
    access.record(by, AccessRecord.Action.ENTERED, subject=subject, kind=KIND, id=id)
    return rows.select_related("edition", "questionnaire", "patient").defer("edition__content").get()


@transaction.atomic
def save(*, by: Any, id: UUID, **saved: Any) -> answering.Saved:
    """As `answering.save`, in what `by` types in and nothing else. Raises AnswersInProgress.DoesNotExist."""
    attempt = _locked(by, id)
    return answering.save(patient=attempt.patient, questionnaire=attempt.questionnaire, **saved)


@transaction.atomic
def submit(*, by: Any, id: UUID, digest: str, language: str = "") -> Submission:
    """Send it for the patient. Raises as `answering.submit` does."""
    attempt = _locked(by, id)
    return answering.submit(
        patient=attempt.patient,
        questionnaire=attempt.questionnaire,
        attempt=id,
        digest=digest,
        language=language,
    )


@transaction.atomic
def discard(*, by: Any, id: UUID) -> None:
    """Drop what was typed in. What was urgent in it stays on record. Raises AnswersInProgress.DoesNotExist."""
    _locked(by, id).delete()


def sent(*, by: Any, id: UUID) -> Submission | None:
    """What has become of it, where `by` has sent it already."""
    rows = Submission.objects.visible_to(by).filter(pk=id, entered_by=by)
    submission: Submission | None = rows.select_related("questionnaire").first()
    return submission


def _locked(by: Any, id: UUID) -> AnswersInProgress:
    rows = AnswersInProgress.entered(by).filter(pk=id).select_related("questionnaire", "patient")
    return rows.select_for_update(of=("self",)).get()


def _lapsed(saved_at: datetime) -> bool:
    return timezone.now() - saved_at > LAPSES


# The patient's side


def waiting(attempt: AnswersInProgress) -> Wait | None:
    """That staff type in answers for the patient now; None where the patient answers themselves."""
    if attempt.entered_by_id is None:
        return None
    people = host().people([attempt.entered_by_id])
    return Wait(people[attempt.entered_by_id].name, attempt.saved_at)


@transaction.atomic
def answer_oneself(*, patient: Any, questionnaire: str) -> bool:
    """Drop what staff began and left lying, so that the patient can begin. False where it is still being typed."""
    rows = AnswersInProgress.objects.visible_to(patient).filter(
        patient=patient,
        questionnaire__key=questionnaire,
        entered_by__isnull=False,
        saved_at__lt=timezone.now() - LAPSES,
    )
    found: AnswersInProgress | None = rows.select_for_update().first()
    if found is None:
        return False
    found.delete()
    return True
