import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts import people
from portal.accounts.models import User
from portal.accounts.roles import Role


class Command(BaseCommand):
    help = "Makes an account that may make accounts. There is no superuser."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *, email: str, name: str, **options: Any) -> None:
        if User.objects.filter(email=email.strip().lower()).exists():
            raise CommandError("There is an account with this e-mail address already.")
        password = getpass.getpass("Password: ")
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        people.create(email=email, name=name, roles=[Role.ADMINISTRATOR], password=password)
        self.stdout.write(f"{email} may log in and make accounts.")
