"""What people type when they change a draft, or move it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from editions import publishing
from editions.models import Draft, Edition


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else saved with another value in between."""

    label: str
    theirs: Any
    yours: Any


class DraftForm(forms.ModelForm):
    """Knows the version that was opened. Validate it inside a transaction: it locks the draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.conflicts: list[Conflict] = []

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            self._check_version(cleaned.get("version"))
        return cleaned

    def _check_version(self, opened: int | None) -> None:
        stored = self._meta.model._base_manager.select_for_update().get(pk=self.instance.pk)
        if stored.version == opened:
            return
        self.conflicts = list(self._conflicts(stored))
        # Whoever saves again has been told, and means it.
        posted: Any = self.data
        self.data = data = posted.copy()
        data[self.add_prefix("version")] = stored.version
        who = publishing.Stale(publishing.last_change(stored))
        advice = _("What you typed is still here. Saving again replaces what was saved in between.")
        raise ValidationError("%(who)s %(advice)s", code="stale", params={"who": who, "advice": advice})

    def _conflicts(self, stored: Draft) -> Any:
        for field in stored._meta.concrete_fields:
            if field.name not in self.fields or field.name == "version":
                continue
            bound = self[field.name]
            if bound.field.has_changed(field.value_from_object(stored), bound.data):
                yours = self.cleaned_data.get(field.name, bound.data)
                yield Conflict(str(bound.label), getattr(stored, field.name), yours)


class StepForm(forms.Form):
    """One step of a draft or an edition. `save` takes it, or raises PublishingError and does nothing."""

    name: ClassVar[str]  # the last part of its address
    label: ClassVar[Promise]
    what_happens: ClassVar[Promise]
    done: ClassVar[Promise]
    permission: ClassVar[str]  # which of <permission>_<model> it takes
    states: ClassVar[tuple[str, ...]] = ()  # of a draft, in which it is offered

    def __init__(self, *args: Any, subject: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.by = by

    def save(self) -> None:
        """Take the step."""


class DigestForm(StepForm):
    """A step that is about exactly what the person saw on the page."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SubmitForm(DigestForm):
    name = "submit"
    label = _("Submit for approval")
    what_happens = _(
        "A clinical approver who wrote no part of it will be able to approve the text as it is now."
    )
    done = _("Submitted for approval.")
    permission = "change"
    states = (Draft.State.DRAFT,)

    def save(self) -> None:
        publishing.submit(self.subject, by=self.by, digest=self.cleaned_data["digest"])


class ApproveForm(DigestForm):
    name = "approve"
    label = _("Approve")
    what_happens = _("You confirm that the text as it is now is right. It can then be published.")
    done = _("Approved.")
    permission = "approve"
    states = (Draft.State.SUBMITTED,)

    def save(self) -> None:
        publishing.approve(self.subject, by=self.by, digest=self.cleaned_data["digest"])


class SendBackForm(StepForm):
    name = "send-back"
    label = _("Send back")
    what_happens = _("It becomes a draft again, and its authors read your comment.")
    done = _("Sent back to its authors.")
    permission = "approve"
    states = (Draft.State.SUBMITTED, Draft.State.APPROVED)

    comment = forms.CharField(
        label=_("What has to change"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def save(self) -> None:
        publishing.send_back(self.subject, by=self.by, comment=self.cleaned_data["comment"])


class PublishForm(StepForm):
    name = "publish"
    label = _("Publish")
    what_happens = _("The approved text is frozen as the next edition. It cannot be changed after that.")
    done = _("Published.")
    permission = "publish"
    states = (Draft.State.APPROVED,)

    publish_at = forms.DateTimeField(
        label=_("Readable from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["publish_at"].help_text = _(
            "Leave it empty to publish now. The time is that of %(zone)s."
        ) % {"zone": timezone.get_current_timezone_name()}

    def clean_publish_at(self) -> datetime | None:
        publish_at: datetime | None = self.cleaned_data["publish_at"]
        if publish_at is not None and publish_at <= timezone.now():
            raise ValidationError(_("Give a time that is still to come, or leave it empty."), code="past")
        return publish_at

    def save(self) -> None:
        publishing.publish(self.subject, by=self.by, publish_at=self.cleaned_data["publish_at"])


class EditionStepForm(StepForm):
    @classmethod
    def offered(cls, edition: Edition) -> bool:
        return edition.withdrawn_at is None


class WithdrawForm(EditionStepForm):
    name = "withdraw"
    label = _("Withdraw")
    what_happens = _(
        "Nobody is offered this edition any more. Those who have met it still find it, under a notice. "
        "An earlier edition does not come back by itself. This cannot be undone."
    )
    done = _("Withdrawn.")
    permission = "withdraw"

    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        help_text=_("For the practice. Patients do not see it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    text = forms.CharField(
        label=_("What patients are told"),
        help_text=_("Two or three plain sentences for those who have met it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def save(self) -> None:
        publishing.withdraw(self.subject, by=self.by, **self.cleaned_data)


class RetireForm(EditionStepForm):
    name = "retire"
    label = _("Retire")
    what_happens = _(
        "Nobody is offered this edition any more, though nothing is wrong with it. "
        "An earlier edition does not come back by itself. This cannot be undone."
    )
    done = _("Retired.")
    permission = "withdraw"

    @classmethod
    def offered(cls, edition: Edition) -> bool:
        return edition.withdrawn_at is None and edition.retired_at is None

    def save(self) -> None:
        publishing.retire(self.subject, by=self.by)


class RestoreForm(EditionStepForm):
    name = "restore"
    label = _("Put back into the draft")
    what_happens = _("The draft becomes what this edition says. What the draft says now is replaced.")
    done = _("The draft says what that edition said.")
    permission = "change"

    @classmethod
    def offered(cls, edition: Edition) -> bool:
        return True

    def save(self) -> None:
        publishing.restore(self.subject, by=self.by)


DRAFT_STEPS: tuple[type[StepForm], ...] = (SubmitForm, ApproveForm, SendBackForm, PublishForm)
EDITION_STEPS: tuple[type[EditionStepForm], ...] = (WithdrawForm, RetireForm, RestoreForm)
