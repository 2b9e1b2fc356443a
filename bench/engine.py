"""What needs no database: how long the engine and the reading grade take. Printed, never a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench import report
from editions.readability import measure, plain_text

# Pieces that have made patterns slow: repeated, a step that looks at everything again would take minutes.
PIECES = (
    "<a b='",
    "<!--",
    "<",
    "<![CDATA[",
    "<script>",
    "&#x",
    ". ",
    "...",
    "1. ",
    "a'",
    "a-",
    "e.g. ",
    "\n",
    "<svg",
)
REPEATED = 60_000
READABILITY = 5  # seconds


def take() -> None:
    print("\n== Without a database\n")
    slowest = max((_seconds(_measured, piece * REPEATED), piece) for piece in PIECES)
    print(
        report.verdict(
            "reading grade",
            f"{report.up(slowest[0])} s for {slowest[1]!r} {REPEATED:,} times, the slowest of {len(PIECES)}",
            f"under {READABILITY} s",
            slowest[0] < READABILITY,
        )
    )


def _measured(text: str) -> None:
    measure(text)
    measure(plain_text(text))


def _seconds(function: Callable[..., Any], *given: Any) -> float:
    before = time.process_time()
    function(*given)
    return time.process_time() - before
