import json
import sys
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from screening.engine.answers import clean, clean_facts
from screening.engine.assessment import assess
from screening.engine.definition import Definition, read
from screening.models import QuestionnaireEdition
from screening.models.document import definition_of, shipped


class Refused(Exception):
    """The input is not a case. The text names the key and says what would do."""


class Command(BaseCommand):
    help = "Assesses a case, or a list of cases, from a JSON file: {answers, facts, today}. Prints outcomes as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questionnaire", help="its key, such as spinal-fusion")
        parser.add_argument("file", help="a file with JSON, or - for standard input")

    def handle(self, *, questionnaire: str, file: str, **options: Any) -> None:
        try:
            definition = _definition(questionnaire)
            given = _read(file)
            if isinstance(given, list):
                outcomes: Any = [_outcome(definition, case, f"case {i}: ") for i, case in enumerate(given, 1)]
            else:
                outcomes = _outcome(definition, given, "")
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self.stdout.write(json.dumps(outcomes, indent=2, ensure_ascii=False))


def _definition(key: str) -> Definition:
    """The live edition's, or that of the questionnaire as it comes with the app where there is none."""
    try:
        edition = QuestionnaireEdition.objects.current().filter(questionnaire__key=key).first()
    except DatabaseError:
        edition = None
    if edition is not None:
        return definition_of(edition)
    try:
        return read(shipped(key))
    except FileNotFoundError:
        raise Refused(f"There is no questionnaire {key!r}; try spinal-fusion.") from None


def _read(file: str) -> Any:
    try:
        if file == "-":
            text = sys.stdin.read()
        else:
            with open(file, encoding="utf-8") as stream:
                text = stream.read()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text.") from None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Refused(f"{file} is not JSON: line {error.lineno}, column {error.colno}.") from None
    except (RecursionError, ValueError):
        raise Refused(
            f"{file} is not JSON that can be read: it is nested too deeply, or a number is too long."
        ) from None


def _constant(name: str) -> Any:
    raise Refused(f"{name} is no number: give a number such as 70.5.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(f"{key} is there twice: give it once.")
        found[key] = value
    return found


def _outcome(definition: Definition, case: Any, where: str) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise Refused(f"{where}give an object with answers, facts and today.")
    answers, facts = _object(case, "answers", where), _object(case, "facts", where)
    today = _today(case.get("today"), where)
    known, wrong = clean_facts(facts)
    for key, problem in wrong.items():
        raise Refused(f"{where}facts.{key}: {problem.message}")
    cleaned = clean(definition, answers, known, today)
    for key, problem in cleaned.errors.items():
        raise Refused(f"{where}answers.{key}: {problem.message}")
    if cleaned.missing:
        raise Refused(f"{where}these answers are missing: {', '.join(cleaned.missing)}.")
    return assess(definition, cleaned.answers, known, today).as_dict()


def _object(case: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    value = case.get(name)
    if not isinstance(value, dict):
        raise Refused(f"{where}{name} must be an object, such as {{}}.")
    return value


def _today(value: Any, where: str) -> date:
    if value is None:
        return timezone.localdate()
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused(f"{where}today must be a date, such as 2026-11-22.")
