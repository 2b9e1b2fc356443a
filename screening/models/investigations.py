"""The rows of tests whose results staff can enter; `screening.engine.investigations` says what they mean."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from screening.models.authoring import KeyField, Question, QuestionnaireRow, Row


class Investigation(QuestionnaireRow):
    key = KeyField(_("key"))
    label = models.CharField(_("label"), max_length=150)
    help = models.TextField(_("help"), blank=True, help_text=_("What whoever enters a result should know."))
    settles = models.TextField(
        _("criteria that it settles"), blank=True, help_text=_("The key of one on each line.")
    )
    fills = models.TextField(
        _("questions that it answers"),
        blank=True,
        help_text=_(
            "One on each line: bone_t_score = t_score takes the field of that name, "
            "bone_scan_month = month the month of measuring (date: the day), "
            'bone_scan = "yes" an answer. Empty: no rule uses it, surgeons read it.'
        ),
    )
    reference = models.CharField(
        _("what a result means"),
        max_length=200,
        blank=True,
        help_text=_("For what no rule reads: below 3.5 g/dL is low. It is shown beside the result."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True, help_text=_("Of what it means."))

    class Meta(Row.Meta):
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_investigation_key")
        ]

    def __str__(self) -> str:
        return self.label


class InvestigationField(Row):
    """What is typed in of a result: one number or choice. Height and weight are two of one test."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("number")
        CHOICE = "choice", _("one of several")

    investigation = models.ForeignKey(Investigation, models.CASCADE, related_name="fields")
    key = KeyField(_("key"))
    label = models.CharField(_("label"), max_length=120)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.NUMBER)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    measure = models.CharField(
        _("other units"), max_length=8, choices=Question.Measure, blank=True, default=""
    )
    minimum = models.DecimalField(_("lowest"), max_digits=12, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("highest"), max_digits=12, decimal_places=4, null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    choices = models.TextField(_("results to choose from"), blank=True, help_text=_("One on each line."))

    class Meta(Row.Meta):
        verbose_name = _("field of a test")
        verbose_name_plural = _("fields of a test")
        constraints = [
            models.UniqueConstraint(fields=["investigation", "key"], name="screening_investigation_field_key")
        ]

    def __str__(self) -> str:
        return self.label
