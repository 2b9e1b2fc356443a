from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from editions.publishing import save_draft
from screening import samples
from screening.engine.definition import problems
from screening.models import Questionnaire
from screening.models.document import shipped


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
        from django.contrib.auth import get_user_model

        try:
            document = shipped(key)
        except FileNotFoundError as error:
            raise CommandError(f"No questionnaire {key!r} comes with the app.") from error
        if found := problems(document):
            raise CommandError("\n".join(f"{problem.where}: {problem.message}" for problem in found))
        user = get_user_model()._default_manager.get_by_natural_key(by)
        with transaction.atomic():
            questionnaire, _created = Questionnaire.objects.get_or_create(
                key=key, defaults={"title": document["title"]}
            )
            questionnaire.restore(document)
            written = save_draft(questionnaire, by=user)
            samples.load(questionnaire)
        if written:
            self.stdout.write(f"{key}: the draft is written. Somebody else has to approve it.")
        else:
            self.stdout.write(f"{key}: nothing to change.")
