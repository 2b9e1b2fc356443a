"""What a table of 50,000 cases takes: time, and the most memory that its process ever held.

`python -m bench.export 50000` fills a throwaway SQLite file, then a PostgreSQL of its own where there is one. Each
table is made by a process of its own that does nothing else, so that its peak is the export's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

NUMBER = 50_000
MOST = 300  # MB, the interpreter and Django included
FILL, TAKE = "fill", "take"


def fill(number: int) -> None:
    """A surgeon with so many cases in care; every second one was decided."""
    from bench import cases, practice

    edition = practice.prepare()
    cases.fill(edition, practice.surgeon("Sarah Lindqvist"), number)


def take(number: int) -> bool:
    from django.core.handlers.wsgi import WSGIHandler

    from bench import report
    from bench.browser import Browser, send
    from bench.readings import _database
    from portal.accounts.models import User
    from screening.takeout import exporting

    surgeon = User.objects.get(name="Sarah Lindqvist")
    asked, browser, portal = (
        exporting.ask_table(user=surgeon, query="state=all"),
        Browser(surgeon),
        WSGIHandler(),
    )
    send(portal, browser.get("/healthz"))
    before = _peak()
    began, used = time.monotonic(), time.process_time()
    answer = send(portal, browser.get(f"/review/export/{asked.pk}/file/"))
    seconds, cpu, peak = time.monotonic() - began, time.process_time() - used, _peak()
    assert answer.status == 200, answer
    print(
        f"\n== {_database()}: {number:,} cases, {answer.size / 1e6:.1f} MB of CSV in {report.up(seconds, 1)} s"
        f" ({report.up(cpu, 1)} s of CPU); peak {report.up(peak, 0)} MB, {report.up(before, 0)} MB before it began"
    )
    reached = peak < MOST and answer.size > number * 100
    print(
        report.verdict("export, memory", f"{report.up(peak, 0)} MB", f"under {MOST} MB", reached), flush=True
    )
    return reached


def _peak() -> float:
    """In MB. Linux says it in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url: str, number: int) -> bool:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}

    def run(what: str) -> bool:
        command = [sys.executable, "-m", "bench.export", str(number), what]
        return subprocess.run(command, env=environment).returncode == 0

    return run(FILL) and run(TAKE)


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


def _here(what: str, number: int) -> Any:
    django.setup()
    return fill(number) if what == FILL else not take(number)


if __name__ == "__main__":
    said = [int(each) for each in sys.argv[1:] if each.isdigit()]
    size = said[0] if said else NUMBER
    step = next((each for each in sys.argv[1:] if each in (FILL, TAKE)), "")
    sys.exit(_here(step, size) if step else not main(size))
