"""Where a case stands on the reviewers' list, and how it gets there. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from screening.host import host
from screening.models.answers import Submission
from screening.models.authoring import Questionnaire
from screening.models.cases import Case

# Why a case came back, in the source language; pages that show it translate it.
SENT = _("the questionnaire was sent again")
AMENDED = _("the patient corrected their answers")
URGENT = _("a new urgent answer was saved")

TIER = 100_000
MOST = 99  # counts and grades above it sort alike


def rank(case: Case) -> int:
    """The case's place by what it holds: the lower, the sooner. Equal ranks go by who has waited longest."""
    tier = _tier(case)
    within = 0
    if tier == 4:
        within = (MOST - min(case.relative_count, MOST)) * 100 + MOST - min(case.grade, MOST)
    return tier * TIER + within


def _tier(case: Case) -> int:
    if case.urgency:
        return 0 if case.urgency == Case.Urgency.NOW else 1
    if case.headline == Case.Headline.ABSOLUTE:
        return 2
    if case.possible_absolute:
        return 3
    return {Case.Headline.RELATIVE: 4, Case.Headline.CLARIFY: 5}.get(Case.Headline(case.headline), 6)


def urgency_of(level: str | None) -> int:
    """The number of an outcome's or a rule's level: 2 now, 1 same_day, 0 none."""
    return Case.Urgency[level.upper()].value if level else Case.Urgency.NONE.value


def place_urgent(
    *, patient: Any, questionnaire: Questionnaire, level: str, reasons: Iterable[str], at: datetime
) -> Case:
    """An urgent answer was saved: put the patient on the list, or move their case up."""
    case = _case(patient, questionnaire)
    case.urgency = max(case.urgency, urgency_of(level))
    case.urgent_reasons = sorted({*case.urgent_reasons, *reasons})
    if case.state != Case.State.NEW:
        case.returned_because = URGENT
    if not case.awaiting or case._state.adding:
        case.waiting_since = at
    return _put(case)


def place_sent(
    *, submission: Submission, outcome: dict[str, Any], raised: dict[str, str], at: datetime
) -> Case:
    """A submission arrived: it is the case's current one.

    `raised` is reason -> level of the urgent answers on the way: an alert once raised stands, also when the
    answer was changed before sending.
    """
    case = _case(submission.patient, submission.questionnaire)
    if case.submission_id is not None:
        case.returned_because = AMENDED if submission.amends_id else SENT
    case.submission = submission
    levels = [outcome["urgent"], *raised.values()]
    case.urgency = max(urgency_of(level) for level in levels)
    case.urgent_reasons = sorted({*outcome["urgent_reasons"], *raised})
    case.criteria = {key: found for key, found in outcome["criteria"].items() if found["category"] != "none"}
    case.headline = outcome["headline"]
    case.possible_absolute = bool(outcome["possible_absolute"])
    case.relative_count = outcome["relative_count"]
    case.grade = max((found.get("grade") or 0 for found in case.criteria.values()), default=0)
    case.waiting_since = at
    return _put(case)


def _case(patient: Any, questionnaire: Questionnaire) -> Case:
    """The patient's case, locked, or a new one. Only one writer comes here at a time: see answering."""
    held = Case.unscoped.select_for_update().filter(patient=patient, questionnaire=questionnaire).first()
    return held or Case(patient=patient, questionnaire=questionnaire, version=0)


def _put(case: Case) -> Case:
    """Back among the new ones, at its rank, and different from what any reviewer has seen."""
    case.state, case.awaiting, case.taken_by, case.rescreen_on = Case.State.NEW, True, None, None
    case.version += 1
    case.rank = rank(case)
    case.unassigned = host().is_unassigned(case.patient)
    case.save()
    return case
