from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from screening import deciding, reviewing
from screening.models import Case
from screening.models.placing import place_acknowledged, place_sent, place_urgent, rank, ranks_of, tier_at
from tests.screening.factories import make_alert, make_case, make_edition, make_submission

OUTCOME = {
    "urgent": None,
    "urgent_reasons": [],
    "headline": "relative",
    "relative_count": 2,
    "possible_absolute": [],
    "criteria": {
        "bone": {"category": "none", "reasons": []},
        "nicotine": {"category": "relative", "reasons": ["nicotine_current"]},
        "obesity": {"category": "relative", "reasons": ["obesity_class_2"], "grade": 2},
    },
}


def a(headline: str, **fields: object) -> Case:
    return Case(headline=headline, **fields)


def test_the_list_is_in_the_order_of_the_specification():
    cases = [
        a("none", urgency=Case.Urgency.NOW),
        a("absolute", urgency=Case.Urgency.SAME_DAY),
        a("absolute", relative_count=1),
        a("relative", possible_absolute=True),
        a("relative", relative_count=3),
        a("relative", relative_count=2, grade=3),
        a("relative", relative_count=2, grade=2),
        a("relative", relative_count=1, grade=3),
        a("clarify"),
        a("none"),
    ]
    ranks = [rank(case) for case in cases]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_what_nobody_has_acknowledged_stands_ahead_of_everything_that_somebody_has():
    now, same_day = {"urgency": Case.Urgency.NOW}, {"urgency": Case.Urgency.SAME_DAY}
    cases = [
        a("none", **now, unacknowledged=True),
        a("absolute", **same_day, unacknowledged=True),
        a("absolute", **now),
        a("absolute", **same_day),
        a("absolute"),
    ]
    ranks = [rank(case) for case in cases]
    assert ranks == sorted(set(ranks))
    assert [tier_at(each) for each in ranks] == [0, 1, 0, 1, 2]
    for tier in range(7):
        for begins, below in ranks_of(tier):
            assert {tier_at(begins), tier_at(below - 1)} == {tier}


def test_an_absolute_criterion_stands_before_one_that_only_could_be():
    assert (
        rank(a("absolute", possible_absolute=True))
        == rank(a("absolute"))
        < rank(a("clarify", possible_absolute=True))
    )


def test_an_urgent_answer_puts_an_unsent_case_on_the_list(patient):
    now = timezone.now()
    case = place_urgent(
        patient=patient, questionnaire=make_edition().questionnaire, level="now", reasons=["numbness"], at=now
    )
    case.refresh_from_db()
    assert (case.submission, case.headline, case.state, case.version) == (None, "", "new", 1)
    assert (case.urgency, case.urgent_reasons, case.rank) == (Case.Urgency.NOW, ["numbness"], 0)
    assert case.waiting_since == now


def test_a_second_urgent_answer_never_lowers_the_first(patient):
    made = {"patient": patient, "questionnaire": make_edition().questionnaire}
    begun = timezone.now() - timedelta(hours=1)
    place_urgent(**made, level="now", reasons=["numbness"], at=begun)
    case = place_urgent(**made, level="same_day", reasons=["fever"], at=timezone.now())
    assert (case.urgency, case.urgent_reasons, case.waiting_since) == (2, ["fever", "numbness"], begun)


def test_an_urgent_answer_brings_a_decided_case_back(patient):
    decided = make_case(patient, state=Case.State.NOT_NOW, version=4)
    case = place_urgent(
        patient=patient,
        questionnaire=decided.questionnaire,
        level="now",
        reasons=["numbness"],
        at=timezone.now(),
    )
    assert case.pk == decided.pk
    assert (case.state, case.awaiting, case.version) == ("new", True, 5)
    assert case.returned_because


def test_a_submission_fills_the_columns_that_the_list_sorts_by(patient):
    submission = make_submission(patient)
    case = place_sent(submission=submission, outcome=OUTCOME, raised={}, at=submission.submitted_at)
    assert (case.submission, case.state, case.headline) == (submission, "new", "relative")
    assert (case.relative_count, case.grade, case.urgency, case.possible_absolute) == (2, 2, 0, False)
    assert sorted(case.criteria) == ["nicotine", "obesity"]
    assert (case.waiting_since, case.returned_because) == (submission.submitted_at, "")
    assert case.rank == 400_000 + 97 * 100 + 97


def test_an_alert_raised_on_the_way_stands_although_the_answer_was_changed(patient):
    submission = make_submission(patient)
    raised = {"numbness": "now"}
    case = place_sent(submission=submission, outcome=OUTCOME, raised=raised, at=submission.submitted_at)
    assert (case.urgency, case.urgent_reasons) == (Case.Urgency.NOW, ["numbness"])


@pytest.mark.parametrize("state", [Case.State.IN_REVIEW, Case.State.NOT_NOW, Case.State.CLOSED])
def test_a_new_submission_brings_the_case_back_as_new(patient, surgeon, state):
    before = make_case(patient, state=state, taken_by=surgeon, version=3)
    submission = make_submission(patient)
    case = place_sent(submission=submission, outcome=OUTCOME, raised={}, at=submission.submitted_at)
    assert case.pk == before.pk
    assert (case.state, case.awaiting, case.taken_by, case.version) == ("new", True, None, 4)
    assert case.returned_because


def test_it_is_known_at_once_whether_somebody_has_the_patient_in_care(patient, other_patient, surgeon):
    for person, unassigned in ((patient, False), (other_patient, True)):
        submission = make_submission(person)
        case = place_sent(submission=submission, outcome=OUTCOME, raised={}, at=submission.submitted_at)
        assert case.unassigned is unassigned


# Lowered ------------------------------------------------------------------------------------------------


NOTHING = {**OUTCOME, "headline": "none", "relative_count": 0, "criteria": {}}
ABSOLUTE = {
    **NOTHING,
    "headline": "absolute",
    "criteria": {"bone": {"category": "absolute", "reasons": ["bone_low"]}},
}
POSSIBLE = {
    **NOTHING,
    "headline": "clarify",
    "possible_absolute": ["bone"],
    "criteria": {"bone": {"category": "clarify", "reasons": ["bone_unknown"], "could_be": "absolute"}},
}


def sent(patient, outcome, **raised):
    submission = make_submission(patient)
    return place_sent(submission=submission, outcome=outcome, raised=raised, at=submission.submitted_at)


def test_what_a_newer_submission_lowers_keeps_its_place_and_is_marked(patient):
    before = sent(patient, ABSOLUTE)
    case = sent(patient, NOTHING)
    assert case.fallen == {"bone": {"was": "absolute", "is": "none"}}
    assert (case.headline, case.rank, case.waiting_since) == ("none", before.rank, before.waiting_since)


def test_lowered_twice_it_is_told_from_where_it_fell(patient):
    before = sent(patient, ABSOLUTE)
    sent(patient, POSSIBLE)
    case = sent(patient, NOTHING)
    assert (case.fallen, case.rank) == ({"bone": {"was": "absolute", "is": "none"}}, before.rank)


def test_a_possible_absolute_weighs_more_than_what_it_is_called(patient):
    sent(patient, POSSIBLE)
    clarify = {"bone": {"category": "clarify", "reasons": ["bone_unknown"]}}
    case = sent(patient, {**POSSIBLE, "possible_absolute": [], "criteria": clarify})
    assert case.fallen == {"bone": {"was": "possible", "is": "clarify"}}


def test_an_urgency_that_was_taken_back_keeps_its_place(patient):
    sent(patient, NOTHING, numbness="now")
    case = sent(patient, NOTHING)
    assert (case.urgency, case.fallen, case.rank) == (0, {"urgency": {"was": "now", "is": "none"}}, 50_000)


def test_what_is_reported_again_has_not_fallen(patient):
    for outcome in (ABSOLUTE, NOTHING, ABSOLUTE):
        case = sent(patient, outcome)
    assert (case.fallen, case.rank) == ({}, 200_000)


def test_what_is_raised_is_not_marked(patient):
    sent(patient, NOTHING)
    assert sent(patient, ABSOLUTE).fallen == {}


def test_an_urgent_answer_in_between_takes_no_mark_away(patient):
    sent(patient, ABSOLUTE)
    case = sent(patient, NOTHING)
    marked = {"patient": patient, "questionnaire": case.questionnaire}
    case = place_urgent(**marked, level="same_day", reasons=["fever"], at=timezone.now())
    assert (case.fallen, case.rank) == ({"bone": {"was": "absolute", "is": "none"}}, 1_000)


def test_a_decision_takes_the_mark_away_and_the_case_its_own_place(patient, surgeon):
    sent(patient, ABSOLUTE)
    case = sent(patient, NOTHING)
    deciding.decide(user=surgeon, case=case, version=case.version, state="discuss")
    case.refresh_from_db()
    assert (case.fallen, case.rank) == ({}, 600_000)


def test_taking_a_case_does_not(patient, surgeon):
    sent(patient, ABSOLUTE)
    case = sent(patient, NOTHING)
    reviewing.take(user=surgeon, case=case)
    case.refresh_from_db()
    assert (bool(case.fallen), case.rank) == (True, 200_000)


# Not assessed -------------------------------------------------------------------------------------------


def test_what_was_not_assessed_stands_before_what_reported_nothing(patient):
    case = sent(patient, None)
    assert (case.headline, case.criteria) == (Case.Headline.STORED, {})
    assert rank(a("clarify")) == case.rank < rank(a("none"))


def test_not_assessed_lowers_no_flag(patient):
    before = sent(patient, ABSOLUTE)
    case = sent(patient, None)
    assert (case.fallen, case.rank) == ({"bone": {"was": "absolute", "is": "stored"}}, before.rank)


def test_not_assessed_an_urgent_answer_stands_first_all_the_same(patient):
    case = sent(patient, None, numbness="now")
    assert (case.urgency, case.urgent_reasons, case.rank) == (Case.Urgency.NOW, ["numbness"], 50_000)


def raised(patient, level="now", **fields):
    questionnaire = make_edition().questionnaire
    case = place_urgent(
        patient=patient, questionnaire=questionnaire, level=level, reasons=["numbness"], at=timezone.now()
    )
    return case, make_alert(case, level=level, **fields)


def test_acknowledged_it_stands_behind_those_whom_nobody_has_acknowledged(patient, surgeon):
    case, alert = raised(patient)
    assert (case.unacknowledged, case.rank) == (True, 0)
    reviewing.acknowledge(user=surgeon, alert=alert)
    case.refresh_from_db()
    assert (case.unacknowledged, case.rank, case.version) == (False, 50_000, 1)


def test_while_another_alert_of_it_waits_it_stays_on_top(patient, surgeon):
    case, alert = raised(patient)
    other = make_alert(case, level="same_day")
    reviewing.acknowledge(user=surgeon, alert=alert)
    case.refresh_from_db()
    assert (case.unacknowledged, case.rank) == (True, 0)
    reviewing.acknowledge(user=surgeon, alert=other)
    case.refresh_from_db()
    assert (case.unacknowledged, case.rank) == (False, 50_000)


def test_what_was_urgent_and_is_not_any_more_keeps_an_urgent_place_when_acknowledged(patient, surgeon):
    case, alert = raised(patient, level="same_day")
    case = sent(patient, NOTHING)
    assert (case.fallen, case.rank) == ({"urgency": {"was": "same_day", "is": "none"}}, 1_000)
    reviewing.acknowledge(user=surgeon, alert=alert)
    case.refresh_from_db()
    assert (case.rank, tier_at(case.rank)) == (100_000, 1)


def test_acknowledging_twice_moves_nothing(patient):
    case, _alert = raised(patient, acknowledged_at=timezone.now(), acknowledged_by=patient)
    for _twice in range(2):
        place_acknowledged(case.pk)
    case.refresh_from_db()
    assert case.rank == 50_000
