"""Results of tests: stored for good, and the answers assessed with them as a record beside the submission."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from ledger.models import OutboxMessage
from screening import answering, deciding, results, reviewing
from screening.engine.answers import loads
from screening.models import (
    Alert,
    Case,
    Finding,
    InvestigationResult,
    QuestionnaireEdition,
    Reassessment,
    Submission,
)
from screening.models.document import shipped
from tests.screening.factories import make_edition
from tests.screening.typing import WITHOUT_MOOD

pytestmark = pytest.mark.django_db

# Told of weak bones, after a hip that broke by a fall; no scan yet. It could be an absolute criterion.
FRAGILE = {
    "osteoporosis_told": "yes",
    "bone_fragility_fracture": "yes",
    "bone_fracture_site": "wrist",
    "diabetes": "yes",
}
LETTER = "letter of Dr. Lee, Bay Radiology"


def send(patient: Any, edition: QuestionnaireEdition, **answers: Any) -> Case:
    """The case, once the patient has sent these answers and calm ones."""
    answering.start(patient=patient, edition=edition)
    given = {**WITHOUT_MOOD, **FRAGILE, **answers}
    answering.save(patient=patient, questionnaire=edition.questionnaire, given=given, seen={})
    answering.submit(patient=patient, questionnaire=edition.questionnaire)
    return Case.unscoped.get(patient=patient)


def entry(case: Case, key: str, on: str | date = "2026-11-03", source: str = LETTER, **values: Any) -> Any:
    submission: Any = case.submission
    investigation = submission.edition.definition.investigation(key)
    day = on if isinstance(on, date) else date.fromisoformat(on)
    return results.Entry(investigation, values, day, source)


def t_score(case: Case, value: str = "-1.2", on: str = "2026-11-03") -> Any:
    return entry(case, "t_score", on, t_score=Decimal(value))


def enter(surgeon: Any, case: Case, entered: Any, **more: Any) -> results.Stored:
    now = Case.unscoped.get(pk=case.pk)
    return results.enter(user=surgeon, case=now, version=now.version, entry=entered, **more)


def decided(surgeon: Any, case: Case, **what: Any) -> Case:
    now = Case.unscoped.get(pk=case.pk)
    deciding.decide(
        user=surgeon, case=now, version=now.version, **{"state": "discuss", "plan": "talk", **what}
    )
    return Case.unscoped.get(pk=case.pk)


def bone(case: Case) -> Any:
    return Case.unscoped.get(pk=case.pk).criteria.get("bone")


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def case(patient: Any, surgeon: Any, fusion: QuestionnaireEdition) -> Case:
    return send(patient, fusion)


# What is stored


def test_the_answers_are_assessed_with_the_result_beside_the_submission(surgeon: Any, case: Case) -> None:
    sent: Any = case.submission
    before = Submission.unscoped.values().get(pk=sent.pk), list(Finding.unscoped.values())
    stored = enter(surgeon, case, t_score(case))
    again: Any = stored.reassessment
    assert (Submission.unscoped.values().get(pk=sent.pk), list(Finding.unscoped.values())) == before
    assert (again.submission, again.results, again.today, again.by) == (
        sent, [stored.result.pk], date(2026, 11, 24), surgeon,
    )  # fmt: skip
    given = loads(again.answers)
    assert {key: given[key] for key in given if given[key] != loads(sent.answers).get(key)} == {
        "bone_scan": "yes", "bone_t_score": Decimal("-1.2"), "bone_scan_month": "2026-11",
    }  # fmt: skip
    outcome = json.loads(again.outcome)
    assert outcome["criteria"]["bone"] == {"category": "relative", "reasons": ["bone_fracture"]}
    assert {each["criterion"] for each in again.findings} == {
        key for key, found in outcome["criteria"].items() if found["category"] != "none"
    }


def test_the_evidence_says_which_answer_is_from_a_result(surgeon: Any, case: Case) -> None:
    again: Any = enter(surgeon, case, t_score(case)).reassessment
    (found,) = [each for each in again.findings if each["criterion"] == "bone"]
    answers = {part["key"]: part["answer"] for reason in found["reasons"] for part in reason["evidence"]}
    assert answers["bone_t_score"] == f"−1.2 (entered from {LETTER}, November 3, 2026)"
    assert answers["bone_fragility_fracture"] == "Yes"


def test_a_result_says_what_was_typed_in_another_unit(surgeon: Any, case: Case) -> None:
    typed = results.Entry(
        entry(case, "hba1c").investigation, {"hba1c": Decimal("7.5")}, date(2026, 11, 3), LETTER,
        {"hba1c": "58 mmol/mol"},
    )  # fmt: skip
    row = enter(surgeon, case, typed).result
    assert (row.label, row.value, row.unit) == ("HbA1c", "7.5", "%")
    assert row.values == [
        {"key": "hba1c", "label": "HbA1c", "value": "7.5", "unit": "%", "typed": "58 mmol/mol"}
    ]


def test_two_numbers_are_one_result(surgeon: Any, case: Case) -> None:
    row = enter(surgeon, case, entry(case, "bmi", height=Decimal("170.0"), weight=Decimal("110.0")))
    assert (row.result.value, row.result.unit) == ("170.0 cm, 110.0 kg", "")
    assert Case.unscoped.get().criteria["obesity"]["reasons"] == ["obesity_class_2"]


def test_what_no_rule_reads_is_stored_and_nothing_is_assessed(surgeon: Any, case: Case) -> None:
    stored = enter(surgeon, case, entry(case, "albumin", albumin=Decimal("3.1")))
    now = Case.unscoped.get()
    assert (stored.reassessment, now.reassessment, now.has_results) == (None, None, True)
    assert (now.criteria, now.version) == (case.criteria, case.version + 1)


def test_an_hba1c_counts_only_where_diabetes_is_reported(surgeon: Any, patient: Any, fusion: Any) -> None:
    case = send(patient, fusion, diabetes="no")
    assert enter(surgeon, case, entry(case, "hba1c", hba1c=Decimal("9.0"))).reassessment is None


def test_where_the_practice_does_not_assess_a_result_is_only_stored(
    surgeon: Any, patient: Any, fusion: Any, monkeypatch: Any
) -> None:
    case = send(patient, fusion)
    monkeypatch.setattr("portal.host.PortalHost.assesses", lambda self: False)
    assert enter(surgeon, case, t_score(case)).reassessment is None
    assert InvestigationResult.unscoped.count() == 1


def test_answers_that_were_not_assessed_are_not_assessed_with_a_result(
    surgeon: Any, patient: Any, fusion: Any, monkeypatch: Any
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("portal.host.PortalHost.assesses", lambda self: False)
        case = send(patient, fusion)
    assert enter(surgeon, case, t_score(case)).reassessment is None
    assert Case.unscoped.get().headline == Case.Headline.STORED


def test_results_and_what_they_came_to_are_kept(surgeon: Any, case: Case) -> None:
    enter(surgeon, case, t_score(case))
    for rows in (InvestigationResult.unscoped, Reassessment.unscoped):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(at=timezone.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()


def test_nobody_enters_a_result_of_their_own(patient: Any, case: Case) -> None:
    with pytest.raises(PermissionDenied):
        enter(patient, case, t_score(case))


def test_of_one_test_the_result_that_was_measured_last_counts(surgeon: Any, case: Case) -> None:
    enter(surgeon, case, t_score(case, "-3.0", "2025-02-01"))
    newest: Any = enter(surgeon, case, t_score(case)).reassessment
    late = enter(surgeon, case, t_score(case, "-3.6", "2024-01-01"))
    assert late.reassessment is None
    assert Case.unscoped.get().reassessment == newest
    assert newest.results != [late.result.pk]


# The day that ages count up to


def test_how_old_a_result_is_counts_from_now(surgeon: Any, case: Case, today: Any) -> None:
    today.shift(timedelta(days=800))
    again: Any = enter(surgeon, case, t_score(case)).reassessment
    assert again.today == timezone.localdate()
    assert "bone_scan_old" in json.loads(again.outcome)["criteria"]["bone"]["reasons"]


# What was wrong


def test_a_corrected_result_counts_in_the_place_of_the_wrong_one(surgeon: Any, case: Case) -> None:
    wrong = enter(surgeon, case, t_score(case, "-3.6")).result
    assert bone(case)["category"] == "absolute"
    right = enter(surgeon, case, t_score(case, "-1.2"), supersedes=wrong, reason="a slip").result
    assert (right.supersedes, right.reason) == (wrong, "a slip")
    assert bone(case)["category"] == "relative"
    assert Reassessment.unscoped.latest("pk").results == [right.pk]


def test_a_void_result_leaves_the_answers_alone(surgeon: Any, case: Case) -> None:
    wrong = enter(surgeon, case, t_score(case, "-3.6")).result
    now = Case.unscoped.get()
    stored = results.void(
        user=surgeon, case=now, version=now.version, supersedes=wrong, reason="another patient's letter"
    )
    assert (stored.result.void, stored.result.value) == (True, "−3.6")
    again: Any = stored.reassessment
    sent: Any = case.submission
    assert (again.results, again.answers) == ([], sent.answers)
    assert bone(case) == case.criteria["bone"]


def test_a_result_is_superseded_once(surgeon: Any, case: Case) -> None:
    wrong = enter(surgeon, case, t_score(case, "-3.6")).result
    enter(surgeon, case, t_score(case), supersedes=wrong, reason="a slip")
    with pytest.raises(reviewing.Stale):
        enter(surgeon, case, t_score(case), supersedes=wrong, reason="a slip")


def test_a_result_is_not_superseded_without_a_reason(surgeon: Any, case: Case) -> None:
    wrong = enter(surgeon, case, t_score(case, "-3.6")).result
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(surgeon, case, t_score(case), supersedes=wrong)


def test_a_passed_version_is_refused_and_nothing_is_stored(surgeon: Any, case: Case) -> None:
    enter(surgeon, case, entry(case, "albumin", albumin=Decimal("3.1")))
    with pytest.raises(reviewing.Stale):
        results.enter(user=surgeon, case=case, version=case.version, entry=t_score(case))
    assert InvestigationResult.unscoped.count() == 1


# The case


def test_a_lower_flag_keeps_its_place_until_a_surgeon_decides(
    surgeon: Any, patient: Any, fusion: Any
) -> None:
    case = send(patient, fusion, bone_scan="yes", bone_t_score="-3.6", bone_scan_month="2026-01")
    assert case.rank == 200_000
    enter(surgeon, case, t_score(case))
    now = Case.unscoped.get()
    assert (now.headline, now.rank) == ("relative", 200_000)
    assert now.fallen == {"bone": {"was": "absolute", "is": "relative"}}
    assert (now.state, now.version, now.returned_because) == ("new", case.version + 1, "")
    assert decided(surgeon, case).rank > 200_000


def test_a_higher_flag_brings_a_decided_case_back(surgeon: Any, case: Case, today: Any) -> None:
    before = decided(surgeon, case, state="not_now", reason="weak bone", plan="")
    today.shift(timedelta(days=30))
    enter(surgeon, case, t_score(case, "-3.6"))
    now = Case.unscoped.get()
    assert (now.state, now.awaiting, now.returned_because) == ("new", True, "a test result was entered")
    assert (now.version, now.waiting_since, now.headline) == (before.version + 1, timezone.now(), "absolute")


def test_a_test_that_was_waited_for_brings_the_case_back(surgeon: Any, case: Case) -> None:
    decided(surgeon, case, state="needs_tests", tests=["Albumin"], plan="")
    enter(surgeon, case, entry(case, "albumin", albumin=Decimal("3.1")))
    assert Case.unscoped.values_list("state", "returned_because").get() == (
        "new",
        "a test result was entered",
    )


def test_a_closed_case_stays_closed_where_nothing_changes(surgeon: Any, case: Case) -> None:
    decided(surgeon, case, state="closed", reason="moved away", plan="")
    enter(surgeon, case, entry(case, "albumin", albumin=Decimal("3.1")))
    assert Case.unscoped.get().state == "closed"


# Sent anew


def test_what_is_sent_anew_is_assessed_with_the_results_that_stand(
    surgeon: Any, patient: Any, case: Case, fusion: Any, today: Any
) -> None:
    result = enter(surgeon, case, t_score(case)).result
    decided(surgeon, case)
    settled = bone(case)
    today.shift(timedelta(days=20))
    now = send(patient, fusion)
    again: Any = now.reassessment
    assert (again.submission, again.results, again.by) == (now.submission, [result.pk], surgeon)
    assert again.today == now.submission.today  # type: ignore[union-attr]
    assert (now.criteria["bone"], now.fallen, now.returned_because) == (
        settled, {}, "the questionnaire was sent again",
    )  # fmt: skip


def test_a_newer_answer_of_the_patients_own_stands_for_itself(
    surgeon: Any, patient: Any, case: Case, fusion: Any, today: Any
) -> None:
    enter(surgeon, case, t_score(case))
    today.shift(timedelta(days=60))
    now = send(patient, fusion, bone_scan="yes", bone_t_score="-3.6", bone_scan_month="2027-01")
    assert (now.reassessment, now.headline) == (None, "absolute")


def test_a_void_result_does_not_come_back_with_new_answers(
    surgeon: Any, patient: Any, case: Case, fusion: Any
) -> None:
    wrong = enter(surgeon, case, t_score(case, "-3.6")).result
    now = Case.unscoped.get()
    results.void(user=surgeon, case=now, version=now.version, supersedes=wrong, reason="wrong letter")
    assert send(patient, fusion).reassessment is None


# Looking ahead


def held(case: Case, criterion: str) -> Any:
    submission: Any = case.submission
    return next(each.rules for each in submission.edition.definition.criteria if each.key == criterion)


def test_it_says_what_would_change_and_stores_nothing(surgeon: Any, case: Case) -> None:
    ahead = results.look_ahead(case=case, entry=t_score(case, "-3.6"))
    assert [(turn.label, turn.was, turn.now and turn.now["category"]) for turn in ahead.turns] == [
        ("Bone strength", case.criteria["bone"], "absolute")
    ]
    assert [turn.because for turn in ahead.turns] == [
        [rule.text for rule in held(case, "bone") if rule.reason in ("bone_severe_who", "bone_severe_t")]
    ]
    assert ahead.comes_back
    assert (InvestigationResult.unscoped.count(), Case.unscoped.get().version) == (0, case.version)
    enter(surgeon, case, t_score(case, "-3.6"))
    assert bone(case) == ahead.turns[0].now


def test_of_rules_with_one_reason_it_says_only_those_that_hold(
    surgeon: Any, patient: Any, fusion: Any
) -> None:
    case = send(patient, fusion, bone_scan="yes", bone_t_score="-3.6", bone_scan_month="2026-01")
    (turn,) = results.look_ahead(case=case, entry=t_score(case)).turns
    assert turn.because == [
        "Fragility fracture (wrist or another site) with a T-score above the range of osteoporosis."
    ]


def test_it_says_nothing_of_what_no_rule_reads(case: Case) -> None:
    assert results.look_ahead(case=case, entry=entry(case, "crp", crp=Decimal(4))).turns == []


# What becomes urgent


@pytest.fixture
def with_urgent_scan(db: None) -> QuestionnaireEdition:
    """The default questionnaire, with a rule of an author who calls very weak bones urgent."""
    document = deepcopy(shipped("spinal-fusion"))
    rule = {"reason": "very_weak_bones", "level": "same_day", "when": "bone_t_score <= -4"}
    document["urgent"].append({**rule, "notice": "today", "text": "Very weak bones. Call the same day."})
    return make_edition(document)


@pytest.mark.parametrize(("value", "alerts"), [("-3.9", []), ("-4.0", ["same_day"])])
def test_a_result_that_makes_a_case_urgent_tells_whoever_is_on_duty(
    patient: Any,
    surgeon: Any,
    on_duty: Any,
    with_urgent_scan: QuestionnaireEdition,
    value: str,
    alerts: list[str],
) -> None:
    case = send(patient, with_urgent_scan, depression_told="no", phq_1="0", phq_2="0")
    enter(surgeon, case, t_score(case, value))
    assert [each.level for each in Alert.unscoped.filter(case=case)] == alerts
    assert OutboxMessage.objects.filter(key__startswith="alert:").count() == len(alerts)
    case.refresh_from_db()
    assert (case.unacknowledged, case.returned_because) == (bool(alerts), "a test result was entered")
    enter(surgeon, case, t_score(case, value, on="2026-11-10"))
    assert Alert.unscoped.count() == len(alerts)
