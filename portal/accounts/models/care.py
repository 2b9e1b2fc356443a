"""Which surgeon sees which patient: own care, cover, a door for emergencies, and joined records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped, ScopedQuerySet
from portal.accounts.models.people import Care, CareQuerySet, PatientProfile, User


class CoverQuerySet(models.QuerySet["Cover"]):
    def current(self, now: datetime | None = None) -> CoverQuerySet:
        now = now or timezone.now()
        return self.filter(start__lte=now, end__gt=now)

    def ahead(self) -> CoverQuerySet:
        """Now, or still to come."""
        return self.filter(end__gt=timezone.now())


class Cover(models.Model):
    """While a surgeon is away, another one sees their patients too."""

    surgeon = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("surgeon who is away"))
    covered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("covered by"))
    start = models.DateTimeField(_("from"), default=timezone.now)
    end = models.DateTimeField(_("until"))
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("made by"),
    )
    ended_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("ended by"),
    )

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
        """The patient's own, and those that the user made; all, for practice leads, who are told of each."""
        if user.has_perm("screening.view_figures"):
            return self
        return self.filter(Q(patient=user) | Q(surgeon=user))

    def current(self, now: datetime | None = None) -> OwnOpenings:
        now = now or timezone.now()
        return self.filter(start__lte=now, end__gt=now)


@kept()
class EmergencyAccess(models.Model):
    """A surgeon opened the record of a patient in somebody else's care: why, and until when."""

    surgeon = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("surgeon"))
    patient = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("patient"))
    reason = models.TextField(_("reason"))
    start = models.DateTimeField(_("from"), default=timezone.now)
    end = models.DateTimeField(_("until"))

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

    def naming(self, account: Any) -> JoinQuerySet:
        """Those with this account on either side."""
        return self.in_force().filter(Q(into=account) | Q(other=account))


@kept(set_once=("undone_at", "undone_by"))
class JoinedRecord(models.Model):
    """Two accounts are one person. Nothing moves: what `other` answered stays theirs, and is read with `into`."""

    into = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("account that stays open")
    )
    other = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("joined to it"))
    reason = models.TextField(_("reason"))
    closed = models.BooleanField(_("closed the other account"), default=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("joined by"))
    at = models.DateTimeField(_("joined"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = JoinQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        verbose_name = _("joined record")
        verbose_name_plural = _("joined records")
        constraints = [
            models.CheckConstraint(condition=Q(reason__gt=""), name="accounts_join_has_a_reason"),
            models.CheckConstraint(condition=~Q(into=F("other")), name="accounts_join_of_two"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(undone_at=None), name="accounts_joined_to_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Joined record {self.pk}"


def patients() -> models.QuerySet[User]:
    return User.objects.filter(Exists(PatientProfile.unscoped.filter(user=OuterRef("pk"))))


def seen_by(surgeon: Any) -> models.QuerySet[User]:
    """The patients in the surgeon's care or cover, those whom nobody has in care, and those opened in an emergency.

    To be asked for one patient at a time, `.filter(pk=OuterRef("patient"))`: each condition then looks at the few
    rows of that patient. For a list of patients ask `in_care_of`.
    """
    care = Care.objects.current().filter(patient=OuterRef("pk"))
    theirs = care.filter(Q(surgeon=surgeon) | Q(surgeon__in=away(surgeon)))
    opened = EmergencyAccess.unscoped.current().filter(patient=OuterRef("pk"), surgeon=surgeon)
    return patients().filter(Exists(theirs) | ~Exists(care) | Exists(opened))


def in_care_of(surgeon: Any) -> CareQuerySet:
    """Care of the surgeon's own, and of those for whom they stand in.

    Who that is is asked first, and then named: among the care of a whole practice the database has to know how
    few rows it will find, or it reads them all.
    """
    return Care.objects.current().filter(
        surgeon__in=[surgeon.pk, *away(surgeon).values_list("surgeon", flat=True)]
    )


def away(surgeon: Any) -> models.QuerySet[Cover, Any]:
    """The ids of those for whom the surgeon stands in now."""
    return Cover.objects.current().filter(covered_by=surgeon).order_by().values("surgeon")


def carers_of(patient: Any) -> models.QuerySet[User]:
    """Who has the patient in care now, or stands in for those who have."""
    caring = Care.objects.current().filter(patient=patient).values("surgeon")
    standing_in = Cover.objects.current().filter(surgeon__in=caring).order_by().values("covered_by")
    return User.objects.filter(pk__in=caring.union(standing_in), is_active=True).order_by("pk")


def records_of(account: Any) -> list[Any]:
    """The ids of all accounts that are this one person, the one that they log in with first."""
    pairs = JoinedRecord.objects.in_force()
    into = pairs.filter(other=account).values_list("into", flat=True).first() or account
    return [into, *pairs.filter(into=into).order_by("pk").values_list("other", flat=True)]


def own_records(user: Any) -> models.QuerySet[User]:
    """The user's account, and those that were joined to it. In a query, as it stands on every page of a patient."""
    joined = JoinedRecord.objects.in_force().filter(into=user).order_by().values("other")
    return User.objects.filter(pk__in=User.objects.filter(pk=user.pk).values("pk").union(joined))


def with_joined(ids: Iterable[Any]) -> models.QuerySet[PatientProfile, Any]:
    """Profiles with the record number that each is joined into, and one that is joined to it."""

    def number(side: str, other_side: str) -> Subquery:
        pairs = JoinedRecord.objects.in_force().filter(**{side: OuterRef(OuterRef("user"))}).order_by()
        return Subquery(
            PatientProfile.unscoped.filter(user__in=pairs.values(other_side)).values("record_number")[:1]
        )

    profiles = PatientProfile.unscoped.filter(user__in=ids)
    return profiles.annotate(joined_into=number("other", "into"), joined_other=number("into", "other"))


def profile_of(record_number: str) -> PatientProfile | None:
    """The patient with exactly this number, whoever asks. What asks has to decide what it may say."""
    return PatientProfile.unscoped.select_related("user").filter(record_number=record_number.strip()).first()


def patient_with(record_number: str, born: date) -> User | None:
    profile = profile_of(record_number)
    return profile.user if profile and profile.date_of_birth == born else None
