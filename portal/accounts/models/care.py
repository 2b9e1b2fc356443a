"""Which surgeon sees which patient beside their own care: cover, a door for emergencies, and joined records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped, ScopedQuerySet
from portal.accounts.models.people import User


class CoverQuerySet(models.QuerySet["Cover"]):
    def current(self, now: datetime | None = None) -> CoverQuerySet:
        now = now or timezone.now()
        return self.filter(start__lte=now, end__gt=now)


class Cover(models.Model):
    """While a surgeon is away, another one sees their patients too."""

    surgeon = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("surgeon who is away"))
    covered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("covered by"))
    start = models.DateTimeField(_("from"), default=timezone.now)
    end = models.DateTimeField(_("until"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, editable=False)

    objects = CoverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-start"]
        verbose_name = _("cover")
        verbose_name_plural = _("cover")
        indexes = [models.Index(fields=["covered_by", "end"], name="accounts_cover_by")]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="accounts_cover_ends_after_start"),
            models.CheckConstraint(condition=~Q(surgeon=F("covered_by")), name="accounts_cover_by_another"),
        ]

    def __str__(self) -> str:
        return f"Cover {self.pk}"


class OwnOpenings(ScopedQuerySet["EmergencyAccess"]):
    def visible_to(self, user: Any) -> OwnOpenings:
        """The patient's own, and those that the user made."""
        return self.filter(Q(patient=user) | Q(surgeon=user))

    def current(self, now: datetime | None = None) -> OwnOpenings:
        now = now or timezone.now()
        return self.filter(start__lte=now, end__gt=now)


@kept()
class EmergencyAccess(models.Model):
    """A surgeon opened the record of a patient in somebody else's care: why, and until when."""

    surgeon = models.ForeignKey(User, models.PROTECT, related_name="+")
    patient = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()
    start = models.DateTimeField(default=timezone.now)
    end = models.DateTimeField()

    objects = Scoped.from_queryset(OwnOpenings)()
    unscoped = models.Manager.from_queryset(OwnOpenings)()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["-start"]
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency access")
        indexes = [
            models.Index(fields=["surgeon", "end"], name="accounts_emergency_by"),
            models.Index(fields=["patient", "-start"], name="accounts_emergency_of"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(reason__gt=""), name="accounts_emergency_has_a_reason"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="accounts_emergency_ends"),
            models.CheckConstraint(condition=~Q(surgeon=F("patient")), name="accounts_emergency_of_another"),
        ]

    def __str__(self) -> str:
        return f"Emergency access {self.pk}"


class JoinQuerySet(models.QuerySet["JoinedRecord"]):
    def in_force(self) -> JoinQuerySet:
        return self.filter(undone_at=None)


@kept(set_once=("undone_at", "undone_by"))
class JoinedRecord(models.Model):
    """Two accounts are one person. Nothing moves: what `other` answered stays theirs, and is read with `into`."""

    into = models.ForeignKey(User, models.PROTECT, related_name="+")
    other = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = JoinQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        verbose_name = _("joined record")
        verbose_name_plural = _("joined records")
        constraints = [
            models.CheckConstraint(condition=Q(reason__gt=""), name="accounts_join_has_a_reason"),
            models.CheckConstraint(condition=~Q(into=F("other")), name="accounts_join_of_two"),
        ]

    def __str__(self) -> str:
        return f"Joined record {self.pk}"
