"""What happens the moment an urgent answer is saved. The caller holds the transaction and the lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from ledger import outbox
from screening.engine.answers import dumps
from screening.engine.assessment import urgent_now
from screening.engine.definition import Definition
from screening.host import Contacts, host
from screening.models import Alert, AnswersInProgress, Submission, UrgentAnswer
from screening.models.placing import place_urgent, urgency_of

CRISIS = "crisis"  # the notice that offers a call
ALERT = "alert"  # the kind of the outbox message


def notice_text(definition: Definition, key: str, contacts: Contacts) -> dict[str, Any]:
    """A notice with the practice's own numbers in it. Raises KeyError for an unknown key."""
    notice = definition.notices[key]
    return {
        "key": key,
        "title": _fill(notice.title, contacts),
        "body": _fill(notice.body, contacts),
        "actions": [_fill(action, contacts) for action in notice.actions],
    }


def _fill(text: str, contacts: Contacts) -> str:
    for name in ("emergency_number", "crisis_line", "practice_phone", "practice_name"):
        text = text.replace(f"{{{name}}}", getattr(contacts, name))
    return text


def raise_urgent(
    attempt: AnswersInProgress, before: Mapping[str, Any], after: Mapping[str, Any], today: date
) -> str:
    """Write down what has become urgent, tell the one on duty, and return the key of the notice to show.

    What was urgent before, with the same answers, is not said again.
    """
    definition: Definition = attempt.edition.definition
    raised = [
        (rule, dumps({key: after[key] for key in named if key in after}))
        for rule in urgent_now(definition, after, attempt.facts, today)
        for named in [_named(definition, rule)]
        if any(before.get(key) != after.get(key) for key in named)
    ]
    if raised and not before:
        said = {(row.reason, row.answers) for row in urgent_rows(attempt, with_amended=True)}
        raised = [(rule, answers) for rule, answers in raised if (rule.reason, answers) not in said]
    if not raised:
        return ""
    first = max((rule for rule, _answers in raised), key=lambda rule: urgency_of(rule.level))
    contacts = host().contacts()
    notice = notice_text(_as_read(attempt), first.notice, contacts)
    for rule, answers in raised:
        _write(attempt, rule.reason, rule.level, answers, notice)
    _alert(attempt, first.level, [rule.reason for rule, _answers in raised], contacts, "alert")
    return str(first.notice)


def call(attempt: AnswersInProgress | Submission) -> bool:
    """The patient would like to be called. True when somebody on duty is told."""
    contacts = host().contacts()
    last = next((row for row in urgent_rows(attempt).order_by("-pk") if row.notice["key"] == CRISIS), None)
    if last is not None:
        reason, answers, notice = last.reason, last.answers, last.notice
    else:
        reason, answers = "call_asked_for", "{}"
        notice = notice_text(_as_read(attempt), CRISIS, contacts)
    _write(attempt, reason, "now", answers, notice, call_me=True)
    return _alert(attempt, "now", [reason], contacts, "call")


def call_asked(attempt: AnswersInProgress | Submission) -> bool:
    """Whether the patient has asked for a call while giving these answers."""
    asked: bool = urgent_rows(attempt).filter(call_me=True).exists()
    return asked


def _as_read(attempt: AnswersInProgress | Submission) -> Definition:
    """In the language that the patient answers in."""
    definition: Definition = attempt.edition.definition_in(attempt.language)
    return definition


def _named(definition: Definition, rule: Any) -> list[str]:
    """The questions that the rule asks about, also by way of calculations."""
    calculations = {each.key: each.expression.names for each in definition.calculations}
    found, names = set[str](), [*rule.names]
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            names += calculations.get(name, ())
    return [key for key in definition.questions if key in found]


def urgent_rows(attempt: AnswersInProgress | Submission, *, with_amended: bool = False) -> Any:
    """The urgent answers of these answers; also of those that they correct."""
    attempts = [attempt.pk, attempt.amends_id] if with_amended and attempt.amends_id else [attempt.pk]
    rows = UrgentAnswer.objects.visible_to(attempt.patient)
    return rows.filter(patient=attempt.patient, attempt__in=attempts)


def _write(
    attempt: AnswersInProgress | Submission,
    reason: str,
    level: str,
    answers: str,
    notice: dict[str, Any],
    call_me: bool = False,
) -> None:
    UrgentAnswer.objects.create(
        attempt=attempt.pk,
        patient=attempt.patient,
        edition=attempt.edition,
        reason=reason,
        level=level,
        answers=answers,
        notice=notice,
        call_me=call_me,
    )


def _alert(
    attempt: AnswersInProgress | Submission, level: str, reasons: list[str], contacts: Contacts, event: str
) -> bool:
    """Put the case on the list and raise an alert, unless one as urgent still waits to be acknowledged."""
    case = place_urgent(
        patient=attempt.patient,
        questionnaire=attempt.questionnaire,
        level=level,
        reasons=reasons,
        at=timezone.now(),
    )
    waiting = Alert.objects.visible_to(attempt.patient).filter(
        patient=attempt.patient, attempt=attempt.pk, acknowledged_at=None
    )
    alert = next((each for each in waiting if urgency_of(each.level) >= urgency_of(level)), None)
    if alert is None:
        alert = Alert.objects.create(patient=attempt.patient, case=case, attempt=attempt.pk, level=level)
    if not contacts.on_duty:
        return False
    outbox.put(ALERT, f"{event}:{alert.pk}", to=contacts.on_duty[0], payload={"alert": alert.pk})
    return True
