"""What patients do: start, save, move to a newer edition, ask for a call, submit. Each is one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import outbox
from screening import findings, reassessing
from screening.engine.answers import Cleaned, clean, dumps, loads
from screening.engine.assessment import Outcome, assess, shown, urgent_now
from screening.engine.definition import Definition
from screening.host import host
from screening.models import (
    AnswersInProgress,
    Questionnaire,
    QuestionnaireEdition,
    Submission,
)
from screening.models.placing import place_sent
from screening.moving import Carried, carry
from screening.urgent import call, raise_urgent, urgent_rows

ADULT = 18  # completed years
RECEIVED = "answers_received"  # the kind of the outbox message


class TooYoung(Exception):
    """Patients under 18 cannot start."""


class Incomplete(Exception):
    """Answers are missing or do not fit; `cleaned` says which."""

    def __init__(self, cleaned: Cleaned) -> None:
        super().__init__("incomplete")
        self.cleaned = cleaned


class AmendedBefore(Exception):
    """Something newer was sent than what is to be corrected."""


class Changed(Exception):
    """The answers are not those that the patient has read and sent."""


@dataclass(frozen=True)
class Seen:
    """What the page that sends an answer knew of it: how often it had changed, and, from forms, its value."""

    revision: int
    value: Any = None
    known: bool = False  # whether `value` is known: forms send all their fields, scripts what was changed


@dataclass(frozen=True)
class Saved:
    """What became of the answers that were sent. Those in `errors` and `conflicts` were not stored."""

    attempt: AnswersInProgress
    shown: tuple[str, ...]
    missing: tuple[str, ...]
    changed: tuple[str, ...] = ()
    revealed: tuple[str, ...] = ()
    errors: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    notice: str = ""  # key of the notice to show before anything else


@dataclass(frozen=True)
class Moved:
    """The answers after a move to a newer edition, or None in `carried` where another window was first."""

    attempt: AnswersInProgress
    carried: Carried | None
    notice: str = ""  # key of the notice to show before anything else


@transaction.atomic
def start(
    *,
    patient: Any,
    edition: QuestionnaireEdition,
    language: str = "en",
    amends: Submission | None = None,
    amend_reason: str = "",
    renews: Submission | None = None,
) -> AnswersInProgress:
    """Begin, or return what was begun before. A correction begins with the answers that it `amends`.

    With `renews` those of an earlier time are filled in, and each page is looked at once more.
    Raises TooYoung, and AmendedBefore where something newer was sent than what is to be corrected.
    """
    begun = _locked(patient, questionnaire=edition.questionnaire_id)
    if begun is not None:
        return begun
    if amends is not None and amends != _latest(patient, amends.questionnaire):
        raise AmendedBefore
    facts = _facts(patient)
    prefilled = _corrected(edition, facts, amends) if amends else {}
    if renews is not None and amends is None:
        prefilled = _renewed(edition, facts, renews)
    try:
        with transaction.atomic():
            return AnswersInProgress.objects.create(
                patient=patient,
                questionnaire_id=edition.questionnaire_id,
                edition=edition,
                facts=facts,
                language=language,
                amends=amends,
                amend_reason=amend_reason,
                **prefilled,
            )
    except IntegrityError:  # begun in another window, just now
        return _locked_or_raise(patient, questionnaire=edition.questionnaire_id)


def _corrected(edition: QuestionnaireEdition, facts: dict[str, Any], amends: Submission) -> dict[str, Any]:
    """What was sent, as far as it fits and is not about now, and the sections that need no second look."""
    definition = edition.definition
    carried = carry(amends.edition.definition, definition, loads(amends.answers), facts, timezone.localdate())
    if amends.edition_id != edition.pk:
        moved = _told(amends.edition, edition, "newer", carried)
        return {"answers": dumps(carried.answers), "moves": [moved]}
    again = {*carried.anew, *carried.unfit}
    done = [
        section.key
        for section in definition.sections
        if not any(question.key in again for question in section.questions)
    ]
    return {"answers": dumps(carried.answers), "done": done}


def _renewed(edition: QuestionnaireEdition, facts: dict[str, Any], renews: Submission) -> dict[str, Any]:
    """What was sent then, as far as it fits and is not about now. No page is done."""
    old, answers = renews.edition, loads(renews.answers)
    carried = carry(old.definition, edition.definition, answers, facts, timezone.localdate())
    return {"answers": dumps(carried.answers), "moves": [_told(old, edition, "again", carried)]}


@transaction.atomic
def stop_amending(*, patient: Any, questionnaire: Questionnaire) -> Submission:
    """Drop a correction that was begun. What was sent stands, and so does every alert that was raised on the way.

    Returns what was to be corrected. Raises AnswersInProgress.DoesNotExist where no correction was begun.
    """
    attempt = _locked_or_raise(patient, questionnaire=questionnaire, amends__isnull=False)
    amended = attempt.amends
    if amended is None:
        raise AnswersInProgress.DoesNotExist
    attempt.delete()
    return amended


@transaction.atomic
def save(
    *,
    patient: Any,
    questionnaire: Questionnaire,
    given: Mapping[str, Any],
    seen: Mapping[str, Seen],
    section: str = "",
    language: str = "",
) -> Saved:
    """Store each answer that is valid and that nothing newer stands against.

    `given` holds the answers as typed, by question key; `seen` what the page knew of them. `section` is the
    key of the section that the patient finished with this: it is done when nothing in it is left open.
    `language` is the one that the questions were read in; empty: as before.
    Raises AnswersInProgress.DoesNotExist when there is nothing in progress.
    """
    attempt = _locked_or_raise(patient, questionnaire=questionnaire)
    before_language, attempt.language = attempt.language, language or attempt.language
    definition, today = attempt.edition.definition, timezone.localdate()
    before = attempt.values
    typed = clean(definition, {**before, **given}, attempt.facts, today, only=set(given))
    errors = {key: typed.errors[key] for key in given if key in typed.errors}
    accepted, conflicts = _merge(attempt, before, typed, given, seen)
    after = typed
    if set(accepted) != set(given):
        after = clean(definition, {**before, **accepted}, attempt.facts, today, only=set(accepted))
    revealed = tuple(set(after.shown) - set(shown(definition, before, attempt.facts, today)))
    changed = _change(attempt, before, after.answers, stale=is_stale(attempt))
    result = Saved(
        attempt=attempt,
        shown=after.shown,
        missing=after.missing,
        changed=changed,
        revealed=tuple(key for key in after.shown if key in revealed),
        errors=errors,
        conflicts=conflicts,
        notice=raise_urgent(attempt, before, after.answers, today),
    )
    finished = _finish(result, definition, section) if section else False
    if changed or finished or attempt.language != before_language:
        attempt.save(update_fields=["answers", "revisions", "saved_at", "done", "language"])
    return result


def _merge(
    attempt: AnswersInProgress,
    before: Mapping[str, Any],
    typed: Cleaned,
    given: Mapping[str, Any],
    seen: Mapping[str, Seen],
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The answers to store, and the keys of those that another window has answered otherwise meanwhile."""
    accepted, conflicts = {}, []
    for key, value in given.items():
        if key in typed.errors:
            continue
        mine, theirs, knew = typed.answers.get(key), before.get(key), seen.get(key)
        if key not in typed.shown or mine == theirs or knew is None:
            accepted[key] = value
        elif knew.known and mine == knew.value:
            continue  # not touched on this page, so what was stored meanwhile stands
        elif knew.revision != attempt.revisions.get(key, 0):
            conflicts.append(key)
        else:
            accepted[key] = value
    return accepted, tuple(conflicts)


def _change(
    attempt: AnswersInProgress, before: Mapping[str, Any], after: Mapping[str, Any], *, stale: bool = False
) -> tuple[str, ...]:
    """Take over the answers, without saving them yet, and return the keys of those that changed.

    Stale answers stay stale, also when one of them is typed anew: the others are as old as they were.
    """
    changed = tuple(key for key in {**before, **after} if before.get(key) != after.get(key))
    if changed:
        for key in changed:
            attempt.revisions[key] = attempt.revisions.get(key, 0) + 1
        attempt.answers = dumps(after)
        attempt.saved_at = attempt.saved_at if stale else timezone.now()
    return changed


def _finish(saved: Saved, definition: Definition, section: str) -> bool:
    """The section is done, where all that it asks was answered and nothing came up anew. True where that is new."""
    attempt = saved.attempt
    asked = {question.key for question in definition.section(section).questions}
    open_ = asked & {*saved.missing, *saved.errors, *saved.conflicts, *saved.revealed}
    done = {*attempt.done} - {section} if open_ else {*attempt.done, section}
    before, attempt.done = attempt.done, [each.key for each in definition.sections if each.key in done]
    return before != attempt.done


@transaction.atomic
def move(*, patient: Any, edition: QuestionnaireEdition) -> Moved:
    """Take the answers to a newer edition: what still fits is kept, and each page is looked at once more.

    What is about now is never kept, and what each move changed is kept beside the answers.
    Raises TooYoung, and AnswersInProgress.DoesNotExist.
    """
    attempt = _locked_or_raise(patient, questionnaire=edition.questionnaire_id)
    if attempt.edition_id == edition.pk and not is_stale(attempt):
        return Moved(attempt, None)
    facts, before = _facts(patient), attempt.values
    told, carried = _ahead(attempt, edition, facts)
    _change(attempt, before, carried.answers)
    attempt.moves = [*attempt.moves, told]
    attempt.edition, attempt.facts, attempt.done, attempt.saved_at = edition, facts, [], timezone.now()
    attempt.save()
    notice = raise_urgent(attempt, {}, carried.answers, timezone.localdate())
    return Moved(attempt, carried, notice)


@dataclass(frozen=True)
class Late:
    """What became of a page of an earlier edition: `lost` is what was typed on it and could not be stored."""

    lost: dict[str, Any]
    notice: str = ""


@transaction.atomic
def save_late(
    *,
    patient: Any,
    questionnaire: Questionnaire,
    edition: QuestionnaireEdition,
    given: Mapping[str, Any],
    seen: Mapping[str, Seen],
) -> Late:
    """Store what was typed on a page of another edition than the answers are on, as far as it fits.

    Raises AnswersInProgress.DoesNotExist.
    """
    attempt = _locked_or_raise(patient, questionnaire=questionnaire)
    then, now, today = edition.definition, attempt.edition.definition, timezone.localdate()
    read = clean(then, given, attempt.facts, today)
    typed = {
        key: read.answers.get(key, given[key])
        for key in given
        if (key in read.answers or key in read.errors) and not _as_seen(read.answers.get(key), seen.get(key))
    }
    carried = carry(then, now, {**attempt.values, **typed}, attempt.facts, today, typed_now=set(typed))
    fitting = {key: value for key, value in typed.items() if carried.answers.get(key) == value}
    saved = save(patient=patient, questionnaire=questionnaire, given=fitting, seen=seen)
    lost = {
        key: value
        for key, value in typed.items()
        if key not in fitting or key in saved.errors or key in saved.conflicts
    }
    return Late(lost, saved.notice)


def _as_seen(value: Any, seen: Seen | None) -> bool:
    return seen is not None and seen.known and seen.value == value


def look_ahead(*, patient: Any, attempt: AnswersInProgress, edition: QuestionnaireEdition) -> dict[str, Any]:
    """What a move to this edition would change, as AnswersInProgress.moves holds it. Raises TooYoung."""
    return _ahead(attempt, edition, _facts(patient))[0]


def _ahead(
    attempt: AnswersInProgress, edition: QuestionnaireEdition, facts: dict[str, Any]
) -> tuple[dict[str, Any], Carried]:
    old = attempt.edition
    carried = carry(old.definition, edition.definition, attempt.values, facts, timezone.localdate())
    because = "withdrawn" if old.withdrawn_at else "stale" if is_stale(attempt) else "newer"
    return _told(old, edition, because, carried), carried


def _told(
    old: QuestionnaireEdition, new: QuestionnaireEdition, because: str, carried: Carried
) -> dict[str, Any]:
    text = old.withdrawal_text if because == "withdrawn" else ""
    return {"from": old.number, "to": new.number, "because": because, "text": text, **carried.as_json()}


def check_age(patient: Any) -> None:
    """Raises TooYoung for those who cannot start."""
    _facts(patient)


def is_stale(attempt: AnswersInProgress) -> bool:
    """Whether the answers lay untouched for longer than the questionnaire allows."""
    limit = attempt.edition.definition.thresholds.get("answers_stale_days")
    return limit is not None and timezone.now() - attempt.saved_at > timedelta(days=int(limit.value))


@transaction.atomic
def ask_for_call(*, patient: Any, questionnaire: Questionnaire) -> bool:
    """The patient, reading the crisis notice, would like to be called. True when somebody on duty is told.

    Raises AnswersInProgress.DoesNotExist where nothing was begun, nor sent.
    """
    attempt = _locked(patient, questionnaire=questionnaire) or _latest(patient, questionnaire)
    if attempt is None:
        raise AnswersInProgress.DoesNotExist
    return call(attempt)


def submit(
    *,
    patient: Any,
    questionnaire: Questionnaire,
    attempt: UUID | None = None,
    digest: str = "",
    language: str = "",
) -> Submission:
    """Send the answers in progress, once: sent again with the same answers, the first submission is returned.

    `attempt` is their id, and `digest` that of the answers that the patient has read, where the page knows;
    `language` is the one that they were read in.
    Raises Incomplete, Changed, and AnswersInProgress.DoesNotExist for an id that is not this patient's.
    """
    try:
        return _submit(patient, questionnaire, attempt, digest, language)
    except IntegrityError:
        if attempt is None:
            raise
        return _sent_before(patient, attempt, digest)


@transaction.atomic
def _submit(
    patient: Any, questionnaire: Questionnaire, id_: UUID | None, digest: str, language: str
) -> Submission:
    attempt = _locked(patient, questionnaire=questionnaire)
    if attempt is None or id_ not in (None, attempt.pk):
        return _sent_before(patient, id_, digest)
    attempt.language = language or attempt.language
    definition, today = attempt.edition.definition, timezone.localdate()
    cleaned = clean(definition, attempt.values, attempt.facts, today)
    if cleaned.missing or cleaned.errors:
        raise Incomplete(cleaned)
    if digest and digest != digest_of(attempt):
        raise Changed
    at = timezone.now()
    notice = raise_urgent(attempt, {}, cleaned.answers, today)
    outcome = assess(definition, cleaned.answers, attempt.facts, today) if host().assesses() else None
    submission = _keep(attempt, cleaned.answers, outcome, today, at)
    submission.notice = notice
    attempt.delete()
    outbox.put(RECEIVED, f"received:{submission.pk}", to=patient, payload={"submission": submission.pk})
    return submission


def _keep(
    attempt: AnswersInProgress, answers: Mapping[str, Any], outcome: Outcome | None, today: date, at: datetime
) -> Submission:
    """Store the submission with its findings, and put the case on the list.

    Without an outcome, where the practice has switched the assessment off, answers and urgent answers alone.
    """
    definition, as_dict = attempt.edition.definition, outcome.as_dict() if outcome else {}
    submission = Submission.objects.create(
        id=attempt.pk,
        patient=attempt.patient,
        questionnaire=attempt.questionnaire,
        edition=attempt.edition,
        amends=attempt.amends,
        amend_reason=attempt.amend_reason,
        entered_by=attempt.entered_by,
        entered_how=attempt.entered_how,
        facts=attempt.facts,
        answers=dumps(answers),
        digest=digest_of(attempt),
        today=today,
        outcome=_canonical(as_dict),
        values=dumps(outcome.values) if outcome else "{}",
        language=attempt.language,
        started_at=attempt.started_at,
        submitted_at=at,
    )
    if outcome is not None:
        findings.keep(submission, answers, outcome)
    urgent = {rule.reason: rule.level for rule in urgent_now(definition, answers, attempt.facts, today)}
    raised = urgent | dict(urgent_rows(attempt).values_list("reason", "level"))
    place_sent(
        submission=submission,
        outcome=as_dict or None,
        raised=raised,
        at=at,
        reassess=reassessing.after_sending(submission, at),
    )
    return submission


def _sent_before(patient: Any, id_: UUID | None, digest: str) -> Submission:
    """The submission that this id has become. Raises Changed where other answers were sent under it."""
    sent: Submission | None = Submission.objects.visible_to(patient).filter(patient=patient, pk=id_).first()
    if sent is None:
        raise AnswersInProgress.DoesNotExist
    if digest and digest != sent.digest:
        raise Changed
    sent.notice = notice_at_sending(sent)
    return sent


def notice_at_sending(sent: Submission) -> str:
    """The key of the notice that was due when the answers were sent, and not before. Empty: none was."""
    rows = urgent_rows(sent).filter(at__gte=sent.submitted_at, call_me=False)
    notice = rows.order_by("pk").values_list("notice", flat=True).first()
    return str(notice["key"]) if notice else ""


def digest_of(attempt: AnswersInProgress) -> str:
    """Edition, facts and answers in one number: equal when the same was sent."""
    parts = [attempt.edition.digest, _canonical(attempt.facts), attempt.answers]
    return sha256("\n".join(parts).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _facts(patient: Any) -> dict[str, Any]:
    """What the host knows of the patient today. Raises TooYoung."""
    facts = host().facts(patient, timezone.localdate())
    age = facts.get("age")
    if age is not None and age < ADULT:
        raise TooYoung
    return facts


def _locked(patient: Any, **which: Any) -> AnswersInProgress | None:
    """The answers in progress, held until the transaction ends: whoever comes next waits.

    SQLite has no row locks and needs none: the transaction holds the only write lock from its start.
    """
    rows = AnswersInProgress.objects.visible_to(patient).filter(**which)
    rows = rows.select_related("edition", "questionnaire").defer("edition__content")
    attempt: AnswersInProgress | None = rows.select_for_update(of=("self",)).first()
    if attempt is not None:
        attempt.patient = patient
    return attempt


def _locked_or_raise(patient: Any, **which: Any) -> AnswersInProgress:
    attempt = _locked(patient, **which)
    if attempt is None:
        raise AnswersInProgress.DoesNotExist
    return attempt


def _latest(patient: Any, questionnaire: Questionnaire) -> Submission | None:
    sent = Submission.objects.visible_to(patient).filter(patient=patient, questionnaire=questionnaire)
    latest: Submission | None = (
        sent.select_related("edition", "questionnaire").order_by("-submitted_at").first()
    )
    return latest
