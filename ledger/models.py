"""Who opened whose data, and the messages that wait to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def about(self, user: Any) -> AccessRecordQuerySet:
        """The records that name this patient."""
        return self.filter(subject_id=str(user.pk))

    def of(self, kind: str, id: Any) -> AccessRecordQuerySet:
        """Who opened this one thing."""
        return self.filter(object_kind=kind, object_id=str(id))

    def first_opened(self, *, subject: Any, since: datetime) -> datetime | None:
        """When somebody else first opened something of this patient since then. `subject` is a user's id."""
        records = self.filter(subject_id=str(subject), at__gte=since).exclude(actor_id=str(subject))
        return records.order_by("pk").values_list("at", flat=True).first()


@kept()
class AccessRecord(models.Model):
    """Someone opened a patient's data. Written before the data is read; holds ids, never answers.

    Ids are texts and no foreign keys: a record outlives what it points at. The order is that of `id`, never
    of the clock. A list is one record: `object_ids` holds what was on it, and the subject is blank.
    """

    class Action(models.TextChoices):
        OPENED_CASE = "opened_case", _("opened a case")
        LISTED_CASES = "listed_cases", _("listed cases")
        SEARCHED_CASES = "searched_cases", _("searched for cases")
        OPENED_SUBMISSION = "opened_submission", _("opened a submission")
        PRINTED = "printed", _("printed")
        DOWNLOADED = "downloaded", _("downloaded")
        ALERT_OPENED = "alert_opened", _("opened an alert")
        ENTERED = "entered_answers", _("typed in answers for the patient")
        BREAK_GLASS = "break_glass", _("opened the case of a patient in somebody else's care")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True, editable=False)
    actor_id = models.CharField(_("who"), max_length=64, editable=False)
    subject_id = models.CharField(_("whose data"), max_length=64, blank=True, editable=False)
    action = models.CharField(_("what"), max_length=32, choices=Action, editable=False)
    object_kind = models.CharField(_("kind of object"), max_length=64, blank=True, editable=False)
    object_id = models.CharField(_("object"), max_length=64, blank=True, editable=False)
    object_ids = models.JSONField(_("objects on the list"), default=list, blank=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)

    objects: ClassVar[Any] = AccessRecordQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_id", "-id"], name="ledger_access_of_subject"),
            models.Index(fields=["object_kind", "object_id", "-id"], name="ledger_access_of_object"),
            models.Index(fields=["actor_id", "-id"], name="ledger_access_by_actor"),
        ]

    def __str__(self) -> str:
        return f"Access record {self.pk}"


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def waiting(self) -> OutboxMessageQuerySet:
        return self.filter(sent_at=None, failed_at=None)

    def failed(self) -> OutboxMessageQuerySet:
        """Given up: there is no address, or every try failed."""
        return self.filter(failed_at__isnull=False)

    def due(self, now: datetime) -> OutboxMessageQuerySet:
        """Waiting, and held by no worker whose time has not run out."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.waiting().filter(free, due_at__lte=now).order_by("due_at", "pk")


class OutboxMessage(models.Model):
    """A message to send after the transaction that asked for it. Who and which, never what about."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200, unique=True)  # the same event asks twice, and is told once
    to_user_id = models.CharField(max_length=64, blank=True)  # the host finds the address when it sends
    to_address = models.CharField(max_length=254, blank=True)
    payload = models.JSONField(default=dict, blank=True)  # ids only; see outbox.put
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(
        max_length=100, blank=True
    )  # the class of the error: its text may quote a mail
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to send")
        verbose_name_plural = _("messages to send")
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at=None, failed_at=None), name="ledger_outbox_waiting"
            ),
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="ledger_outbox_failed"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(to_user_id="", to_address__gt="") | Q(to_user_id__gt="", to_address=""),
                name="ledger_outbox_to_one",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None), name="ledger_outbox_sent_or_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"
