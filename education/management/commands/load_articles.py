import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from editions.publishing import save_draft
from education.models import DAYS, TEXTS, Article, Topic

CONTENT = Path(__file__).resolve().parents[2] / "content"


class Command(BaseCommand):
    help = (
        "Makes drafts of the articles that come with the app. They still have to be approved and published."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who is recorded as having written them"
        )

    def handle(self, *, by: str, **options: Any) -> None:
        user = get_user_model()._default_manager.get_by_natural_key(by)
        names = load_topics()
        for path in sorted(CONTENT.glob("*.toml")):
            if path.name == "topics.toml":
                continue
            with transaction.atomic():
                written = load(read(path, names), user)
            self.stdout.write(f"{path.stem}: {'the draft is written' if written else 'nothing to change'}.")


def load_topics() -> dict[str, str]:
    """The topics of the shipped articles; their names may be changed in the admin afterwards."""
    rows = tomllib.loads((CONTENT / "topics.toml").read_text(encoding="utf-8"))["topics"]
    for position, row in enumerate(rows, 1):
        Topic.objects.get_or_create(slug=row["slug"], defaults={"name": row["name"], "position": position})
    return dict(Topic.objects.values_list("slug", "name"))


def read(path: Path, names: dict[str, str]) -> dict[str, Any]:
    """An article's file as the content of an edition."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    sources = [
        {name: source.get(name) or None for name in ("year",)}
        | {name: source.get(name, "") for name in ("title", "author", "address")}
        | {"accessed": _iso(source.get("accessed"))}
        for source in given["sources"]
    ]
    return {
        **{name: given.get(name, "").strip() for name in TEXTS},
        **{name: _iso(given.get(name)) for name in DAYS},
        "topics": [{"slug": slug, "name": names[slug]} for slug in given["topics"]],
        "sources": sources,
        **questions_of(given),
    }


def questions_of(given: dict[str, Any]) -> dict[str, Any]:
    """No member where there are none, as in `Article.content`."""
    questions = [
        {
            "text": question["text"],
            "choices": [
                {
                    "text": choice["text"],
                    "explanation": choice["explanation"],
                    "right": choice.get("right", False),
                }
                for choice in question["choices"]
            ],
        }
        for question in given.get("questions", ())
    ]
    return {"questions": questions} if questions else {}


def _iso(day: date | str | None) -> str | None:
    return str(day) if day else None


def load(content: dict[str, Any], user: Any) -> bool:
    """Write the draft. False where it says the same already."""
    article, _created = Article.objects.get_or_create(
        slug=content["slug"], defaults={"title": content["title"]}
    )
    article.restore(content)
    return save_draft(article, by=user)
