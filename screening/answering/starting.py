"""Begin: anew, with what was sent before, or to correct it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from screening.answering.carrying import carry
from screening.answering.held import AmendedBefore, facts_of, latest, locked, locked_or_raise
from screening.answering.moving import told
from screening.engine.answers import dumps, loads
from screening.models import AnswersInProgress, Questionnaire, QuestionnaireEdition, Submission


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
    begun = locked(patient, questionnaire=edition.questionnaire_id)
    if begun is not None:
        return begun
    if amends is not None and amends != latest(patient, amends.questionnaire):
        raise AmendedBefore
    facts = facts_of(patient)
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
        return locked_or_raise(patient, questionnaire=edition.questionnaire_id)


def _corrected(edition: QuestionnaireEdition, facts: dict[str, Any], amends: Submission) -> dict[str, Any]:
    """What was sent, as far as it fits and is not about now, and the sections that need no second look."""
    definition = edition.definition
    carried = carry(amends.edition.definition, definition, loads(amends.answers), facts, timezone.localdate())
    if amends.edition_id != edition.pk:
        moved = told(amends.edition, edition, "newer", carried)
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
    return {"answers": dumps(carried.answers), "moves": [told(old, edition, "again", carried)]}


@transaction.atomic
def stop_amending(*, patient: Any, questionnaire: Questionnaire) -> Submission:
    """Drop a correction that was begun. What was sent stands, and so does every alert that was raised on the way.

    Returns what was to be corrected. Raises AnswersInProgress.DoesNotExist where no correction was begun.
    """
    attempt = locked_or_raise(patient, questionnaire=questionnaire, amends__isnull=False)
    amended = attempt.amends
    if amended is None:
        raise AnswersInProgress.DoesNotExist
    attempt.delete()
    return amended
