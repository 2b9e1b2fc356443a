import uuid
from typing import Any, ClassVar

from django.db import models

from editions.models import EDITION_SET_ONCE, Draft, Edition
from ledger.protect import kept


class Note(Draft):
    title = models.CharField(max_length=80)
    body = models.TextField(blank=True)

    class Meta(Draft.Meta):
        permissions = [
            ("approve_note", "Can approve a note"),
            ("publish_note", "Can publish a note"),
            ("withdraw_note", "Can withdraw a note"),
        ]

    def __str__(self) -> str:
        return self.title

    def content(self) -> dict[str, Any]:
        return {
            **super().content(),
            "lines": [{"key": line.key, "text": line.text} for line in self.lines.all()],
        }

    def restore(self, content: dict[str, Any]) -> None:
        super().restore(content)
        self.lines.all().delete()
        self.lines.bulk_create(Line(note=self, **line) for line in content["lines"])


class Line(models.Model):
    note = models.ForeignKey(Note, models.CASCADE, related_name="lines")
    key = models.SlugField()
    text = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.key


@kept(set_once=EDITION_SET_ONCE)
class NoteEdition(Edition):
    draft_field = "note"
    note = models.ForeignKey(Note, models.PROTECT, related_name="+")
    # A second migration adds it, so that SQLite rebuilds the table.
    colour = models.CharField(max_length=10, blank=True)

    class Meta(Edition.Meta):
        pass


@kept()
class Stamp(models.Model):
    """Kept with a key of its own making and a condition on what is unique, where SQLite needs most care."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["replaces"], condition=models.Q(replaces__isnull=False), name="notes_replaced_once"
            ),
            models.UniqueConstraint(
                fields=["text"], condition=models.Q(text__gt="m"), name="notes_late_text_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Stamp {self.pk}"
