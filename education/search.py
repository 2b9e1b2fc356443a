"""Finding articles by words, also when a reader writes them in another form: smoking, Smokers, T-score, t score.

A practice has dozens of articles, not thousands: the words of each edition are collected once a process and compared
in memory, so that SQLite and PostgreSQL find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from editions.readability import plain_text

LONGEST = 200
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "be",
        "can",
        "do",
        "does",
        "for",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "the",
        "to",
        "what",
        "when",
        "who",
        "why",
        "with",
    ]
)
ENDINGS = ("nesses", "ness", "ings", "ing", "ers", "er", "ies", "ed", "es", "s", "e", "y")


def fold(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def stem(word: str) -> str:
    """The part that forms of a word share, roughly: smok for smoke, smoking, smokers."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def words(text: str) -> set[str]:
    """The stems of a text's words. A compound counts as one word and as its parts."""
    found: set[str] = set()
    for match in WORD.findall(fold(text)):
        parts = re.split(r"[-'’]", match)
        found.update(stem(part) for part in parts)
        found.add(stem("".join(parts)))
    return found


@dataclass(frozen=True)
class Index:
    title: frozenset[str]
    summary: frozenset[str]
    body: frozenset[str]


_indexes: dict[str, Index] = {}


def index_of(digest: str, content: dict[str, Any]) -> Index:
    found = _indexes.get(digest)
    if found is None:
        topics = " ".join(topic["name"] for topic in content["topics"])
        found = _indexes[digest] = Index(
            frozenset(words(content["title"])),
            frozenset(words(f"{content['summary']} {topics}")),
            frozenset(words(plain_text(content["body"]))),
        )
    return found


def score(index: Index, asked: Iterable[str]) -> int:
    """How well an article answers the question: 0 unless each word is found somewhere."""
    total = 0
    for word in asked:
        weight = 5 * (word in index.title) + 3 * (word in index.summary) + (word in index.body)
        if not weight:
            return 0
        total += weight
    return total


def question(text: str) -> list[str]:
    """What to look for: the stems of what was typed. Empty where nothing but punctuation was."""
    typed = WORD.findall(fold(text[:LONGEST]))
    telling = [word for word in typed if word not in SMALL] or typed
    return [stem(re.sub(r"[-'’]", "", word)) for word in telling]
