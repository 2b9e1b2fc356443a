"""What a surgeon keeps at their desk: named views of the list, and what they took out of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept


class SavedView(models.Model):
    """A surgeon's own name for what the list shows: the query of its address, and nothing else."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="screening_one_view_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"View {self.pk}"


@kept()
class Export(models.Model):
    """Cases that somebody took out, after giving their password once more. The link to it lives until `expires_at`."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF of a case")
        PRINT = "print", _("printout of a case")
        CSV = "csv", _("table of cases")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    cases = models.JSONField(default=list)  # ids, where they were chosen one by one
    query = models.CharField(max_length=500, blank=True)  # else the list's address as it stood
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="screening_export_expires"),
        ]

    def __str__(self) -> str:
        return f"Export {self.pk}"
