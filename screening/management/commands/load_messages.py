from typing import Any

from django.core.management.base import BaseCommand

from screening.composing import shipped
from screening.models import MessageTemplate


class Command(BaseCommand):
    help = (
        "Adds the words from which messages to patients are composed, as they come with the app. What is there"
        " already stays as it is. Spanish is added out of use: somebody who speaks it has to read it first."
    )

    def handle(self, **options: Any) -> None:
        added = sum(
            _add(state, topic, language, text) for state, topic, language, text in _rows() if text.strip()
        )
        self.stdout.write(f"{added} texts are added." if added else "Nothing to add.")


def _rows() -> list[tuple[str, str, str, str]]:
    """Decision, topic, language and text of each."""
    texts = shipped()
    begins = [
        (state, "", language, text)
        for language, rows in texts["beginnings"].items()
        for state, text in rows.items()
    ]
    return begins + [
        (state, topic, language, text)
        for language, topics in texts["topics"].items()
        for topic, rows in topics.items()
        for state, text in rows.items()
    ]


def _add(state: str, topic: str, language: str, text: str) -> bool:
    _template, new = MessageTemplate.objects.get_or_create(
        state=state,
        topic=topic,
        language=language,
        defaults={"text": text.strip(), "in_use": language == "en"},
    )
    return new
