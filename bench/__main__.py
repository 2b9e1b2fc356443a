"""`make bench`: the readings on a throwaway SQLite file, and on a PostgreSQL of its own where there is one.

One process a database, one after another: settings are read once a process, and nothing else should run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

from bench import engine
from bench.report import machine
from tests.servers import find_postgresql, throwaway_postgresql

HERE = "here"  # the argument that means: on the database of DATABASE_URL, which has to be empty


def measure(url: str) -> bool:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    return subprocess.run([sys.executable, "-m", "bench", HERE], env=environment).returncode == 0


def measure_here() -> int:
    django.setup()
    from bench.readings import take

    take()
    return 0


def main() -> int:
    print(machine(), flush=True)
    engine.take()
    done = subprocess.run([sys.executable, "-m", "bench.impact"]).returncode == 0
    with tempfile.TemporaryDirectory(prefix="spine-portal-bench-") as folder:
        done = measure(f"sqlite:///{Path(folder) / 'bench.sqlite3'}") and done
    if binaries := find_postgresql():
        with throwaway_postgresql(binaries) as url:
            done = measure(url) and done
    else:
        print("NOT RUN: PostgreSQL was not found. Install postgresql.")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(measure_here() if sys.argv[1:] == [HERE] else main())
