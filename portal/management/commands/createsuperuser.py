from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "There is no superuser in this project; see create_administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ignored", nargs="*")

    def handle(self, **options: Any) -> None:
        raise CommandError("There is no superuser here. Use: manage.py create_administrator EMAIL NAME")
