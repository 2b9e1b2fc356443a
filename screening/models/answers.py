"""What patients answer: in progress, urgent, sent, and what it came to. All but the answers in progress is kept."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped, ScopedQuerySet
from screening.engine.answers import loads
from screening.host import host
from screening.models.authoring import Questionnaire, QuestionnaireEdition

REVIEW = "screening.review_cases"


class Entered(models.TextChoices):
    """How staff came by answers that they typed in for a patient. Empty: the patient typed them."""

    INTERVIEW = "interview", _("asked in person or by telephone")
    PAPER = "paper", _("copied from the paper form")
    HELPER = "helper", _("given by a helper of the patient")


def _entered_by() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


def _entered_whole(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(entered_by__isnull=True, entered_how="")
        | Q(entered_by__isnull=False, entered_how__gt=""),
        name=name,
    )


class PatientRows(ScopedQuerySet[Any]):
    """Rows that belong to a patient: the patient sees their own, reviewers those of the patients they may see."""

    def visible_to(self, user: Any) -> Any:
        patients = host().patients_visible_to(user)
        if user.has_perm(REVIEW):
            # Asked row by row: `patient__in` would first make a list of all the patients of the practice.
            return self.filter(Exists(patients.filter(pk=OuterRef("patient"))))
        return self.filter(patient__in=patients.values("pk"))


class OwnRows(ScopedQuerySet[Any]):
    """Rows that nobody but the patient sees."""

    def visible_to(self, user: Any) -> Any:
        return self.filter(patient=user)


class AnswersInProgress(models.Model):
    """One a patient and questionnaire, saved page by page. Its id becomes the submission's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    edition = models.ForeignKey(QuestionnaireEdition, models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    answers = models.TextField(default="{}")  # screening.engine.answers.dumps: decimals stay exact
    revisions = models.JSONField(default=dict)  # question key -> how often it changed
    done = models.JSONField(default=list)  # keys of the sections that were completed
    # What each move to other questions changed, the latest last: {"from", "to" (edition numbers), "because",
    # "text" (of the withdrawal)} and the members of screening.answering.carrying.Carried.as_json()
    moves = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="en")
    amends = models.ForeignKey(
        "screening.Submission", models.PROTECT, null=True, blank=True, related_name="+"
    )
    amend_reason = models.TextField(blank=True)
    entered_by = _entered_by()
    entered_how = models.CharField(max_length=9, choices=Entered, blank=True, default="")
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(OwnRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        constraints = [
            models.UniqueConstraint(fields=["patient", "questionnaire"], name="screening_one_in_progress"),
            _entered_whole("screening_in_progress_entered_whole"),
        ]

    def __str__(self) -> str:
        return f"Answers in progress {self.pk}"

    @property
    def values(self) -> dict[str, Any]:
        """The answers, cleaned: Decimal, str or list of str by question key."""
        return loads(self.answers)

    @classmethod
    def entered(cls, user: Any) -> models.QuerySet[AnswersInProgress]:
        """What this member of staff types in, for patients whom they may still see; never for themselves."""
        seen = host().patients_visible_to(user).exclude(pk=user.pk).filter(pk=OuterRef("patient"))
        return cls.unscoped.filter(Exists(seen), entered_by=user)

    @classmethod
    def hold(cls, patient: Any, questionnaire: Questionnaire) -> dict[str, Any] | None:
        """Who has begun, and when something was saved last; nothing of the answers. `by` None: the patient."""
        begun = cls.unscoped.filter(patient=patient, questionnaire=questionnaire)
        return begun.values("id", "saved_at", by=models.F("entered_by")).first()

    @classmethod
    def drop_entered(cls, id: uuid.UUID) -> None:
        """What staff began; never what a patient began."""
        cls.unscoped.filter(pk=id, entered_by__isnull=False).delete()


@kept()
class UrgentAnswer(models.Model):
    """A safety answer as it was saved, with the notice shown. Changing the answer adds a row and removes none."""

    attempt = models.UUIDField(db_index=True)  # the answers in progress, later the submission
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edition = models.ForeignKey(QuestionnaireEdition, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=64)
    level = models.CharField(max_length=8)
    answers = models.TextField()  # the answers that the rule names, as dumps() writes them
    notice = models.JSONField()  # key, title, body, actions as the patient saw them
    call_me = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        indexes = [models.Index(fields=["patient", "edition"], name="screening_urgent_of_patient")]

    def __str__(self) -> str:
        return f"Urgent answer {self.pk}"


@kept()
class Submission(models.Model):
    """What a patient sent, and what the rules of its edition made of it, stored when it happened."""

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    edition = models.ForeignKey(QuestionnaireEdition, models.PROTECT, related_name="+")
    amends = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    amend_reason = models.TextField(blank=True)
    entered_by = _entered_by()
    entered_how = models.CharField(max_length=9, choices=Entered, blank=True, default="")
    facts = models.JSONField()
    answers = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of edition, facts and answers: sent twice is the same
    today = models.DateField()  # the day that the rules counted from, in the practice's time zone
    outcome = models.TextField()  # canonical JSON of Outcome.as_dict()
    values = models.TextField(default="{}")  # every calculated value, also those outside the outcome
    language = models.CharField(max_length=8, default="en")
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(default=timezone.now)

    notice: str = ""  # the key of what is to be read before anything else, after sending; not stored

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        indexes = [
            models.Index(
                fields=["patient", "questionnaire", "-submitted_at"], name="screening_sent_by_patient"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["amends"], condition=Q(amends__isnull=False), name="screening_amended_once"
            ),
            _entered_whole("screening_submission_entered_whole"),
        ]

    def __str__(self) -> str:
        return f"Submission {self.pk}"


@kept()
class Finding(models.Model):
    """What one criterion came to in a submission, with the exact questions and answers behind it.

    `reasons` is a list of {reason, category, could_be, grade, rule (in words), text, source, evidence:
    [{key, question, short, answer, decisive}]}.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=64)
    category = models.CharField(max_length=8)
    could_be = models.CharField(max_length=8, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = models.JSONField()

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        constraints = [
            models.UniqueConstraint(fields=["submission", "criterion"], name="screening_finding_once"),
        ]

    def __str__(self) -> str:
        return f"Finding {self.pk}"
