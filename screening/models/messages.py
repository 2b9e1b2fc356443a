"""What patients are told, what they write back, and when they are asked again. All of it is kept."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped
from screening.models.answers import PatientRows
from screening.models.cases import Case, Decision


@kept(set_once=("read_at",))
class Message(models.Model):
    """What a person released to a patient: words, tests advised, articles chosen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.ForeignKey(
        "screening.Reply", models.PROTECT, null=True, blank=True, related_name="+"
    )  # the patient's question
    text = models.TextField()
    language = models.CharField(max_length=8, blank=True)  # that it is written in, where it was said
    tests = models.JSONField(default=list)  # in plain words, one text each
    reading = models.JSONField(default=list)  # {"key", "title"} of each article; the host knows the keys
    rescreen_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)  # when the patient first opened it

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [models.Index(fields=["patient", "-at"], name="screening_message_of_patient")]
        constraints = [
            models.CheckConstraint(condition=Q(text__gt=""), name="screening_message_says_something"),
            models.CheckConstraint(condition=~Q(by=F("patient")), name="screening_message_is_by_another"),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"


@kept(set_once=("read_at", "read_by"))
class Reply(models.Model):
    """What a patient wrote back: a question to their care team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)  # when staff first opened it
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [
            models.Index(fields=["case"], condition=Q(read_at=None), name="screening_reply_unread"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(text__gt=""), name="screening_reply_says_something"),
        ]

    def __str__(self) -> str:
        return f"Reply {self.pk}"


@kept()
class Invitation(models.Model):
    """A patient was asked to answer again, because the day for it had come. Once a day that was set."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rescreen_on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "rescreen_on"], name="screening_invited_once"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"


class MessageTemplate(models.Model):
    """Plain words from which a message to a patient is composed, for a decision, and for a topic where it says one."""

    state = models.CharField(
        _("decision"),
        max_length=12,
        choices=[(s.value, s.label) for s in Case.State if s not in Case.AWAITING],
    )
    topic = models.CharField(
        _("topic"),
        max_length=64,
        blank=True,
        help_text=_("The topic of the findings that it is about. Empty: it begins the message."),
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    text = models.TextField(_("text"), max_length=2000)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["state", "topic", "language"]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(
                fields=["state", "topic", "language"],
                name="screening_one_template",
                violation_error_message=_("There is a text for this decision, topic and language already."),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.get_state_display(), self.topic, self.language) if part)
