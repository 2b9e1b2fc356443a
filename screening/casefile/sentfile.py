"""What reviewers read of a submission: rows as they were stored, and the words of their own edition.

Nothing is assessed here. A finding says today what it said when the patient sent their answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from screening.casefile.findingfile import WEIGHTS, Found, Marked, Reassessed, Reported, differs, reported
from screening.engine.answers import loads
from screening.engine.definition import Calculation, Criterion, Definition, Question, Section
from screening.engine.wording import answer_in_words, number_in_words
from screening.models import Submission
from screening.models.document import definition_of


@dataclass(frozen=True)
class Answered:
    question: Question
    answer: str


@dataclass(frozen=True)
class Derived:
    calculation: Calculation
    value: str


@dataclass(frozen=True)
class Sent:
    """A submission, read with its own edition. `record` is the number of the joined record that it came by."""

    submission: Submission
    definition: Definition
    assessed: bool  # the practice may have switched the assessment off
    headline: str
    entered_by: str  # a name, where staff typed the answers in
    record: str
    found: dict[str, Found]  # by criterion, of the answers alone
    reported: list[Reported]  # the criteria that came to something, the heaviest first
    unreported: list[Criterion]
    extras: list[str]
    derived: list[Derived]
    own_words: list[Answered]
    sections: list[tuple[Section, list[Answered]]]

    @property
    def old_after(self) -> int | None:
        """The days after which answers are old, as the questionnaire has it, where these are older."""
        limit = self.definition.thresholds.get("answers_stale_days")
        if limit is None or timezone.now() - self.submission.submitted_at <= timedelta(days=int(limit.value)):
            return None
        return int(limit.value)


def read(
    submission: Submission,
    found: dict[str, Found],
    *,
    again: Reassessed | None = None,
    marks: Mapping[str, list[Marked]] | None = None,
    entered_by: str = "",
    record: str = "",
) -> Sent:
    definition = definition_of(submission.edition)
    answers, outcome = loads(submission.answers), json.loads(submission.outcome)
    rows = reported(definition, found, again, marks or {}) if outcome else []
    extras = {rule.reason: rule.text for rule in definition.extras}
    return Sent(
        submission=submission,
        definition=definition,
        assessed=bool(outcome),
        headline=outcome.get("headline", ""),
        entered_by=entered_by,
        record=record,
        found=found,
        reported=[row for row in rows if row.weight != "none"],
        unreported=[row.criterion for row in rows if row.weight == "none"],
        extras=[extras.get(reason, reason) for reason in outcome.get("extras", ())],
        derived=_derived(definition, loads(submission.values)),
        own_words=[a for a in answered(definition, answers) if a.question.type == "text"],
        sections=_by_section(definition, answers),
    )


@dataclass(frozen=True)
class Turned:
    """A criterion that came to something else than the time before. None: to nothing."""

    label: str
    was: Found | None
    now: Found | None

    @property
    def how(self) -> str:
        """ "new", "gone", "heavier", "lighter", or "other": as heavy, for other reasons."""
        if self.was is None or self.now is None:
            return "new" if self.was is None else "gone"
        before, after = WEIGHTS.index(self.was.weight), WEIGHTS.index(self.now.weight)
        return "other" if before == after else "heavier" if after < before else "lighter"


@dataclass(frozen=True)
class Reworded:
    """An answer that is not what it was. Empty: there was, or is, none."""

    question: str
    before: str
    after: str


@dataclass(frozen=True)
class Compared:
    """What is different from the submission before, in the words of each one's own edition."""

    before: Submission
    record: str
    turned: list[Turned]
    answers: list[Reworded]
    assessed: bool  # both were; where one was not, its findings are not gone, they were never looked for

    @property
    def gone(self) -> list[Turned]:
        return [turned for turned in self.turned if turned.now is None]


def compare(before: Submission, were: dict[str, Found], sent: Sent, record: str = "") -> Compared:
    old, new, now = definition_of(before.edition), sent.definition, sent.found
    labels = {c.key: c.label for c in (*old.criteria, *new.criteria)}
    assessed = sent.assessed and before.outcome != "{}"
    return Compared(
        before=before,
        record=record,
        turned=[
            Turned(label, were.get(key), now.get(key))
            for key, label in labels.items()
            if assessed and differs(were.get(key), now.get(key))
        ],
        answers=_reworded(old, loads(before.answers), new, loads(sent.submission.answers)),
        assessed=assessed,
    )


def _reworded(
    old: Definition, before: dict[str, Any], new: Definition, after: dict[str, Any]
) -> list[Reworded]:
    """In the order of the questions of today, then those that are asked no more."""
    was = {each.question.key: each for each in answered(old, before)}
    now = {each.question.key: each for each in answered(new, after)}
    keys = [key for key in {**new.questions, **old.questions} if before.get(key) != after.get(key)]
    return [
        Reworded(
            (now.get(key) or was[key]).question.text,
            was[key].answer if key in was else "",
            now[key].answer if key in now else "",
        )
        for key in keys
        if key in was or key in now
    ]


def answered(definition: Definition, answers: dict[str, Any]) -> list[Answered]:
    """In the order of the questions, in the practice's own units."""
    return [
        Answered(question, answer_in_words(question, answers[key]))
        for key, question in definition.questions.items()
        if key in answers
    ]


def _by_section(definition: Definition, answers: dict[str, Any]) -> list[tuple[Section, list[Answered]]]:
    given = {each.question.key: each for each in answered(definition, answers)}
    sections = [(s, [given[q.key] for q in s.questions if q.key in given]) for s in definition.sections]
    return [(section, each) for section, each in sections if each]


def _derived(definition: Definition, values: dict[str, Any]) -> list[Derived]:
    """What was calculated and is known."""
    known = [(each, values[each.key]) for each in definition.calculations if values.get(each.key) is not None]
    return [Derived(each, _value_in_words(each, value)) for each, value in known]


def _value_in_words(calculation: Calculation, value: Decimal) -> str:
    """With the decimals that the questionnaire asks for; what it did not round, with one at most."""
    if calculation.decimals is None:
        return number_in_words(round(value, 1))
    return f"{value:.{calculation.decimals}f}"
