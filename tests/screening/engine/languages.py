"""Random expressions of the rule language, and random values for what they name."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from screening.engine.expressions import (
    Arithmetic,
    Bool,
    Call,
    Compare,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Tuple_,
)

NUMBERS = ("height", "weight", "limit")
WORDS = ("smoking", "cancer")
TEXTS = ("yes", "no", "not_sure", 'say "ah"', "it's")

number = st.decimals(-100, 100, places=1, allow_nan=False)
numeric_leaf: st.SearchStrategy[Node] = st.one_of(
    st.decimals(0, 1000, places=2, allow_nan=False).map(lambda value: Literal(abs(value))),
    st.sampled_from(NUMBERS).map(Name),
)
word: st.SearchStrategy[Node] = st.sampled_from(WORDS).map(Name)
text: st.SearchStrategy[Node] = st.sampled_from(TEXTS).map(Literal)


def _numeric(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(Minus, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Call("total_known", tuple(parts))),
        inner.map(lambda part: Call("round_half_up", (part, Literal(Decimal(1))))),
    )


numeric = st.recursive(numeric_leaf, _numeric, max_leaves=6)


def _comparison(first: Node, rest: list[tuple[str, Node]]) -> Node:
    return Compare(first, tuple(rest))


comparison: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        _comparison,
        numeric,
        st.lists(
            st.tuples(st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), numeric), min_size=1, max_size=2
        ),
    ),
    st.builds(_comparison, word, st.tuples(st.sampled_from(("==", "!=")), text).map(lambda pair: [pair])),
    st.builds(
        _comparison,
        st.one_of(word, text),
        st.tuples(
            st.sampled_from(("in", "not in")),
            st.lists(st.one_of(word, text), min_size=1, max_size=3).map(lambda items: Tuple_(tuple(items))),
        ).map(lambda pair: [pair]),
    ),
    st.sampled_from((*NUMBERS, *WORDS)).map(lambda key: Call("answered", (Name(key),))),
)


def _condition(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(
            lambda op, parts: Bool(op, tuple(parts)),
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=2, max_size=3),
        ),
        st.builds(Not, inner),
    )


condition = st.recursive(comparison, _condition, max_leaves=6)
values = st.fixed_dictionaries(
    {},
    optional={**dict.fromkeys(NUMBERS, number), **dict.fromkeys(WORDS, st.sampled_from(TEXTS))},
)
