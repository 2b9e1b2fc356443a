"""All readings on one database, the one that DATABASE_URL names."""

from __future__ import annotations

import sqlite3
import time
from functools import partial

from django.db import connection
from django.utils import timezone

from bench import cases, practice, report
from bench.browser import Browser
from bench.measure import Reading, alone, dominating, paired, sql_time, timed
from bench.pages import Page, Pages, pages
from portal.demo.answers import CALM
from screening.engine.answers import clean
from screening.engine.assessment import assess
from screening.models import QuestionnaireEdition

IN_CARE, NOBODYS = 500, 300
SMALL, LARGE = 10_000, 100_000
PROFILED = ("article", "section", "submit, much reported")

ARTICLE_RATE, SUBMIT_RATE, ASSESSMENT = 0.85, 0.8, 300
FLAT = 1.25  # times as long with ten times the cases


def take() -> None:
    """Make a practice in the empty database, fill it, measure, and print."""
    began = time.monotonic()
    edition = practice.prepare()
    surgeon, other = practice.surgeon("Sarah Lindqvist", on_duty=True), practice.surgeon("Tom Okafor")
    made = pages(edition, surgeon)
    print(f"\n== {_database()}\n")
    cases.fill(edition, surgeon, IN_CARE, awaiting=True)
    cases.fill(edition, None, NOBODYS, awaiting=True)
    cases.fill(edition, other, SMALL - IN_CARE - NOBODYS)
    small, small_sql = _list(made, SMALL)
    cases.fill(edition, other, LARGE - SMALL)
    large, large_sql = _list(made, LARGE)
    readings = {page.name: paired(made.base, page) for page in made.others}
    print(report.HEAD)
    for reading in (alone(made.base), *readings.values(), small, large):
        print(report.row(reading))
    print(f"All but the first list: with {LARGE:,} cases stored.\n")
    growth = large_sql / small_sql
    print(f"SQL of the list's first page, reads only: {small_sql:.0f} us at {SMALL:,} cases,")
    print(f"{large_sql:.0f} us at {LARGE:,}: {report.up(growth)} times.")
    crowded = Browser(other)
    everyones = Page("list", made.surgeons_list.application, lambda: crowded.get("/review/"))
    print(
        f"The same for a surgeon with {LARGE - IN_CARE - NOBODYS:,} in care: {sql_time(everyones, 3):.0f} us.\n"
    )
    dearest = max(_engine(edition))
    for name in PROFILED:
        print(report.shares(name, dominating(made.named(name))))
    _verdicts(readings, growth, large.ratio / small.ratio, dearest)
    print(f"Took {time.monotonic() - began:.0f} s, much of it to make the cases.")


def _list(made: Pages, size: int) -> tuple[Reading, float]:
    """The list's first page with so many cases stored."""
    if connection.vendor == "postgresql":  # what its autovacuum does by itself in a running practice
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    page = Page(f"list, {size:,} cases", made.surgeons_list.application, made.surgeons_list.request)
    return paired(made.base, page), sql_time(page)


def _engine(edition: QuestionnaireEdition) -> list[float]:
    """One assessment of the default questionnaire, and cleaning apart."""
    definition, facts, today = edition.definition, cases.FACTS, timezone.localdate()
    costs = []
    for title, typed in (("much reported", practice.REPORTED), ("nothing reported", CALM)):
        answers = clean(definition, typed, facts, today).answers
        costs.append(timed(partial(assess, definition, answers, facts, today)))
        cleaning = timed(partial(clean, definition, typed, facts, today))
        print(
            f"Assessment, {title}: {report.up(costs[-1], 0)} us; clean() apart: {report.up(cleaning, 0)} us."
        )
    print()
    return costs


def _verdicts(readings: dict[str, Reading], growth: float, cpu_growth: float, assessment: float) -> None:
    article, submit = 1 / readings["article"].ratio, 1 / readings["submit, much reported"].ratio
    print("\nLater targets, beside these readings")
    for line in (
        (
            "article",
            f"{report.down(article)} of the no-op's rate",
            f"{ARTICLE_RATE}",
            article >= ARTICLE_RATE,
        ),
        (
            "submit",
            f"{report.down(submit)} of the no-op's rate",
            f"near {SUBMIT_RATE}",
            submit >= SUBMIT_RATE,
        ),
        ("list, SQL", f"{report.up(growth)} times at ten times the cases", f"flat, {FLAT}", growth <= FLAT),
        (
            "list, CPU",
            f"{report.up(cpu_growth)} times at ten times the cases",
            f"flat, {FLAT}",
            cpu_growth <= FLAT,
        ),
        ("assessment", f"{report.up(assessment, 0)} us", f"under {ASSESSMENT} us", assessment < ASSESSMENT),
    ):
        print(report.verdict(*line))


def _database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}, WAL, synchronous FULL"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}, on this machine, fsync off"
