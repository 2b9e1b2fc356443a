"""The shipped questionnaire finds what the ten cases of the specification must give."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from screening.engine.answers import clean, clean_facts, dumps, loads
from screening.engine.assessment import assess
from screening.engine.definition import Definition, read
from screening.engine.expressions import parse
from screening.engine.wording import evidence, in_words

SHIPPED = Path(__file__).parents[3] / "screening" / "content" / "spinal-fusion.toml"
VIGNETTES = json.loads(Path(__file__).parents[1].joinpath("vignettes.json").read_text(), parse_float=Decimal)


@pytest.fixture(scope="module")
def questionnaire() -> Definition:
    return read(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette["id"])
def test_a_case_comes_to_what_it_must(questionnaire: Definition, vignette: dict[str, Any]) -> None:
    facts, wrong = clean_facts(vignette["facts"])
    today = date.fromisoformat(vignette["today"])
    cleaned = clean(questionnaire, vignette["answers"], facts, today)
    assert (wrong, cleaned.errors, cleaned.missing) == ({}, {}, ())
    assert assess(questionnaire, cleaned.answers, facts, today).as_dict() == vignette["expected"]
    stored = loads(dumps(cleaned.answers))
    assert assess(questionnaire, stored, facts, today).as_dict() == vignette["expected"]


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette["id"])
def test_every_rule_that_held_has_words_and_an_answer_that_decided(
    questionnaire: Definition, vignette: dict[str, Any]
) -> None:
    facts, _wrong = clean_facts(vignette["facts"])
    today = date.fromisoformat(vignette["today"])
    answers = clean(questionnaire, vignette["answers"], facts, today).answers
    for held in assess(questionnaire, answers, facts, today).held:
        assert in_words(held.rule.when, questionnaire)
        parts = evidence(questionnaire, held.rule.when, answers, facts, today)
        assert any(part.held for part in parts), held.rule.reason


def test_every_expression_of_the_questionnaire_is_printed_as_it_means(questionnaire: Definition) -> None:
    expressions = [each.expression for each in questionnaire.calculations]
    expressions += [row.when for each in questionnaire.criteria for row in each.rules]
    expressions += [row.when for row in (*questionnaire.urgent, *questionnaire.extras)]
    expressions += [each.shown_when for each in questionnaire.questions.values() if each.shown_when]
    assert len(expressions) > 100
    for expression in expressions:
        assert parse(expression.source()) == expression
