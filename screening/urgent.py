"""What happens the moment an urgent answer is saved. The caller holds the transaction and the lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from screening.alerts import messages_of, of_attempt, raise_alert
from screening.engine.answers import dumps
from screening.engine.assessment import urgent_now
from screening.engine.definition import Definition
from screening.models import AnswersInProgress, Submission, UrgentAnswer
from screening.models.placing import urgency_of
from screening.notices import notice_text

CRISIS = "crisis"  # the notice that offers a call


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
    notice = notice_text(_as_read(attempt), first.notice, user=attempt.patient)
    for rule, answers in raised:
        _write(attempt, rule.reason, rule.level, answers, notice)
    raise_alert(attempt, first.level, [rule.reason for rule, _answers in raised])
    return str(first.notice)


def notices_of_unsent(patient: Any, attempts: Iterable[AnswersInProgress]) -> list[dict[str, Any]]:
    """What was shown on the way to answers that are not sent yet, crisis help first: questionnaire, key, title."""
    keys = {attempt.pk: attempt.questionnaire_id for attempt in attempts}
    if not keys:
        return []
    rows = UrgentAnswer.objects.visible_to(patient).filter(patient=patient, attempt__in=keys)
    shown = rows.order_by("-pk").values_list("edition__questionnaire__key", "notice")
    found = {(key, notice["key"]): notice["title"] for key, notice in shown}
    first = sorted(found.items(), key=lambda each: each[0][1] != CRISIS)
    return [{"questionnaire": key, "key": notice, "title": title} for (key, notice), title in first]


def call(attempt: AnswersInProgress | Submission) -> bool:
    """The patient would like to be called. True when a message to somebody on duty was put. Twice is once."""
    if call_standing(attempt) in ("waiting", "sent"):
        return True
    last = next((row for row in urgent_rows(attempt).order_by("-pk") if row.notice["key"] == CRISIS), None)
    if last is not None:
        reason, answers, notice = last.reason, last.answers, last.notice
    else:
        reason, answers = "call_asked_for", "{}"
        notice = notice_text(_as_read(attempt), CRISIS, user=attempt.patient)
    _write(attempt, reason, "now", answers, notice, call_me=True)
    raise_alert(attempt, "now", [reason], again=True)
    return call_standing(attempt) != "nobody"


def call_standing(attempt: AnswersInProgress | Submission) -> str:
    """What has become of the wish to be called. Empty: it was not asked for.

    "seen": somebody has acknowledged it; "sent": the mail server has taken the message to somebody on duty;
    "waiting": it is about to be sent; "nobody": there is nobody whom it could be sent to, or sending has failed.
    """
    if not call_asked(attempt):
        return ""
    alert = of_attempt(attempt).last()
    if alert is None:
        return "nobody"
    if alert.acknowledged_at:
        return "seen"
    messages = list(messages_of(alert))
    if any(message.sent_at for message in messages):
        return "sent"
    return "waiting" if any(not message.failed_at for message in messages) else "nobody"


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
