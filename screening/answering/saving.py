"""Save what was typed, answer by answer, and what it shows and raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from screening.answering.held import is_stale, locked_or_raise
from screening.engine.answers import Cleaned, clean, dumps
from screening.engine.assessment import shown
from screening.engine.definition import Definition
from screening.models import AnswersInProgress, Questionnaire
from screening.urgent import raise_urgent


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
    attempt = locked_or_raise(patient, questionnaire=questionnaire)
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
    changed = change(attempt, before, after.answers, stale=is_stale(attempt))
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


def change(
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
