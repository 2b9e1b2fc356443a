from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from screening.files import written
from screening.models import Questionnaire, QuestionnaireEdition


class Command(BaseCommand):
    help = "Writes a questionnaire as one TOML file: its draft, or one of its editions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="its key, such as spinal-fusion")
        parser.add_argument(
            "--edition", type=int, metavar="N", help="the number of an edition; without: the draft"
        )
        parser.add_argument("-o", "--output", metavar="FILE", help="without: standard output")

    def handle(self, *, key: str, edition: int | None, output: str | None, **options: Any) -> None:
        text = written(_document(key, edition))
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None


def _document(key: str, number: int | None) -> dict[str, Any]:
    questionnaire = Questionnaire.objects.filter(key=key).first()
    if questionnaire is None:
        raise CommandError(f"There is no questionnaire {key!r}.")
    if number is None:
        return questionnaire.content()
    edition: QuestionnaireEdition | None = (
        QuestionnaireEdition.objects.for_draft(questionnaire).filter(number=number).first()
    )
    if edition is None:
        raise CommandError(f"{key} has no edition {number}.")
    return edition.document
