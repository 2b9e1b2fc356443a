"""The practice's own settings, whom it has on duty, and its own words for the notices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.countries import CALLABLE, Country
from portal.accounts.models.people import PatientProfile, User
from screening.notices import PLACEHOLDERS, unknown_placeholders

ACKNOWLEDGE = "screening.acknowledge_alert"


class PracticeQuerySet(models.QuerySet["Practice"]):
    def of(self, user: Any) -> Practice | None:
        """The practice, with the country where this patient lives, in one statement."""
        practices: models.QuerySet[Any] = self.select_related("country")
        if user is not None and user.pk:
            lives = PatientProfile.unscoped.filter(user=user.pk).values("country")
            practices = practices.annotate(lives_in=models.Subquery(lives[:1]))
        return practices.first()


class Practice(models.Model):
    """The practice's own settings: one row."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=32)
    opening_hours = models.CharField(_("when the telephone is answered"), max_length=120, blank=True)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        default="US",
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Its emergency number and crisis line stand in every notice. Check them before use."),
    )
    emergency_number = models.CharField(
        _("another emergency number"),
        max_length=32,
        blank=True,
        default="",
        validators=[CALLABLE],
        help_text=_("Only where patients should call another number than the country's."),
    )
    crisis_line = models.CharField(
        _("another crisis line"),
        max_length=64,
        blank=True,
        default="",
        validators=[CALLABLE],
        help_text=_(
            "Only where patients should call another line than the country's. Patients are told to call it."
        ),
    )
    reply_days = models.PositiveSmallIntegerField(
        _("working days until patients hear"),
        default=5,
        help_text=_("Patients are told: you will hear from us within so many working days."),
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("minutes until the next person is told"),
        default=15,
        validators=[MinValueValidator(2), MaxValueValidator(240)],
        help_text=_("When nobody has acknowledged an answer that means “now”."),
    )
    escalate_same_day_after = models.PositiveSmallIntegerField(
        _("minutes until the next person is told, the same day"),
        default=120,
        validators=[MinValueValidator(15), MaxValueValidator(720)],
        help_text=_("When nobody has acknowledged an answer that means “call today”."),
    )
    assesses = models.BooleanField(
        _("assess answers by the rules"),
        default=True,
        help_text=_(
            "With the tick: what patients send is compared with the approved rules, and surgeons see what was found. "
            "Without it: answers are stored and shown as they were given, nothing is sorted by findings, and the "
            "list is in the order of arrival. Urgent notices and alerts work either way."
        ),
    )

    target_now = models.PositiveSmallIntegerField(
        _("urgent now: minutes until somebody looks"), default=60, validators=[MinValueValidator(5)]
    )
    target_same_day = models.PositiveSmallIntegerField(
        _("urgent the same day: hours until somebody looks"), default=8, validators=[MinValueValidator(1)]
    )
    target_absolute = models.PositiveSmallIntegerField(
        _("absolute criterion: days until a decision"), default=2, validators=[MinValueValidator(1)]
    )
    target_possible = models.PositiveSmallIntegerField(
        _("possible absolute criterion: days until a decision"), default=3, validators=[MinValueValidator(1)]
    )
    target_relative = models.PositiveSmallIntegerField(
        _("relative criteria: days until a decision"), default=5, validators=[MinValueValidator(1)]
    )
    target_clarify = models.PositiveSmallIntegerField(
        _("to clarify: days until a decision"), default=5, validators=[MinValueValidator(1)]
    )
    target_none = models.PositiveSmallIntegerField(
        _("nothing reported: days until a decision"), default=10, validators=[MinValueValidator(1)]
    )
    backup = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("backup"),
        help_text=_("Who is told when nobody has opened a case with an absolute criterion."),
    )
    unopened_after = models.PositiveSmallIntegerField(
        _("hours until the backup is told"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(336)],
    )
    reminds = models.BooleanField(
        _("remind patients"),
        default=True,
        help_text=_("Patients who have begun and not sent are reminded by e-mail, at most twice."),
    )
    remind_after = models.PositiveSmallIntegerField(
        _("days until the first reminder"), default=3, validators=[MinValueValidator(1)]
    )
    remind_again_after = models.PositiveSmallIntegerField(
        _("days until the second reminder"), default=10, validators=[MinValueValidator(2)]
    )

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice settings")
        verbose_name_plural = _("practice settings")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="accounts_one_practice")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)


class NobodyOnDuty(Exception):
    """The change would leave nobody on duty. It was not made."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is the last person on duty, so nothing was changed. Somebody must be told of urgent answers. "
                "Choose who takes over: open On-duty contacts, then this person, then Replace."
            )
        )


def who_may(permission: str) -> models.QuerySet[User]:
    """The open accounts whose roles give them this permission."""
    app, codename = permission.split(".")
    permissions = {"permissions__codename": codename, "permissions__content_type__app_label": app}
    roles = Group.objects.filter(**permissions)
    return User.objects.filter(is_active=True, groups__in=roles).distinct()


class ContactQuerySet(models.QuerySet["Contact"]):
    def on_duty(self) -> ContactQuerySet:
        """Who can be told and can open an alert, in the order in which they are told."""
        return self.filter(active=True, user__in=who_may(ACKNOWLEDGE).values("pk"))

    def is_last(self, user: Any) -> bool:
        """Whether this account is the only one on duty."""
        return list(self.on_duty().values_list("user", flat=True)[:2]) == [user.pk]


class Contact(models.Model):
    """A person on duty who is told at once of an urgent answer. Without one, mood questions are not asked.

    The last one can be replaced, never just removed: see `somebody_stays_on_duty`.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("account"))
    order = models.PositiveSmallIntegerField(
        _("order"), default=1, help_text=_("1 is told first, then 2, and so on.")
    )
    active = models.BooleanField(_("on duty"), default=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("on-duty contact")
        verbose_name_plural = _("on-duty contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(active=True),
                name="accounts_on_duty_once",
                violation_error_message=_("This person is on duty already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.order})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with somebody_stays_on_duty():
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        pk = self.pk
        try:
            with somebody_stays_on_duty():
                return super().delete(*args, **kwargs)
        except NobodyOnDuty:
            self.pk = pk
            raise

    @transaction.atomic
    def replace(self, user: User) -> Contact:
        """Take this person off duty and put another one in their place, in one step."""
        with somebody_stays_on_duty():
            Contact.objects.filter(pk=self.pk).update(active=False)
            taken: Contact = Contact.objects.create(user=user, order=self.order)
        self.active = False
        return taken


@contextmanager
def somebody_stays_on_duty() -> Iterator[None]:
    """Around every change that could take somebody off duty. Raises NobodyOnDuty, and undoes the change.

    Whoever comes at the same time waits here, so that two people cannot each remove the other's last one.
    SQLite has no row locks and needs none: the transaction holds the only write lock from its start.
    """
    with transaction.atomic():
        list(Contact.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        somebody = Contact.objects.on_duty().exists()
        yield
        if somebody and not Contact.objects.on_duty().exists():
            raise NobodyOnDuty


KEY = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Small letters, digits and _, as in crisis."))


class NoticeText(models.Model):
    """The practice's own words for a notice, instead of those of the questionnaire."""

    key = models.CharField(
        _("notice"),
        max_length=64,
        validators=[KEY],
        help_text=_(
            "Its key in the questionnaire: emergency, today or crisis in the one that comes with the portal."
        ),
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Empty: for patients in every country that has no text of its own."),
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    actions = models.TextField(_("what to do"), blank=True, help_text=_("One step a line."))
    in_use = models.BooleanField(
        _("in use"), default=True, help_text=_("Without the tick patients read the questionnaire's own text.")
    )

    class Meta:
        ordering = ["key", "language", "country"]
        verbose_name = _("notice text")
        verbose_name_plural = _("notice texts")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language", "country"],
                name="accounts_one_notice_text",
                violation_error_message=_("There is a text for this notice, country and language already."),
            ),
            models.UniqueConstraint(
                fields=["key", "language"],
                condition=Q(country=None),
                name="accounts_one_notice_text_anywhere",
                violation_error_message=_(
                    "There is a text for this notice, every country and this language already."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"

    def as_dict(self) -> dict[str, Any]:
        lines = [line.strip() for line in self.actions.splitlines()]
        return {"title": self.title, "body": self.body, "actions": [line for line in lines if line]}

    def clean(self) -> None:
        super().clean()
        problems = {}
        for name in ("title", "body", "actions"):
            if unknown := unknown_placeholders(getattr(self, name) or ""):
                problems[name] = ValidationError(
                    _("%(unknown)s is not filled in by the portal. These are: %(known)s."),
                    code="placeholder",
                    params={
                        "unknown": ", ".join(unknown),
                        "known": ", ".join(f"{{{key}}}" for key in PLACEHOLDERS),
                    },
                )
        if problems:
            raise ValidationError(problems)
