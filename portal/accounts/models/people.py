"""People: their accounts, what the practice knows of a patient, and which surgeon cares for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.scoped import Scoped, ScopedQuerySet
from portal.accounts.models.countries import Country


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who logs in, by e-mail address. What they may do comes from their roles (groups) alone."""

    # There is no superuser: nobody passes every check. A plain attribute, so no column either.
    is_superuser = False

    # Empty: a patient without one, who cannot log in, and is called or written to.
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)
    name = models.CharField(_("full name"), max_length=150)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Take the tick away to close the account. Accounts are closed, never deleted."),
    )
    date_joined = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = [
            ("use_admin", _("Can use the administration pages")),
            ("break_glass", _("Can open the record of a patient in somebody else's care, for an hour")),
            ("join_records", _("Can join two records of one person")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"User {self.pk}"

    def clean(self) -> None:
        super().clean()
        self.email = (self.email or "").strip().lower() or None

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; here it is a permission like any other."""
        return self.has_perm("accounts.use_admin")

    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        """The account of the last person on duty is not closed; see `somebody_stays_on_duty`."""
        closes = not self.is_active and (update_fields is None or "is_active" in update_fields)
        if self._state.adding or not closes:
            super().save(*args, update_fields=update_fields, **kwargs)
            return
        from portal.accounts.models.practice import somebody_stays_on_duty

        with somebody_stays_on_duty():
            super().save(*args, update_fields=update_fields, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("other")
    NOT_STATED = "not_stated", _("not stated")


class Units(models.TextChoices):
    METRIC = "metric", _("centimetres and kilograms")
    IMPERIAL = "imperial", _("feet, inches and pounds")
    UK = "uk", _("feet, inches, stones and pounds")


class Region(models.TextChoices):
    UNKNOWN = "", _("not known yet")
    CERVICAL = "cervical", _("neck (cervical)")
    THORACIC = "thoracic", _("upper back (thoracic)")
    LUMBAR = "lumbar", _("lower back (lumbar)")
    LUMBOSACRAL = "lumbosacral", _("lower back and sacrum (lumbosacral)")


class PatientProfileQuerySet(ScopedQuerySet["PatientProfile"]):
    def visible_to(self, user: Any) -> PatientProfileQuerySet:
        from portal.host import host

        if user.has_perm("accounts.view_patientprofile"):
            return self
        return self.filter(user__in=host().patients_visible_to(user))


class PatientProfile(models.Model):
    """What the practice knows about a patient before they answer anything."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name=_("account"))
    record_number = models.CharField(
        _("record number"),
        max_length=32,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9./-]*$", _("Use letters, digits, dots, slashes and hyphens.")
            )
        ],
    )
    date_of_birth = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.NOT_STATED)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    units = models.CharField(_("preferred units"), max_length=8, choices=Units, default=Units.IMPERIAL)
    language = models.CharField(
        _("preferred language"),
        max_length=8,
        choices=[("en", _("English")), ("es", _("Spanish"))],
        default="en",
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
        help_text=_(
            "Only for a patient who lives in another country than the practice: they see its numbers."
        ),
    )
    address = models.TextField(
        _("postal address"), blank=True, help_text=_("For a letter, where the patient has no e-mail.")
    )
    helper = models.CharField(
        _("helper"),
        max_length=200,
        blank=True,
        help_text=_("Who helps the patient, and how to reach them: name, relation, telephone."),
    )
    reminders = models.BooleanField(
        _("reminders"), default=True, help_text=_("Whether they are reminded to finish what they began.")
    )
    planned_operation = models.CharField(_("planned operation"), max_length=200, blank=True)
    planned_region = models.CharField(
        _("planned region"), max_length=12, choices=Region, blank=True, default=""
    )

    objects = Scoped.from_queryset(PatientProfileQuerySet)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = [models.Index(fields=["date_of_birth"], name="accounts_patient_born")]

    def __str__(self) -> str:
        return f"Patient {self.pk}"

    def clean(self) -> None:
        super().clean()
        if self.date_of_birth and not date(1900, 1, 1) <= self.date_of_birth <= timezone.localdate():
            raise ValidationError(
                {"date_of_birth": _("Give a date from 1900 to today.")}, code="date_of_birth"
            )

    @classmethod
    def of(cls, user: Any) -> PatientProfile | None:
        """What only administrators ask, and what decides for itself whom it tells."""
        return cls.unscoped.select_related("user").filter(user=user).first()

    def age_on(self, day: date) -> int:
        """Completed years. Someone born on 29 February completes a year on 1 March of other years."""
        born = self.date_of_birth
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class CareQuerySet(models.QuerySet["Care"]):
    def current(self, now: datetime | None = None) -> CareQuerySet:
        now = now or timezone.now()
        return self.filter(Q(start__lte=now) & (Q(end__isnull=True) | Q(end__gt=now)))

    def direct(self) -> CareQuerySet:
        """Without what follows from joined records alone."""
        return self.filter(by_join=None)

    def due(self, now: datetime | None = None) -> CareQuerySet:
        """Care that began or ended since the case list was told."""
        now = now or timezone.now()
        begun = Q(in_force=False, start__lte=now) & (Q(end__isnull=True) | Q(end__gt=now))
        return self.filter(begun | Q(in_force=True, end__lte=now))


class Care(models.Model):
    """A surgeon cares for a patient from `start` until `end` (open when empty)."""

    patient = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("patient"))
    surgeon = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("surgeon"))
    start = models.DateTimeField(_("from"), default=timezone.now)
    end = models.DateTimeField(_("until"), null=True, blank=True)
    # Whether the case list counts it yet; tick compares it with the dates. Who may see whom goes by the dates alone.
    in_force = models.BooleanField(default=False, editable=False)
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("made by"),
    )
    ended_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("ended by"),
    )
    # Only where two records of one person are joined: the care of the one, which opens the other too.
    by_join = models.ForeignKey(
        "accounts.JoinedRecord", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = _("care")
        verbose_name_plural = _("care")
        indexes = [
            models.Index(fields=["surgeon", "end", "patient"], name="accounts_care_of_surgeon"),
            models.Index(fields=["patient", "end"], name="accounts_care_of_patient"),
            models.Index(fields=["in_force", "end"], name="accounts_care_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="accounts_care_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(patient=F("surgeon")), name="accounts_care_is_of_another"),
            models.UniqueConstraint(
                fields=["patient", "surgeon"], condition=Q(end__isnull=True), name="accounts_one_open_care"
            ),
        ]

    def __str__(self) -> str:
        return f"Care {self.pk}"
