"""Whether an expression can ever be true: a wrong "never" would keep a good rule out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine import trying
from screening.engine.checking import Kind, surroundings
from screening.engine.evaluation import compile_node
from screening.engine.expressions import Bool, Node, parse
from screening.engine.ranges import Env, Span, numbers, plan, truths
from screening.engine.trying import can_be_true
from tests.screening.engine.languages import NUMBERS, TEXTS, WORDS, condition, numeric, values

NAMESPACE = {
    **{key: Kind("number", minimum=Decimal(-100), maximum=Decimal(100), decimals=1) for key in NUMBERS},
    **{key: Kind("choice", choices=TEXTS) for key in WORDS},
}


def around(given: dict[str, Any], wide: set[str]) -> Env:
    """What is known of each key: its value, or no more than what it may be."""
    anywhere = surroundings(NAMESPACE)
    return {key: anywhere[key] if key in wide else frozenset((given.get(key),)) for key in NAMESPACE}


some_keys = st.sets(st.sampled_from((*NUMBERS, *WORDS)))


@given(condition, values, some_keys)
def test_what_a_condition_comes_to_is_among_what_it_can(
    node: Node, given: dict[str, Any], wide: set[str]
) -> None:
    assert compile_node(node)(given) in truths(plan(node), around(given, wide))


@given(numeric, values, some_keys)
def test_what_a_calculation_comes_to_lies_where_it_can(
    node: Node, given: dict[str, Any], wide: set[str]
) -> None:
    value, span = compile_node(node)(given), numbers(plan(node), around(given, wide))
    if value is None:
        assert span is None or span.unknown
    else:
        assert span is not None
        assert span.low <= value <= span.high


@given(condition, condition, values)
def test_what_is_said_never_to_be_true_is_not_true(a: Node, b: Node, given: dict[str, Any]) -> None:
    node = Bool("and", (a, b))
    if compile_node(node)(given) is True:
        assert can_be_true(node, NAMESPACE) is not False


@pytest.mark.parametrize(
    ("expression", "possible"),
    [
        ("height < 18 and height > 30", False),
        ("height > 18 and height < 18.1", False),  # heights have one decimal
        ("height > 18 and height < 18.2", True),
        ("height > 100", False),
        ("height >= 100 and height <= 100", True),
        ("height + weight > 201", False),
        ("height * height < 0", None),  # two heights, for all that the ranges know: tried, and not found
        ("height > weight and weight > height", None),
        ('smoking == "yes" and cancer == smoking and cancer == "no"', False),
        ('smoking == "yes" and cancer == smoking', True),
        ("answered(smoking) and smoking not in (\"yes\", \"no\", \"not_sure\", 'say \"ah\"', \"it's\")", False),
        ("not answered(height) and not answered(smoking)", True),
    ],
)  # fmt: skip
def test_an_expression_can_be_true_or_not_or_it_is_not_known(expression: str, possible: bool | None) -> None:
    assert can_be_true(parse(expression).node, NAMESPACE) is possible


def test_too_much_to_try_is_said_to_be_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "MOST", 300)
    keys = [f"item_{place}" for place in range(12)]
    namespace = {key: Kind("scale", choices=("0", "1", "2", "3")) for key in keys}
    far = " + ".join(f"{key} * {key}" for key in keys)
    assert can_be_true(parse(f"{far} == 71.5").node, namespace) is None


def test_a_divisor_around_zero_reaches_everywhere() -> None:
    span = numbers(plan(parse("1 / height").node), surroundings(NAMESPACE))
    assert span is not None
    assert span.unknown
    assert span.low < Decimal(-(10**12))
    assert numbers(plan(parse("1 / (2 - 2)").node), {}) is None
    assert numbers(plan(parse("total_known(height) * 2").node), surroundings(NAMESPACE)) == Span(
        Decimal(-200), Decimal(200), False
    )
