"""A date of birth, typed in one of the ways in which people type it."""

from __future__ import annotations

from datetime import date

import pytest

from screening.birthdays import born_on

TODAY = date(2026, 11, 24)
BORN = date(1958, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "1958-03-14",
        "1958/3/14",
        " 1958-3-14 ",
        "3/14/1958",
        "03/14/1958",
        "14/3/1958",
        "14.3.1958",
        "14. 3. 1958",
        "14-03-58",
        "3/14/58",
        "14 March 1958",
        "14. Mar 1958",
        "March 14, 1958",
        "MARCH 14 58",
    ],
)
def test_one_day_in_many_spellings(text: str) -> None:
    assert born_on(text, TODAY) == [BORN]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3/4/1958", [date(1958, 3, 4), date(1958, 4, 3)]),
        ("3-4-1958", [date(1958, 3, 4), date(1958, 4, 3)]),
        ("3.4.1958", [date(1958, 4, 3)]),
        ("4/4/1958", [date(1958, 4, 4)]),
        ("4/4/14", [date(1914, 4, 4), date(2014, 4, 4)]),
    ],
)
def test_what_can_be_read_both_ways_is_read_both_ways(text: str, days: list[date]) -> None:
    assert born_on(text, TODAY) == days


@pytest.mark.parametrize(
    "text",
    [
        "", "1958", "3/1958", "31.2.1958", "14.14.1958", "3.14.1958", "1899-01-01", "2026-11-25", "S0000777",
        "Smith 14 1958", "Jansen", "14 März 1958", "1" * 500, "\u0661/\u0662/1958x", "1958-03-14 OR 1=1",
    ],
)  # fmt: skip
def test_what_is_no_day_on_which_a_patient_was_born_is_no_date(text: str) -> None:
    assert born_on(text, TODAY) == []
