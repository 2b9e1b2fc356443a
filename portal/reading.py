"""Where the two apps meet: articles that surgeons choose by the topic of a finding, and what of them was read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from education.models import ArticleEdition, ArticleRead
from education.rendering import Page, page_of
from screening.host import Read, Reading
from screening.messaging import Told


def reading(topics: Iterable[str] = (), language: str = "") -> list[Reading]:
    """Every article that is live. First those about the first topic, then the second, then all others.

    Within a topic the one that covers the most of the topics stands first, and of these one in the language.
    """
    wanted = list(dict.fromkeys(topics))
    pages = [page_of(each.digest, each.content) for each in ArticleEdition.objects.current()]

    def place(page: Page) -> tuple[Any, ...]:
        about = [wanted.index(slug) for slug in _topics(page) if slug in wanted]
        other_language = bool(language) and page.content.get("language", "en") != language
        return min(about, default=len(wanted)), -len(about), other_language, page.content["title"]

    return [_as_reading(page) for page in sorted(pages, key=place)]


def reads_of(patient: Any) -> list[Read]:
    """Each edition that the patient (an account, or its id) has met, the latest first."""
    live = ArticleEdition.objects.current().filter(pk=OuterRef("edition"))
    rows = (
        ArticleRead.objects.filter(reader=patient)
        .select_related("edition")
        .annotate(is_live=Exists(live))
        .order_by("-first_read_at", "-pk")
    )
    return [_as_read(row) for row in rows]


def chosen_in(letters: Iterable[Told]) -> dict[str, Told]:
    """What was chosen to read, by its key: with the newest message that says so."""
    chosen: dict[str, Told] = {}
    for told in letters:  # the newest first
        for row in told.message.reading:
            chosen.setdefault(row["key"], told)
    return chosen


def _topics(page: Page) -> tuple[str, ...]:
    return tuple(topic["slug"] for topic in page.content["topics"])


def _as_reading(page: Page) -> Reading:
    slug = page.content["slug"]
    url = reverse("education:article", args=[slug])
    return Reading(slug, page.content["title"], url, page.minutes, _topics(page))


def _as_read(row: Any) -> Read:
    """Who has met an article can open it for good, also when it was withdrawn."""
    content = page_of(row.edition.digest, row.edition.content).content
    url = reverse("education:article", args=[content["slug"]])
    return Read(content["slug"], content["title"], row.edition.number, row.first_read_at, row.is_live, url)
