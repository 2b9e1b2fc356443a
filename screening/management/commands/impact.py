from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from screening.engine.definition import DefinitionError
from screening.models import Questionnaire
from screening.trying import impact
from screening.trying.impact_report import lines


class Command(BaseCommand):
    help = (
        "Counts what a draft would have changed in what patients have sent. Without a questionnaire: works on the "
        "runs that were asked for, until none is left. Safe to run twice, and in two places."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questionnaire", nargs="?", help="its key, such as spinal-fusion")
        parser.add_argument("--by", metavar="EMAIL", help="who is recorded as having asked")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="that day included"
        )

    def handle(
        self,
        *,
        questionnaire: str | None,
        by: str | None,
        since: date | None,
        until: date | None,
        **options: Any,
    ) -> None:
        if questionnaire is None:
            parts = impact.run_waiting()
            self.stdout.write(f"{parts} parts were counted.")
            return
        run = self._asked(questionnaire, by, since, until)
        impact.run_waiting()
        run.refresh_from_db()
        if run.finished_at is None:
            self.stdout.write(
                f"Run {run.pk}: another worker has a part of it, {run.done} of {run.total} are counted."
            )
            return
        for line in lines(run):
            self.stdout.write(line)

    def _asked(self, key: str, by: str | None, since: date | None, until: date | None) -> Any:
        from django.contrib.auth import get_user_model

        if not by:
            raise CommandError("Say who asks: --by EMAIL.")
        accounts = get_user_model()
        try:
            user = accounts._default_manager.get_by_natural_key(by)
            draft = Questionnaire.objects.get(key=key)
        except accounts.DoesNotExist:
            raise CommandError(f"There is no account {by}.") from None
        except Questionnaire.DoesNotExist:
            raise CommandError(f"There is no questionnaire {key}.") from None
        if since and until and since > until:
            raise CommandError("--since has to come before --until.")
        try:
            return impact.ask(draft, by=user, since=since, until=until)
        except DefinitionError as error:
            raise CommandError(f"The draft does not fit together: {error}") from None
        except impact.TooMany:
            raise CommandError(f"{by} has asked for {impact.RUNS_A_DAY} runs within a day.") from None
