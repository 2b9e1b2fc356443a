"""What people type when they change a draft, or move it on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from editions import publishing
from editions.checks import Alike, Check, alike
from editions.models import Draft, Edition

IsSmall = Callable[[dict[str, Any], dict[str, Any]], bool]


def _never(live: dict[str, Any], content: dict[str, Any]) -> bool:
    return False


def when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


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
    label: Promise | str
    what_happens: Promise | str
    permissions: ClassVar[tuple[str, ...]]  # which of <permission>_<model> it takes
    states: ClassVar[tuple[str, ...]] = ()  # of a draft, in which it is offered

    def __init__(self, *args: Any, subject: Any, by: Any, is_small: IsSmall = _never, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.by = by
        self.is_small = is_small
        self.done: Promise | str = ""

    def consequences(self, live: Edition | None) -> list[str]:
        """What else is to be known before, in sentences."""
        return []

    def other_fields(self) -> list[forms.BoundField]:
        """Those that the page shows one below the other."""
        return self.visible_fields()

    def save(self) -> None:
        """Take the step, and set `done` to what the person is told."""


class DigestForm(StepForm):
    """A step that is about exactly what the person saw on the page."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SubmitForm(DigestForm):
    name = "submit"
    label = _("Submit for approval")
    what_happens = _(
        "A clinical approver who wrote no part of it will be able to approve the text as it is now."
    )
    permissions = ("change",)
    states = (Draft.State.DRAFT,)

    def __init__(
        self, *args: Any, checks: Iterable[Check] = (), checked: str = "", small: bool = False, **kwargs: Any
    ) -> None:
        """`checks` are of the content with the digest `checked`; what may stand asks for a reason each code."""
        super().__init__(*args, **kwargs)
        self.checked = checked
        self.found = alike(checks)
        self.blocked = any(group.blocking for group in self.found)
        if small:
            self.label = _("Send this correction")
            self.what_happens = _(
                "Only a few words differ from what readers see. A clinical approver who wrote no part of it "
                "can approve and publish it on one page."
            )
        said = publishing.reasons_given(self.subject)
        for group in self.found:
            if not group.blocking:
                before = said.get((group.title, *(check.message for check in group.checks)), "")
                self.fields[f"reason_{group.code}"] = forms.CharField(
                    label=gettext("Why it is right as it is"),
                    initial=before,
                    help_text=gettext("This was written the last time. Keep it if it still holds.")
                    if before
                    else "",
                    widget=forms.Textarea(attrs={"rows": 2}),
                    max_length=2000,
                    error_messages={
                        "required": gettext("Say why it is right as it is, or go back and change it.")
                    },
                )

    def findings(self) -> list[tuple[Alike, forms.BoundField | None]]:
        """What was found, with the field for its reason."""
        return [(group, None if group.blocking else self[f"reason_{group.code}"]) for group in self.found]

    def other_fields(self) -> list[forms.BoundField]:
        return []

    def save(self) -> None:
        if self.blocked:
            raise publishing.NotAllowed(
                gettext(
                    "Something stands in the way. Change what is listed first; your reasons are kept here."
                )
            )
        digest = self.cleaned_data["digest"]
        if digest != self.checked:
            raise publishing.Changed(
                gettext("The draft was changed after you looked at it. Look at it again.")
            )
        publishing.submit(self.subject, by=self.by, digest=digest, details=self._details())
        self.done = gettext("Submitted for approval. Somebody who wrote no part of it can approve it now.")

    def _details(self) -> dict[str, Any]:
        return {
            "found": [
                {
                    "title": group.title,
                    "messages": [check.message for check in group.checks],
                    "reason": self.cleaned_data[f"reason_{group.code}"],
                }
                for group in self.found
            ]
        }


class ApproveForm(DigestForm):
    name = "approve"
    label = _("Approve")
    what_happens = _(
        "You confirm that the text as it is now is right. Readers see nothing of it until it is published."
    )
    permissions = ("approve",)
    states = (Draft.State.SUBMITTED,)

    def save(self) -> None:
        publishing.approve(self.subject, by=self.by, digest=self.cleaned_data["digest"])
        self.done = gettext("Approved. It can be published now.")


class SendBackForm(StepForm):
    name = "send-back"
    label = _("Send back")
    what_happens = _("It becomes a draft again, and its authors read your comment.")
    permissions = ("approve",)
    states = (Draft.State.SUBMITTED, Draft.State.APPROVED)

    comment = forms.CharField(
        label=_("What has to change"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def save(self) -> None:
        publishing.send_back(self.subject, by=self.by, comment=self.cleaned_data["comment"])
        self.done = gettext("Sent back to its authors.")


class ReadableFromForm(DigestForm):
    """A step that makes an edition: now, or at a time to come."""

    publish_at = forms.DateTimeField(
        label=_("Readable from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["publish_at"].help_text = gettext(
            "Leave it empty to publish now. The time is that of %(zone)s."
        ) % {"zone": timezone.get_current_timezone_name()}

    def clean_publish_at(self) -> datetime | None:
        publish_at: datetime | None = self.cleaned_data["publish_at"]
        if publish_at is not None and publish_at <= timezone.now():
            raise ValidationError(_("Give a time that is still to come, or leave it empty."), code="past")
        return publish_at

    def consequences(self, live: Edition | None) -> list[str]:
        sentences = []
        if live is not None:
            sentences.append(
                gettext("From then on it takes the place of edition %(number)d, which stays as it was for those "
                        "who answered or read it.") % {"number": live.number}
            )  # fmt: skip
        for edition in self.subject.editions.waiting():
            sentences.append(
                gettext("Edition %(number)d is to begin on %(when)s. If this one begins before it, edition "
                        "%(number)d never will.") % {"number": edition.number, "when": when(edition.publish_at)}
            )  # fmt: skip
        return sentences

    def published(self, edition: Edition) -> str:
        if edition.publish_at > timezone.now():
            return gettext(
                "Edition %(number)d will be readable from %(when)s; until then it can be withdrawn."
            ) % {
                "number": edition.number,
                "when": when(edition.publish_at),
            }
        return gettext("Published as edition %(number)d. Readers see it now.") % {"number": edition.number}


class PublishForm(ReadableFromForm):
    name = "publish"
    label = _("Publish")
    what_happens = _("The approved text is frozen as the next edition. It cannot be changed after that.")
    permissions = ("publish",)
    states = (Draft.State.APPROVED,)

    def save(self) -> None:
        edition = publishing.publish(self.subject, by=self.by, **self.cleaned_data)
        self.done = self.published(edition)


class ApproveAndPublishForm(ReadableFromForm):
    """For a small correction: one page for the second person."""

    name = "approve-publish"
    label = _("Approve and publish")
    what_happens = _(
        "You confirm that the correction is right. It is frozen as the next edition, and cannot be changed after that."
    )
    permissions = ("approve", "publish")
    states = (Draft.State.SUBMITTED,)
    small = True

    def save(self) -> None:
        edition = publishing.approve_and_publish(
            self.subject, by=self.by, is_small=self.is_small, **self.cleaned_data
        )
        self.done = self.published(edition)


class EditionStepForm(StepForm):
    @classmethod
    def offered(cls, edition: Edition) -> bool:
        return edition.withdrawn_at is None

    def leaves(self, live: Edition | None) -> str:
        """What readers see once this edition is not offered any more."""
        edition = self.subject
        if edition.publish_at > timezone.now():
            return gettext("This edition has not begun, and never will: nobody has seen it. ") + (
                gettext("Readers go on seeing edition %(number)d.") % {"number": live.number}
                if live is not None
                else gettext("Readers see nothing of it now.")
            )
        if edition == live:
            return gettext(
                "Readers see this edition now. Afterwards they are offered none, until another edition is published."
            )
        if live is not None:
            return gettext("Readers see edition %(number)d now. That stays so.") % {"number": live.number}
        return gettext("Readers are offered no edition now. That stays so.")


class WithdrawForm(EditionStepForm):
    name = "withdraw"
    label = _("Withdraw")
    what_happens = _("Something is wrong with this edition, and nobody should meet it any more.")
    permissions = ("withdraw",)

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.subject.publish_at > timezone.now():
            del self.fields["text"]  # nobody has met it

    def consequences(self, live: Edition | None) -> list[str]:
        met = gettext("Those who have met it still find it, under a notice with your text.")
        begun = self.subject.publish_at <= timezone.now()
        last = gettext("An earlier edition does not come back by itself. This cannot be undone.")
        return [self.leaves(live), *([met] if begun else []), last]

    def save(self) -> None:
        publishing.withdraw(self.subject, by=self.by, **self.cleaned_data)
        self.done = gettext("Edition %(number)d is withdrawn.") % {"number": self.subject.number}


class RetireForm(EditionStepForm):
    name = "retire"
    label = _("Retire")
    what_happens = _("Nobody is offered this edition any more, though nothing is wrong with it.")
    permissions = ("withdraw",)

    @classmethod
    def offered(cls, edition: Edition) -> bool:
        gone = edition.withdrawn_at is not None or edition.retired_at is not None
        return not gone and edition.publish_at <= timezone.now()

    def consequences(self, live: Edition | None) -> list[str]:
        last = gettext("An earlier edition does not come back by itself. This cannot be undone.")
        return [self.leaves(live), last]

    def save(self) -> None:
        publishing.retire(self.subject, by=self.by)
        self.done = gettext("Edition %(number)d is retired.") % {"number": self.subject.number}


class RestoreForm(EditionStepForm):
    name = "restore"
    label = _("Put back into the draft")
    what_happens = _("The draft becomes what this edition says. What the draft says now is replaced.")
    permissions = ("change",)

    @classmethod
    def offered(cls, edition: Edition) -> bool:
        return True

    def consequences(self, live: Edition | None) -> list[str]:
        return [
            gettext("Readers notice nothing yet: the draft has to be approved by somebody else and published, "
                    "as any other. You count as who wrote it.")
        ]  # fmt: skip

    def save(self) -> None:
        publishing.restore(self.subject, by=self.by)
        self.done = gettext("The draft says what edition %(number)d says. Submit it next.") % {
            "number": self.subject.number
        }


DRAFT_STEPS: tuple[type[StepForm], ...] = (
    SubmitForm,
    ApproveAndPublishForm,
    ApproveForm,
    SendBackForm,
    PublishForm,
)
EDITION_STEPS: tuple[type[EditionStepForm], ...] = (WithdrawForm, RetireForm, RestoreForm)
