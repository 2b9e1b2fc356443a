"""Rules and answers in words, and which answers decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from screening.engine.definition import read
from screening.engine.expressions import parse
from screening.engine.wording import Evidence, answer_in_words, evidence, in_words
from tests.screening.engine.questionnaires import choices, document, question

SMALL = read(document())
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("t_score <= low_t", "“t score” is at or below −2.5 (low bone density)."),
        ('cancer == "not_sure"', "“cancer” is “Not sure”."),
        ('cancer != "yes" and t_score > 0', "“cancer” is not “Yes” and “t score” is above 0."),
        ("low_t < t_score < 1.50", "−2.5 (low bone density) is below “t score” and “t score” is below 1.5."),
        ('places in ("one", "many")', "“places” is “One” or “Many”."),
        ('places not in ("one", "many")', "“places” is not “One” or “Many”."),
        ('"not_sure" in (cancer, in_spine)', "At least one of “cancer”, “in spine” is “Not sure”."),
        ('"yes" not in (cancer, in_spine)', "None of “cancer”, “in spine” is “Yes”."),
        ('"leak" in problems', "“problems” includes “Leak”."),
        ('"leak" not in problems', "“problems” does not include “Leak”."),
        ("answered(bmi)", "Body mass index is known."),
        ("not answered(bmi)", "Body mass index is not known."),
        ('not cancer == "yes"', "“cancer” is not “Yes”."),
        ("not t_score > 1", "“t score” is at or below 1."),
        ('not "leak" in problems', "“problems” does not include “Leak”."),
        ('phq_1 == "prefer_not"', "“phq 1” is “Prefer not”."),
        ("bmi >= 30 and age < 65", "Body mass index is at or above 30 and Age is below 65."),
        ('sex == "female" and on_duty_contact', "Sex is female and Somebody is on duty."),
        ("total_known(phq_1, phq_2) > 2", "The sum of the answered ones of “phq 1”, “phq 2” is above 2."),
        ("weeks_since(stopped_on) < 6", "Weeks since “stopped on” is below 6."),
        ("months_since(scan_month) > 24", "Months since “scan month” is above 24."),
        ("round_half_up(weight / height, 1) > 1", "(“weight” ÷ “height”) rounded to 1 decimal is above 1."),
        ("-weight < 0", "Minus “weight” is below 0."),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_the_words_of_its_questions(expression: str, words: str) -> None:
    assert in_words(parse(expression), SMALL) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("t_score < 0 and (bmi > 3 or bmi < 2)",
         "“t score” is below 0 and (Body mass index is above 3 or Body mass index is below 2)."),
        ("t_score < 0 and bmi > 3 or bmi < 2",
         "(“t score” is below 0 and Body mass index is above 3) or Body mass index is below 2."),
        ("not (bmi > 3 or bmi < 2)",
         "It is not so that (Body mass index is above 3 or Body mass index is below 2)."),
        ("not (bmi > 3 or bmi < 2) or t_score < 0",
         "(it is not so that (Body mass index is above 3 or Body mass index is below 2)) or “t score” is below 0."),
        ("1 < bmi < 3 or t_score < 0",
         "(1 is below Body mass index and Body mass index is below 3) or “t score” is below 0."),
        ("(bmi + 1) * 3 > 2", "(Body mass index + 1) × 3 is above 2."),
        ("bmi - (phq - 1) > 2", "Body mass index − (Mood − 1) is above 2."),
        ('points(cancer == "yes", 2) + 1 > 2', "(2 if “cancer” is “Yes”) + 1 is above 2."),
    ],
)  # fmt: skip
def test_brackets_keep_words_from_being_taken_together_wrongly(expression: str, words: str) -> None:
    assert in_words(parse(expression), SMALL) == words


@pytest.mark.parametrize(
    ("key", "value", "system", "words"),
    [
        ("cancer", "not_sure", "metric", "Not sure"),
        ("height", Decimal("170.0"), "metric", "170.0 cm"),
        ("height", Decimal("170.2"), "imperial", "5 ft 7 in"),
        ("weight", Decimal("68.0"), "imperial", "150 lb"),
        ("weight", Decimal("65.3"), "uk", "10 st 4 lb"),
        ("hba1c", Decimal("7.5"), "metric", "7.5 %"),
        ("hba1c", Decimal("7.5"), "uk", "58 mmol/mol"),
        ("t_score", Decimal("-2.5"), "metric", "−2.5"),
        ("t_score", Decimal("0.0"), "imperial", "0.0"),
        ("years", Decimal(20), "metric", "20"),
        ("phq_1", Decimal(0), "metric", "0"),
        ("phq_1", "prefer_not", "metric", "Prefer not"),
        ("problems", ["infection", "leak"], "metric", "Infection, Leak"),
        ("stopped_on", "2026-05-03", "metric", "May 3, 2026"),
        ("scan_month", "2026-05", "metric", "May 2026"),
        ("note", "yes <b>", "metric", "yes <b>"),
        ("note", None, "metric", ""),
        ("problems", [], "metric", ""),
    ],
)
def test_an_answer_is_said_as_people_read_it(key: str, value: Any, system: str, words: str) -> None:
    assert answer_in_words(SMALL.question(key), value, system) == words


def test_a_choice_on_a_scale_is_found_by_its_number() -> None:
    altered = document()
    altered["sections"][1]["questions"].append(question("pain", "scale", choices=choices("0", "10")))
    altered["sections"][1]["questions"][-1]["choices"][1]["text"] = "The worst"
    assert answer_in_words(read(altered).question("pain"), Decimal(10)) == "The worst"


def test_months_are_named_in_full() -> None:
    written = [answer_in_words(SMALL.question("scan_month"), f"2026-{month:02}") for month in (1, 2, 12)]
    assert written == ["January 2026", "February 2026", "December 2026"]


def parts(expression: str, **answers: Any) -> dict[str, bool]:
    found = evidence(SMALL, parse(expression), answers, {"age": 44}, TODAY)
    return {part.key: part.held for part in found}


def test_evidence_holds_the_question_and_the_answer_in_words() -> None:
    found = evidence(SMALL, parse("t_score <= low_t"), {"t_score": Decimal("-2.6")}, {"age": 44}, TODAY)
    assert found == (Evidence("t_score", "t_score?", "t score", "−2.6", True),)
    assert evidence(SMALL, parse("not answered(t_score)"), {}, {}, TODAY)[0].answer == "Not answered"


def test_evidence_names_the_questions_behind_a_calculation_in_their_order() -> None:
    assert list(parts('heavier > 30 and cancer == "yes"')) == ["cancer", "height", "weight"]


def test_an_answer_that_is_missing_decides_where_the_rule_asks_for_that() -> None:
    rule = 'not answered(t_score) and cancer == "yes"'
    assert parts(rule, cancer="yes") == {"cancer": True, "t_score": True}


def test_only_the_parts_that_made_a_rule_hold_decide() -> None:
    rule = '(cancer == "yes" and in_spine == "no") or places == "many"'
    assert parts(rule, cancer="yes", in_spine="yes", places="many") == {
        "cancer": False,
        "in_spine": False,
        "places": True,
    }


def test_of_a_list_only_the_answers_that_were_looked_for_decide() -> None:
    assert parts('"not_sure" in (cancer, in_spine)', cancer="no", in_spine="not_sure") == {
        "cancer": False,
        "in_spine": True,
    }
    assert parts('"yes" not in (cancer, in_spine)', cancer="no", in_spine="no") == {
        "cancer": True,
        "in_spine": True,
    }


def test_under_not_what_is_false_decides() -> None:
    rule = 'not (cancer == "yes" or in_spine == "yes")'
    assert parts(rule, cancer="no", in_spine="no") == {"cancer": True, "in_spine": True}


def test_where_a_rule_does_not_hold_its_parts_still_say_which_did() -> None:
    assert parts('cancer == "yes" and in_spine == "no"', cancer="yes", in_spine="yes") == {
        "cancer": True,
        "in_spine": False,
    }
