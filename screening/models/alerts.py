"""Urgent answers that somebody has to acknowledge, and who was told of them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ledger.protect import kept
from ledger.scoped import Scoped
from screening.models.answers import PatientRows
from screening.models.cases import Case

ACKNOWLEDGE = "screening.acknowledge_alert"


class AlertRows(PatientRows):
    def visible_to(self, user: Any) -> Any:
        """Whoever may acknowledge alerts sees them all: on duty one need not have the patient in care."""
        return self if user.has_perm(ACKNOWLEDGE) else super().visible_to(user)


class Alert(models.Model):
    """An urgent answer that someone has to acknowledge. Its page shows a name, a telephone number, and no answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    attempt = models.UUIDField(db_index=True)
    level = models.CharField(max_length=8)
    raised_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = Scoped.from_queryset(AlertRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="screening_acknowledged_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"], condition=Q(acknowledged_at=None), name="screening_alert_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"Alert {self.pk}"

    @classmethod
    def waiting(cls) -> Any:
        """Those that nobody has acknowledged, for the worker that tells the next one: no page shows them so."""
        return cls.unscoped.filter(acknowledged_at=None)

    @classmethod
    def count_waiting(cls, told: Any) -> int:
        """How many wait of which this account was told: a number, for who may not open them."""
        rows = Notified.unscoped.filter(to=told, alert__acknowledged_at=None)
        return rows.values("alert").distinct().count()

    def told(self) -> Any:
        """Who was told of it, the first one first."""
        return Notified.unscoped.filter(alert=self).order_by("place")


@kept()
class Notified(models.Model):
    """A contact was told of an alert: the first one when it was raised, the next ones as it stayed unacknowledged."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()  # 1 for the first
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(AlertRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            # Two workers that escalate at once tell one person once.
            models.UniqueConstraint(fields=["alert", "place"], name="screening_notified_once"),
        ]

    def __str__(self) -> str:
        return f"Notified {self.pk}"


@kept()
class AlertNote(models.Model):
    """What somebody wrote about an alert: whom they spoke to, and what comes next."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(AlertRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return f"Alert note {self.pk}"
