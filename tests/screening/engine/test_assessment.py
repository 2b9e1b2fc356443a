"""What a set of answers comes to."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine.answers import clean
from screening.engine.assessment import Outcome, assess, shown, urgent_now, values_of
from screening.engine.definition import CATEGORIES, read
from tests.screening.engine.questionnaires import document, rule

SMALL = read(document())
FACTS = {"age": 44, "on_duty_contact": True}
TODAY = date(2026, 11, 22)
NOTHING = {"category": "none", "reasons": []}


def outcome(facts: dict[str, Any] = FACTS, **given: Any) -> Outcome:
    cleaned = clean(SMALL, given, facts, TODAY)
    assert not cleaned.errors
    return assess(SMALL, cleaned.answers, facts, TODAY)


def test_an_outcome_has_the_shape_of_the_specification() -> None:
    found = outcome(
        cancer="yes", in_spine="yes", places="many", height="180", weight="113.4", t_score="-2.5", phq_1=2, phq_2=1,
        problems=["leak"], note="x",
    )  # fmt: skip
    assert found.as_dict() == {
        "urgent": "now",
        "urgent_reasons": ["harm", "pain"],
        "headline": "absolute",
        "relative_count": 2,
        "possible_absolute": ["bone"],
        "criteria": {
            "tumour": {"category": "absolute", "reasons": ["tumour_many"]},
            "bone": {
                "category": "relative",
                "reasons": ["bone_low", "bone_lower"],
                "could_be": "absolute",
                "grade": 2,
            },
            "weight": {"category": "relative", "reasons": ["weight_high"], "grade": 1},
        },
        "extras": ["leaked"],
        "derived": {"bmi": "35.0", "phq": 3},
    }
    assert [(each.criterion, each.index, each.rule.reason) for each in found.held] == [
        ("tumour", 0, "tumour_many"),
        ("bone", 0, "bone_low"),
        ("bone", 1, "bone_lower"),
        ("weight", 0, "weight_high"),
    ]
    assert found.values == {"bmi": Decimal("35.0"), "heavier": Decimal("36.0"), "phq": 3}


def test_nothing_found_is_said_as_nothing() -> None:
    assert outcome(cancer="no", t_score=0, phq_1=0).as_dict() == {
        "urgent": None,
        "urgent_reasons": [],
        "headline": "none",
        "relative_count": 0,
        "possible_absolute": [],
        "criteria": {"tumour": NOTHING, "bone": NOTHING, "weight": NOTHING},
        "extras": [],
        "derived": {"bmi": None, "phq": 0},
    }


def test_information_alone_leaves_the_headline_at_none() -> None:
    found = outcome(cancer="yes", in_spine="no", t_score=0)
    assert found.criteria["tumour"].as_dict() == {"category": "info", "reasons": ["tumour_past"]}
    assert found.headline == "none"


@pytest.mark.parametrize(
    ("t_score", "reasons"),
    [("-2.6", ("bone_low", "bone_lower")), ("-2.5", ("bone_low", "bone_lower")), ("-2.4", ("bone_lower",)),
     ("-1.0", ("bone_lower",)), ("-0.9", ()), (None, ("bone_unknown",))],
)  # fmt: skip
def test_a_threshold_holds_on_its_own_value_and_not_a_step_beside(
    t_score: Any, reasons: tuple[str, ...]
) -> None:
    assert outcome(t_score=t_score).criteria["bone"].reasons == reasons


def test_a_calculation_is_rounded_before_it_is_compared() -> None:
    assert outcome(height=180, weight="97.0").criteria["weight"].category == "none"  # 29.94, so 29.9
    assert outcome(height=180, weight="97.1").criteria["weight"].category == "relative"  # 29.97, so 30.0


@pytest.mark.parametrize(
    ("category", "could_be", "told"),
    [
        ("clarify", "absolute", "absolute"),
        ("clarify", "relative", "relative"),
        ("relative", "relative", None),
        ("absolute", "relative", None),
        ("info", "clarify", "clarify"),
        ("clarify", "", None),
    ],
)
def test_could_be_is_told_only_above_the_category(category: str, could_be: str, told: str | None) -> None:
    altered = document()
    altered["criteria"][0]["rules"] = [rule("found", category, "age > 18", could_be=could_be)]
    found = assess(read(altered), {}, FACTS, TODAY).criteria["tumour"]
    assert (found.category, found.could_be) == (category, told)


def test_a_reason_in_two_rows_is_told_once() -> None:
    altered = document()
    altered["criteria"][0]["rules"] = [
        rule("found", "info", "age > 18"),
        rule("found", "clarify", "age > 20"),
    ]
    found = assess(read(altered), {}, FACTS, TODAY).criteria["tumour"]
    assert (found.category, found.reasons) == ("clarify", ("found",))


def test_same_day_alone_is_same_day() -> None:
    assert outcome(cancer="yes").urgent == "same_day"
    assert [each.reason for each in urgent_now(SMALL, {"cancer": "yes"}, FACTS, TODAY)] == ["pain"]
    assert urgent_now(SMALL, {}, FACTS, TODAY) == ()


def test_questions_are_shown_by_facts_answers_and_thresholds() -> None:
    assert "phq_1" in shown(SMALL, {}, FACTS, TODAY)
    assert "phq_1" not in shown(SMALL, {}, FACTS | {"on_duty_contact": False}, TODAY)
    assert "phq_2" in shown(SMALL, {"phq_1": Decimal(2)}, FACTS, TODAY)
    assert "phq_2" not in shown(SMALL, {"phq_1": Decimal(1)}, FACTS, TODAY)
    assert "phq_2" not in shown(SMALL, {"phq_1": "prefer_not"}, FACTS, TODAY)


def test_showing_changes_no_answers() -> None:
    answers = {"cancer": "no", "in_spine": "yes"}
    assert "in_spine" not in shown(SMALL, answers, FACTS, TODAY)
    assert answers == {"cancer": "no", "in_spine": "yes"}


def test_a_result_too_large_to_round_is_unknown() -> None:
    altered = document()
    altered["calculations"][1]["expression"] = "weight * weight * weight * weight * weight"
    assert "bmi" not in values_of(read(altered), {"weight": Decimal(10) ** 12}, FACTS, TODAY)


def test_thirds_are_kept_whole_where_nothing_is_rounded() -> None:
    assert outcome(stopped_on="2026-11-12").values["weeks"] == Decimal(10) / 7


answer_sets = st.fixed_dictionaries(
    {},
    optional={
        "cancer": st.sampled_from(["yes", "no", "not_sure"]),
        "in_spine": st.sampled_from(["yes", "no", "not_sure"]),
        "places": st.sampled_from(["one", "many"]),
        "height": st.integers(100, 230),
        "weight": st.integers(25, 350),
        "t_score": st.decimals(-6, 4, places=1),
        "phq_1": st.sampled_from([0, 1, 2, 3, "prefer_not"]),
        "phq_2": st.sampled_from([0, 1, 2, 3, "prefer_not"]),
        "problems": st.lists(st.sampled_from(["infection", "leak", "other"]), max_size=3),
    },
)


@given(answer_sets)
def test_the_same_answers_come_to_the_same_in_any_order(given: dict[str, Any]) -> None:
    once, again = outcome(**given), outcome(**dict(reversed(given.items())))
    assert once == again
    assert json.dumps(once.as_dict()) == json.dumps(again.as_dict())


@given(answer_sets, answer_sets)
def test_hidden_answers_never_matter(given: dict[str, Any], hidden: dict[str, Any]) -> None:
    visible = clean(SMALL, given, FACTS, TODAY).shown
    others = {key: value for key, value in hidden.items() if key not in visible}
    assert outcome(**{**given, **others}) == outcome(**given)


@given(answer_sets)
def test_an_outcome_agrees_with_itself(given: dict[str, Any]) -> None:
    found = outcome(**given)
    categories = [each.category for each in found.criteria.values()]
    assert list(found.criteria) == ["tumour", "bone", "weight"]
    assert found.relative_count == categories.count("relative")
    assert (found.urgent is None) == (not found.urgent_reasons)
    worst = max(categories, key=CATEGORIES.index)
    assert found.headline == ("none" if worst == "info" else worst)
    assert {each.criterion for each in found.held} == {
        key for key, each in found.criteria.items() if each.reasons
    }
