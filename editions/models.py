"""Draft beside published: a working copy that editors save, and the frozen editions that readers meet.

    class Article(Draft): ...

    @kept(set_once=EDITION_SET_ONCE)
    class ArticleEdition(Edition):
        draft_field = "article"
        article = models.ForeignKey(Article, models.PROTECT, related_name="+")

`editions.publishing` moves a draft from one state to the next.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.signals import class_prepared
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from editions.canonical import canonical, digest
from ledger.protect import is_kept, kept

EDITION_SET_ONCE = ("withdrawn_at", "withdrawn_by", "withdrawal_reason", "withdrawal_text", "retired_at")


def _person(verbose_name: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=verbose_name,
        **options,
    )


class Draft(models.Model):
    """The working copy. `version` counts its saves; whoever saves says which version they saw.

    The content is the draft's own editable fields, unless a subclass has rows of its own to add: then it
    overrides `content` and `restore` together.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waits for approval")
        APPROVED = "approved", _("approved")

    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    submitted_by = _person(_("submitted by"), null=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    submitted_digest = models.CharField(max_length=64, blank=True, editable=False)
    approved_by = _person(_("approved by"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    approved_digest = models.CharField(max_length=64, blank=True, editable=False)
    comment = models.TextField(_("reviewer's comment"), blank=True, editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(submitted_by__isnull=False, submitted_at__isnull=False, submitted_digest__gt=""),
                name="%(app_label)s_%(class)s_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    approved_digest=F("submitted_digest"),
                ),
                name="%(app_label)s_%(class)s_approved_by_someone",
            ),
        ]

    def content(self) -> dict[str, Any]:
        """All that an edition holds, as JSON knows it."""
        return {field.name: _plain(field, self) for field in self._written_fields()}

    def restore(self, content: dict[str, Any]) -> None:
        """Make the draft what the content says. The caller saves, with `publishing.save_draft`."""
        for field in self._written_fields():
            setattr(self, field.attname, field.to_python(content[field.name]))

    def digest(self) -> str:
        return digest(canonical(self.content()))

    @property
    def editions(self) -> EditionQuerySet:
        """What has been published of it."""
        editions: EditionQuerySet = edition_model(type(self))._default_manager.for_draft(self)
        return editions

    def _written_fields(self) -> list[models.Field[Any, Any]]:
        return [field for field in self._meta.concrete_fields if field.editable and not field.primary_key]


def _plain(field: models.Field[Any, Any], draft: Draft) -> Any:
    value = field.value_from_object(draft)
    if value is None or isinstance(value, str | bool | int | list | dict):
        return value
    return field.value_to_string(draft)


def edition_model(draft_model: type[Draft]) -> type[Edition]:
    """The model whose rows are the editions of that kind of draft. LookupError where there is none."""
    for model in apps.get_models():
        if issubclass(model, Edition) and model.draft_model() is draft_model:
            return model
    raise LookupError(f"{draft_model._meta.label} has no editions: declare a subclass of Edition for it.")


class EditionQuerySet(models.QuerySet[Any]):
    """An edition begins at `publish_at`, unless it was withdrawn before that.

    Of the editions of a draft that have begun, the one with the highest number counts. When that one is
    withdrawn or retired nothing is live: an older one does not come back by itself.
    """

    def for_draft(self, draft: Draft) -> EditionQuerySet:
        return self.filter(**{self.model.draft_field: draft})

    def begun(self, now: datetime | None = None) -> EditionQuerySet:
        return self.filter(
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("publish_at")),
            publish_at__lte=now or timezone.now(),
        )

    def standing(self) -> EditionQuerySet:
        """Neither withdrawn nor retired."""
        return self.filter(withdrawn_at__isnull=True, retired_at__isnull=True)

    def waiting(self, now: datetime | None = None) -> EditionQuerySet:
        """Still to begin, at a time that was set."""
        return self.standing().filter(publish_at__gt=now or timezone.now()).order_by("publish_at")

    def current(self, now: datetime | None = None) -> EditionQuerySet:
        """The live edition of each draft that has one."""
        now = now or timezone.now()
        key = self.model.draft_field
        later = self.model._base_manager.all()
        later = EditionQuerySet.begun(later, now).filter(
            **{key: OuterRef(key)}, number__gt=OuterRef("number")
        )
        return self.begun(now).standing().filter(~Exists(later))

    def live(self, now: datetime | None = None) -> Any:
        """The live edition of the one draft that this was narrowed to with `for_draft`, or None."""
        return self.current(now).order_by("-number").first()


class Edition(models.Model):
    """A frozen, numbered, approved publication of a draft. Only EDITION_SET_ONCE is ever added to it."""

    draft_field: ClassVar[str] = ""

    number = models.PositiveIntegerField(_("number"), editable=False)
    content = models.TextField(_("content"), editable=False)  # canonical JSON
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    draft_version = models.PositiveIntegerField(_("version of the draft"), editable=False)
    written_by_ids = models.JSONField(_("written by"), default=list, editable=False)
    approved_by = _person(_("approved by"))
    approved_at = models.DateTimeField(_("approved"), editable=False)
    published_by = _person(_("published by"))
    published_at = models.DateTimeField(_("published"), default=timezone.now, editable=False)
    publish_at = models.DateTimeField(_("readable from"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = _person(_("withdrawn by"), null=True)
    withdrawal_reason = models.TextField(_("why it was withdrawn"), blank=True, editable=False)
    withdrawal_text = models.TextField(_("what patients are told about it"), blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    objects: ClassVar[Any] = EditionQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(number__gte=1), name="%(app_label)s_%(class)s_number_from_one"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawal_reason__gt=""),
                name="%(app_label)s_%(class)s_withdrawn_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"

    @property
    def draft(self) -> Draft:
        draft: Draft = getattr(self, self.draft_field)
        return draft

    @property
    def document(self) -> dict[str, Any]:
        """The content, read."""
        document: dict[str, Any] = json.loads(self.content)
        return document

    @classmethod
    def draft_model(cls) -> type[Draft]:
        model: type[Draft] = cls._meta.get_field(cls.draft_field).related_model  # type: ignore[assignment]
        return model

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        return [*super().check(**kwargs), *_declaration_errors(cls)]


def _declaration_errors(model: type[Edition]) -> list[CheckMessage]:
    def error(message: str, id: str) -> CheckMessage:
        return Error(f"{model._meta.label} {message}", obj=model, id=id)

    try:
        draft = model.draft_model()
    except FieldDoesNotExist:
        return [error("has to name its foreign key to the draft in draft_field.", "editions.E001")]
    errors = []
    if not (isinstance(draft, type) and issubclass(draft, Draft)):
        errors.append(error("names in draft_field what is no foreign key to a Draft.", "editions.E002"))
    if not is_kept(model):
        errors.append(error("has to be declared @kept(set_once=EDITION_SET_ONCE).", "editions.E003"))
    if len(model._meta.constraints) < len(Edition._meta.constraints) + 1:
        errors.append(error("has a Meta that does not inherit from Edition.Meta.", "editions.E004"))
    return errors


def _number_editions_once(sender: type[models.Model], **kwargs: Any) -> None:
    """Each kind of edition has its own name for the draft, which the abstract class cannot know."""
    if issubclass(sender, Edition) and sender.draft_field:
        name = f"{sender._meta.app_label}_{sender._meta.model_name}_number_once"
        once = models.UniqueConstraint(fields=[sender.draft_field, "number"], name=name)
        sender._meta.constraints = [*sender._meta.constraints, once]


class_prepared.connect(_number_editions_once)


@kept()
class Change(models.Model):
    """Someone saved a draft."""

    id = models.BigAutoField(primary_key=True)
    draft_kind = models.CharField(_("kind of draft"), max_length=100, editable=False)  # app_label.model
    draft_id = models.CharField(_("draft"), max_length=64, editable=False)
    version = models.PositiveIntegerField(_("version"), editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    by = _person(_("by"))
    # False: they confirmed what somebody else had written, and added no word of their own
    wrote = models.BooleanField(default=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("change of a draft")
        verbose_name_plural = _("changes of drafts")
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["draft_kind", "draft_id", "version"], name="editions_change_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"Change {self.pk}"


@kept()
class Step(models.Model):
    """Someone moved a draft or an edition on: submitted, sent back, approved, published, withdrew, retired, restored."""

    class Kind(models.TextChoices):
        SUBMIT = "submit", _("submitted for approval")
        SEND_BACK = "send_back", _("sent back")
        APPROVE = "approve", _("approved")
        PUBLISH = "publish", _("published")
        WITHDRAW = "withdraw", _("withdrawn")
        RETIRE = "retire", _("retired")
        RESTORE = "restore", _("put back into the draft")

    id = models.BigAutoField(primary_key=True)
    draft_kind = models.CharField(_("kind of draft"), max_length=100, editable=False)  # app_label.model
    draft_id = models.CharField(_("draft"), max_length=64, editable=False)
    version = models.PositiveIntegerField(_("version"), editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    step = models.CharField(_("step"), max_length=9, choices=Kind, editable=False)
    edition_number = models.PositiveIntegerField(_("edition"), null=True, editable=False)
    by = _person(_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    text = models.TextField(_("comment or reason"), blank=True, editable=False)
    details = models.JSONField(
        default=dict, editable=False
    )  # {"reasons": {code: text}} of a submission's checks

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = _("step of a draft")
        verbose_name_plural = _("steps of drafts")
        default_permissions = ()
        indexes = [models.Index(fields=["draft_kind", "draft_id", "id"], name="editions_step_of_draft")]

    def __str__(self) -> str:
        return f"Step {self.pk}"
