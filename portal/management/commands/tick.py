import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.outbox import send_due
from portal.accounts.people import care_due
from portal.mail import deliver
from screening.reviewing import return_due


class Command(BaseCommand):
    help = "Does what is due: mails, care that began or ended, cases whose day has come. Safe to run twice at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on doing it, with this pause")

    def handle(self, *, every: int | None, **options: Any) -> None:
        while True:
            care_due()
            return_due(today=timezone.localdate())
            send_due(deliver, now=timezone.now())
            if every is None:
                return
            time.sleep(every)
