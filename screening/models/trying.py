"""What authors try a draft with: sample answers with what they should come to, and past submissions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from screening.models.authoring import Questionnaire


class Sample(models.Model):
    """Made-up answers, and the outcome that authors expect of them. No part of what is published."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="samples")
    name = models.CharField(_("name"), max_length=150)
    note = models.TextField(_("what it is for"), blank=True)
    answers = models.TextField(_("answers"), default="{}")  # screening.engine.answers.dumps
    facts = models.JSONField(_("facts"), default=dict)
    today = models.DateField(_("the day it plays on"))
    expected = models.TextField(_("expected outcome"))  # canonical JSON of Outcome.as_dict()
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        default_permissions = ()
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "name"], name="screening_sample_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ImpactRun(models.Model):
    """Past submissions, assessed again under a draft: how many would come to something else. Counts, and ids."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to begin")
        RUNNING = "running", _("runs")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by a fault")

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    document = models.TextField()  # canonical JSON of the draft as it was
    digest = models.CharField(max_length=64)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # that day included
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)  # see screening.impact
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()
        verbose_name = _("impact run")
        verbose_name_plural = _("impact runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(since__lte=F("until")),
                name="screening_impact_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"Impact run {self.pk}"


class ImpactPart(models.Model):
    """A part of a run that one worker takes: the submissions whose ids lie in the part's share of all ids.

    Whoever claims it counts the whole part and stores that once. A claim that ran out is free to be taken again.
    """

    run = models.ForeignKey(ImpactRun, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()  # from 0
    claimed_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)  # see screening.impact

    class Meta:
        ordering = ["run", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="screening_impact_part_once")]

    def __str__(self) -> str:
        return f"Impact part {self.pk}"
