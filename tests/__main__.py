"""`make test`: the whole suite, on SQLite, in Chromium, and on a PostgreSQL of its own that it throws away.

What could not run here is said on the last lines. With REQUIRE_ALL=1 it is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack

from screening.takeout import printout
from tests.servers import find_chromium, find_postgresql, throwaway_postgresql

EVERYWHERE = ["-m", "not browser", "-n", "auto"]


def run(title: str, arguments: list[str], **environment: str) -> bool:
    print(f"\n== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments, *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **environment}).returncode == 0  # noqa: S603


def main() -> int:
    passed, left_out = {}, []
    passed["on SQLite"] = run("on SQLite", EVERYWHERE)

    foreign = ["--ds", "tests.foreign.settings", "--confcutdir", "tests/foreign", "tests/foreign"]
    passed["in a foreign project"] = run("in a foreign project", foreign)

    if chromium := find_chromium():
        passed["in Chromium"] = run(
            "in Chromium", ["-m", "browser", "-n", "auto", "tests/browser"], CHROMIUM=chromium
        )
    else:
        left_out.append(
            "Chromium was not found: no page was opened in a browser. Install chromium or set CHROMIUM."
        )

    if binaries := find_postgresql():
        with ExitStack() as stack:
            url = stack.enter_context(throwaway_postgresql(binaries))
            passed["on PostgreSQL"] = run("on PostgreSQL", EVERYWHERE, DATABASE_URL=url)
    else:
        left_out.append("PostgreSQL was not found: nothing ran on it. Install postgresql.")

    if not printout.makes_pdf():
        left_out.append(
            "WeasyPrint could not be loaded: no PDF was made. Install Pango (libpango-1.0-0 and others)."
        )

    print("\n== Summary")
    for name, ok in passed.items():
        print(f"{'passed' if ok else 'FAILED'} {name}")
    for sentence in left_out:
        print(f"NOT RUN: {sentence}")
    complete = not left_out or os.environ.get("REQUIRE_ALL") != "1"
    return 0 if all(passed.values()) and complete else 1


if __name__ == "__main__":
    sys.exit(main())
