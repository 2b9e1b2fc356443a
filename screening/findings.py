"""What was found in a set of answers, written down with the exact questions and answers behind it, for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from screening.engine.assessment import Outcome
from screening.engine.definition import Definition
from screening.engine.wording import evidence, in_words
from screening.models import Finding, Submission


def keep(submission: Submission, answers: Mapping[str, Any], outcome: Outcome) -> None:
    """A finding for each criterion that came to something. The caller holds the transaction."""
    definition, facts = submission.edition.definition, submission.facts
    rows: list[Any] = written(definition, answers, facts, submission.today, outcome)
    for found in rows:
        Finding.objects.create(submission=submission, patient=submission.patient, **found)


def written(
    definition: Definition,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    today: date,
    outcome: Outcome,
    origins: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The members of a Finding for each criterion that came to something.

    `origins` says of an answer, by question, where it is from if not from the patient: it stands behind the answer.
    """
    return [
        {
            "criterion": key,
            "category": found["category"],
            "could_be": found.get("could_be", ""),
            "grade": found.get("grade"),
            "reasons": _reasons(definition, key, outcome, answers, facts, today, origins or {}),
        }
        for key, found in outcome.as_dict()["criteria"].items()
        if found["category"] != "none"
    ]


def _reasons(
    definition: Definition,
    criterion: str,
    outcome: Outcome,
    answers: Mapping[str, Any],
    facts: Any,
    today: date,
    origins: Mapping[str, str],
) -> list[dict[str, Any]]:
    """What held in one criterion, in the form that Finding.reasons describes."""
    return [
        {
            "reason": held.rule.reason,
            "category": held.rule.category,
            "could_be": held.rule.could_be,
            "grade": held.rule.grade,
            "rule": in_words(held.rule.when, definition),
            "text": held.rule.text,
            "source": held.rule.source,
            "evidence": [
                {
                    "key": part.key,
                    "question": part.text,
                    "short": part.short,
                    "answer": f"{part.answer} ({origins[part.key]})" if part.key in origins else part.answer,
                    "decisive": part.held,
                }
                for part in evidence(definition, held.rule.when, answers, facts, today)
            ],
        }
        for held in outcome.held
        if held.criterion == criterion
    ]
