"""What patients type, and what is stored of it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine.answers import Cleaned, Refused, clean, clean_facts, convert, dumps, loads, shown_in
from screening.engine.definition import read
from screening.engine.evaluation import round_half_away
from tests.screening.engine.questionnaires import document

SMALL = read(document())
FACTS = {"age": 44, "on_duty_contact": True}
TODAY = date(2026, 11, 22)


def cleaned(only: Any = None, **given: Any) -> Cleaned:
    return clean(SMALL, given, FACTS, TODAY, only=only)


def stored(key: str, value: Any) -> Any:
    found = cleaned(**{key: value})
    assert found.errors == {}
    return found.answers.get(key)


def refusal(key: str, value: Any) -> tuple[str, str]:
    found = cleaned(**{key: value})
    assert key not in found.answers
    problem = found.errors[key]
    return problem.code, problem.message


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2,4", "2.4"), ("−2.4", "-2.4"), ("–2.4", "-2.4"), ("\uff0d\uff12\uff0e\uff14", "-2.4"),
        (" 2.4 ", "2.4"), ("+2", "2.0"),
        (2, "2.0"), (Decimal("2.40"), "2.4"), (-2.4, "-2.4"), ("-2.45", "-2.5"), ("-0.04", "0.0"), ("-0", "0.0"),
        ("4.04", "4.0"), ("٢", "2.0"),
    ],
)  # fmt: skip
def test_numbers_are_taken_as_people_write_them(typed: Any, number: str) -> None:
    assert str(stored("t_score", typed)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "NaN", "Infinity", "-inf", "1e309", "1e3", "0x1f", "1_0", "1.2.3", "--2", "2 .4", "1²", "½", "two", "70 cm",
        "1" * 400, "2.4" + " " * 40, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999999999"),
        Decimal("1e-999999999"), 10**400, float("nan"), float("inf"), 1e300, True, False, b"2", object(), [2], {2},
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: Any) -> None:
    assert refusal("t_score", typed)[0] == "number"


def test_a_number_out_of_range_is_refused_with_what_would_do() -> None:
    assert refusal("height", "99.94") == ("out_of_range", "It must be from 100 to 230 cm.")
    assert stored("height", "99.95") == 100
    assert stored("height", "230.04") == 230
    assert refusal("height", "230.05")[0] == "out_of_range"


def test_a_whole_number_takes_no_fraction() -> None:
    assert refusal("years", "20.5")[0] == "whole"
    assert str(stored("years", Decimal("20.0"))) == "20"


@pytest.mark.parametrize("typed", ["1,000", "1.000", " 1,000 "])
def test_a_thousand_is_never_taken_for_one(typed: str) -> None:
    assert refusal("years", typed)[0] == "whole"


@pytest.mark.parametrize(
    ("key", "typed", "number"),
    [
        ("height", {"ft": 5, "in": 7}, "170.2"), ("height", {"ft": "5", "in": ""}, "152.4"),
        ("height", {"in": "67"}, "170.2"), ("height", {"cm": "170"}, "170.0"), ("weight", {"lb": 150}, "68.0"),
        ("weight", {"st": 10, "lb": 4}, "65.3"), ("weight", {"kg": "70,5"}, "70.5"), ("hba1c", {"mmol/mol": 58}, "7.5"),
        ("hba1c", {"%": "7.1"}, "7.1"),
    ],
)  # fmt: skip
def test_numbers_can_be_typed_in_other_units(key: str, typed: dict[str, Any], number: str) -> None:
    assert str(stored(key, typed)) == number


@pytest.mark.parametrize(
    ("key", "typed", "code"),
    [
        ("height", {"kg": 70}, "unit"), ("height", {"cm": 1, "ft": 5}, "unit"), ("weight", {"st": 1, "in": 1}, "unit"),
        ("t_score", {"cm": 1}, "unit"), ("height", {"ft": -5, "in": 200}, "out_of_range"),
        ("height", {"ft": "five"}, "number"), ("height", {"ft": {"in": 5}}, "number"),
    ],
)  # fmt: skip
def test_units_that_do_not_belong_are_refused(key: str, typed: dict[str, Any], code: str) -> None:
    assert refusal(key, typed)[0] == code


def test_boxes_left_empty_are_no_answer() -> None:
    assert stored("height", {"ft": "", "in": ""}) is None


@pytest.mark.parametrize(
    ("measure", "system", "low", "high"),
    [
        ("weight", "imperial", 250, 3500), ("weight", "uk", 250, 3500), ("hba1c", "uk", 30, 200),
        ("weight", "metric", 250, 260),
    ],
)  # fmt: skip
def test_saving_what_was_shown_in_other_units_changes_nothing(
    measure: str, system: str, low: int, high: int
) -> None:
    for tenths in range(low, high + 1):
        value = Decimal(tenths).scaleb(-1)
        parts = shown_in(measure, system, value)
        assert round_half_away(convert(measure, parts), 1) == value


def test_a_height_shown_in_inches_is_saved_within_a_tenth_and_then_stays() -> None:
    for tenths in range(1000, 2301):
        value = Decimal(tenths).scaleb(-1)
        back = round_half_away(convert("length", shown_in("length", "imperial", value)), 1)
        assert abs(back - value) <= Decimal("0.1")
        assert round_half_away(convert("length", shown_in("length", "imperial", back)), 1) == back


def test_whoever_typed_whole_pounds_or_inches_reads_them_again() -> None:
    for pounds in range(60, 700):
        assert shown_in("weight", "imperial", stored("weight", {"lb": pounds})) == {"lb": pounds}
    for inches in range(40, 90):
        feet = {"ft": inches // 12, "in": inches % 12}
        assert shown_in("length", "imperial", stored("height", feet)) == feet


def test_a_measure_without_another_unit_system_keeps_its_own() -> None:
    assert shown_in("hba1c", "imperial", Decimal("7.1")) == {"%": Decimal("7.1")}
    assert shown_in("", "uk", Decimal(3)) == {"": Decimal(3)}


def test_convert_is_exact() -> None:
    assert convert("length", {"ft": Decimal(5), "in": Decimal(7)}) == Decimal("170.18")
    with pytest.raises(Refused):
        convert("weight", {})


@pytest.mark.parametrize("typed", [1, "1", Decimal("1.0"), Decimal("1")])
def test_a_number_on_a_scale_is_stored_as_one(typed: Any) -> None:
    assert str(stored("phq_1", typed)) == "1"


@pytest.mark.parametrize(
    "typed",
    [
        4,
        "4",
        "1.0",
        "maybe",
        True,
        1.5,
        Decimal("1e999999999"),
        Decimal("sNaN"),
        Decimal("NaN"),
        ["1"],
        {},
        10**400,
    ],
)
def test_what_is_not_on_the_scale_is_refused(typed: Any) -> None:
    assert refusal("phq_1", typed) == ("choice", "Choose one of: 0, 1, 2, 3, prefer_not.")


def test_a_choice_that_is_not_there_is_refused() -> None:
    assert refusal("cancer", "maybe") == ("choice", "Choose one of: yes, no, not_sure.")
    assert refusal("cancer", True)[0] == "choice"
    assert refusal("cancer", 0)[0] == "choice"


def test_several_answers_stand_in_the_order_of_the_choices_and_once() -> None:
    assert stored("problems", ["leak", "infection", "leak"]) == ["infection", "leak"]
    assert refusal("problems", ["leak", "fire"])[0] == "choice"
    assert refusal("problems", "leak")[0] == "choice"
    assert refusal("problems", [["leak"]])[0] == "choice"


@pytest.mark.parametrize("typed", ["1900-01-01", "2024-02-29", "2026-11-22"])
def test_real_days_up_to_today_are_taken(typed: str) -> None:
    assert stored("stopped_on", typed) == typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-11-23", "future"), ("9999-01-01", "future"), ("2026-02-30", "date"), ("1900-02-29", "date"),
        ("0000-01-01", "date"), ("1899-12-31", "date"), ("20261011", "date"), ("2026-W01-1", "date"),
        ("2026-1-1", "date"), ("\uff12\uff10\uff12\uff16-01-01", "date"), ("2026-01-01T00:00", "date"), ("23:59:60", "date"),
        (20260101, "type"), (TODAY, "type"), (["2026-01-01"], "type"), ("2026-01-01\x00", "characters"),
    ],
)  # fmt: skip
def test_other_days_are_refused(typed: Any, code: str) -> None:
    assert refusal("stopped_on", typed)[0] == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-12", "future"), ("2026-13", "month"), ("2026-00", "month"), ("1899-12", "month"), ("2026-1", "month"),
        ("2026-11-01", "month"), (202611, "type"),
    ],
)  # fmt: skip
def test_other_months_are_refused(typed: Any, code: str) -> None:
    assert refusal("scan_month", typed)[0] == code


def test_months_up_to_this_one_are_taken() -> None:
    assert stored("scan_month", "2026-11") == "2026-11"
    assert stored("scan_month", "1900-01") == "1900-01"


@pytest.mark.parametrize(
    "typed", ["👩‍⚕️ ok", "\u202eabc", "a\u200bb", "e" + "\u0301" * 20, "{{ 7*7 }} %(x)s <b>"]
)
def test_text_is_stored_unchanged(typed: str) -> None:
    assert stored("note", typed) == typed


def test_text_is_refused_by_name_where_it_cannot_be_stored() -> None:
    assert refusal("note", "a\x00b")[0] == "characters"
    assert refusal("note", "a\ud800b")[0] == "characters"
    assert refusal("note", 5)[0] == "type"
    assert refusal("note", "x" * 51) == ("too_long", "Write 50 characters at most; these are 51.")
    assert stored("note", "  " + "x" * 50 + "\r\n") == "x" * 50


@pytest.mark.parametrize("empty", [None, "", "   ", [], "\u00a0"])
def test_empty_is_no_answer(empty: Any) -> None:
    found = cleaned(cancer=empty, height=empty, problems=empty, note=empty)
    assert found.answers == {}
    assert found.errors == {}
    assert found.missing == ("cancer", "phq_1")


def test_hidden_answers_are_dropped_one_after_the_other() -> None:
    found = cleaned(cancer="no", in_spine="yes", places="many")
    assert found.answers == {"cancer": "no"}
    assert "places" not in found.shown


def test_hidden_answers_are_dropped_unchecked() -> None:
    assert cleaned(cancer="no", in_spine="nonsense", places=Decimal("1e999999999")).errors == {}


def test_what_a_refused_answer_would_have_shown_stays_hidden() -> None:
    found = cleaned(cancer="maybe", in_spine="yes")
    assert list(found.errors) == ["cancer"]
    assert found.answers == {}


def test_a_question_can_be_shown_by_a_calculation() -> None:
    assert cleaned(height=170, weight=90, heavy="yes").answers["heavy"] == "yes"
    assert "heavy" not in cleaned(height=170, weight=60, heavy="yes").answers
    assert "heavy" not in cleaned(weight=90, heavy="yes").answers


def test_unknown_keys_are_errors() -> None:
    found = cleaned(**{"score": 0, "x" * 5000: 1})
    assert {problem.code for problem in found.errors.values()} == {"unknown_key"}
    assert all(len(problem.message) < 120 for problem in found.errors.values())


def test_with_only_the_other_answers_are_taken_as_they_are_stored() -> None:
    before = cleaned(cancer="yes", in_spine="yes", places="many", height="170").answers
    after = cleaned(**{**before, "in_spine": "no", "places": "not checked"}, only={"in_spine"})
    assert after.answers == {"cancer": "yes", "in_spine": "no", "height": Decimal("170.0")}
    assert after.errors == {}


any_value = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.decimals(),
    st.sampled_from(["yes", "no", "not_sure", "many", "one", "3", "2", "prefer_not", "170", "2026-01-01", "2026-01"]),
    st.lists(st.sampled_from(["leak", "other", "x"]), max_size=3),
    st.dictionaries(st.sampled_from(["cm", "ft", "in", "kg", "lb"]), st.one_of(st.integers(), st.text(max_size=4))),
)  # fmt: skip
anything = st.fixed_dictionaries({}, optional=dict.fromkeys(SMALL.questions, any_value))


@given(anything)
def test_whatever_is_typed_is_stored_or_refused_and_storing_it_again_changes_nothing(
    given: dict[str, Any],
) -> None:
    once = cleaned(**given)
    again = cleaned(**once.answers)
    assert again.answers == once.answers
    assert again.errors == {}
    assert set(once.answers) <= set(once.shown)
    assert set(once.errors) <= set(once.shown)
    assert not set(once.errors) & set(once.missing)
    assert loads(dumps(once.answers)) == once.answers


@given(anything, anything)
def test_hidden_answers_never_matter(given: dict[str, Any], hidden: dict[str, Any]) -> None:
    found = cleaned(**given)
    others = {key: value for key, value in hidden.items() if key not in found.shown}
    assert cleaned(**{**given, **others}) == found


def test_stored_answers_are_one_canonical_text() -> None:
    answers = {"b": Decimal("70.0"), "a": ["leak"], "c": "é\n"}
    assert dumps(answers) == '{"a":["leak"],"b":70.0,"c":"é\\n"}'
    assert str(loads(dumps(answers))["b"]) == "70.0"
    assert json.loads(dumps(answers)) == {"a": ["leak"], "b": 70, "c": "é\n"}


def test_facts_are_checked() -> None:
    assert clean_facts({"age": 18}) == ({"age": 18, "on_duty_contact": True}, {})
    told = {"age": Decimal("120"), "sex": "female", "on_duty_contact": False}
    assert clean_facts(told) == ({"age": 120, "sex": "female", "on_duty_contact": False}, {})


@pytest.mark.parametrize(
    "age",
    [
        17,
        121,
        Decimal("44.5"),
        True,
        "44",
        None,
        44.0,
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e999999999"),
        [],
    ],
)
def test_an_age_that_cannot_be_is_refused(age: Any) -> None:
    facts, errors = clean_facts({"age": age})
    assert list(errors) == ["age"]
    assert "age" not in facts


def test_other_facts_are_refused() -> None:
    _facts, errors = clean_facts({"age": 44, "sex": "a\x00", "on_duty_contact": "yes", "height": 170})
    assert {key: problem.code for key, problem in errors.items()} == {
        "sex": "type",
        "on_duty_contact": "type",
        "height": "unknown_key",
    }
