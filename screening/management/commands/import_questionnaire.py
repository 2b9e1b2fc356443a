import sys
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser

from screening.files import LARGEST, Refused, bring_in, document_of


class Command(BaseCommand):
    help = (
        "Makes a draft from a file that was exported. It still has to be approved, by somebody else, and published. "
        "Where something is wrong with the file, all of it is said, and nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a TOML file, or - for standard input")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who is recorded as having written it"
        )

    def handle(self, *, file: str, by: str, **options: Any) -> None:
        try:
            document = document_of(_contents(file))
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self.stdout.write(import_by(by, document))


def _contents(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=2) from None


def import_by(email: str, document: dict[str, Any]) -> str:
    """What has become of the draft, in a sentence or two. Raises CommandError for an account that is not there."""
    try:
        user = get_user_model()._default_manager.get_by_natural_key(email)
    except ObjectDoesNotExist:
        raise CommandError(f"There is no account {email}.") from None
    imported = bring_in(document, by=user)
    key = imported.questionnaire.key
    if not imported.written:
        return f"{key}: nothing to change."
    sentences = [f"{key}: the draft is written. Somebody else has to approve it."]
    if imported.unproven:
        sentences.append(f"Translations that have to be checked here: {imported.unproven}.")
    return "\n".join(sentences)
