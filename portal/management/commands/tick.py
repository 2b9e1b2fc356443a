import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.outbox import send_due
from portal.accounts.people import care_due
from portal.mail import deliver


class Command(BaseCommand):
    help = "Does what is due: sends mails, and moves cases whose care began or ended. Safe to run twice, and in two places."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on doing it, with this pause")

    def handle(self, *, every: int | None, **options: Any) -> None:
        while True:
            care_due()
            send_due(deliver, now=timezone.now())
            if every is None:
                return
            time.sleep(every)
