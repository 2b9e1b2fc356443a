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
from screening.worklist import Fell, fallen, urgent_texts


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
    assessed: bool  # the practice may have switched the assessment off
    entered_by: str  # a name, where staff typed the answers in
    reported: list[Reported]
    unreported: list[Criterion]
    extras: list[str]
    derived: list[Derived]
    own_words: list[Answered]
    sections: list[tuple[Section, list[Answered]]]


@dataclass(frozen=True)
class Turned:
    """A criterion that came to something else than the time before. None: to nothing."""

    label: str
    was: Finding | None
    now: Finding | None


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
    turned: list[Turned]
    answers: list[Reworded]
    assessed: bool  # both were; where one was not, its findings are not gone, they were never looked for


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
    compared: Compared | None
    fell: list[Fell]
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
    names |= {row.by_id for row in decisions} | {row.entered_by_id for row in submissions}
    people = host().people(list(names - {None}))
    chosen = submission_id or case.submission_id
    sent, compared = _sent(user, case, chosen, submissions, people) if chosen else (None, None)
    return CaseFile(
        case=case,
        person=people[case.patient_id],
        taken_by=people[case.taken_by_id].name if case.taken_by_id else "",
        urgent=_urgent(user, case, alerts, people),
        sent=sent,
        compared=compared,
        fell=fallen(case, sent.definition if sent else None),
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


def _sent(
    user: Any, case: Case, id_: UUID, submissions: list[Submission], people: dict[Any, Person]
) -> tuple[Sent, Compared | None]:
    """The submission, and what is different from the one before. Both are read together."""
    before = _before(id_, submissions)
    ids = [id_] if before is None else [id_, before]
    rows = (
        Submission.objects.visible_to(user)
        .filter(patient=case.patient_id, questionnaire=case.questionnaire_id, pk__in=ids)
        .select_related("edition")
        .defer("edition__content")
    )
    read = {row.pk: row for row in rows}
    if id_ not in read:
        raise Submission.DoesNotExist
    found: dict[UUID, dict[str, Finding]] = {pk: {} for pk in ids}
    for row in Finding.objects.visible_to(user).filter(submission__in=ids):
        found[row.submission_id][row.criterion] = row
    sent = _read(read[id_], found[id_], people)
    if before is None or before not in read:
        return sent, None
    return sent, _compare(read[before], found[before], sent, found[id_])


def _before(id_: UUID, submissions: list[Submission]) -> UUID | None:
    """What was sent just before."""
    ids = [row.pk for row in submissions]
    older = ids[ids.index(id_) + 1 :] if id_ in ids else []
    return older[0] if older else None


def _read(submission: Submission, findings: dict[str, Finding], people: dict[Any, Person]) -> Sent:
    definition = definition_of(submission.edition)
    answers, outcome = loads(submission.answers), json.loads(submission.outcome)
    extras = {rule.reason: rule.text for rule in definition.extras}
    return Sent(
        submission=submission,
        definition=definition,
        assessed=bool(outcome),
        entered_by=people[submission.entered_by_id].name if submission.entered_by_id else "",
        reported=[Reported(c, findings[c.key]) for c in definition.criteria if c.key in findings],
        unreported=[c for c in definition.criteria if outcome and c.key not in findings],
        extras=[extras.get(reason, reason) for reason in outcome.get("extras", ())],
        derived=_derived(definition, loads(submission.values)),
        own_words=[a for a in _answered(definition, answers) if a.question.type == "text"],
        sections=_by_section(definition, answers),
    )


def _compare(before: Submission, were: dict[str, Finding], sent: Sent, now: dict[str, Finding]) -> Compared:
    old, new = definition_of(before.edition), sent.definition
    labels = {c.key: c.label for c in (*old.criteria, *new.criteria)}
    assessed = sent.assessed and before.outcome != "{}"
    return Compared(
        before=before,
        turned=[
            Turned(label, were.get(key), now.get(key))
            for key, label in labels.items()
            if assessed and _came_to(were.get(key)) != _came_to(now.get(key))
        ],
        answers=_reworded(old, loads(before.answers), new, loads(sent.submission.answers)),
        assessed=assessed,
    )


def _came_to(finding: Finding | None) -> Any:
    if finding is None:
        return None
    reasons = [reason.get("reason") for reason in finding.reasons]
    return finding.category, finding.could_be, finding.grade, reasons


def _reworded(
    old: Definition, before: dict[str, Any], new: Definition, after: dict[str, Any]
) -> list[Reworded]:
    """In the order of the questions of today, then those that are asked no more."""
    was = {each.question.key: each for each in _answered(old, before)}
    now = {each.question.key: each for each in _answered(new, after)}
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
