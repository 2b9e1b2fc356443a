"""The rule language: what it lets in, what it refuses, and that printing keeps the meaning."""

from __future__ import annotations

import tomllib
import warnings
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screening.engine.expressions import (
    Expression,
    ExpressionError,
    Literal,
    Name,
    Node,
    parse,
    printed,
    walk,
)
from tests.screening.engine.languages import condition, numeric

PIECES = (
    "and", "or", "not", "in", "is", "if", "else", "lambda", "==", "!=", "<=", "<", ">", "+", "-", "*", "/", "**",
    "//", "%", "(", ")", "[", "]", "{", "}", ",", ".", ":", ":=", "1", "0.5", "1e9", "0x1f", "1_0", "30or", "a",
    "bmi", '"yes"', "'no'", '"', "'", "\\", "#", "\n", "\r", "\x00", "\ud800", "“", "é", "answered", "points",
    "total_known", "__import__", "True", "None", "f'{a}'", "b'a'", "await", "yield", "...", " ", "\t", ";", "@",
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)))
@example("not " * 499 + "a")
@example("-" * 1999 + "a")
@example("(" * 999 + "a" + ")" * 999)
@example("a" + ".b" * 900)
@example("a(" * 600 + ")" * 600)
@example("[" * 1900)
def test_whatever_is_typed_is_an_expression_or_an_expression_error(typed: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with suppress(ExpressionError):
            expression = parse(typed)
            assert parse_again(expression) == expression


def parse_again(expression: Expression) -> Expression:
    """Not within `suppress`: what was accepted once has to be accepted again."""
    try:
        return parse(expression.source())
    except ExpressionError as error:
        raise AssertionError(expression.source()) from error


@given(st.one_of(condition, numeric))
def test_an_expression_printed_and_parsed_again_is_the_same(node: Node) -> None:
    assert parse(printed(node)).node == node


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('a=="x"and(b<1)', 'a == "x" and b < 1'),
        ("a - (b - c) > -(1)", "a - (b - c) > -1"),
        ("(a - b) - c > (-a) * 2", "a - b - c > -a * 2"),
        ("not (a < 1 or b < 1) and c < 1", "not (a < 1 or b < 1) and c < 1"),
        ("a < 1 and b < 1 or c < 1", "(a < 1 and b < 1) or c < 1"),
        ("1 < a <= 3", "1 < a <= 3"),
        ("a in ('x',)", 'a in ("x",)'),
        ("answered(a)\n and\r\n b > 2.50", "answered(a) and b > 2.50"),
    ],
)
def test_brackets_stand_only_where_reading_needs_them(typed: str, said: str) -> None:
    assert parse(typed).source() == said


def test_numbers_are_exact_as_they_were_typed() -> None:
    typed = [each.value for each in walk(parse("a > 0.1\n + .5 + 0.30").node) if isinstance(each, Literal)]
    assert [str(value) for value in typed if isinstance(value, Decimal)] == ["0.1", "0.5", "0.30"]


def test_names_are_what_an_expression_reads() -> None:
    assert parse('a > limit and answered(b) or "x" in (c, d)').names == {"a", "limit", "b", "c", "d"}


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "a = 1", "a is 1", "a if b else c", "lambda: 1", "[a]", "{a}", "a.b", "a[0]", "a ** 2", "a // 2",
        "a % 2", "+a", "~a", "a & b", "True", "None", "1j", "b'x' == a", "f'{a}' == a", "'a' 'b\\n'", "r'x' == a",
        "(a, b)", "a in b < c", "a in ()", "a in [1]", "a in (1, (2, 3))", "a in 'xyz'", "eval(a)", "points(a)",
        "answered(a, b)", "answered()", "answered(a=1)", "answered(*a)", "a.real(1)", "(a := 1)", "1e5 > a",
        "0x1f > a", "1_000 > a", "30or a", "1.2.3 < a", "99999999999999 > a", "await a", "a; b", "a\x00b",
        '"\ud800" == a', "a == \"it's\" 'a \"b\"'", "a # b",
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_refused(typed: str) -> None:
    with pytest.raises(ExpressionError):
        parse(typed)


def test_a_remark_cannot_swallow_the_lines_after_it() -> None:
    with pytest.raises(ExpressionError, match="remark"):
        parse('a == "yes"  # told\n or b == "yes"')
    assert parse('a == "#1"').source() == 'a == "#1"'


def test_a_refusal_says_where() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse('a == "é" and b ** 2')
    assert refused.value.position == 13


def test_length_is_limited_also_as_printed() -> None:
    with pytest.raises(ExpressionError, match="2,000"):
        parse("a" * 2001)
    tight = "a<1or(" * 150 + "a<1" + ")" * 150
    with pytest.raises(ExpressionError):
        parse(tight)


SHIPPED = tomllib.loads(
    (Path(__file__).parents[3] / "screening" / "content" / "spinal-fusion.toml").read_text(encoding="utf-8")
)
WRITTEN = [rule["when"] for each in SHIPPED["criteria"] for rule in each["rules"]]
WRITTEN += [each["expression"] for each in SHIPPED["calculations"]]
slips = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 6), st.sampled_from((*PIECES, "", " and ", "≥", "'"))),
    max_size=4,
)


@given(st.sampled_from(WRITTEN), slips)
def test_a_slip_in_a_rule_is_an_expression_error_or_still_a_rule(
    typed: str, slips: list[tuple[int, int, str]]
) -> None:
    for place, length, instead in slips:
        typed = typed[:place] + instead + typed[place + length :]
    expression, error = parsed(typed)
    if expression is not None:
        assert parse_again(expression) == expression
    if error is not None:
        assert 0 <= error.position <= len(typed)
        assert error.message.endswith(".")


def parsed(typed: str) -> tuple[Expression | None, ExpressionError | None]:
    try:
        return parse(typed), None
    except ExpressionError as error:
        return None, error


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ('smoking = "daily"', 8, "Write == to ask whether two values are the same."),
        ("bmi ≥ 30", 4, "Write >= for: at least."),
        ("bmi => 30", 4, "Write >= for: at least."),
        ('smoking == “daily”', 11, 'Write straight quotation marks, as in "yes".'),
        ('a == "x" && b == "y"', 9, "Write and."),
        ('a == "x', 5, "A quotation mark is missing."),
        ("(a < 1 and b < 1", 0, "A bracket is missing."),
        ("a < 1) and b < 1", 5, "There is a bracket too many."),
        ("a < 1 and", 9, "This is not a complete expression."),
        (" \n a < 1 and # told", 13, "A rule cannot hold a remark: # is not part of the language."),
        ("a < 1e3", 4, "Write numbers as 30 or 2.5."),
    ],
)  # fmt: skip
def test_a_common_slip_is_named_with_its_place_and_the_way_out(typed: str, position: int, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(typed)
    assert (refused.value.position, refused.value.message) == (position, said)


def test_every_part_of_an_expression_knows_its_place() -> None:
    typed = '\n answered(a) and "é" in (b, c) or -d * 2 < limit'
    places = {node.key: node.at for node in walk(parse(typed).node) if isinstance(node, Name)}
    assert {key: typed[at : at + len(key)] for key, at in places.items()} == {key: key for key in places}
