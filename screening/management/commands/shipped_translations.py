import re
import tomllib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from screening.engine import translating
from screening.models.document import CONTENT

UNFILLED = re.compile(
    r'^language = "(?P<language>[^"]*)"\npart = "(?P<part>[^"]*)"\nstate = "[^"]*"\nsource = ""$',
    re.MULTILINE,
)


class Command(BaseCommand):
    help = "Says which translations of a shipped questionnaire are missing or stale, and fills in new ones' digests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", default="spinal-fusion")
        parser.add_argument("--fill", action="store_true", help='write the digest where it says source = ""')

    def handle(self, *, key: str, fill: bool, **options: Any) -> None:
        path = CONTENT / f"{key}.toml"
        if not path.is_file():
            raise CommandError(f"There is no {path.name}.")
        text = path.read_text(encoding="utf-8")
        if fill:
            text = filled(text)
            path.write_text(text, encoding="utf-8")
        document = tomllib.loads(text)
        for language in translating.languages(document):
            for part, standing in translating.standings(document, language).items():
                if standing not in (translating.NEEDS_CHECK, translating.CHECKED):
                    self.stdout.write(f"{language} {part}: {standing}")


def filled(text: str) -> str:
    """The file with digests where there are none. One that is there stays: a stale text must be read again."""
    parts = translating.parts(tomllib.loads(text))

    def digest(found: re.Match[str]) -> str:
        source = translating.source_of(parts[found["part"]])
        return found[0].removesuffix('""') + f'"{source}"'

    return UNFILLED.sub(digest, text)
