"""What surgeons and tests say about a finding. The machine's own finding stays as it was."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped
from screening.models.answers import PatientRows, Submission
from screening.models.cases import Case


class PatientRow(models.Model):
    """A row of a case that is written once, by somebody who is not the patient."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


@kept()
class InvestigationResult(PatientRow):
    """A test's result that staff entered, with its day and where it was read. A wrong one is superseded.

    `value` and `unit` are as people read them. `values` says the same exactly, a dict for each field of the test:
    {"key", "label", "value", "unit"} and "typed", where it was typed in another unit.
    """

    investigation = models.CharField(max_length=64)  # its key in the questionnaire
    label = models.CharField(max_length=200)  # as the investigation was called then
    value = models.CharField(max_length=200)
    unit = models.CharField(max_length=32, blank=True)
    values = models.JSONField(default=list)
    measured_on = models.DateField()
    source = models.CharField(max_length=200)  # of the result: which laboratory, letter or visit
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    void = models.BooleanField(default=False)  # nothing stands in the place of what it supersedes
    reason = models.TextField(blank=True)  # what was wrong with what it supersedes

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False),
                name="screening_result_superseded_once",
            ),
            models.CheckConstraint(
                condition=Q(void=False) | Q(supersedes__isnull=False), name="screening_result_void_of_one"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason="") | Q(supersedes__isnull=False, reason__gt=""),
                name="screening_result_superseded_with_reason",
            ),
            models.CheckConstraint(condition=~Q(by=F("patient")), name="screening_result_is_by_another"),
        ]

    def __str__(self) -> str:
        return f"Result {self.pk}"

    @classmethod
    def of_case(cls, case: Case) -> models.QuerySet[InvestigationResult]:
        """All of a case that was looked up for somebody who may see it, or that its patient sends answers to."""
        return cls.unscoped.filter(case=case)

    @classmethod
    def standing(cls, case: Case) -> list[InvestigationResult]:
        """Those that nothing has superseded."""
        rows = cls.of_case(case)
        superseded = rows.filter(supersedes__isnull=False).values("supersedes")
        return list(rows.filter(void=False).exclude(pk__in=superseded))


@kept()
class Reassessment(PatientRow):
    """What a submission's answers come to together with results of tests, assessed by the same edition.

    The submission and its findings stay as they were. `findings` holds dicts with the members of a Finding:
    criterion, category, could_be, grade, reasons. `by` entered what led to it; where the patient sent answers anew,
    the latest of the results that count.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+")
    results = models.JSONField()  # ids of the InvestigationResult rows that were counted
    facts = models.JSONField()
    answers = models.TextField()  # screening.engine.answers.dumps, with the results in their places
    today = models.DateField()
    outcome = models.TextField()  # canonical JSON of Outcome.as_dict()
    values = models.TextField(default="{}")
    findings = models.JSONField()

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=F("patient")), name="screening_reassessment_is_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"Reassessment {self.pk}"


@kept()
class Mark(PatientRow):
    """What a surgeon says about one finding. The latest one of a criterion counts; none is changed."""

    class Says(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        NOT_CONFIRMED = "not_confirmed", _("not confirmed")
        NEEDS_TEST = "needs_test", _("needs a test")
        RESOLVED = "resolved", _("resolved")
        OPEN = "open", _("open again")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=64)
    says = models.CharField(max_length=13, choices=Says)
    text = models.TextField(blank=True)  # the reason, which test, or the evidence
    result = models.ForeignKey(
        InvestigationResult, models.PROTECT, null=True, blank=True, related_name="+"
    )  # what it is based on, where it was entered here

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [models.Index(fields=["case", "criterion"], name="screening_marks_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(says__in=["confirmed", "open"]) | Q(text__gt="") | Q(result__isnull=False),
                name="screening_mark_says_why",
            ),
            models.CheckConstraint(condition=~Q(by=F("patient")), name="screening_mark_is_by_another"),
        ]

    def __str__(self) -> str:
        return f"Mark {self.pk}"
