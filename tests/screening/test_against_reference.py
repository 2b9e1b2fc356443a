"""The shipped questionnaire finds what an independent reading of the specification finds, case by case."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from screening.engine.answers import Cleaned, clean, clean_facts
from screening.engine.assessment import assess, urgent_now
from screening.engine.definition import Definition, read
from tests.screening import reference, reference_sheet
from tests.screening.cases import Case, make
from tests.screening.reference_sheet import LIMITS, OPTIONAL, QUESTIONS, SHOWN_WHEN, Limits

SHIPPED = Path(__file__).parents[2] / "screening" / "content" / "spinal-fusion.toml"
VIGNETTES = json.loads(Path(__file__).with_name("vignettes.json").read_text(), parse_float=Decimal)
TODAY = date(2026, 11, 24)

OTHER_VALUES = {
    "bone_osteopenia_t": "-0.8",
    "bone_osteoporosis_t": "-2.2",
    "bone_severe_t": "-3.1",
    "bone_scan_max_months": "12",
    "bone_screen_age": "60",
    "nicotine_quit_weeks": "4",
    "nicotine_confirm_weeks": "20",
    "nutrition_at_risk": "3",
    "bmi_underweight": "19",
    "bmi_class_1": "29.5",
    "bmi_class_2": "34",
    "bmi_class_3": "41",
    "hba1c_high": "8",
    "hba1c_max_months": "6",
    "phq2_positive": "2",
    "phq9_moderate": "9",
    "phq9_severe": "18",
    "surgery_count_high": "4",
}
OTHER_LIMITS: Limits = {**LIMITS, **{key: Fraction(value) for key, value in OTHER_VALUES.items()}}


@cache
def document() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


@cache
def shipped() -> Definition:
    return read(document())


@cache
def shipped_with_other_limits() -> Definition:
    thresholds = [
        {**row, "value": OTHER_VALUES.get(row["key"], row["value"])} for row in document()["thresholds"]
    ]
    return read({**document(), "thresholds": thresholds})


def cleaned(definition: Definition, case: Case) -> tuple[Cleaned, dict[str, Any]]:
    facts, problems = clean_facts(case.facts)
    assert not problems
    return clean(definition, case.answers, facts, case.today), facts


def in_tenths(number: Decimal | Fraction | None) -> str:
    """Pack-years are only shown, so the specification leaves their rounding open."""
    return "unknown" if number is None else str(reference_sheet.rounded(Fraction(number), 1))


def found(definition: Definition, case: Case) -> dict[str, Any]:
    """The engine's outcome; beside it the rules that held, what is shown, missing and refused."""
    sheet, facts = cleaned(definition, case)
    outcome = assess(definition, sheet.answers, facts, case.today)
    rules: dict[str, list[str]] = {key: [] for key in outcome.criteria}
    for held in outcome.held:
        rule = held.rule
        rules[held.criterion].append(str((rule.reason, rule.category, rule.could_be or "none", rule.grade)))
    return {
        **outcome.as_dict(),
        "held": {key: sorted(rows) for key, rows in rules.items()},
        "pack_years": in_tenths(outcome.values.get("pack_years")),
        "shown": sorted(sheet.shown),
        "missing": sorted(sheet.missing),
        "refused": {key: problem.message for key, problem in sheet.errors.items()},
    }


def expected(case: Case, limits: Limits = LIMITS) -> dict[str, Any]:
    sheet, shown = reference_sheet.read(case.answers, case.facts, case.today, limits)
    held = reference.findings(sheet)
    return {
        **reference.outcome(sheet),
        "held": {key: sorted(str(tuple(finding)) for finding in rows) for key, rows in held.items()},
        "pack_years": in_tenths(sheet.pack_years),
        "shown": sorted(shown),
        "missing": [],
        "refused": {},
    }


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Each place where two outcomes differ as JSON."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key, "(absent)"), theirs.get(key, "(absent)"), f"{path}/{key}")
    elif json.dumps(ours) != json.dumps(theirs):
        yield f"{path}: engine {json.dumps(ours)}, reference {json.dumps(theirs)}"


def disagreements(definition: Definition, seeds: range, limits: Limits = LIMITS) -> list[str]:
    """One entry per case on which engine and reference differ: what differs, and the case."""
    result = []
    for seed in seeds:
        case = make(seed, limits)
        differing = list(differences(found(definition, case), expected(case, limits)))
        if differing:
            result.append(f"{differing} for {case}")
    return result


def report(entries: list[str]) -> str:
    return "\n\n".join([f"{len(entries)} cases differ, the first are:", *entries[:5]])


def test_2000_cases_are_found_as_the_specification_says() -> None:
    entries = disagreements(shipped(), range(2000))
    assert not entries, report(entries)


def test_other_thresholds_move_the_findings_as_the_specification_says() -> None:
    entries = disagreements(shipped_with_other_limits(), range(10_000, 10_500), OTHER_LIMITS)
    assert not entries, report(entries)


def test_a_lacking_answer_is_missing_exactly_where_the_specification_asks_for_it() -> None:
    for seed in range(20_000, 20_300):
        case, random = make(seed), Random(seed)
        for key in random.sample(sorted(case.answers), 3):
            case.answers[key] = random.choice((None, "", []))
        sheet, facts = cleaned(shipped(), case)
        missing = reference_sheet.missing(*reference_sheet.read(case.answers, facts, case.today))
        assert sorted(sheet.missing) == sorted(missing), case


def test_urgent_signs_of_a_complete_sheet_are_those_of_each_save() -> None:
    for seed in range(30_000, 30_300):
        case = make(seed)
        sheet, facts = cleaned(shipped(), case)
        reasons = sorted(rule.reason for rule in urgent_now(shipped(), sheet.answers, facts, case.today))
        assert reasons == expected(case)["urgent_reasons"], case


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette["id"])
def test_both_readings_give_each_vignette_what_it_must_give(vignette: dict[str, Any]) -> None:
    case = Case(0, vignette["answers"], vignette["facts"], date.fromisoformat(vignette["today"]))
    sheet, _shown = reference_sheet.read(case.answers, case.facts, case.today)
    assert reference.outcome(sheet) == vignette["expected"]
    assert found(shipped(), case) == expected(case)


ALWAYS_ASKED = [key for key in QUESTIONS if key not in SHOWN_WHEN and not key.startswith("phq_")]
CALM = {
    **{key: "no" for key in ALWAYS_ASKED if key not in OPTIONAL},
    **{"smoking": "never", "height_cm": 170, "weight_kg": 70, "phq_1": 0, "phq_2": 0},
}
SCANNED = {"bone_scan": "yes", "bone_scan_month": "2026-11"}
BROKEN_HIP = {"bone_fragility_fracture": "yes", "bone_fracture_site": "hip"}
DIABETIC = {"diabetes": "yes", "hba1c_month": "2026-11"}
OPERATED = {
    "spine_surgery": "yes",
    "spine_surgery_same_area": "no",
    "spine_metal": "no",
    "spine_surgery_problem": "no",
}


def stopped(days: int) -> dict[str, Any]:
    return {"smoking": "former", "smoking_stopped_on": (TODAY - timedelta(days=days)).isoformat()}


def scores(first: int, second: int, *others: int) -> dict[str, Any]:
    """PHQ answers; those not told are 0."""
    return {f"phq_{number}": 0 for number in range(1, 10)} | {
        f"phq_{number}": score for number, score in enumerate((first, second, *others), start=1)
    }


def in_brief(criterion: dict[str, Any]) -> str:
    told = [criterion["category"]]
    if "could_be" in criterion:
        told.append(f"could be {criterion['could_be']}")
    if "grade" in criterion:
        told.append(f"grade {criterion['grade']}")
    return f"{', '.join(told)}: {' '.join(criterion['reasons'])}"


SEVERE, OSTEOPOROSIS, OSTEOPENIA = (
    "absolute: bone_severe_t",
    "relative: bone_osteoporosis",
    "info: bone_osteopenia",
)
SCAN_OLD = "clarify, could be absolute: bone_scan_old"
SCREEN_DUE = "clarify, could be absolute: bone_screen_due"
RECENT, CONFIRM = "relative: nicotine_quit_recent", "info: nicotine_quit_confirm"
AT_RISK, UNSURE = "relative: nutrition_at_risk", "clarify, could be relative: nutrition_unsure"
UNDERWEIGHT = "relative: nutrition_underweight"
CLASS_1, CLASS_2, CLASS_3 = (f"relative, grade {grade}: obesity_class_{grade}" for grade in (1, 2, 3))
DIABETES, DIABETES_HIGH = "info: systemic_diabetes", "relative: systemic_diabetes_high"
HBA1C_OLD = "clarify, could be relative: systemic_diabetes systemic_hba1c_old"
MODERATE, DEPRESSION = "clarify, could be relative: mood_depression_moderate", "relative: mood_depression"
NOTHING = "none: "

BOUNDARIES = [
    # bone_severe_t -3.5, bone_osteoporosis_t -2.5, bone_osteopenia_t -1.0; rounded half away from zero first
    ("bone", SCANNED | {"bone_t_score": "-3.6"}, SEVERE),
    ("bone", SCANNED | {"bone_t_score": "-3.5"}, SEVERE),
    ("bone", SCANNED | {"bone_t_score": "-3.45"}, SEVERE),
    ("bone", SCANNED | {"bone_t_score": "-3.44"}, OSTEOPOROSIS),
    ("bone", SCANNED | {"bone_t_score": "-3.4"}, OSTEOPOROSIS),
    ("bone", SCANNED | {"bone_t_score": "-2.6"}, OSTEOPOROSIS),
    ("bone", SCANNED | {"bone_t_score": "-2.5"}, OSTEOPOROSIS),
    ("bone", SCANNED | {"bone_t_score": "-2.45"}, OSTEOPOROSIS),
    ("bone", SCANNED | {"bone_t_score": "-2.4"}, OSTEOPENIA),
    ("bone", SCANNED | {"bone_t_score": "-1.1"}, OSTEOPENIA),
    ("bone", SCANNED | {"bone_t_score": "-1.05"}, OSTEOPENIA),
    ("bone", SCANNED | {"bone_t_score": "-1.0"}, NOTHING),
    ("bone", SCANNED | {"bone_t_score": "-0.9"}, NOTHING),
    ("bone", SCANNED | BROKEN_HIP | {"bone_t_score": "-2.5"}, "absolute: bone_severe_who"),
    ("bone", SCANNED | BROKEN_HIP | {"bone_t_score": "-2.4"}, "relative, could be absolute: bone_fracture"),
    # bone_scan_max_months 24
    ("bone", {"bone_scan": "yes", "bone_t_score": 0, "bone_scan_month": "2024-12"}, NOTHING),
    ("bone", {"bone_scan": "yes", "bone_t_score": 0, "bone_scan_month": "2024-11"}, NOTHING),
    ("bone", {"bone_scan": "yes", "bone_t_score": 0, "bone_scan_month": "2024-10"}, SCAN_OLD),
    ("bone", {"bone_scan": "yes", "bone_t_score": 0}, SCAN_OLD),
    # nicotine_quit_weeks 6, nicotine_confirm_weeks 26
    ("nicotine", stopped(41), RECENT),
    ("nicotine", stopped(42), CONFIRM),
    ("nicotine", stopped(43), CONFIRM),
    ("nicotine", stopped(181), CONFIRM),
    ("nicotine", stopped(182), NOTHING),
    ("nicotine", stopped(183), NOTHING),
    # nutrition_at_risk 2
    ("nutrition", {"weight_loss": "yes", "weight_loss_amount": "up_to_5_kg"}, NOTHING),
    ("nutrition", {"weight_loss": "yes", "weight_loss_amount": "up_to_5_kg", "eating_less": "yes"}, AT_RISK),
    (
        "nutrition",
        {"weight_loss": "yes", "weight_loss_amount": "up_to_5_kg", "eating_less": "not_sure"},
        UNSURE,
    ),
    ("nutrition", {"weight_loss": "yes", "weight_loss_amount": "6_to_10_kg"}, AT_RISK),
    ("nutrition", {"weight_loss": "yes", "weight_loss_amount": "not_sure"}, UNSURE),
    ("nutrition", {"weight_loss": "not_sure"}, UNSURE),
    ("nutrition", {"eating_less": "not_sure"}, NOTHING),
    # bmi_underweight 18.5; at 200 cm each 0.2 kg is 0.05, so that 73.8 kg is 18.45 and rounds up
    ("nutrition", {"height_cm": 200, "weight_kg": "73.6"}, UNDERWEIGHT),
    ("nutrition", {"height_cm": 200, "weight_kg": "73.7"}, UNDERWEIGHT),
    ("nutrition", {"height_cm": 200, "weight_kg": "73.8"}, NOTHING),
    ("nutrition", {"height_cm": 200, "weight_kg": "74.4"}, NOTHING),
    # bmi_class_1 30, bmi_class_2 35, bmi_class_3 40
    ("obesity", {"height_cm": 200, "weight_kg": "119.7"}, NOTHING),
    ("obesity", {"height_cm": 200, "weight_kg": "119.8"}, CLASS_1),
    ("obesity", {"height_cm": 200, "weight_kg": "120"}, CLASS_1),
    ("obesity", {"height_cm": 200, "weight_kg": "139.7"}, CLASS_1),
    ("obesity", {"height_cm": 200, "weight_kg": "139.8"}, CLASS_2),
    ("obesity", {"height_cm": 200, "weight_kg": "159.7"}, CLASS_2),
    ("obesity", {"height_cm": 200, "weight_kg": "159.8"}, CLASS_3),
    ("obesity", {"height_cm": 200, "weight_kg": "160.4"}, CLASS_3),
    ("obesity", {"height_cm": ""}, "clarify, could be relative: obesity_unknown"),
    # hba1c_high 7.5; 59 mmol/mol is 7.5485 %
    ("systemic", DIABETIC | {"hba1c": "7.4"}, DIABETES),
    ("systemic", DIABETIC | {"hba1c": "7.5"}, DIABETES),
    ("systemic", DIABETIC | {"hba1c": "7.54"}, DIABETES),
    ("systemic", DIABETIC | {"hba1c": "7.55"}, DIABETES_HIGH),
    ("systemic", DIABETIC | {"hba1c": "7.6"}, DIABETES_HIGH),
    ("systemic", DIABETIC | {"hba1c": {"mmol/mol": 59}}, DIABETES),
    ("systemic", DIABETIC | {"hba1c": {"mmol/mol": 60}}, DIABETES_HIGH),
    # hba1c_max_months 3
    ("systemic", {"diabetes": "yes", "hba1c": 7, "hba1c_month": "2026-09"}, DIABETES),
    ("systemic", {"diabetes": "yes", "hba1c": 7, "hba1c_month": "2026-08"}, DIABETES),
    ("systemic", {"diabetes": "yes", "hba1c": 7, "hba1c_month": "2026-07"}, HBA1C_OLD),
    ("systemic", {"diabetes": "yes", "hba1c": 7}, HBA1C_OLD),
    # phq2_positive 3: below it the rest is not asked, and what stands there does not count
    ("systemic", scores(1, 1, 3, 3, 3, 3, 3, 3, 3), NOTHING),
    ("systemic", scores(2, 1, 3, 3, 3, 3, 3, 3, 3), DEPRESSION),
    ("systemic", scores(2, 2, 3, 3, 3, 3, 3, 3, 3), DEPRESSION),
    # phq9_moderate 10, phq9_severe 15
    ("systemic", scores(3, 3, 3), NOTHING),
    ("systemic", scores(3, 3, 3, 1), MODERATE),
    ("systemic", scores(3, 3, 3, 2), MODERATE),
    ("systemic", scores(3, 3, 3, 3, 2), MODERATE),
    ("systemic", scores(3, 3, 3, 3, 3), DEPRESSION),
    ("systemic", scores(3, 3, 3, 3, 3, 1), DEPRESSION),
    # surgery_count_high 3
    ("prior_surgery", OPERATED | {"spine_surgery_count": 1}, "relative, grade 1: surgery_prior"),
    (
        "prior_surgery",
        OPERATED | {"spine_surgery_count": 2},
        "relative, grade 2: surgery_count_two surgery_prior",
    ),
    (
        "prior_surgery",
        OPERATED | {"spine_surgery_count": 3},
        "relative, grade 3: surgery_count_high surgery_prior",
    ),
    (
        "prior_surgery",
        OPERATED | {"spine_surgery_count": 4},
        "relative, grade 3: surgery_count_high surgery_prior",
    ),
    ("prior_surgery", OPERATED, "relative, grade 1: surgery_count_unknown surgery_prior"),
]


@pytest.mark.parametrize(("criterion", "changes", "finding"), BOUNDARIES)
def test_a_threshold_divides_where_the_specification_says(
    criterion: str, changes: dict[str, Any], finding: str
) -> None:
    case = Case(0, CALM | changes, {"age": 44}, TODAY)
    assert in_brief(found(shipped(), case)["criteria"][criterion]) == finding
    assert in_brief(expected(case)["criteria"][criterion]) == finding


@pytest.mark.parametrize(("age", "finding"), [(64, NOTHING), (65, SCREEN_DUE), (66, SCREEN_DUE)])
def test_a_bone_scan_is_due_from_the_screening_age_on(age: int, finding: str) -> None:
    case = Case(0, CALM, {"age": age}, TODAY)
    assert in_brief(found(shipped(), case)["criteria"]["bone"]) == finding
    assert in_brief(expected(case)["criteria"]["bone"]) == finding
