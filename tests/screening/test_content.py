"""The default questionnaire says what its specification says, in words that patients can read.

The tables below were typed from the specification, not from the file: a second hand that notices a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from editions.readability import grade
from screening.engine.definition import problems, read
from screening.models import authoring
from screening.models.document import shipped

DOCUMENT = shipped("spinal-fusion")

YES_NO = "yes_no"
PHQ = ("0", "1", "2", "3", "prefer_not")
AFTER_PHQ2 = "total_known(phq_1, phq_2) >= phq2_positive"
CANCER = 'cancer_ever in ("yes", "not_sure")'
SCAN = 'bone_scan == "yes"'
SMOKED = 'smoking in ("daily", "some_days", "former")'
DIABETES = 'diabetes == "yes"'
OPERATED = 'spine_surgery == "yes"'

# key: (type, options or (lowest, highest, decimals), shown when, optional)
QUESTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "red_flags": {
        "red_flag_bladder_bowel": (YES_NO,),
        "red_flag_saddle_numbness": (YES_NO,),
        "red_flag_new_weakness": (YES_NO,),
        "red_flag_fever_back_pain": (YES_NO,),
        "red_flag_fall_crash": (YES_NO,),
    },
    "cancer": {
        "cancer_ever": (YES_NO,),
        "cancer_in_spine": (YES_NO, (), CANCER),
        "cancer_spine_places": (
            "choice",
            ("one", "few_adjacent", "many", "not_sure"),
            'cancer_in_spine == "yes"',
        ),
        "cancer_night_pain": (YES_NO, (), CANCER),
    },
    "bone": {
        "osteoporosis_told": (YES_NO,),
        "bone_scan": (YES_NO,),
        "bone_t_score": ("number", ("-6.0", "4.0", 1), SCAN, True),
        "bone_scan_month": ("month", (), SCAN, True),
        "bone_fragility_fracture": (YES_NO,),
        "bone_fracture_site": (
            "choice",
            ("hip", "spine", "wrist", "other", "not_sure"),
            'bone_fragility_fracture == "yes"',
        ),
        "bone_medicine": (YES_NO,),
    },
    "infection": {
        "infection_now": (YES_NO,),
        "infection_site": (
            "choice",
            ("skin", "dental", "urine", "chest", "other", "not_sure"),
            'infection_now == "yes"',
        ),
        "antibiotics_now": (YES_NO,),
        "spine_infection": ("choice", ("no", "now", "finished", "not_sure")),
        "fever_or_chills": (YES_NO,),
        "back_sore": (YES_NO,),
    },
    "nicotine": {
        "smoking": ("choice", ("daily", "some_days", "former", "never", "not_sure")),
        "smoking_stopped_on": ("date", (), 'smoking == "former"', True),
        "cigarettes_per_day": ("number", ("0", "200", 0), SMOKED, True),
        "smoking_years": ("number", ("0", "100", 0), SMOKED, True),
        "other_nicotine": (YES_NO,),
        "nicotine_replacement": (YES_NO,),
    },
    "weight": {
        "height_cm": ("number", ("100", "230", 1), "", True),
        "weight_kg": ("number", ("25", "350", 1), "", True),
        "weight_loss": (YES_NO,),
        "weight_loss_amount": (
            "choice",
            ("up_to_5_kg", "6_to_10_kg", "11_to_15_kg", "over_15_kg", "not_sure"),
            'weight_loss == "yes"',
        ),
        "eating_less": (YES_NO,),
    },
    "health": {
        "heart_failure": (YES_NO,),
        "recent_heart_event": (YES_NO,),
        "low_oxygen": (YES_NO,),
        "lung_disease": (YES_NO,),
        "breathless": (YES_NO,),
        "diabetes": (YES_NO,),
        "hba1c": ("number", ("3.0", "20.0", 1), DIABETES, True),
        "hba1c_month": ("month", (), DIABETES, True),
        "dialysis": (YES_NO,),
    },
    "spine_surgery": {
        "spine_surgery": (YES_NO,),
        "spine_surgery_count": ("number", ("1", "30", 0), OPERATED, True),
        "spine_surgery_same_area": (YES_NO, (), OPERATED),
        "spine_metal": (YES_NO, (), OPERATED),
        "spine_surgery_problem": (YES_NO, (), OPERATED),
        "spine_surgery_problem_kinds": (
            "several",
            ("infection", "leak", "nonunion", "nerve", "other", "not_sure"),
            'spine_surgery_problem == "yes"',
        ),
    },
    "medicines": {
        "steroids_long_term": (YES_NO,),
        "blood_thinner": (YES_NO,),
        "nsaid": (YES_NO,),
        "immune_medicine": (YES_NO,),
        "opioid_long_term": (YES_NO,),
        "metal_allergy": (YES_NO,),
    },
    "mood": {
        "depression_told": (YES_NO,),
        "phq_1": ("scale", PHQ, "on_duty_contact"),
        "phq_2": ("scale", PHQ, "on_duty_contact"),
        **{f"phq_{item}": ("scale", PHQ, AFTER_PHQ2) for item in range(3, 10)},
    },
    "anything_else": {"anything_else": ("text", (), "", True)},
}

# key: (value, what it has to be above)
THRESHOLDS = {
    "bone_osteopenia_t": ("-1.0", "bone_osteoporosis_t"),
    "bone_osteoporosis_t": ("-2.5", "bone_severe_t"),
    "bone_severe_t": ("-3.5", ""),
    "bone_scan_max_months": ("24", ""),
    "bone_screen_age": ("65", ""),
    "nicotine_quit_weeks": ("6", ""),
    "nicotine_confirm_weeks": ("26", "nicotine_quit_weeks"),
    "nutrition_at_risk": ("2", ""),
    "bmi_underweight": ("18.5", ""),
    "bmi_class_1": ("30", "bmi_underweight"),
    "bmi_class_2": ("35", "bmi_class_1"),
    "bmi_class_3": ("40", "bmi_class_2"),
    "hba1c_high": ("7.5", ""),
    "hba1c_max_months": ("3", ""),
    "phq2_positive": ("3", ""),
    "phq9_moderate": ("10", ""),
    "phq9_severe": ("15", "phq9_moderate"),
    "surgery_count_high": ("3", "2"),
    "answers_stale_days": ("90", ""),
}

# criterion: "reason category could-be grade", "-" for none, in the order of the specification
RULES = {
    "cancer": """
        cancer_diffuse absolute - -
        cancer_spine_limited clarify absolute -
        cancer_spine_extent_unknown clarify absolute -
        cancer_spread_unknown clarify absolute -
        cancer_history_unknown clarify absolute -
        cancer_history_unknown clarify - -
        cancer_no_spine info - -
    """,
    "bone": """
        bone_severe_who absolute - -
        bone_severe_t absolute - -
        bone_osteoporosis relative - -
        bone_osteoporosis relative absolute -
        bone_fracture relative - -
        bone_fracture relative absolute -
        bone_fracture relative absolute -
        bone_osteoporosis_reported relative absolute -
        bone_scan_disagrees clarify absolute -
        bone_osteopenia info - -
        bone_fracture_unknown clarify absolute -
        bone_fracture_unknown clarify absolute -
        bone_scan_old clarify absolute -
        bone_result_unknown clarify absolute -
        bone_medicine_unexplained clarify absolute -
        bone_unknown clarify absolute -
        bone_screen_due clarify absolute -
    """,
    "infection": """
        infection_spine_active absolute - -
        infection_local_wound absolute - -
        infection_systemic absolute - -
        infection_fever clarify absolute -
        infection_remote clarify absolute -
        infection_antibiotic clarify absolute -
        infection_spine_recent clarify absolute -
        infection_past_with_metal clarify absolute -
        infection_unknown clarify absolute -
    """,
    "nicotine": """
        nicotine_current relative - -
        nicotine_quit_recent relative - -
        nicotine_quit_confirm info - -
        nicotine_other relative - -
        nicotine_replacement clarify relative -
        nicotine_unknown clarify relative -
    """,
    "nutrition": """
        nutrition_at_risk relative - -
        nutrition_unsure clarify relative -
        nutrition_underweight relative - -
    """,
    "systemic": """
        systemic_low_oxygen relative - -
        systemic_heart_lung relative - -
        systemic_heart_lung_unclear clarify relative -
        systemic_breathless clarify relative -
        systemic_recent_event relative - -
        systemic_dialysis relative - -
        systemic_diabetes_high relative - -
        systemic_diabetes info - -
        systemic_hba1c_needed clarify relative -
        systemic_hba1c_old clarify relative -
        systemic_unknown clarify relative -
        mood_depression relative - -
        mood_depression_moderate clarify relative -
        mood_unknown clarify relative -
        mood_depression_reported relative - -
        mood_unknown clarify relative -
    """,
    "obesity": """
        obesity_class_1 relative - 1
        obesity_class_2 relative - 2
        obesity_class_3 relative - 3
        obesity_unknown clarify relative -
    """,
    "prior_surgery": """
        surgery_unknown clarify relative -
        surgery_prior relative - 1
        surgery_count_unknown relative - -
        surgery_count_two relative - 2
        surgery_count_high relative - 3
        surgery_same_area relative - 2
        surgery_metal relative - 2
        surgery_problem relative - 2
        surgery_serious_problem relative - 3
        surgery_details_unknown relative - -
    """,
}

URGENT = {
    **dict.fromkeys(QUESTIONS["red_flags"], ("now", "emergency")),
    **{f"{key}_unsure": ("same_day", "today") for key in QUESTIONS["red_flags"]},
    "infection_with_fever": ("now", "emergency"),
    "fever_low_immunity": ("same_day", "today"),
    "cancer_night_pain": ("same_day", "today"),
    "mood_self_harm": ("now", "crisis"),
    "mood_self_harm_unsure": ("same_day", "today"),
}

EXTRAS = {
    "medicine_steroids": "steroids_long_term",
    "medicine_blood_thinner": "blood_thinner",
    "medicine_nsaid": "nsaid",
    "medicine_immune": "immune_medicine",
    "medicine_opioid": "opioid_long_term",
    "medicine_bone": "bone_medicine",
    "allergy_metal": "metal_allergy",
}

# As published by the authors of the PHQ; see the credit line.
PHQ_STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
PHQ_ITEMS = [
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
    "Trouble concentrating on things, such as reading the newspaper or watching television",
    "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety "
    "or restless that you have been moving around a lot more than usual",
    "Thoughts that you would be better off dead or of hurting yourself in some way",
]
PHQ_CHOICES = [
    "Not at all",
    "Several days",
    "More than half the days",
    "Nearly every day",
    "I prefer not to say",
]
PHQ_CREDIT = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission required to reproduce, translate, display or "
    "distribute."
)

VERDICTS = re.compile(r"\b(absolute|relative|contraindicat|candidate|unfit|unsuitable)", re.IGNORECASE)
PLACEHOLDERS = {
    "{emergency_number}": "911",
    "{crisis_help}": "Call or text 988",
    "{practice_phone}": "555 0100",
    "{practice_name}": "Hill Spine",
}


def questions() -> Iterator[dict[str, Any]]:
    for section in DOCUMENT["sections"]:
        yield from section["questions"]


def asked(question: dict[str, Any]) -> tuple[Any, ...]:
    """A row as `QUESTIONS` has it: what is empty at its end is left out."""
    options = tuple(choice["value"] for choice in question.get("choices", ()))
    if question["type"] == "number":
        options = (question["minimum"], question["maximum"], question["decimals"])
    row = [question["type"], options, question.get("shown_when", ""), question.get("optional", False)]
    while row and not row[-1]:
        row.pop()
    return tuple(row)


def patient_texts() -> Iterator[tuple[str, str]]:
    """Everything but titles, options and the published PHQ words: where it stands, and the text."""
    yield from (
        ("summary", DOCUMENT["summary"]),
        ("intro", DOCUMENT["intro"]),
        ("sent", DOCUMENT["sent"]["body"]),
    )
    yield from (
        (section["key"], section["intro"]) for section in DOCUMENT["sections"] if section.get("intro")
    )
    for question in questions():
        members = ("why",) if question["key"].startswith("phq_") else ("text", "help", "why")
        yield from ((f"{question['key']}.{name}", question[name]) for name in members if question.get(name))
    for notice in DOCUMENT["notices"]:
        for place, text in enumerate((notice["body"], *notice["actions"])):
            for placeholder, value in PLACEHOLDERS.items():
                text = text.replace(placeholder, value)
            yield f"{notice['key']}.{place}", text


def labels() -> Iterator[str]:
    yield from (DOCUMENT["title"], DOCUMENT["sent"]["title"])
    yield from (row["title"] for row in (*DOCUMENT["sections"], *DOCUMENT["notices"]))
    yield from (choice["text"] for question in questions() for choice in question.get("choices", ()))


def test_the_file_has_no_problems() -> None:
    assert problems(DOCUMENT) == ()


def test_questions_options_and_conditions_are_those_of_the_specification() -> None:
    found = {
        section["key"]: {question["key"]: asked(question) for question in section["questions"]}
        for section in DOCUMENT["sections"]
    }

    assert list(found) == list(QUESTIONS)
    assert {key: list(rows) for key, rows in found.items()} == {
        key: list(rows) for key, rows in QUESTIONS.items()
    }
    assert found == QUESTIONS


def test_signs_of_the_moment_are_asked_anew() -> None:
    found = [question["key"] for question in questions() if question.get("ask_anew")]

    assert found == list(QUESTIONS["red_flags"])


def test_what_can_be_typed_in_other_units_says_so() -> None:
    found = {
        question["key"]: (question["unit"], question["measure"])
        for question in questions()
        if "measure" in question
    }

    assert found == {"height_cm": ("cm", "length"), "weight_kg": ("kg", "weight"), "hba1c": ("%", "hba1c")}


def test_anything_else_takes_a_thousand_characters() -> None:
    assert [question.get("max_length") for question in questions()][-1] == 1000


def test_thresholds_and_their_order_are_those_of_the_specification() -> None:
    found = {row["key"]: (row["value"], row.get("above", "")) for row in DOCUMENT["thresholds"]}

    assert found == THRESHOLDS


@pytest.mark.parametrize("member", ["label", "unit", "source", "minimum", "maximum"])
def test_every_threshold_says_what_it_is_where_it_comes_from_and_how_far_it_goes(member: str) -> None:
    assert [row["key"] for row in DOCUMENT["thresholds"] if not row.get(member)] == []


def test_the_outcome_holds_five_calculations() -> None:
    found = {row["key"]: row["decimals"] for row in DOCUMENT["calculations"] if row.get("outcome")}

    assert found == {"bmi": 1, "nutrition_known": 0, "nutrition_possible": 0, "phq2": 0, "phq9": 0}


@pytest.mark.parametrize("key", RULES)
def test_rules_are_those_of_the_specification(key: str) -> None:
    criterion = next(row for row in DOCUMENT["criteria"] if row["key"] == key)
    found = [
        f"{rule['reason']} {rule['category']} {rule.get('could_be', '-')} {rule.get('grade', '-')}"
        for rule in criterion["rules"]
    ]

    assert found == [line.strip() for line in RULES[key].strip().splitlines()]


def test_criteria_stand_in_the_surgeons_order_with_their_topics() -> None:
    assert {row["key"]: row["topic"] for row in DOCUMENT["criteria"]} == {
        "cancer": "cancer",
        "bone": "bone-health",
        "infection": "infection",
        "nicotine": "nicotine",
        "nutrition": "nutrition",
        "systemic": "general-health",
        "obesity": "weight",
        "prior_surgery": "earlier-surgery",
    }
    assert [row["key"] for row in DOCUMENT["criteria"]] == list(RULES)


@pytest.mark.parametrize(
    "member", ["about", "modifiable", "modifiable_note", "next_steps", "settled_by", "sources"]
)
def test_every_criterion_tells_the_surgeon_why_and_what_next(member: str) -> None:
    assert [row["key"] for row in DOCUMENT["criteria"] if not row.get(member)] == []


def test_urgent_answers_and_their_notices_are_those_of_the_specification() -> None:
    assert {row["reason"]: (row["level"], row["notice"]) for row in DOCUMENT["urgent"]} == URGENT


def test_extras_hold_for_yes_and_for_not_sure() -> None:
    expected = {reason: f'{key} == "yes"' for reason, key in EXTRAS.items()}
    expected |= {f"{reason}_unsure": f'{key} == "not_sure"' for reason, key in EXTRAS.items()}

    assert {row["reason"]: row["when"] for row in DOCUMENT["extras"]} == expected


def test_the_phq_stands_in_its_published_words() -> None:
    phq = [question for question in questions() if question["key"].startswith("phq_")]

    assert [question["text"] for question in phq] == PHQ_ITEMS
    assert {question["help"] for question in phq} == {PHQ_STEM}
    assert [[choice["text"] for choice in question["choices"]] for question in phq] == [PHQ_CHOICES] * 9
    assert {question["credit"] for question in phq} == {PHQ_CREDIT}


def test_patients_read_every_text_at_grade_6_or_lower() -> None:
    assert {where: text for where, text in patient_texts() if grade(text) > 6} == {}


def test_patients_never_read_a_verdict() -> None:
    found = [
        text for text in (*(text for _where, text in patient_texts()), *labels()) if VERDICTS.search(text)
    ]

    assert found == []


def test_every_question_asks() -> None:
    statements = [row["key"] for row in questions() if not row["text"].endswith("?")]

    assert statements == [f"phq_{item}" for item in range(1, 10)]


@pytest.mark.parametrize("notice", DOCUMENT["notices"], ids=lambda notice: notice["key"])
def test_a_notice_says_whom_to_call_not_to_wait_and_that_nothing_is_lost(notice: dict[str, Any]) -> None:
    everything = " ".join((notice["body"], *notice["actions"]))

    assert "wait for us to read this form" in notice["body"]
    assert "Nothing you typed is lost" in notice["body"]
    assert "{emergency_number}" in everything
    assert set(re.findall(r"{\w+}", everything)) <= set(PLACEHOLDERS)
    assert not re.search(r"\bwe (know|have told|can see)\b", everything, re.IGNORECASE)


def test_the_crisis_notice_names_the_crisis_line_and_offers_a_call() -> None:
    crisis = next(notice for notice in DOCUMENT["notices"] if notice["key"] == "crisis")

    assert any("{crisis_help}" in action for action in crisis["actions"])
    assert "Would you like us to call you?" in crisis["body"]


def test_after_sending_it_says_that_a_surgeon_reads_and_that_the_form_decides_nothing() -> None:
    assert "A surgeon reads them." in DOCUMENT["sent"]["body"]
    assert "This form does not decide whether you can have surgery." in DOCUMENT["sent"]["body"]


def test_every_text_fits_its_column() -> None:
    rows = [
        (authoring.Questionnaire, [DOCUMENT]),
        (authoring.Section, DOCUMENT["sections"]),
        (authoring.Question, list(questions())),
        (authoring.Choice, [choice for question in questions() for choice in question.get("choices", ())]),
        (authoring.Threshold, DOCUMENT["thresholds"]),
        (authoring.Calculation, DOCUMENT["calculations"]),
        (authoring.Criterion, DOCUMENT["criteria"]),
        (authoring.Source, [source for row in DOCUMENT["criteria"] for source in row["sources"]]),
        (authoring.Rule, [rule for row in DOCUMENT["criteria"] for rule in row["rules"]]),
        (authoring.Notice, DOCUMENT["notices"]),
    ]
    too_long = [
        (model.__name__, field.name, member[field.name])
        for model, members in rows
        for field in model._meta.concrete_fields
        for member in members
        if field.get_internal_type() in {"CharField", "SlugField"}
        and len(member.get(field.name, "")) > field.max_length
    ]

    assert too_long == []


@pytest.mark.django_db
def test_a_draft_made_from_the_file_means_the_same() -> None:
    questionnaire = authoring.Questionnaire.objects.create(key="spinal-fusion", title="Empty")
    questionnaire.restore(DOCUMENT)
    stored = authoring.Questionnaire.objects.get(pk=questionnaire.pk)

    assert read(stored.content()) == read(DOCUMENT)
