"""The shipped questionnaire: a more serious answer never makes less of a patient, and a hidden one makes no difference."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from screening.engine.answers import clean, clean_facts, dumps, loads
from screening.engine.assessment import LEVELS, RANK, Outcome, assess
from screening.engine.definition import Definition, read, scaled
from tests.screening.cases import Case, make

SHIPPED = Path(__file__).parents[3] / "screening" / "content" / "spinal-fusion.toml"

# Answers from the least serious on. A weight is not among them: too little is serious as well as too much.
GROWING: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        (
            *("red_flag_bladder_bowel", "red_flag_new_weakness", "cancer_ever", "cancer_in_spine", "cancer_night_pain"),
            *("osteoporosis_told", "bone_fragility_fracture", "bone_medicine", "infection_now", "antibiotics_now"),
            *("fever_or_chills", "back_sore", "other_nicotine", "nicotine_replacement", "weight_loss", "eating_less"),
            *("heart_failure", "recent_heart_event", "low_oxygen", "lung_disease", "breathless", "diabetes", "dialysis"),
            *("depression_told", "spine_surgery", "spine_surgery_same_area", "spine_metal", "spine_surgery_problem"),
            *("steroids_long_term", "immune_medicine"),
        ),
        ("no", "yes"),
    ),
    "cancer_spine_places": ("one", "few_adjacent", "many"),
    "bone_fracture_site": ("wrist", "hip"),
    "bone_t_score": (*map(Decimal, ("4.0", "-0.9", "-1.0", "-2.4", "-2.5", "-3.4", "-3.5", "-6.0")),),
    "spine_infection": ("no", "finished", "now"),
    "smoking": ("never", "former", "some_days", "daily"),
    "weight_loss_amount": ("up_to_5_kg", "6_to_10_kg", "11_to_15_kg", "over_15_kg"),
    "hba1c": (*map(Decimal, ("3.0", "7.5", "7.6", "20.0")),),
    "spine_surgery_count": (*map(Decimal, ("1", "2", "3", "30")),),
    **{f"phq_{item}": tuple(map(Decimal, range(4))) for item in range(1, 10)},
}  # fmt: skip


@cache
def shipped() -> Definition:
    return read(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


def outcome(case: Case, **changed: Any) -> Outcome:
    """Of the case with other answers; what that shows for the first time is answered calmly."""
    facts, _wrong = clean_facts(case.facts)
    answers = clean(shipped(), case.answers, facts, case.today).answers | changed
    calm = {key: _calm(key) for key, each in shipped().questions.items() if not each.optional}
    cleaned = clean(shipped(), calm | answers, facts, case.today)
    assert (cleaned.errors, cleaned.missing) == ({}, ())
    return assess(shipped(), cleaned.answers, facts, case.today)


def _calm(key: str) -> Any:
    question = shipped().question(key)
    values = [choice.value for choice in question.choices]
    value = "no" if "no" in values else "never" if "never" in values else values[0]
    if question.type == "several":
        return [value]
    return scaled(value) if question.type == "scale" else value


seeds = st.integers(0, 10**9)


@given(seeds, st.sampled_from(sorted(GROWING)))
def test_a_more_serious_answer_never_lowers_a_category_or_the_urgency(seed: int, key: str) -> None:
    found = [outcome(make(seed), **{key: value}) for value in GROWING[key]]
    for less, more in pairwise(found):
        assert LEVELS[less.urgent] <= LEVELS[more.urgent]
        assert set(less.urgent_reasons) <= set(more.urgent_reasons)
        for criterion, before in less.criteria.items():
            after = more.criteria[criterion]
            assert RANK[before.category] <= RANK[after.category], criterion


@given(seeds)
def test_the_same_answers_come_to_the_same_whatever_their_order_and_however_often_stored(seed: int) -> None:
    case, facts = make(seed), clean_facts(make(seed).facts)[0]
    answers = clean(shipped(), case.answers, facts, case.today).answers
    shuffled = list(answers.items())
    Random(seed).shuffle(shuffled)
    once = assess(shipped(), answers, facts, case.today)
    again = assess(shipped(), loads(dumps(dict(shuffled))), facts, case.today)
    assert json.dumps(once.as_dict()) == json.dumps(again.as_dict())


@given(seeds, seeds)
def test_what_was_typed_in_a_hidden_question_makes_no_difference(seed: int, other: int) -> None:
    case, facts = make(seed), clean_facts(make(seed).facts)[0]
    cleaned = clean(shipped(), case.answers, facts, case.today)
    hidden = {key: value for key, value in make(other).answers.items() if key not in cleaned.shown}
    again = clean(shipped(), case.answers | hidden, facts, case.today)
    assert (again.answers, again.shown, again.errors) == (cleaned.answers, cleaned.shown, cleaned.errors)
