"""What readers open: the list with its search, an article, a diagram."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from education import questions, search
from education.models import Article, ArticleEdition, ArticleRead, Topic
from education.rendering import Page, page, page_of
from ledger.looking import is_read

DIAGRAMS = Path(__file__).resolve().parent / "content" / "diagrams"
PREVIEW = "education.preview_article"


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """All articles by topic, or those that match what the reader looks for."""
    typed, topic = request.GET.get("q", "")[: search.LONGEST], request.GET.get("topic", "")
    found = _matching(ArticleEdition.objects.current(), search.question(typed), topic)
    used = {slug for _edition, content in found for slug in (t["slug"] for t in content["topics"])}
    context = {
        "found": [page_of(edition.digest, edition.content) for edition, _content in found],
        "topics": Topic.objects.all() if not typed else Topic.objects.filter(slug__in=used),
        "topic": Topic.objects.filter(slug=topic).first() if topic else None,
        "typed": typed,
    }
    return render(request, "education/articles.html", context)


def _matching(editions: Any, asked: list[str], topic: str) -> list[tuple[ArticleEdition, dict[str, Any]]]:
    scored = []
    for edition in editions:
        content = page_of(edition.digest, edition.content).content
        if topic and topic not in (t["slug"] for t in content["topics"]):
            continue
        score = search.score(search.index_of(edition.digest, content), asked) if asked else 1
        if score:
            scored.append((score, content["title"], edition, content))
    scored.sort(key=lambda row: (-row[0], row[1]))
    return [(edition, content) for _score, _title, edition, content in scored]


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """The edition that is live. Editors see their working copy with ?preview, and where nothing is live.

    What is posted are answers to the questions at the end. They are explained and kept nowhere: in an address
    they would stay in the browser's history and in logs.
    """
    if request.user.has_perm(PREVIEW) and "preview" in request.GET:
        return preview(request, slug)
    edition = ArticleEdition.objects.begun().filter(article__slug=slug).order_by("-number").first()
    if edition is None:
        return preview(request, slug)
    if edition.withdrawn_at is not None or edition.retired_at is not None:
        if request.user.has_perm(PREVIEW):
            return preview(request, slug)
        _must_have_met(request, edition)
    elif request.user.is_authenticated and is_read(request):
        ArticleRead.objects.meet(edition=edition, reader=request.user)
    shown = page_of(edition.digest, edition.content)
    context = {"edition": edition, "article": shown.content, "text": _text_of(edition)}
    if edition.withdrawn_at is None and edition.retired_at is None:
        context |= _asked(request, shown.content)
    return render(request, "education/article.html", context)


def _asked(request: HttpRequest, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "questions": questions.shown(content, request.POST),
        "questions_name": questions.name_of(content),
    }


@lru_cache(maxsize=500)
def _rendered(digest: str, number: int, language: str, content: str) -> SafeString:
    """The text of an edition in the language of the page around it, made once a process: an edition never changes."""
    return _text(page_of(digest, content), number)


def _text_of(edition: ArticleEdition) -> SafeString:
    return _rendered(edition.digest, edition.number, get_language(), edition.content)


def _text(shown: Page, number: int | None = None) -> SafeString:
    context = {"page": shown, "article": shown.content, "number": number}
    return render_to_string("education/includes/text.html", context)


def _must_have_met(request: HttpRequest, edition: ArticleEdition) -> None:
    """A withdrawn article stays readable, under a notice, to those who read it before."""
    if not ArticleRead.objects.filter(edition__article=edition.article_id, reader=request.user.pk).exists():
        raise Http404


def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The working copy, as patients would see it. 404 for everyone who may not see drafts."""
    if not request.user.has_perm(PREVIEW):
        raise Http404
    draft = get_object_or_404(Article, slug=slug)
    shown = page(draft.content())
    context = {"article": shown.content, "draft": draft, "text": _text(shown)}
    context |= _asked(request, shown.content)
    return render(request, "education/article.html", context)


@require_safe
def diagram(request: HttpRequest, name: str) -> HttpResponse:
    """A diagram that came with the app, at an address that articles can keep."""
    path = DIAGRAMS / f"{name}.svg"
    if not path.is_file():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
