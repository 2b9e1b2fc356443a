"""Dates of birth as people type them. Where day and month could be either way round, both are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from django.utils.dates import MONTHS, MONTHS_3

OLDEST = 1900

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.?\s+([^\W\d_]+)\.?,?\s+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4}|\d{2})")


def born_on(text: str, today: date) -> list[date]:
    """The days that the text can mean, from 1900 to today. Empty: it is no date.

    1958-03-14, 3/14/1958, 14.3.1958, 14 March 1958 and March 14, 58 mean one day. 3/4/1958 means two. With dots the
    day stands first.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    days = {day for year, month, number in _read(text, today) if (day := _day(year, month, number))}
    return sorted(day for day in days if day.year >= OLDEST and day <= today)


def _read(text: str, today: date) -> Iterable[tuple[int, int, int]]:
    """(year, month, day) in each way that the text can be read."""
    if match := _ISO.fullmatch(text):
        year, month, number = (int(part) for part in match.groups())
        yield year, month, number
    elif match := _NUMBERS.fullmatch(text):
        first, mark, second, year_ = match.groups()
        for year in _years(year_):
            yield year, int(second), int(first)
            if mark != ".":
                yield year, int(first), int(second)
    elif match := _DAY_FIRST.fullmatch(text):
        yield from _named(match[2], int(match[1]), match[3])
    elif match := _MONTH_FIRST.fullmatch(text):
        yield from _named(match[1], int(match[2]), match[3])


def _named(month: str, number: int, year: str) -> Iterable[tuple[int, int, int]]:
    for each, name in MONTHS.items():
        if month.casefold() in (str(name).casefold(), str(MONTHS_3[each]).casefold()):
            yield from ((full, each, number) for full in _years(year))


def _years(year: str) -> list[int]:
    """A year of two digits is one of either century; what lies ahead is left out later."""
    return [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
