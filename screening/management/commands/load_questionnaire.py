from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from screening.files import Refused, document_of
from screening.management.commands.import_questionnaire import import_by
from screening.models import Questionnaire
from screening.models.document import shipped_file
from screening.trying import samples


class Command(BaseCommand):
    help = (
        "Makes a draft of a questionnaire that comes with the app. It still has to be approved and published."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", default="spinal-fusion")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who is recorded as having written it"
        )

    def handle(self, *, key: str, by: str, **options: Any) -> None:
        try:
            document = document_of(shipped_file(key).read_bytes())
        except FileNotFoundError as error:
            raise CommandError(f"No questionnaire {key!r} comes with the app.") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(import_by(by, document))
        samples.load(Questionnaire.objects.get(key=key))
