"""Answers as typed, made into answers as stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard

from screening.engine.assessment import visible
from screening.engine.definition import FACTS, Definition, Problem, Question, scaled
from screening.engine.evaluation import CONTEXT, round_half_away

NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?")
ADULT, OLDEST = 18, 120  # completed years
THOUSANDS = re.compile(r"[.,]\d{3}$")
PUNCTUATION = str.maketrans("\u2212\u2013\uff0d\uff0b\uff0c\uff0e", "---+,.")
LONGEST_KEY = 60  # of an unknown key, as a message repeats it

# How much of the stored unit one of each unit is.
UNITS = {
    "length": {"cm": Decimal(1), "ft": Decimal("30.48"), "in": Decimal("2.54")},
    "weight": {"kg": Decimal(1), "st": Decimal("6.35029318"), "lb": Decimal("0.45359237")},
    "hba1c": {"%": Decimal(1), "mmol/mol": Decimal("0.0915")},
}
HBA1C_AT_ZERO = Decimal("2.15")  # % = 0.0915 x mmol/mol + 2.15
TYPED_TOGETHER = ({"ft", "in"}, {"st", "lb"})

# A unit system writes a measure in its small unit, and as many of a larger one as go into it.
SYSTEMS = {
    ("length", "imperial"): ("in", "ft", 12),
    ("length", "uk"): ("in", "ft", 12),
    ("weight", "imperial"): ("lb", "", 0),
    ("weight", "uk"): ("lb", "st", 14),
    ("hba1c", "uk"): ("mmol/mol", "", 0),
}


class Refused(ValueError):
    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass(frozen=True)
class Cleaned:
    answers: dict[str, Any]
    shown: tuple[str, ...]
    errors: dict[str, Problem]
    missing: tuple[str, ...]


def clean(
    definition: Definition,
    given: Mapping[str, Any],
    facts: Mapping[str, Any],
    today: date,
    *,
    only: Any = None,
) -> Cleaned:
    """Check what was given for the questions that it shows; drop the rest, in the order of the questions."""
    answers, refused = _cleaned(definition, given, today, only)
    shown = tuple(visible(definition, answers, facts, today))
    errors = {
        key: Problem(key, "unknown_key", f"There is no question named {str(key)[:LONGEST_KEY]!r}.")
        for key in given
        if key not in definition.questions
    }
    errors |= {key: refused[key] for key in shown if key in refused}
    missing = tuple(
        key
        for key in shown
        if key not in answers and key not in errors and not definition.questions[key].optional
    )
    return Cleaned(answers, shown, errors, missing)


def _cleaned(
    definition: Definition, given: Mapping[str, Any], today: date, only: Any
) -> tuple[dict[str, Any], dict[str, Problem]]:
    answers: dict[str, Any] = {}
    refused: dict[str, Problem] = {}
    for key, question in definition.questions.items():
        value = given.get(key)
        if _blank(value):
            continue
        try:
            taken = only is None or key in only
            value = _CLEANERS[question.type](question, value, today) if taken else value
        except Refused as error:
            refused[key] = Problem(key, error.code, error.message)
        else:
            if value is not None:
                answers[key] = value
    return answers, refused


def clean_one(question: Question, value: Any, today: date) -> Any:
    """One answer as it is stored, None for a blank one. Raises Refused."""
    return None if _blank(value) else _CLEANERS[question.type](question, value, today)


def _blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("type", "Give a text.")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused("characters", "The text holds a character that cannot be stored. Please remove it.")
    return value


def _choice(question: Question, value: Any, today: date) -> Any:
    for choice in question.choices:
        if isinstance(value, str) and value == choice.value:
            return scaled(value) if question.type == "scale" else value
        if question.type == "scale" and _is_number(value) and value == scaled(choice.value):
            return scaled(choice.value)
    raise Refused("choice", "Choose one of: " + ", ".join(choice.value for choice in question.choices) + ".")


def _is_number(value: Any) -> TypeGuard[int | Decimal]:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _several(question: Question, value: Any, today: date) -> Any:
    known = [choice.value for choice in question.choices]
    if not isinstance(value, list | tuple) or any(each not in known for each in value):
        raise Refused("choice", "Choose any of: " + ", ".join(known) + ".")
    return [each for each in known if each in value] or None


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str | float):
        raise Refused("number", "Give a number.")
    if isinstance(value, str):
        text = value.strip().translate(PUNCTUATION) if len(value) <= 40 else ""
        if not NUMBER.fullmatch(text):
            raise Refused("number", "Give a number, such as 70 or 70.5.")
        return Decimal(text.replace(",", "."))
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 12:
        raise Refused("number", "Give a number, such as 70 or 70.5.")
    return number


def convert(measure: str, parts: Mapping[str, Decimal]) -> Decimal:
    """From the units that were typed in to the stored one: cm, kg or %. Raises Refused for other units."""
    units = UNITS.get(measure, {})
    if not units:
        raise Refused("unit", "Give a number without a unit.")
    if (
        not parts
        or not parts.keys() <= units.keys()
        or (len(parts) > 1 and parts.keys() not in TYPED_TOGETHER)
    ):
        raise Refused("unit", "Give it in one of these units: " + ", ".join(sorted(units)) + ".")
    total = HBA1C_AT_ZERO if "mmol/mol" in parts else Decimal(0)
    for unit, part in parts.items():
        total = CONTEXT.add(total, CONTEXT.multiply(part, units[unit]))
    return total


def shown_in(measure: str, unit_system: str, value: Decimal) -> dict[str, Decimal]:
    """The stored value in the units of "metric", "imperial" or "uk", with the fewest decimals that convert back.

    So whoever typed 150 lb reads 150 lb again, and saving what was only looked at changes nothing.
    """
    if (measure, unit_system) not in SYSTEMS:
        return {next(iter(UNITS.get(measure, {"": 1}))): value}
    small, large, each = SYSTEMS[measure, unit_system]
    start = HBA1C_AT_ZERO if small == "mmol/mol" else Decimal(0)
    exact = CONTEXT.divide(CONTEXT.subtract(value, start), UNITS[measure][small])
    shown = _shortest(exact, measure, small, value)
    if not large:
        return {small: shown}
    return {large: CONTEXT.divide_int(shown, Decimal(each)), small: CONTEXT.remainder(shown, Decimal(each))}


def _shortest(exact: Decimal, measure: str, unit: str, stored: Decimal) -> Decimal:
    exponent = stored.as_tuple().exponent
    places = max(1, -exponent) if isinstance(exponent, int) else 1
    for digits in (0, 1):
        short = round_half_away(exact, digits)
        if round_half_away(convert(measure, {unit: short}), places) == stored:
            return short
    return round_half_away(exact, 2)


def _number(question: Question, value: Any, today: date) -> Any:
    if question.decimals == 0 and isinstance(value, str) and THOUSANDS.search(value.strip()):
        raise Refused("whole", "Give a whole number without a point or comma. " + _range(question))
    if isinstance(value, Mapping):
        parts = {str(unit): _decimal(part) for unit, part in value.items() if part not in (None, "")}
        if not parts:
            return None
        if any(part < 0 for part in parts.values()):
            raise Refused("out_of_range", _range(question))
        number = convert(question.measure, parts)
    else:
        number = _decimal(value)
    if question.decimals == 0 and number != number.to_integral_value():
        raise Refused("whole", "Give a whole number. " + _range(question))
    number = round_half_away(number, question.decimals)
    if (question.minimum is not None and number < question.minimum) or (
        question.maximum is not None and number > question.maximum
    ):
        raise Refused("out_of_range", _range(question))
    return number


def _range(question: Question) -> str:
    unit = f" {question.unit}" if question.unit else ""
    low, high = question.minimum, question.maximum
    if low is None:
        return "" if high is None else f"It must be {high}{unit} at most."
    return f"It must be {low}{unit} or more." if high is None else f"It must be from {low} to {high}{unit}."


def _date(question: Question, value: Any, today: date) -> Any:
    text = _text_of(value).strip()
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or day.year < 1900:
        raise Refused("date", "Give a real date, such as 2026-05-31.")
    if day > today:
        raise Refused("future", "The date cannot be in the future.")
    return text


def _month(question: Question, value: Any, today: date) -> Any:
    text = _text_of(value).strip()
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII) or text < "1900":
        raise Refused("month", "Give a month and year, such as 2026-05.")
    if text > f"{today:%Y-%m}":
        raise Refused("future", "The month cannot be in the future.")
    return text


def _free_text(question: Question, value: Any, today: date) -> Any:
    text = _text_of(value).replace("\r\n", "\n").strip()
    if len(text) > question.max_length:
        raise Refused(
            "too_long", f"Write {question.max_length:,} characters at most; these are {len(text):,}."
        )
    return text


_CLEANERS = {"yes_no": _choice, "choice": _choice, "scale": _choice, "several": _several, "number": _number,
             "date": _date, "month": _month, "text": _free_text}  # fmt: skip


def clean_facts(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Problem]]:
    """age (18 to 120, required), sex (text), on_duty_contact (true where not told)."""
    errors = {
        key: Problem(key, "unknown_key", f"There is no fact named {str(key)[:LONGEST_KEY]!r}.")
        for key in given
        if key not in FACTS
    }
    facts: dict[str, Any] = {}
    age = given.get("age")
    if _is_number(age) and 18 <= age <= 120 and age == int(age):
        facts["age"] = int(age)
    else:
        errors["age"] = Problem("age", "age", "Age must be a whole number of years from 18 to 120.")
    if "sex" in given:
        try:
            facts["sex"] = _text_of(given["sex"])
        except Refused:
            errors["sex"] = Problem("sex", "type", "Sex must be a text.")
    facts["on_duty_contact"] = given.get("on_duty_contact", True)
    if not isinstance(facts["on_duty_contact"], bool):
        errors["on_duty_contact"] = Problem("on_duty_contact", "type", "It must be true or false.")
        facts["on_duty_contact"] = True
    return facts, errors


def dumps(answers: Mapping[str, Any]) -> str:
    """Canonical JSON: sorted keys, no spaces, Decimals as numbers with all their digits."""
    parts = [f"{json.dumps(key, ensure_ascii=False)}:{_dump(answers[key])}" for key in sorted(answers)]
    return "{" + ",".join(parts) + "}"


def _dump(value: Any) -> str:
    return (
        f"{value:f}"
        if isinstance(value, Decimal)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )


def loads(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return loaded
