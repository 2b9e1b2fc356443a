"""What the practice lead's page costs among many submissions: `python -m bench.figures 100000`.

On a throwaway SQLite file, then on a PostgreSQL of its own where there is one. The submissions lie in the last two
years, with their findings; two thirds of the cases were decided, and one alert in twenty cases was raised.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import django

NUMBER = 100_000
TARGET = 2.0  # seconds for two years, all statements together
AT_ONCE = 5_000
HERE = "here"


def take(number: int) -> bool:
    """Fill the empty database of DATABASE_URL, and print what the page's statements take."""
    from django.core.handlers.wsgi import WSGIHandler

    from bench import practice, report
    from bench.browser import Browser
    from bench.measure import Page, once, sql_time, statements
    from bench.readings import _database

    edition = practice.prepare()
    surgeon, lead = practice.surgeon("Sarah Lindqvist"), practice.person("Ines Weber", "lead")
    began = time.monotonic()
    fill(edition, surgeon, number)
    _analyze()
    print(f"\n== {_database()}: {number:,} submissions, made in {time.monotonic() - began:.0f} s", flush=True)
    browser, portal, slowest = Browser(lead), WSGIHandler(), 0.0
    for months in (3, 12, 24):
        page = Page("figures", portal, lambda months=months: browser.get(f"/review/figures/?months={months}"))
        once(page)
        seconds = sql_time(page, 3) / 1e6
        slowest = max(slowest, seconds)
        print(f"{months:>3} months: {statements(page)[0]} statements, {report.up(seconds)} s of SQL,"
              f" {once(page)[1].size:,} bytes", flush=True)  # fmt: skip
    target = TARGET * max(number, NUMBER) / NUMBER
    print(report.verdict("figures, SQL", f"{report.up(slowest)} s", f"under {target} s", slowest < target))
    return slowest < target


def _analyze() -> None:
    """What the database learns of its tables by itself in a running practice."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def fill(edition: Any, surgeon: Any, number: int) -> None:
    from django.db import transaction

    from bench.cases import sheets

    choose, written = Random(number), sheets(edition)
    for start in range(0, number, AT_ONCE):
        with transaction.atomic():
            _some(edition, surgeon, min(AT_ONCE, number - start), choose, written)


def _some(edition: Any, surgeon: Any, number: int, choose: Random, written: list[Any]) -> None:
    from bench import cases
    from portal.accounts.models import User
    from screening.models import Alert, Case, Decision, Finding, Message, Submission

    patients = User.objects.bulk_create(cases._user(choose) for _each in range(number))
    picked = [choose.choice(written) for _each in patients]
    sent, made = [], []
    for user, sheet in zip(patients, picked, strict=True):
        submission = cases._submission(edition, user, sheet, choose)
        submission.submitted_at -= timedelta(days=choose.randrange(670))
        sent.append(submission)
        made.append(cases._case(submission, sheet, choose, False))
    Submission.unscoped.bulk_create(sent)
    Case.unscoped.bulk_create(made)
    Finding.unscoped.bulk_create(each for row in sent for each in _findings(row))
    decided = [case for case in made if not case.awaiting]
    decisions = Decision.unscoped.bulk_create(_decision(case, surgeon, choose) for case in decided)
    told = [each for each in decisions if choose.random() < 0.9]
    Message.unscoped.bulk_create(
        Message(case=each.case, patient=each.patient, decision=each, text="Come in.", by=surgeon, at=each.at)
        for each in told
    )
    raised = [case for case in made if choose.random() < 0.05]
    Alert.unscoped.bulk_create(_alert(case, surgeon, choose) for case in raised)


def _findings(submission: Any) -> list[Any]:
    from screening.models import Finding

    found = json.loads(submission.outcome)["criteria"].items()
    return [
        Finding(
            submission=submission, patient_id=submission.patient_id, criterion=key, category=each["category"],
            could_be=each.get("could_be") or "", grade=each.get("grade"),
            reasons=[{"reason": "made", "text": "x" * 900}],  # as long as they are
        )
        for key, each in found
        if each["category"] != "none"
    ]  # fmt: skip


def _later(at: datetime, choose: Random, hours: int) -> datetime:
    return at + timedelta(minutes=choose.randrange(60 * hours))


def _decision(case: Any, surgeon: Any, choose: Random) -> Any:
    from screening.models import Decision

    state, at = case.state, _later(case.submission.submitted_at, choose, 240)
    return Decision(
        case=case, patient_id=case.patient_id, submission=case.submission, case_version=1, state=state,
        rescreen_on=at.date() + timedelta(days=90) if state == "optimise" else None, by=surgeon, at=at,
    )  # fmt: skip


def _alert(case: Any, surgeon: Any, choose: Random) -> Any:
    from screening.models import Alert

    at = case.submission.submitted_at
    return Alert(
        patient_id=case.patient_id, case=case, attempt=case.submission_id, level=choose.choice(("now", "same_day")),
        raised_at=at, acknowledged_at=_later(at, choose, 4), acknowledged_by=surgeon,
    )  # fmt: skip


def measure(url: str, number: int) -> bool:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = [sys.executable, "-m", "bench.figures", str(number), HERE]
    return subprocess.run(command, env=environment).returncode == 0


def main(number: int) -> bool:
    from bench.report import machine
    from tests.servers import find_postgresql, throwaway_postgresql

    print(machine().partition("\n\n")[0], flush=True)
    with tempfile.TemporaryDirectory(prefix="spine-portal-bench-") as folder:
        done = measure(f"sqlite:///{Path(folder) / 'bench.sqlite3'}", number)
    if binaries := find_postgresql():
        with throwaway_postgresql(binaries) as url:
            done = measure(url, number) and done
    else:
        print("NOT RUN: PostgreSQL was not found. Install postgresql.")
    return done


if __name__ == "__main__":
    said = [int(each) for each in sys.argv[1:] if each.isdigit()]
    asked = said[0] if said else NUMBER
    if HERE in sys.argv:
        django.setup()
        sys.exit(not take(asked))
    sys.exit(not main(asked))
