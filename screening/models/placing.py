"""Where a case stands on the reviewers' list, and how it gets there. The caller holds the transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from screening.host import host
from screening.models.alerts import Alert
from screening.models.answers import Submission
from screening.models.authoring import Questionnaire
from screening.models.cases import Case
from screening.models.marks import Reassessment

# Why a case came back, in the source language; pages that show it translate it.
SENT = _("the questionnaire was sent again")
AMENDED = _("the patient corrected their answers")
URGENT = _("a new urgent answer was saved")
RESULT = _("a test result was entered")

URGENCY = "urgency"  # the key of Case.fallen that is no criterion

TIER = 100_000
# Urgent cases that nobody has acknowledged stand ahead of all others: now at 0, the same day at 1,000. Once somebody
# has, an urgent one of now stands at 50,000 and one of the same day at 100,000.
SAME_DAY_UNSEEN, NOW_SEEN = 1_000, 50_000
MOST = 99  # counts and grades above it sort alike


def rank(case: Case) -> int:
    """The case's place by what it holds: the lower, the sooner. Equal ranks go by who has waited longest."""
    if case.unacknowledged:
        return 0 if case.urgency == Case.Urgency.NOW else SAME_DAY_UNSEEN
    tier = _tier(case)
    within = NOW_SEEN if tier == 0 else 0
    if tier == 4:
        within = (MOST - min(case.relative_count, MOST)) * 100 + MOST - min(case.grade, MOST)
    return tier * TIER + within


def tier_at(rank: int) -> int:
    """The tier of a case that stands there: 0 now, 1 the same day, 2 absolute and so on to 6, none."""
    return int(SAME_DAY_UNSEEN <= rank < NOW_SEEN) if rank < TIER else rank // TIER


def ranks_of(tier: int) -> list[tuple[int, int]]:
    """Where the cases of a tier stand: (from, to below)."""
    unseen = {0: [(0, SAME_DAY_UNSEEN), (NOW_SEEN, TIER)], 1: [(SAME_DAY_UNSEEN, NOW_SEEN), (TIER, 2 * TIER)]}
    return unseen.get(tier, [(tier * TIER, (tier + 1) * TIER)])


def _tier(case: Case) -> int:
    if case.urgency:
        return 0 if case.urgency == Case.Urgency.NOW else 1
    if case.headline == Case.Headline.ABSOLUTE:
        return 2
    if case.possible_absolute:
        return 3
    # What was not assessed may be anything: it waits with what has to be clarified.
    tiers = {Case.Headline.RELATIVE: 4, Case.Headline.CLARIFY: 5, Case.Headline.STORED: 5}
    return tiers.get(Case.Headline(case.headline), 6)


def urgency_of(level: str | None) -> int:
    """The number of an outcome's or a rule's level: 2 now, 1 same_day, 0 none."""
    return Case.Urgency[level.upper()].value if level else Case.Urgency.NONE.value


def place_urgent(
    *, patient: Any, questionnaire: Questionnaire, level: str, reasons: Iterable[str], at: datetime
) -> Case:
    """An urgent answer was saved: put the patient on the list, or move their case up."""
    case = _case(patient, questionnaire)
    case.urgency = max(case.urgency, urgency_of(level))
    case.unacknowledged = True
    case.urgent_reasons = sorted({*case.urgent_reasons, *reasons})
    if case.state != Case.State.NEW:
        case.returned_because = URGENT
    if not case.awaiting or case._state.adding:
        case.waiting_since = at
    return _put(case)


def place_acknowledged(case_id: Any) -> None:
    """Somebody acknowledged an alert of the case: with none left that waits, it stands behind those that wait."""
    case = Case.unscoped.select_for_update().get(pk=case_id)
    if not case.unacknowledged or Alert.waiting().filter(case=case).exists():
        return
    was_now, case.unacknowledged = case.rank < SAME_DAY_UNSEEN, False
    case.rank = min(rank(case), NOW_SEEN if was_now else TIER) if case.fallen else rank(case)
    case.save(update_fields=["unacknowledged", "rank"])


def place_sent(
    *,
    submission: Submission,
    outcome: dict[str, Any] | None,
    raised: dict[str, str],
    at: datetime,
    reassess: Callable[[Case], Reassessment | None] | None = None,
) -> Case:
    """A submission arrived: it is the case's current one. Without an outcome it was not assessed.

    `raised` is reason -> level of the urgent answers, those on the way included: an alert once raised stands,
    also when the answer was changed before sending. `reassess` assesses the answers together with the results of
    tests that the case has: it is asked only where there are some, and what it finds is what counts.
    """
    case = _case(submission.patient, submission.questionnaire)
    before = _flags(case)
    case.reassessment = reassess(case) if reassess and outcome and case.has_results else None
    if case.reassessment is not None:
        outcome = json.loads(case.reassessment.outcome)
    if case.submission_id is not None:
        case.returned_because = AMENDED if submission.amends_id else SENT
    case.submission = submission
    urgent = outcome or {"urgent": None, "urgent_reasons": []}
    case.urgency = max(urgency_of(level) for level in [urgent["urgent"], *raised.values()])
    case.urgent_reasons = sorted({*urgent["urgent_reasons"], *raised})
    _take_outcome(case, outcome)
    case.fallen = _fallen(case, before)
    if not case.awaiting or not case.fallen:
        case.waiting_since = at
    return _put(case)


def place_result(*, case: Case, reassessment: Reassessment | None, at: datetime) -> Case:
    """A result of a test was entered or superseded, in a case that the caller has locked.

    What it raises brings the case back to the list. What it lowers keeps its place until a surgeon decides.
    """
    case.has_results = True
    if reassessment is not None:
        case.reassessment = reassessment
    comes_back = _take_result(case, json.loads(reassessment.outcome) if reassessment else None)
    if comes_back:
        case.returned_because = RESULT
        case.waiting_since = case.waiting_since if case.awaiting else at
        return _put(case)
    case.version += 1
    case.rank = _rank_kept(case)
    case.save()
    return case


def foresee_result(case: Case, outcome: dict[str, Any] | None) -> tuple[Case, bool]:
    """The case as `place_result` would leave it, not stored, and whether it would come back to the list."""
    ahead = copy(case)
    return ahead, _take_result(ahead, outcome)


def _take_result(case: Case, outcome: dict[str, Any] | None) -> bool:
    """Take over what the answers come to with a result. Whether a surgeon has to look at the case again.

    They do where a flag was raised; and in a case that was decided, where anything changed or tests were waited for.
    """
    before, were = _flags(case), case.criteria
    if outcome is not None:
        case.urgency = max(case.urgency, urgency_of(outcome["urgent"]))
        case.urgent_reasons = sorted({*case.urgent_reasons, *outcome["urgent_reasons"]})
        _take_outcome(case, outcome)
        case.fallen = _fallen(case, before)
    if case.awaiting:
        return _has_risen(case, before)
    return case.criteria != were or case.state == Case.State.NEEDS_TESTS or _has_risen(case, before)


def _has_risen(case: Case, before: dict[str, str]) -> bool:
    if case.urgency > LEVELS.index(before[URGENCY]):
        return True
    return any(
        WEIGHTS.index(_weight(found)) > WEIGHTS.index(before.get(key, "")) and _weight(found) != "info"
        for key, found in case.criteria.items()
    )


def _take_outcome(case: Case, outcome: dict[str, Any] | None) -> None:
    found = outcome["criteria"] if outcome else {}
    case.criteria = {key: each for key, each in found.items() if each["category"] != "none"}
    case.headline = outcome["headline"] if outcome else Case.Headline.STORED
    case.possible_absolute = bool(outcome and outcome["possible_absolute"])
    case.relative_count = outcome["relative_count"] if outcome else 0
    case.grade = max((each.get("grade") or 0 for each in case.criteria.values()), default=0)


WEIGHTS = ("", "info", "clarify", "relative", "possible", "absolute")  # how heavy what was reported is
LEVELS = ("none", "same_day", "now")


def _flags(case: Case) -> dict[str, str]:
    """What the case was marked with, the higher of what it holds and what has fallen since the last decision."""
    flags = {key: _weight(found) for key, found in case.criteria.items()} | {URGENCY: LEVELS[case.urgency]}
    return flags | {key: fell["was"] for key, fell in case.fallen.items()}


def _fallen(case: Case, before: dict[str, str]) -> dict[str, dict[str, str]]:
    """What stood higher before. Nobody but a surgeon lowers a flag: until they decide the case keeps its place."""
    fallen = {}
    for key, was in before.items():
        if key == URGENCY:
            now = LEVELS[case.urgency]
            lower = LEVELS.index(now) < LEVELS.index(was)
        else:
            now = _weight(case.criteria.get(key))
            lower = WEIGHTS.index(now) < WEIGHTS.index(was) and was != "info"
            if case.headline == Case.Headline.STORED:
                now = Case.Headline.STORED.value
        if lower:
            fallen[key] = {"was": was, "is": now or "none"}
    return fallen


def _weight(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    could_be_absolute = found["category"] != "absolute" and found.get("could_be") == "absolute"
    return "possible" if could_be_absolute else str(found["category"])


def _case(patient: Any, questionnaire: Questionnaire) -> Case:
    """The patient's case, locked, or a new one. Only one writer comes here at a time: see answering."""
    held = Case.unscoped.select_for_update().filter(patient=patient, questionnaire=questionnaire).first()
    return held or Case(patient=patient, questionnaire=questionnaire, version=0)


def _put(case: Case) -> Case:
    """Back among the new ones, at its rank, and different from what any reviewer has seen."""
    case.state, case.awaiting, case.taken_by, case.rescreen_on = Case.State.NEW, True, None, None
    case.version += 1
    case.rank = _rank_kept(case)
    case.unassigned = host().is_unassigned(case.patient)
    case.save()
    return case


def _rank_kept(case: Case) -> int:
    """Its rank; not a later one than it has, where something fell and no surgeon has decided since."""
    return min(rank(case), case.rank) if case.fallen else rank(case)
