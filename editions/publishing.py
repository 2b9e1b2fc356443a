"""How a draft becomes an edition: saved, submitted, approved by somebody else, published, withdrawn.

Each function is one transaction, locks the draft, or the edition, first, and leaves a `Step` that says who did it
when. Who may do what is for the views to ask; what holds for everybody is here. A draft handed over is brought up to
date before it is judged, except by `save_draft`, and holds its new state afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from editions.canonical import canonical
from editions.models import Change, Draft, Edition, Step, edition_model

State = Draft.State


class PublishingError(Exception):
    """Nothing was done. The text says why, to the person who asked."""


class NotAllowed(PublishingError):
    """A rule forbids it."""


class Changed(PublishingError):
    """The draft says something else than what was looked at."""


class Stale(PublishingError):
    """Somebody else saved the draft in between. `change` is their save, where it is known."""

    def __init__(self, change: Change | None) -> None:
        self.change = change
        super().__init__(_stale_sentence(change))


def _stale_sentence(change: Change | None) -> str:
    if change is None:
        return _("Somebody else saved this draft after you opened it.")
    when = date_format(timezone.localtime(change.at), "DATETIME_FORMAT")
    return _("%(name)s saved this draft on %(when)s, after you opened it.") % {
        "name": change.by,
        "when": when,
    }


def save_draft(draft: Draft, *, by: Any, expected_version: int | None = None, wrote: bool = True) -> bool:
    """Save the draft as it stands in memory, as the next version, and note who wrote it.

    Rows of its own are saved by the caller before, in the same transaction. `expected_version` is the one
    that `by` had before them (without it, the version that `draft` was read with); raises Stale where it has
    moved on. A draft that was submitted or approved is a draft again. Where the content is what it was, all
    that stays, and False is returned. `wrote` is False where `by` only confirmed what somebody else had
    written: such a save keeps nobody from approving.
    """
    with transaction.atomic():
        if not draft._state.adding:
            _check_version(draft, draft.version if expected_version is None else expected_version)
        last = last_change(draft)
        draft.save()
        text = draft.digest()
        if last is not None and last.digest == text:
            return False
        draft.version += 1
        _back_to_draft(draft)
        draft.save()
        Change.objects.create(
            draft_kind=draft._meta.label_lower,
            draft_id=draft.pk,
            version=draft.version,
            digest=text,
            by=by,
            wrote=wrote,
        )
        return True


def _check_version(draft: Draft, expected: int) -> None:
    version = type(draft)._base_manager.select_for_update().values_list("version", flat=True).get(pk=draft.pk)
    if version != expected:
        raise Stale(last_change(draft))
    draft.version = version


def submit(
    draft: Draft, *, by: Any, digest: str | None = None, details: dict[str, Any] | None = None
) -> None:
    """Ask for approval of what the draft says now; of what `by` looked at, where its digest is given.

    `details` is what the approver is told beside it: what the checks found, and why it is right all the same.
    """
    with transaction.atomic():
        _lock(draft)
        now_digest = _unchanged(draft, digest)
        if draft.state != State.DRAFT:
            raise NotAllowed(_and_last(draft, _("This draft waits for approval already, or has it.")))
        _differs_from_live(draft, now_digest)
        draft.state = State.SUBMITTED
        draft.submitted_by, draft.submitted_at, draft.submitted_digest = by, timezone.now(), now_digest
        draft.save()
        _note(draft, Step.Kind.SUBMIT, by, now_digest, details=details)


def send_back(draft: Draft, *, by: Any, comment: str) -> None:
    """Make a submitted or approved draft a draft again, and tell its authors why."""
    with transaction.atomic():
        _lock(draft)
        if draft.state == State.DRAFT:
            sentence = _("This draft does not wait for approval now, so it cannot be sent back.")
            raise NotAllowed(_and_last(draft, sentence))
        if not comment.strip():
            raise NotAllowed(_("Say what has to change."))
        looked_at = draft.submitted_digest
        _back_to_draft(draft)
        draft.comment = comment.strip()
        draft.save()
        _note(draft, Step.Kind.SEND_BACK, by, looked_at, text=draft.comment)


def approve(draft: Draft, *, by: Any, digest: str) -> None:
    """Approve the content with that digest. Nobody does who saved the draft since its last edition."""
    with transaction.atomic():
        _lock(draft)
        now_digest = _unchanged(draft, digest)
        if draft.state != State.SUBMITTED:
            raise NotAllowed(_and_last(draft, _("Only a draft that waits for approval can be approved.")))
        _unchanged(draft, draft.submitted_digest)
        if str(by.pk) in writers(draft):
            raise NotAllowed(_("You wrote part of this draft, so somebody else has to approve it."))
        draft.state = State.APPROVED
        draft.approved_by, draft.approved_at, draft.approved_digest = by, timezone.now(), now_digest
        draft.save()
        _note(draft, Step.Kind.APPROVE, by, now_digest)


def publish(
    draft: Draft, *, by: Any, digest: str | None = None, publish_at: datetime | None = None
) -> Edition:
    """Freeze an approved draft as its next edition, readable from `publish_at`, or from now."""
    with transaction.atomic():
        _lock(draft)
        if draft.state != State.APPROVED:
            raise NotAllowed(_and_last(draft, _("Only an approved draft can be published.")))
        _unchanged(draft, digest)
        _unchanged(draft, draft.approved_digest)
        _differs_from_live(draft, draft.approved_digest)
        edition = _freeze(draft, by, publish_at)
        _back_to_draft(draft)
        draft.comment = ""
        draft.save()
        _note(draft, Step.Kind.PUBLISH, by, edition.digest, edition=edition)
        return edition


def approve_and_publish(
    draft: Draft,
    *,
    by: Any,
    digest: str,
    is_small: Callable[[dict[str, Any], dict[str, Any]], bool],
    publish_at: datetime | None = None,
) -> Edition:
    """Both at once, for a correction that `is_small` beside what readers see now: all of it, or nothing."""
    with transaction.atomic():
        approve(draft, by=by, digest=digest)
        live = draft.editions.live()
        if live is None or not is_small(live.document, draft.content()):
            raise NotAllowed(
                _("This is more than a small correction. Approve it first, then publish it in a second step.")
            )
        return publish(draft, by=by, digest=digest, publish_at=publish_at)


def _freeze(draft: Draft, by: Any, publish_at: datetime | None) -> Edition:
    now = timezone.now()
    model: Any = edition_model(type(draft))
    last = draft.editions.order_by("-number").values_list("number", flat=True).first()
    edition: Edition = model._base_manager.create(
        **{model.draft_field: draft},
        number=(last or 0) + 1,
        content=canonical(draft.content()),
        digest=draft.approved_digest,
        draft_version=draft.version,
        written_by_ids=writers(draft),
        approved_by=draft.approved_by,
        approved_at=draft.approved_at,
        published_by=by,
        published_at=now,
        publish_at=max(publish_at or now, now),
    )
    return edition


def withdraw(edition: Edition, *, by: Any, reason: str, text: str = "") -> None:
    """Take an edition away from readers. `text` is what those who met it are told. It cannot be undone."""
    with transaction.atomic():
        _lock(edition)
        if edition.withdrawn_at is not None:
            raise NotAllowed(_and_last(edition.draft, _("This edition has been withdrawn already.")))
        if not reason.strip():
            raise NotAllowed(_("Say why it is withdrawn."))
        edition.withdrawn_at, edition.withdrawn_by = timezone.now(), by
        edition.withdrawal_reason, edition.withdrawal_text = reason.strip(), text.strip()
        edition.save()
        _note(edition.draft, Step.Kind.WITHDRAW, by, edition.digest, edition=edition, text=reason.strip())


def retire(edition: Edition, *, by: Any) -> None:
    """Offer an edition no longer, though nothing is wrong with it. It cannot be undone."""
    with transaction.atomic():
        _lock(edition)
        if edition.withdrawn_at is not None or edition.retired_at is not None:
            raise NotAllowed(_and_last(edition.draft, _("This edition is not offered any more.")))
        if edition.publish_at > timezone.now():
            # It would still begin, take the place of the one before, and be offered to nobody.
            raise NotAllowed(_("This edition has not begun. Withdraw it, and it never will."))
        edition.retired_at = timezone.now()
        edition.save()
        _note(edition.draft, Step.Kind.RETIRE, by, edition.digest, edition=edition)


def restore(edition: Edition, *, by: Any) -> None:
    """Make the draft say again what an edition says. `by` counts as who wrote it."""
    with transaction.atomic():
        draft = edition.draft
        _lock(draft)
        draft.restore(edition.document)
        save_draft(draft, by=by)
        _note(draft, Step.Kind.RESTORE, by, edition.digest, edition=edition)


def changes(draft: Draft) -> Any:
    """Who saved the draft when, the newest first."""
    return Change.objects.filter(draft_kind=draft._meta.label_lower, draft_id=str(draft.pk))


def steps(draft: Draft) -> Any:
    """What was done with the draft and its editions, by whom and when, the newest first."""
    return Step.objects.filter(draft_kind=draft._meta.label_lower, draft_id=str(draft.pk))


def submission(draft: Draft) -> Step | None:
    """The step that asked for approval of what the draft says; None where nobody has asked."""
    if draft.state == State.DRAFT:
        return None
    asked = steps(draft).filter(step=Step.Kind.SUBMIT).select_related("by")
    found: Step | None = asked.filter(digest=draft.submitted_digest).first()
    return found


def answered_for(edition: Edition) -> set[str]:
    """What the checks had found in the text of an edition, and its author gave a reason for."""
    asked = steps(edition.draft).filter(step=Step.Kind.SUBMIT, digest=edition.digest).first()
    groups = asked.details.get("found", []) if asked else []
    return {message for group in groups for message in group["messages"]}


def last_change(draft: Draft) -> Change | None:
    change: Change | None = changes(draft).select_related("by").order_by("-version").first()
    return change


def changes_since_last_edition(draft: Draft) -> Any:
    """The saves that are in no edition yet.

    An edition that was withdrawn does not count: publishing its text again takes a second person again.
    """
    last = draft.editions.filter(withdrawn_at__isnull=True).order_by("-number")
    since = last.values_list("draft_version", flat=True).first()
    return changes(draft).filter(version__gt=since or 0)


def reasons_given(draft: Draft) -> dict[tuple[str, ...], str]:
    """{(title, message, ...): reason} of what was found, and why it was right, when the draft was submitted last."""
    last = (
        steps(draft).filter(step=Step.Kind.SUBMIT).order_by("-pk").values_list("details", flat=True).first()
    )
    found = (last or {}).get("found", [])
    return {(each["title"], *each["messages"]): each["reason"] for each in found}


def writers(draft: Draft) -> list[str]:
    """The ids of those who wrote in the draft since its last edition, as texts, in order."""
    written = changes_since_last_edition(draft).filter(wrote=True)
    return sorted({str(by) for by in written.values_list("by", flat=True)})


def _lock(row: Draft | Edition) -> None:
    """Hold the row until the transaction ends, and read it again."""
    list(type(row)._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))
    row.refresh_from_db()


def _note(
    draft: Draft,
    kind: Step.Kind,
    by: Any,
    digest: str,
    *,
    edition: Edition | None = None,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    Step.objects.create(
        draft_kind=draft._meta.label_lower,
        draft_id=draft.pk,
        version=draft.version,
        digest=digest,
        step=kind,
        edition_number=edition.number if edition else None,
        by=by,
        text=text,
        details=details or {},
    )


def _and_last(draft: Draft, sentence: str) -> str:
    """The sentence, and who did what last: most often somebody was faster."""
    last = steps(draft).select_related("by").first()
    if last is None:
        return sentence
    what = _("Last step: %(step)s by %(name)s (%(when)s).") % {
        "step": last.get_step_display(),
        "name": last.by,
        "when": date_format(timezone.localtime(last.at), "DATETIME_FORMAT"),
    }
    return f"{sentence} {what}"


def _unchanged(draft: Draft, seen: str | None) -> str:
    now_digest = draft.digest()
    if seen is not None and seen != now_digest:
        raise Changed(_("The draft was changed after you looked at it. Look at it again."))
    return now_digest


def _differs_from_live(draft: Draft, text: str) -> None:
    live = draft.editions.live()
    if live is not None and live.digest == text:
        raise NotAllowed(_("This is word for word what readers see now, so there is nothing to publish."))


def _back_to_draft(draft: Draft) -> None:
    draft.state = State.DRAFT
    draft.submitted_by = draft.submitted_at = draft.approved_by = draft.approved_at = None
    draft.submitted_digest = draft.approved_digest = ""
