"""Cases by the million, and what the list's first page costs among them.

`python -m bench.many 10000 1000000` measures at these sizes on a throwaway SQLite file, then on a PostgreSQL of
its own; with `--only sqlite` or `--only postgresql` on one of them. Sizes only grow: each is filled up from the last.

A few patients are made through the models; the database then copies their rows with other keys, names and times.
So every column is as the portal writes it, whatever columns there are.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

SIZES = (10_000, 1_000_000, 10_000_000)
IN_CARE, NOBODYS = 500, 300
TEMPLATES = 97  # a prime: no pattern with names and times
AT_ONCE = 100_000
FLAT = 1.2  # times the SQL time of the smallest size
HERE = "here"


def take(sizes: tuple[int, ...]) -> bool:
    """Fill the empty database of DATABASE_URL size by size, and print what the pages cost. True where all is flat."""
    from bench import cases, practice, report
    from bench.browser import Browser
    from bench.readings import _database

    edition = practice.prepare()
    surgeon, other = practice.surgeon("Sarah Lindqvist", on_duty=True), practice.surgeon("Tom Okafor")
    practice_lead = practice.person("Ines Weber", "surgeon", "lead")
    cases.fill(edition, surgeon, IN_CARE, awaiting=True)
    cases.fill(edition, None, NOBODYS, awaiting=True)
    cases.fill(edition, other, TEMPLATES)
    maker = Maker(other)
    readers = {"surgeon": Browser(surgeon), "lead": Browser(practice_lead)}
    print(f"\n== {_database()}: a surgeon with {IN_CARE} in care, {NOBODYS} in nobody's\n", flush=True)
    costs: dict[str, list[float]] = {}
    for size in sizes:
        began = time.monotonic()
        maker.fill_up(size - IN_CARE - NOBODYS - TEMPLATES)
        maker.settle()
        print(f"{size:,} cases stored after {time.monotonic() - began:.0f} s", flush=True)
        for name, cost in measure(readers).items():
            costs.setdefault(name, []).append(cost)
            print(f"  {name:40} {report.up(cost, 0):>10} us of SQL", flush=True)
    return verdicts(sizes, costs)


def verdicts(sizes: tuple[int, ...], costs: dict[str, list[float]]) -> bool:
    from bench import report

    print()
    flat = True
    for name, each in costs.items():
        growth = max(each) / each[0]
        flat = flat and growth <= FLAT
        said = f"{report.up(growth)} times from {sizes[0]:,} to {sizes[-1]:,}"
        print(report.verdict(name, said, f"flat, {FLAT}", growth <= FLAT))
    return flat


# What a surgeon opens, beside the first page: the query of the list's address.
VIEWS = {
    "first page": "",
    "absolute criterion": "category=absolute",
    "all states": "state=all",
    "decided: optimise": "state=optimise",
    "search: a name": "search=eriksen",
    "search: a record number": "search=M77",
    "search: a date of birth": "search=1950-03-04",
}


def measure(readers: dict[str, Any]) -> dict[str, float]:
    from django.core.handlers.wsgi import WSGIHandler

    from bench.measure import once, sql_time
    from bench.pages import Page
    from screening.forms.worklist import VIEWS as SHIPPED

    portal, costs = WSGIHandler(), {}

    def page(name: str, who: str, query: str) -> None:
        address = f"/review/?{query}"
        asked = Page(name, portal, lambda: readers[who].get(address))
        once(asked)  # raises where it does not answer 200
        costs[name] = sql_time(asked, 25)

    for name, query in VIEWS.items():
        page(name, "surgeon", query)
    for query, name in SHIPPED:
        if query:
            page(str(name), "surgeon", query)
            page(f"{name}, whole practice", "lead", f"{query}&assigned=practice")
    page("whole practice, first page", "lead", "assigned=practice")
    return costs


class Maker:
    """Copies the rows of the template patients, whom `other` has in care."""

    def __init__(self, other: Any) -> None:
        from django.db import connection

        from portal.accounts.models import User

        self.connection, self.made = connection, 0
        self.sqlite = connection.vendor == "sqlite"
        self.now = time.time()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_series (n integer PRIMARY KEY)")
            cursor.executemany("INSERT INTO bench_series VALUES (%s)", [(n,) for n in range(AT_ONCE)])
            cursor.execute("CREATE TABLE bench_template (i integer PRIMARY KEY, patient bigint)")
            cursor.execute(
                "INSERT INTO bench_template SELECT row_number() OVER (ORDER BY patient_id) - 1, patient_id"
                " FROM accounts_care WHERE surgeon_id = %s",
                [other.pk],
            )
            cursor.execute("CREATE TABLE bench_name (i integer PRIMARY KEY, name varchar(60))")
            cursor.executemany("INSERT INTO bench_name VALUES (%s, %s)", list(enumerate(names())))
        self.first = (User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1

    def fill_up(self, number: int) -> None:
        """Until there are `number` copies."""
        while self.made < number:
            chunk = min(AT_ONCE, number - self.made)
            self._copy(self.made, chunk)
            self.made += chunk

    def settle(self) -> None:
        """What autovacuum does by itself in a running practice; and ids go on behind the copies."""
        with self.connection.cursor() as cursor:
            if self.sqlite:
                cursor.execute("ANALYZE")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), (SELECT max(id) FROM accounts_user))"
                )
                cursor.execute("VACUUM ANALYZE")

    def _copy(self, start: int, number: int) -> None:
        from django.db import transaction

        from portal.accounts.models import Care, PatientProfile, User
        from screening.models import Case, Submission

        ago = self._time(f"(({self._n(start)} * 7919) % 5184000)")
        patient = f"{self.first} + {self._n(start)}"
        copies: tuple[tuple[Any, str, dict[str, str]], ...] = (
            (User, "id", {"id": patient, "email": f"'many' || ({self._n(start)}) || '@bench.example'",
                          "name": "bench_name.name"}),
            (PatientProfile, "user_id", {"id": "", "user_id": patient,
                                         "record_number": f"'M' || ({self._n(start)})",
                                         "date_of_birth": self._birth(start)}),
            (Care, "patient_id", {"id": "", "patient_id": patient}),
            (Submission, "patient_id", {"id": self._uuid(start, 1), "patient_id": patient, "submitted_at": ago,
                                        "answers": "'{}'", "outcome": "'{}'", "values": "'{}'"}),
            (Case, "patient_id", {"id": self._uuid(start, 2), "patient_id": patient,
                                  "submission_id": self._uuid(start, 1), "waiting_since": ago}),
        )  # fmt: skip
        with transaction.atomic(), self.connection.cursor() as cursor:
            for model, of_patient, other in copies:
                cursor.execute(self._statement(model, of_patient, other, start, number))

    def _statement(self, model: Any, of_patient: str, other: dict[str, str], start: int, number: int) -> str:
        """Rows like the templates', with other values in some columns; an empty one is left to the database."""
        table = model._meta.db_table
        columns = [field.column for field in model._meta.concrete_fields if other.get(field.column) != ""]
        quoted = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(other.get(column) or f'{table}."{column}"' for column in columns)
        return (
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM bench_series"
            f" JOIN bench_template ON bench_template.i = ({self._n(start)}) % {TEMPLATES}"
            f" JOIN {table} ON {table}.{of_patient} = bench_template.patient"
            f" JOIN bench_name ON bench_name.i = ({self._n(start)}) % {len(names())}"
            f" WHERE bench_series.n < {number}"
        )

    def _n(self, start: int) -> str:
        """The number of the copy. A 64-bit number on PostgreSQL too, where it is multiplied."""
        return f"({start} + bench_series.n)" if self.sqlite else f"({start} + bench_series.n::bigint)"

    def _uuid(self, start: int, kind: int) -> str:
        """Spread like random ones, and the same each time it is asked for."""
        mixed = f"({self._n(start)} * 2654435761) & 4294967295"
        if self.sqlite:
            return f"printf('%%08x%%024x', {mixed}, {self._n(start)} * 4 + {kind})".replace("%%", "%")
        number = f"{self._n(start)} * 4 + {kind}"
        return f"(lpad(to_hex({mixed}), 8, '0') || lpad(to_hex({number}), 24, '0'))::uuid"

    def _time(self, seconds_ago: str) -> str:
        if self.sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f', {self.now} - {seconds_ago}, 'unixepoch')"
        return f"to_timestamp({self.now} - {seconds_ago})"

    def _birth(self, start: int) -> str:
        days = f"(({self._n(start)} * 7919) % 20000)"
        if self.sqlite:
            return f"date('1940-01-01', '+' || {days} || ' days')"
        return f"DATE '1940-01-01' + {days}::integer"


def names() -> list[str]:
    """Some thousand, so that a search finds as few as it would in a practice."""
    from bench.cases import FIRST, LAST

    ends = ("", "berg", "ova", "ini", "sen", "ez", "ard", "quist", "mann", "well")
    return [f"{first} {last}{end}" for first in FIRST for last in LAST for end in ends]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = tuple(sorted(options.sizes))
    if options.here:
        django.setup()
        return 0 if take(sizes) else 1
    from bench.report import machine
    from tests.servers import find_postgresql, throwaway_postgresql

    print(machine(), flush=True)
    flat = True
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="spine-portal-many-") as folder:
            flat = _measure(f"sqlite:///{Path(folder) / 'many.sqlite3'}", sizes)
    if options.only != "sqlite":
        if binaries := find_postgresql():
            with throwaway_postgresql(binaries) as url:
                flat = _measure(url, sizes) and flat
        else:
            print("NOT RUN: PostgreSQL was not found. Install postgresql.")
            flat = False
    return 0 if flat else 1


def _measure(url: str, sizes: tuple[int, ...]) -> bool:
    """In a process of its own: settings are read once a process."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = [sys.executable, "-m", "bench.many", "--here", *map(str, sizes)]
    return subprocess.run(command, env=environment).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
