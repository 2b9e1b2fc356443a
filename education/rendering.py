"""An edition as a page shows it: cleaned once more, with headings that can be linked to."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from editions.readability import measure, plain_text
from education.cleaning import clean

HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """What a reader sees of an article."""

    content: dict[str, Any]
    body: SafeString
    contents: tuple[tuple[str, str], ...]  # anchor and text of each second-level heading
    minutes: int
    last_reviewed: date | None
    next_review_due: date | None


def page(content: dict[str, Any]) -> Page:
    """Render the content of a draft or an edition."""
    contents: list[tuple[str, str]] = []

    def anchored(match: re.Match[str]) -> str:
        text = plain_text(match[1]).strip()
        anchor = f"part-{len(contents) + 1}-{slugify(text)[:40]}"
        contents.append((anchor, text))
        return f'<h2 id="{anchor}">{match[1]}</h2>'

    body = HEADING.sub(anchored, clean(content["body"]))
    minutes = measure(plain_text(content["body"])).reading_minutes
    # Safe because `clean` has just made it so: what is added here is an anchor of letters, digits and hyphens.
    safe = mark_safe(body)  # noqa: S308
    days = (_day(content["last_reviewed"]), _day(content["next_review_due"]))
    return Page(content, safe, tuple(contents), minutes, *days)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_pages: dict[str, Page] = {}


def page_of(digest: str, content: str) -> Page:
    """The page of an edition, made once a process: an edition never changes, nor does its digest."""
    found = _pages.get(digest)
    if found is None:
        if len(_pages) > 500:
            _pages.clear()
        found = _pages[digest] = page(json.loads(content))
    return found
