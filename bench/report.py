"""Words and columns. Ratios are rounded up and rates down: never in our favour."""

from __future__ import annotations

import math
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.measure import Reading, Share

NOTES = """
CPU is this process's own time: SQLite works inside it, PostgreSQL beside it. Every page runs without a socket, as
the web server calls it: DEBUG off, https, templates cached, static files with plain names (nothing is collected).
The base is a page for people who are logged in (session and user) in Django's stock middleware, with the portal's
user model and database settings. Page and base alternate; the ratio is the median of 9 rounds' own ratios."""

HEAD = f"{'page':28}{'reads':>7}{'writes':>8}{'CPU us':>9}{'x no-op':>9}{'rate of the no-op':>19}{'bytes':>9}"


def up(value: float, decimals: int = 2) -> str:
    return f"{math.ceil(value * 10**decimals) / 10**decimals:.{decimals}f}"


def down(value: float, decimals: int = 2) -> str:
    return f"{math.floor(value * 10**decimals) / 10**decimals:.{decimals}f}"


def machine() -> str:
    now = datetime.now(UTC)
    parts = [
        f"Spine Portal, what the main pages cost. {now:%Y-%m-%d %H:%M} UTC",
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()},"
        f" load {os.getloadavg()[0]:.2f} at the start",
        f"Python {platform.python_version()} ({sys.implementation.name}), Django {version('django')},"
        f" psycopg {version('psycopg')}",
    ]
    return "\n".join(parts) + "\n" + NOTES


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def row(reading: Reading) -> str:
    return (
        f"{reading.name:28}{reading.reads:>7}{reading.writes:>8}{math.ceil(reading.cost):>9}"
        f"{up(reading.ratio):>9}{down(1 / reading.ratio):>19}{reading.size:>9}"
    )


def shares(title: str, rows: list[Share]) -> str:
    lines = [f"  {each.part:6.1%}  {each.calls:>7.1f} calls  {each.function}" for each in rows]
    return "\n".join([f"What dominates: {title} (own time, cProfile)", *lines])


def verdict(what: str, reading: str, target: str, reached: bool) -> str:
    return f"{'reached' if reached else 'NOT REACHED':13}{what}: {reading} (target: {target})"
