"""Readings. Times are this process's own CPU time, in microseconds, unless they say otherwise."""

from __future__ import annotations

import cProfile
import pstats
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from bench.browser import Answer, send
from bench.pages import Page

ROUNDS = 9
BLOCK = 0.05  # seconds of CPU that a page gets in each round, and the base beside it
WARM_UP = 5
BASE = 60  # requests for the base in each round


@dataclass(frozen=True)
class Reading:
    name: str
    reads: int
    writes: int
    cost: float
    ratio: float  # of the costs: above 1 where the page costs more than the base
    size: int  # bytes of the answer


@dataclass(frozen=True)
class Share:
    """A function by its own time: the part of the whole, 0 to 1, and how often a request called it."""

    function: str
    part: float
    calls: float


class Unexpected(Exception):
    """A page answered something else than it should, so its cost would say nothing."""


def once(page: Page) -> tuple[float, Answer]:
    environ = page.request()
    before = time.process_time()
    answer = send(page.application, environ)
    cost = (time.process_time() - before) * 1e6
    if answer.status != page.status:
        raise Unexpected(f"{page.name} answered {answer.status} instead of {page.status} {answer.location}")
    return cost, answer


def paired(base: Page, page: Page) -> Reading:
    """Base and page in turn, block by block: the ratio is the median of the rounds' own ratios."""
    for _each in range(WARM_UP):
        once(base)
        (estimate, answer) = once(page)
    reads, writes = statements(page)
    number = max(3, min(200, int(BLOCK * 1e6 / estimate)))
    costs, ratios = [], []
    for _round in range(ROUNDS):
        floor = _block(base, BASE)
        costs.append(_block(page, number))
        ratios.append(costs[-1] / floor)
    return Reading(page.name, reads, writes, median(costs), median(ratios), answer.size)


def _block(page: Page, number: int) -> float:
    return sum(once(page)[0] for _each in range(number)) / number


def alone(base: Page) -> Reading:
    """The base itself."""
    answer = once(base)[1]
    return Reading(
        base.name, *statements(base), median(_block(base, BASE) for _round in range(ROUNDS)), 1, answer.size
    )


def statements(page: Page) -> tuple[int, int]:
    """How many statements read and write. BEGIN, COMMIT and savepoints are not counted."""
    said = [sql.split(None, 1)[0].upper() for sql, _parameters in asked(page)]
    return said.count("SELECT"), sum(said.count(verb) for verb in ("INSERT", "UPDATE", "DELETE"))


def asked(page: Page) -> list[tuple[str, Any]]:
    """The SQL of one request, with its parameters."""
    seen: list[tuple[str, Any]] = []
    environ = page.request()

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        send(page.application, environ)
    return seen


def sql_time(page: Page, repeats: int = 15) -> float:
    """What the reading statements of a page take until all rows are here.

    CPU time where the database works in this process, else by the wall clock, so that the server's time counts.
    """
    selects = [each for each in asked(page) if each[0].lstrip().upper().startswith("SELECT")]
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter

    def all_of_them() -> float:
        before = clock()
        for sql, parameters in selects:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                cursor.fetchall()
        return (clock() - before) * 1e6

    all_of_them()
    return median(all_of_them() for _each in range(repeats))


def timed(function: Callable[[], Any], number: int = 400) -> float:
    """The median of single calls."""
    costs = []
    for _each in range(number):
        before = time.process_time()
        function()
        costs.append((time.process_time() - before) * 1e6)
    return median(costs)


def dominating(page: Page, requests: int = 40, top: int = 5) -> list[Share]:
    """The functions with the most time of their own, as cProfile counts it: it makes small functions look dear."""
    profile = cProfile.Profile()
    for _each in range(requests):
        environ = page.request()
        profile.enable()
        send(page.application, environ)
        profile.disable()
    rows: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(own for _primitive, _calls, own, _all, _callers in rows.values())
    dearest = sorted(rows.items(), key=lambda row: -row[1][2])[:top]
    return [Share(_name(where), row[2] / whole, row[1] / requests) for where, row in dearest]


def _name(where: tuple[str, int, str]) -> str:
    file, _line, function = where
    if file == "~":
        return function.strip("<>").partition(" at 0x")[0]
    for root in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), *sys.path):
        if root and Path(file).is_relative_to(root):
            return f"{Path(file).relative_to(root)}: {function}"
    return f"{file}: {function}"
