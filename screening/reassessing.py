"""What a submission's answers come to together with results of tests. The submission stays as it was sent.

The caller holds the transaction. See docs/decisions/results.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from editions.canonical import canonical
from screening import findings
from screening.engine.answers import dumps, loads
from screening.engine.assessment import Outcome, assess
from screening.engine.definition import Definition, Question
from screening.engine.investigations import Result, Settled, entered, settle
from screening.engine.wording import answer_in_words
from screening.host import host
from screening.models import Case, InvestigationResult, Reassessment, Submission
from screening.models.document import definition_of

ORIGIN = "entered from {source}, {day}"  # stands behind an answer that a result gives
DAY = Question("day", "date", "", "", "")  # so that days are written as in the answers around them


@dataclass(frozen=True)
class Again:
    """Answers with results in their places, and what they come to.

    Without an outcome nothing is assessed anew; `missing` says what would have to be answered first.
    """

    settled: Settled
    today: date
    outcome: Outcome | None = None
    missing: tuple[Question, ...] = ()


def again(
    case: Case,
    submission: Submission,
    rows: Iterable[InvestigationResult],
    today: date,
    added: Iterable[Result] = (),
) -> Again:
    """By the submission's own edition and facts; ages, such as that of a scan, count up to `today`.

    `added` are results that are not stored yet. Where the same results count as before, nothing is assessed anew.
    """
    definition, rows = definition_of(submission.edition), list(rows)
    results = [*_results(rows, definition, submission), *added]
    settled = _settled(submission, definition, results, today)
    counted = case.reassessment.results if case.reassessment_id and case.reassessment else []
    if missing := _missing(settled, definition):
        if not {*counted} - {row.pk for row in rows}:
            return Again(settled, today, missing=missing)
        # Nothing may rest on a result that is gone, so the others are left out for now.
        settled = _settled(submission, definition, [], today)
    elif list(settled.counted) == counted:
        return Again(settled, today)
    return Again(settled, today, _assess(submission, definition, settled, today), missing)


def after_sending(submission: Submission, at: datetime) -> Callable[[Case], Reassessment | None]:
    """For `placing.place_sent`: assess what was just sent together with the results of its case."""
    return partial(_with_results, submission=submission, at=at)


def _with_results(case: Case, *, submission: Submission, at: datetime) -> Reassessment | None:
    """None where no result counts beside the new answers: these stand for themselves."""
    definition, rows = definition_of(submission.edition), InvestigationResult.standing(case)
    settled = _settled(submission, definition, _results(rows, definition, submission), submission.today)
    if not settled.counted or _missing(settled, definition):
        return None
    found = Again(settled, submission.today, _assess(submission, definition, settled, submission.today))
    latest = max((row for row in rows if row.pk in settled.counted), key=lambda row: row.pk)
    return keep(case, submission, rows, found, by=latest.by, at=at)


def keep(
    case: Case,
    submission: Submission,
    rows: Iterable[InvestigationResult],
    found: Again,
    *,
    by: Any,
    at: datetime,
) -> Reassessment | None:
    """Write down what was found; nothing, where nothing was assessed anew."""
    outcome, answers = found.outcome, found.settled.cleaned.answers
    if outcome is None:
        return None
    known = {row.pk: row for row in rows}
    origins = {question: _origin(known[id_]) for question, id_ in found.settled.by.items()}
    definition = definition_of(submission.edition)
    return Reassessment.objects.create(
        case=case,
        patient_id=case.patient_id,
        by=by,
        at=at,
        submission=submission,
        results=list(found.settled.counted),
        facts=submission.facts,
        answers=dumps(answers),
        today=found.today,
        outcome=canonical(outcome.as_dict()),
        values=dumps(outcome.values),
        findings=findings.written(definition, answers, submission.facts, found.today, outcome, origins),
    )


def _origin(row: InvestigationResult) -> str:
    return ORIGIN.format(source=row.source, day=answer_in_words(DAY, row.measured_on.isoformat()))


def _settled(
    submission: Submission, definition: Definition, results: Iterable[Result], today: date
) -> Settled:
    answers = loads(submission.answers)
    return settle(definition, answers, results, submission.facts, sent_on=submission.today, today=today)


def _missing(settled: Settled, definition: Definition) -> tuple[Question, ...]:
    return tuple(definition.questions[key] for key in (*settled.cleaned.missing, *settled.cleaned.errors))


def _assess(submission: Submission, definition: Definition, settled: Settled, today: date) -> Outcome | None:
    """None where the practice has switched the assessment off, or had when the answers were sent."""
    if submission.outcome == "{}" or not host().assesses():
        return None
    return assess(definition, settled.cleaned.answers, submission.facts, today)


def _results(
    rows: Iterable[InvestigationResult], definition: Definition, submission: Submission
) -> list[Result]:
    """As this edition reads them: not where it has no such test, or asks for another unit or range."""
    found = []
    for row in rows:
        investigation = definition.investigation(row.investigation)
        given = {each["key"]: each for each in row.values}
        if investigation is None or {each.key: each.unit for each in investigation.fields} != {
            key: each["unit"] for key, each in given.items()
        }:
            continue
        typed = {key: each["value"] for key, each in given.items()}
        values, refused = entered(investigation, typed, row.measured_on)
        if not refused:
            since = row.at >= submission.submitted_at
            found.append(Result(row.pk, investigation, values, row.measured_on, since))
    return found
