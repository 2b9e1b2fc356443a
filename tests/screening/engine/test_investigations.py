"""Tests whose results staff enter: what a document may say of them, what can be typed, and which answers they give."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from screening.engine.definition import Definition, Fill, problems, read
from screening.engine.investigations import Result, entered, settle
from tests.screening.engine.questionnaires import document

TODAY = date(2026, 11, 24)
FIELD = {"key": "score", "label": "T-score", "kind": "number", "minimum": "-6", "maximum": "4"}
SCAN = {
    "key": "scan",
    "label": "Bone scan",
    "settles": ["bone"],
    "fields": [FIELD],
    "fills": ["t_score = score", "scan_month = month", 'cancer = "no"'],
}
CLINIC = {
    "key": "clinic",
    "label": "Height and weight",
    "fields": [
        {"key": "tall", "label": "Height", "minimum": "100", "maximum": "230", "unit": "cm", "measure": "length"},
        {"key": "heavy", "label": "Weight", "minimum": "25", "maximum": "350", "unit": "kg", "measure": "weight"},
    ],
    "fills": ["height = tall", "weight = heavy"],
}  # fmt: skip
COTININE = {
    "key": "cotinine",
    "label": "Cotinine",
    "fields": [
        {"key": "cotinine", "label": "Cotinine", "kind": "choice", "choices": ["negative", "positive"]}
    ],
}


def with_tests(*rows: dict[str, Any]) -> dict[str, Any]:
    whole = document()
    known = [criterion["key"] for criterion in whole["criteria"]]
    fitting = [
        {**row, "settles": [key if key in known else known[0] for key in row["settles"]]}
        if row.get("settles") == ["bone"]
        else row
        for row in rows
    ]
    return {**whole, "investigations": fitting}


def small(*rows: dict[str, Any]) -> Definition:
    return read(with_tests(*rows))


def said(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.where, each.message) for each in problems(with_tests(row))]


def field(**changed: Any) -> dict[str, Any]:
    return {**SCAN, "fields": [{**FIELD, **changed}]}


def fills(*lines: str) -> dict[str, Any]:
    return {**SCAN, "fills": list(lines)}


def test_a_document_without_tests_is_what_it_was() -> None:
    assert (read(document()).investigations, problems(document())) == ((), ())


def test_a_test_is_read_with_what_it_fills() -> None:
    found = small(SCAN, CLINIC, COTININE)
    assert problems(with_tests(SCAN, CLINIC, COTININE)) == ()
    assert [each.key for each in found.investigations] == ["scan", "clinic", "cotinine"]
    scan = found.investigation("scan")
    assert scan is not None
    assert scan.fills == (
        Fill("t_score", "field", "score"),
        Fill("scan_month", "month", "month"),
        Fill("cancer", "value", "no"),
    )
    assert found.investigation("none") is None


@pytest.mark.parametrize(
    ("row", "where", "message"),
    [
        (fills("t_scor = score"), "fills", "There is no question named t_scor. Did you mean t_score?"),
        (fills("t_score = scor"), "fills", "This test has no field named scor. Did you mean score?"),
        (fills("years = score"), "fills", "years has fewer decimals than score."),
        (fills("hba1c = score"), "fills", "hba1c is in %, and score in no unit."),
        (fills("cancer = score"), "fills", "cancer does not ask for a number."),
        (fills('cancer = "perhaps"'), "fills", "“perhaps” is no answer to cancer."),
        (fills("stopped_on = month"), "fills", "stopped_on does not ask for a month."),
        (fills("scan_month = date"), "fills", "scan_month does not ask for a date."),
        (fills("t_score = score", "t_score = score"), "fills", "A question is there twice."),
        ({**SCAN, "settles": ["teeth"]}, "settles", "There is no criterion named teeth."),
        ({**SCAN, "fields": []}, "", "This test needs a field to enter its result in."),
        (field(minimum="-7"), "fills", "score takes values that t_score refuses."),
        (field(maximum="4.1"), "fills", "score takes values that t_score refuses."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_where_it_is(row: dict[str, Any], where: str, message: str) -> None:
    place = "investigations.scan" + (f".{where}" if where else "")
    assert (place, message) in said(row)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"minimum": None}, "Give the lowest and the highest value, so that a slip is caught."),
        ({"minimum": "5"}, "Give the lowest and the highest value, so that a slip is caught."),
        ({"kind": "text"}, "'text' is none of number, choice."),
        ({"kind": "choice", "choices": ["one"]}, "Give at least two results to choose from, each of them once."),
        ({"kind": "choice", "choices": ["a", "a"]}, "Give at least two results to choose from, each of them once."),
        ({"measure": "weight"}, "A weight is a number in kg."),
        ({"key": "month"}, "month cannot be the key of a field."),
        ({"lowest": "1"}, "There is no member named 'lowest' here."),
    ],
)  # fmt: skip
def test_a_field_is_read_as_strictly_as_a_question(changed: dict[str, Any], message: str) -> None:
    assert ("investigations.scan.fields.0", message) in said({**field(**changed), "fills": []})


def test_a_line_that_cannot_be_read_says_how_it_is_written() -> None:
    ((where, message),) = said(fills("t_score is score"))
    assert where == "investigations.scan.fills"
    assert message.startswith("'t_score is score' cannot be read. Write it like")


# Entering


def scan() -> Any:
    return small(SCAN).investigation("scan")


@pytest.mark.parametrize("typed", ["-1.2", "-1,2", "−1.2", " -1.20 "])
def test_a_number_is_read_as_people_write_it(typed: str) -> None:
    assert entered(scan(), {"score": typed}, TODAY) == ({"score": Decimal("-1.2")}, {})


@pytest.mark.parametrize(
    ("typed", "code"), [("", "required"), ("-12", "out_of_range"), ("low", "number"), ("1e3", "number")]
)
def test_a_slip_is_refused_at_its_field(typed: str, code: str) -> None:
    values, refused = entered(scan(), {"score": typed}, TODAY)
    assert (values, {key: problem.code for key, problem in refused.items()}) == ({}, {"score": code})


def test_units_are_those_of_the_questions() -> None:
    clinic: Any = small(CLINIC).investigation("clinic")
    given = {"tall": {"in": "68"}, "heavy": {"lb": "150"}}
    assert entered(clinic, given, TODAY)[0] == {"tall": Decimal("172.7"), "heavy": Decimal("68.0")}


def test_all_fields_of_a_test_are_needed() -> None:
    clinic: Any = small(CLINIC).investigation("clinic")
    values, refused = entered(clinic, {"tall": "170"}, TODAY)
    assert (values, list(refused)) == ({"tall": Decimal("170.0")}, ["heavy"])


def test_a_choice_takes_its_own_results_only() -> None:
    cotinine: Any = small(COTININE).investigation("cotinine")
    assert entered(cotinine, {"cotinine": "positive"}, TODAY) == ({"cotinine": "positive"}, {})
    assert entered(cotinine, {"cotinine": "maybe"}, TODAY)[1]["cotinine"].code == "choice"


# In the place of answers

SENT = date(2026, 11, 20)


def result(id_: int, score: str, on: str, since: bool = True) -> Result:
    return Result(id_, scan(), {"score": Decimal(score)}, date.fromisoformat(on), since)


def settled(answers: dict[str, Any], *results: Result) -> tuple[dict[str, Any], tuple[Any, ...]]:
    found = settle(small(SCAN, CLINIC), answers, results, {"age": 60}, sent_on=SENT, today=TODAY)
    return found.cleaned.answers, found.counted


def test_a_result_gives_all_its_answers_and_hides_what_they_hide() -> None:
    answers, counted = settled({"cancer": "yes", "in_spine": "no"}, result(7, "-1.2", "2026-11-03"))
    assert answers == {"cancer": "no", "t_score": Decimal("-1.2"), "scan_month": "2026-11"}
    assert counted == (7,)


def test_what_was_measured_last_counts_whatever_order_they_are_entered_in() -> None:
    old, new = result(9, "-3.0", "2025-01-01"), result(8, "-1.2", "2026-11-03")
    for results in ((old, new), (new, old)):
        answers, counted = settled({"cancer": "no"}, *results)
        assert (answers["t_score"], counted) == (Decimal("-1.2"), (8,))


def test_of_two_of_one_day_the_one_entered_last_counts() -> None:
    first, second = result(8, "-3.0", "2026-11-03"), result(9, "-1.2", "2026-11-03")
    assert settled({"cancer": "no"}, second, first)[1] == (9,)


@pytest.mark.parametrize(
    ("own_month", "counted"), [("2026-10", (8,)), ("2026-11", (8,)), ("2026-12", ()), (None, (8,))]
)
def test_a_dated_answer_of_the_patients_own_stays_where_it_is_newer(
    own_month: str | None, counted: Any
) -> None:
    own = {"cancer": "no", "t_score": Decimal("-3.0")} | ({"scan_month": own_month} if own_month else {})
    assert settled(own, result(8, "-1.2", "2026-11-03", since=False))[1] == counted


@pytest.mark.parametrize(
    ("on", "since", "own", "weight"),
    [
        ("2026-11-03", True, "90", "80"),  # entered by somebody who could read the answer
        ("2026-11-03", False, "90", "90"),  # the patient answered later than it was measured
        ("2026-11-20", False, "90", "80"),
        ("2026-11-03", False, None, "80"),  # the patient left it open
    ],
)
def test_an_answer_without_a_day_is_as_old_as_the_day_it_was_sent(
    on: str, since: bool, own: str | None, weight: str
) -> None:
    clinic: Any = small(CLINIC).investigation("clinic")
    measured = {"tall": Decimal(170), "heavy": Decimal(80)}
    one = Result(1, clinic, measured, date.fromisoformat(on), since)
    answers = {"cancer": "no", "height": Decimal(171)} | ({"weight": Decimal(own)} if own else {})
    assert settled(answers, one)[0]["weight"] == Decimal(weight)


def test_an_answer_that_is_not_shown_is_not_given() -> None:
    hidden = {**SCAN, "fills": ['in_spine = "yes"']}
    found = settle(
        small(hidden), {"cancer": "no"},
        [Result(1, small(hidden).investigations[0], {"score": Decimal(0)}, TODAY)],
        {"age": 60}, sent_on=SENT, today=TODAY,
    )  # fmt: skip
    assert (dict(found.by), found.counted) == ({}, ())


def test_what_comes_up_anew_is_missing() -> None:
    shows = {**SCAN, "fills": ['cancer = "yes"']}
    one = Result(1, small(shows).investigations[0], {"score": Decimal(0)}, TODAY)
    found = settle(small(shows), {"cancer": "no"}, [one], {"age": 60}, sent_on=SENT, today=TODAY)
    assert "in_spine" in found.cleaned.missing
