from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from screening.models import Case
from screening.models.placing import place_sent, place_urgent, rank
from tests.screening.factories import make_case, make_edition, make_submission

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
