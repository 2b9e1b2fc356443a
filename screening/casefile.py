"""What a reviewer reads on a case's page: rows as they were stored, and the words of their own edition.

Nothing is assessed here. A finding says today what it said when the patient sent their answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from screening import alertfile
from screening.alertfile import AlertFile
from screening.engine.answers import loads
from screening.engine.definition import Calculation, Criterion, Definition, Question, Section
from screening.engine.wording import answer_in_words, number_in_words
from screening.host import Person, host
from screening.models import Alert, Case, Decision, Finding, Submission, UrgentAnswer
from screening.models.document import definition_of
from screening.models.placing import urgency_of
from screening.worklist import urgent_texts


@dataclass(frozen=True)
class Answered:
    question: Question
    answer: str


@dataclass(frozen=True)
class Urgent:
    """An urgent answer as it was given. `alert` is what it raised, `acknowledged_by` a name."""

    row: UrgentAnswer
    text: str
    answers: list[Answered]
    alert: Alert | None
    acknowledged_by: str


@dataclass(frozen=True)
class Reported:
    """A criterion that came to something, and what it came to."""

    criterion: Criterion
    finding: Finding


@dataclass(frozen=True)
class Derived:
    calculation: Calculation
    value: str


@dataclass(frozen=True)
class Sent:
    """A submission, read with its own edition."""

    submission: Submission
    definition: Definition
    reported: list[Reported]
    unreported: list[Criterion]
    extras: list[str]
    derived: list[Derived]
    own_words: list[Answered]
    sections: list[tuple[Section, list[Answered]]]


@dataclass(frozen=True)
class Concluded:
    decision: Decision
    by: str


@dataclass(frozen=True)
class CaseFile:
    """`sent` is the submission that is read, if one was sent. `submissions` are all, the newest first."""

    case: Case
    person: Person
    taken_by: str
    urgent: list[Urgent]
    sent: Sent | None
    submissions: list[Submission]
    decisions: list[Concluded]
    alerts: list[AlertFile]

    @property
    def is_current(self) -> bool:
        return self.sent is None or self.sent.submission.pk == self.case.submission_id


def read(user: Any, case: Case, submission_id: UUID | None = None) -> CaseFile:
    """The file of a case whose opening was recorded. `submission_id`: an earlier submission to read instead.

    Raises Submission.DoesNotExist where that one is not of this case.
    """
    mine = {"patient": case.patient_id}
    submissions = list(
        Submission.objects.visible_to(user)
        .filter(questionnaire=case.questionnaire_id, **mine)
        .defer("answers", "outcome", "values", "facts")
        .order_by("-submitted_at")
    )
    alerts = list(Alert.objects.visible_to(user).filter(case=case, **mine).order_by("raised_at"))
    decisions = list(Decision.objects.visible_to(user).filter(case=case, **mine).order_by("-at", "-pk"))
    names = {case.patient_id, case.taken_by_id, *(row.acknowledged_by_id for row in alerts)}
    people = host().people(list((names | {row.by_id for row in decisions}) - {None}))
    chosen = submission_id or case.submission_id
    return CaseFile(
        case=case,
        person=people[case.patient_id],
        taken_by=people[case.taken_by_id].name if case.taken_by_id else "",
        urgent=_urgent(user, case, alerts, people),
        sent=_sent(user, case, chosen) if chosen else None,
        submissions=submissions,
        decisions=[Concluded(row, people[row.by_id].name) for row in decisions],
        alerts=alertfile.read(user, alerts),
    )


def _urgent(user: Any, case: Case, alerts: list[Alert], people: dict[Any, Person]) -> list[Urgent]:
    """All that this patient ever answered so, also what they changed since: an alert once raised stands."""
    rows = (
        UrgentAnswer.objects.visible_to(user)
        .filter(patient=case.patient_id, edition__questionnaire=case.questionnaire_id)
        .select_related("edition")
        .defer("edition__content")
        .order_by("-at", "-pk")
    )
    raised = {alert.attempt: alert for alert in alerts}
    urgent = []
    for row in rows:
        definition, alert = definition_of(row.edition), raised.get(row.attempt)
        urgent.append(
            Urgent(
                row=row,
                text=urgent_texts(definition).get(row.reason, row.reason),
                answers=_answered(definition, loads(row.answers)),
                alert=alert,
                acknowledged_by=people[alert.acknowledged_by_id].name
                if alert and alert.acknowledged_by_id
                else "",
            )
        )
    # What cannot wait stands first; within a level the newest.
    return sorted(urgent, key=lambda each: -urgency_of(each.row.level))


def _sent(user: Any, case: Case, submission_id: UUID) -> Sent:
    submission = (
        Submission.objects.visible_to(user)
        .filter(patient=case.patient_id, questionnaire=case.questionnaire_id)
        .select_related("edition")
        .defer("edition__content")
        .get(pk=submission_id)
    )
    definition = definition_of(submission.edition)
    findings = {row.criterion: row for row in Finding.objects.visible_to(user).filter(submission=submission)}
    answers, outcome = loads(submission.answers), json.loads(submission.outcome)
    extras = {rule.reason: rule.text for rule in definition.extras}
    return Sent(
        submission=submission,
        definition=definition,
        reported=[Reported(c, findings[c.key]) for c in definition.criteria if c.key in findings],
        unreported=[c for c in definition.criteria if c.key not in findings],
        extras=[extras.get(reason, reason) for reason in outcome["extras"]],
        derived=_derived(definition, loads(submission.values)),
        own_words=[a for a in _answered(definition, answers) if a.question.type == "text"],
        sections=_by_section(definition, answers),
    )


def _answered(definition: Definition, answers: dict[str, Any]) -> list[Answered]:
    """In the order of the questions, in the practice's own units."""
    return [
        Answered(question, answer_in_words(question, answers[key]))
        for key, question in definition.questions.items()
        if key in answers
    ]


def _by_section(definition: Definition, answers: dict[str, Any]) -> list[tuple[Section, list[Answered]]]:
    given = {answered.question.key: answered for answered in _answered(definition, answers)}
    sections = [(s, [given[q.key] for q in s.questions if q.key in given]) for s in definition.sections]
    return [(section, answered) for section, answered in sections if answered]


def _derived(definition: Definition, values: dict[str, Any]) -> list[Derived]:
    """What was calculated and is known."""
    known = [(each, values[each.key]) for each in definition.calculations if values.get(each.key) is not None]
    return [Derived(each, _value_in_words(each, value)) for each, value in known]


def _value_in_words(calculation: Calculation, value: Decimal) -> str:
    """With the decimals that the questionnaire asks for; what it did not round, with one at most."""
    if calculation.decimals is None:
        return number_in_words(round(value, 1))
    return f"{value:.{calculation.decimals}f}"
