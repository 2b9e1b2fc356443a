"""Send the answers: checked once more, kept with what they come to, and never twice. And ask to be called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import outbox
from screening import findings, reassessing
from screening.answering.held import Changed, Incomplete, latest, locked
from screening.engine.answers import clean, dumps
from screening.engine.assessment import Outcome, assess, urgent_now
from screening.host import host
from screening.models import AnswersInProgress, Questionnaire, Submission
from screening.models.placing import place_sent
from screening.urgent import call, raise_urgent, urgent_rows

RECEIVED = "answers_received"  # the kind of the outbox message


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
    attempt = locked(patient, questionnaire=questionnaire)
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


@transaction.atomic
def ask_for_call(*, patient: Any, questionnaire: Questionnaire) -> bool:
    """The patient, reading the crisis notice, would like to be called. True when somebody on duty is told.

    Raises AnswersInProgress.DoesNotExist where nothing was begun, nor sent.
    """
    attempt = locked(patient, questionnaire=questionnaire) or latest(patient, questionnaire)
    if attempt is None:
        raise AnswersInProgress.DoesNotExist
    return call(attempt)
