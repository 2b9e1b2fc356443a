"""What needs no database: how long the engine and the reading grade take. Printed, never a test."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from bench import report
from editions.readability import grade, measure, plain_text
from screening.engine.definition import problems, read
from screening.engine.expressions import ExpressionError, parse
from screening.engine.review import review

SHIPPED = Path(__file__).parents[1] / "screening" / "content" / "spinal-fusion.toml"

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

# Texts that somebody may type for a rule: slips in real ones, heaps of signs, and the longest that are let in.
SIGNS = ("and", "or", "not", "in", "==", "<", ">=", "+", "*", "(", ")", ",", "1", "0.5", "bmi", '"yes"', "'", '"', "#",
         "answered(", "points(", "[", "{", "lambda", ":", ".", "≥", "é", "\n", "\x00")  # fmt: skip
LONGEST = (
    "total_known(" + "1," * 59 + "1)",
    "a in (" + ",".join("1" * 660) + ")",
    "-" * 1999,
    "not " * 499 + "a",
    "(" * 999 + "a" + ")" * 999,
    "a<1or(" * 150 + "a<1" + ")" * 150,
    " and ".join(["a == 1"] * 180),
)
PARSED = 20_000
PARSING = 10  # milliseconds
REVIEW = 5  # seconds


def take() -> None:
    print("\n== Without a database\n")
    _readability()
    document = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    _parsing(document)
    reading, checking = _seconds(read, document), _seconds(problems, document)
    print(f"{'':13}reading the default questionnaire: {report.up(reading * 1000, 0)} ms;", end=" ")
    print(f"with all checks of a save: {report.up(checking * 1000, 0)} ms")
    reviewing = _seconds(review, document, grade)
    print(
        report.verdict("review", f"{report.up(reviewing)} s", f"under {REVIEW} s", reviewing < REVIEW),
        flush=True,
    )


def _readability() -> None:
    slowest = max((_seconds(_measured, piece * REPEATED), piece) for piece in PIECES)
    print(
        report.verdict(
            "reading grade",
            f"{report.up(slowest[0])} s for {slowest[1]!r} {REPEATED:,} times, the slowest of {len(PIECES)}",
            f"under {READABILITY} s",
            slowest[0] < READABILITY,
        )
    )


def _parsing(document: dict[str, Any]) -> None:
    slowest = max((_seconds(_parsed, typed) * 1000, typed) for typed in (*LONGEST, *_typed(document)))
    print(
        report.verdict(
            "parsing",
            f"{report.up(slowest[0])} ms for {slowest[1][:30]!r}, the slowest of {PARSED + len(LONGEST):,} texts",
            f"under {PARSING} ms",
            slowest[0] < PARSING,
        )
    )


def _typed(document: dict[str, Any]) -> Iterator[str]:
    """The same texts each time."""
    random = Random(1)
    rules = [rule["when"] for criterion in document["criteria"] for rule in criterion["rules"]]
    for _each in range(PARSED // 2):
        typed = random.choice(rules)
        for _slip in range(random.randint(1, 4)):
            place = random.randint(0, len(typed))
            typed = typed[:place] + random.choice(SIGNS) + typed[place + random.randint(0, 5) :]
        yield typed
        yield random.choice((" ", "")).join(random.choices(SIGNS, k=random.randint(1, 300)))


def _parsed(typed: str) -> None:
    with suppress(ExpressionError):
        parse(typed)


def _measured(text: str) -> None:
    measure(text)
    measure(plain_text(text))


def _seconds(function: Callable[..., Any], *given: Any) -> float:
    before = time.process_time()
    function(*given)
    return time.process_time() - before
