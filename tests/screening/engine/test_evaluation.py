"""What expressions come to: three values, exact decimals, days and months."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine.evaluation import TODAY, compile_expression, compile_node, round_half_away
from screening.engine.expressions import Bool, Compare, Node, Not, parse
from tests.screening.engine.languages import condition, numeric, values


def value(expression: str, **given: Any) -> Any:
    return compile_expression(parse(expression))({TODAY: date(2026, 11, 22), **given})


TRUTH = {"t": "1 == 1", "f": "1 == 2", "u": "a == 1"}
NOT = {"t": False, "f": True, "u": None}
AND = {
    "tt": True,
    "tf": False,
    "tu": None,
    "ft": False,
    "ff": False,
    "fu": False,
    "ut": None,
    "uf": False,
    "uu": None,
}
OR = {
    "tt": True,
    "tf": True,
    "tu": True,
    "ft": True,
    "ff": False,
    "fu": None,
    "ut": True,
    "uf": None,
    "uu": None,
}


@pytest.mark.parametrize(("pair", "result"), AND.items())
def test_and_is_true_only_when_all_are_and_false_as_soon_as_one_is(pair: str, result: bool | None) -> None:
    assert value(f"{TRUTH[pair[0]]} and {TRUTH[pair[1]]}") is result


@pytest.mark.parametrize(("pair", "result"), OR.items())
def test_or_is_true_as_soon_as_one_is_and_false_only_when_all_are(pair: str, result: bool | None) -> None:
    assert value(f"{TRUTH[pair[0]]} or {TRUTH[pair[1]]}") is result


@pytest.mark.parametrize(("one", "result"), NOT.items())
def test_not_of_the_unknown_is_unknown(one: str, result: bool | None) -> None:
    assert value(f"not ({TRUTH[one]})") is result


def result(node: Node, given: dict[str, Any]) -> Any:
    return compile_node(node)(given)


@given(condition, condition, condition, values)
def test_conditions_keep_the_laws_of_three_valued_logic(
    a: Node, b: Node, c: Node, given: dict[str, Any]
) -> None:
    def same(left: Node, right: Node) -> None:
        assert result(left, given) is result(right, given)

    same(Not(Not(a)), a)
    same(Not(Bool("and", (a, b))), Bool("or", (Not(a), Not(b))))
    same(Not(Bool("or", (a, b))), Bool("and", (Not(a), Not(b))))
    same(Bool("and", (a, b)), Bool("and", (b, a)))
    same(Bool("or", (a, Bool("or", (b, c)))), Bool("or", (a, b, c)))
    same(Bool("and", (a, Bool("or", (b, c)))), Bool("or", (Bool("and", (a, b)), Bool("and", (a, c)))))
    same(Bool("or", (a, Bool("and", (a, b)))), a)


@given(condition, values)
def test_a_condition_is_true_false_or_unknown_and_nothing_else(node: Node, given: dict[str, Any]) -> None:
    assert result(node, given) in (True, False, None)


@given(numeric, values)
def test_a_calculation_is_a_decimal_or_unknown_and_nothing_else(node: Node, given: dict[str, Any]) -> None:
    found = result(node, given)
    assert found is None or found.is_finite()


def _without_answered(node: Node) -> bool:
    return "answered" not in repr(node) and "total_known" not in repr(node)


@given(condition.filter(_without_answered), values, values)
def test_an_answer_more_never_turns_what_was_known(
    node: Node, given: dict[str, Any], more: dict[str, Any]
) -> None:
    before = result(node, given)
    if before is not None:
        assert result(node, {**more, **given}) is before


@given(st.one_of(condition, numeric), values)
def test_the_settings_of_the_thread_change_nothing(node: Node, given: dict[str, Any]) -> None:
    usual = result(node, given)
    with decimal.localcontext(decimal.Context(prec=2, rounding=decimal.ROUND_UP, Emax=9, Emin=-9, traps=[])):
        assert result(node, given) == usual


def test_a_chain_compares_each_pair() -> None:
    assert value("1 < a <= 3", a=Decimal(3)) is True
    assert value("1 < a <= 3", a=Decimal("3.1")) is False
    assert value("b < a < 3", a=Decimal(4)) is False
    assert value("b < a < 3", a=Decimal(2)) is None


def test_what_has_an_unanswered_part_is_unknown() -> None:
    for expression in ("a + 1", "-a", "a * 0", "a < 1", 'a == "x"', 'a != "x"', 'a in ("x", "y")', '"x" in a',
                       "weeks_since(a)", "months_since(a)", "round_half_up(a, 1)", "points(1 == 1, a)"):  # fmt: skip
        assert value(expression) is None, expression


def test_a_list_finds_its_member_though_another_is_unanswered() -> None:
    assert value('"not_sure" in (a, b)', a="not_sure") is True
    assert value('"not_sure" in (a, b)', a="no") is None
    assert value('"not_sure" in (a, b)', a="no", b="yes") is False
    assert value('a not in ("x", "y")', a="z") is True


def test_a_question_with_several_answers_is_asked_with_in() -> None:
    assert value('"leak" in kinds', kinds=["infection", "leak"]) is True
    assert value('"nerve" not in kinds', kinds=["infection", "leak"]) is True
    assert value('"nerve" in kinds') is None


def test_a_word_on_a_scale_is_no_number() -> None:
    said = {"phq": "prefer_not"}
    assert value("phq > 0", **said) is None
    assert value("phq + 1", **said) is None
    assert value("phq == 0", **said) is False
    assert value('phq == "prefer_not"', **said) is True
    assert value('phq in ("prefer_not", 0)', phq=Decimal(0)) is True
    assert value("total_known(phq, b, c)", **said, b=Decimal(2)) == 2
    assert value("total_known(phq)", **said) == 0


def test_answered_and_points_are_never_unknown() -> None:
    assert value("answered(a)") is False
    assert value("answered(a)", a=Decimal(0)) is True
    assert value("points(a > 1, 3)") == 0
    assert value("points(a > 1, 3)", a=Decimal(2)) == 3


def test_dividing_by_zero_is_unknown() -> None:
    assert value("1 / a", a=Decimal(0)) is None
    assert value("a / a > 1 or 1 == 1", a=Decimal(0)) is True


def test_arithmetic_is_decimal() -> None:
    assert value("0.1 + 0.2 == 0.3") is True
    assert str(value("1 / 3")) == "0.3333333333333333333333333333"


@pytest.mark.parametrize(
    ("number", "places", "rounded"),
    [
        ("24.25", 1, "24.3"), ("-24.25", 1, "-24.3"), ("-0.04", 1, "0.0"), ("2.5", 0, "3"), ("-2.5", 0, "-3"),
        ("34.949999999999999999999999999", 1, "34.9"), ("7", 2, "7.00"),
    ],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(number: str, places: int, rounded: str) -> None:
    assert str(round_half_away(Decimal(number), places)) == rounded
    assert str(value(f"round_half_up(a, {places})", a=Decimal(number))) == rounded


def test_what_is_too_large_to_round_is_unknown() -> None:
    assert value("round_half_up(a * a * a * a, 2)", a=Decimal(10) ** 12) is None


def test_weeks_are_days_over_seven_not_rounded() -> None:
    assert value("weeks_since(a)", a="2026-10-11") == 6
    assert value("weeks_since(a) < 6", a="2026-10-12") is True
    assert value("weeks_since(a)", a="2026-11-22") == 0


def test_months_are_counted_by_the_calendar() -> None:
    assert value("months_since(a)", a="2024-11") == 24
    assert value("months_since(a) > 24", a="2024-11") is False
    assert value("months_since(a)", a="2026-11") == 0


def test_words_are_compared_with_words_only() -> None:
    assert compile_node(Compare(parse("a").node, (("==", parse("1").node),)))({"a": "1"}) is False
