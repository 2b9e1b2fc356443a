import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from portal import tick


class Command(BaseCommand):
    help = (
        "Does what is due, and prints what it did: tells the next person of an alert and the backup of a case that "
        "nobody opened, brings back cases whose day has come and invites the patients, reminds, sends mails, lists "
        "whom no mail reaches, follows care that began or ended. Safe to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on doing it, with this pause")

    def handle(self, *, every: int | None, **options: Any) -> None:
        while True:
            failed = tick.run(say=self.stdout.write)
            if every is None:
                break
            time.sleep(every)
            close_old_connections()  # a database that was started anew is met again
        if failed:
            raise CommandError(f"Not everything was done, see the log: {', '.join(failed)}.")
