"""`manage.py assess`: a case or a list in, outcomes out; what is wrong is said in one sentence with exit code 2."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.screening.calm import CALM

VIGNETTES = json.loads((Path(__file__).parent / "vignettes.json").read_text())


@pytest.fixture
def assess(db, tmp_path):
    def run(given):
        path = tmp_path / "case.json"
        path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
        out = io.StringIO()
        call_command("assess", "spinal-fusion", str(path), stdout=out)
        return json.loads(out.getvalue())

    return run


def case(answers=None, **more):
    calm = {"answers": {**CALM, **(answers or {})}, "facts": {"age": 44}, "today": "2026-11-22", **more}
    calm["answers"] = {key: value for key, value in calm["answers"].items() if value is not ...}
    return calm


def test_a_list_of_cases_gives_a_list_of_outcomes(assess):
    assert assess(VIGNETTES) == [vignette["expected"] for vignette in VIGNETTES]


def test_one_case_gives_one_outcome(assess):
    assert assess(VIGNETTES[6]) == VIGNETTES[6]["expected"]


def test_units_and_spellings_come_to_the_same(assess):
    metric = assess(case({"height_cm": 170.2, "weight_kg": 90.7}))
    assert assess(case({"height_cm": {"ft": 5, "in": 7}, "weight_kg": {"lb": 200}})) == metric
    assert assess(case({"height_cm": " 170,2 ", "weight_kg": "90.70"})) == metric
    assert metric["derived"]["bmi"] == "31.3"


def test_what_is_not_shown_is_dropped_in_the_order_of_the_questions(assess):
    hidden = {"cancer_ever": "no", "cancer_in_spine": "yes", "cancer_spine_places": "garbage"}
    assert assess(case(hidden)) == assess(case())


def test_without_an_on_duty_contact_mood_is_not_asked(assess):
    facts = {"age": 44, "on_duty_contact": False}
    assert assess(case({"phq_1": ..., "phq_2": ...}, facts=facts))["derived"]["phq2"] is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (case({"height_cm": "tall"}), "answers.height_cm: Give a number"),
        (case({"height_cm": 99.9}), "answers.height_cm: It must be from 100 to 230 cm"),
        (case({"weight_kg": {"stone": 3}}), "answers.weight_kg: Give it in one of these units: kg, lb, st"),
        (case({"cancer_ever": "maybe"}), "answers.cancer_ever: Choose one of: yes, no, not_sure"),
        (case({"cancer_ever": ["yes"]}), "answers.cancer_ever: Choose one of"),
        (case({"phq_1": 4}), "answers.phq_1: Choose one of: 0, 1, 2, 3, prefer_not"),
        (case({"phq_1": True}), "answers.phq_1: Choose one of"),
        (case({"smokes": "yes"}), "answers.smokes: There is no question named 'smokes'"),
        (case({"smoking": ..., "dialysis": None}), "these answers are missing: smoking, dialysis"),
        (
            case({"smoking": "former", "smoking_stopped_on": "2026-11-23"}),
            "answers.smoking_stopped_on: The date",
        ),
        (
            case({"smoking": "former", "smoking_stopped_on": "2026-02-30"}),
            "answers.smoking_stopped_on: Give a real date",
        ),
        (case({"bone_scan": "yes", "bone_scan_month": "2026-13"}), "answers.bone_scan_month: Give a month"),
        (
            case({"spine_surgery": "yes", "spine_surgery_count": 1.5}),
            "answers.spine_surgery_count: Give a whole number",
        ),
        (case({"anything_else": "x" * 1001}), "answers.anything_else: Write 1,000 characters at most"),
        (case({"anything_else": "a\x00b"}), "answers.anything_else: The text holds a character"),
        (case(facts={"age": 17}), "facts.age: Age must be a whole number of years from 18 to 120"),
        (case(facts={}), "facts.age"),
        (case(facts={"age": 44, "heigth": 3}), "facts.heigth: There is no fact named 'heigth'"),
        (case(today="2026-02-30"), "today must be a date"),
        (case(answers_=1) | {"answers": []}, "answers must be an object"),
        ([case(), case({"nsaid": "often"})], "case 2: answers.nsaid: Choose one of"),
        ([1], "case 1: give an object with answers, facts and today"),
        ('{"answers": {"bmi": NaN}}', "NaN is no number"),
        ('{"facts": {"age": 1e999999999}, "answers": {}}', "facts.age"),
        ('{"answers": {}, "answers": {}}', "answers is there twice"),
        ("[" * 100_000, "is not JSON that can be read"),
        ('{"answers":', "is not JSON: line 1, column 12"),
        ("", "is not JSON"),
    ],
)
def test_bad_input_is_one_sentence_that_names_the_key(assess, given, sentence):
    with pytest.raises(CommandError) as refused:
        assess(given)
    assert refused.value.returncode == 2
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_questionnaire_and_a_missing_file_are_said(db, tmp_path):
    with pytest.raises(CommandError, match="There is no questionnaire 'knee'; try spinal-fusion"):
        call_command("assess", "knee", str(tmp_path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("assess", "spinal-fusion", str(tmp_path / "none.json"))
