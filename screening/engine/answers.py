"""Answers as typed, made into answers as stored."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from screening.engine.assessment import visible
from screening.engine.definition import Definition, Problem, Question
from screening.engine.evaluation import round_half_away

NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?")
ADULT, OLDEST = 18, 120  # completed years
INCH, POUND, STONE = Decimal("2.54"), Decimal("0.45359237"), Decimal(14)
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " "})


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
    answers: dict[str, Any] = {}
    errors = {
        key: Problem(key, "unknown_key", f"There is no question named {key!r}.")
        for key in given
        if key not in definition.questions
    }
    refused: dict[str, Problem] = {}
    for key, question in definition.questions.items():
        value = given.get(key)
        if value is None or value == "" or value == [] or (isinstance(value, str) and not value.strip()):
            continue
        if only is not None and key not in only:
            answers[key] = value
            continue
        try:
            cleaned = _CLEANERS[question.type](question, value, today)
            if cleaned is not None:
                answers[key] = cleaned
        except Refused as error:
            refused[key] = Problem(key, error.code, error.message)
    shown = tuple(visible(definition, answers, facts, today))
    seen = set(shown)
    errors |= {key: problem for key, problem in refused.items() if key in seen}
    missing = tuple(
        key
        for key in shown
        if key not in answers and key not in errors and not definition.questions[key].optional
    )
    return Cleaned(answers, shown, errors, missing)


def _text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("type", "Give a text.")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused("characters", "The text holds a character that cannot be stored. Please remove it.")
    return value


def _choice(question: Question, value: Any, today: date) -> Any:
    known = [choice.value for choice in question.choices]
    if question.type == "scale" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = f"{Decimal(value).normalize():f}"
    if not isinstance(value, str) or value not in known:
        raise Refused("choice", "Choose one of: " + ", ".join(known) + ".")
    return _scaled(value) if question.type == "scale" else value


def _scaled(value: str) -> Any:
    return Decimal(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def _several(question: Question, value: Any, today: date) -> Any:
    known = [choice.value for choice in question.choices]
    if not isinstance(value, list | tuple) or any(each not in known for each in value):
        raise Refused("choice", "Choose any of: " + ", ".join(known) + ".")
    return [each for each in known if each in value] or None


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str | float):
        raise Refused("number", "Give a number.")
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value.translate(MINUS)).strip()
        if len(value) > 40 or not NUMBER.fullmatch(text):
            raise Refused("number", "Give a number, such as 70 or 70.5.")
        return Decimal(text.replace(",", "."))
    number = Decimal(value) if not isinstance(value, float) else Decimal(repr(value))
    if not number.is_finite() or abs(number.adjusted()) > 12:
        raise Refused("number", "Give a number, such as 70 or 70.5.")
    return number


def convert(measure: str, parts: Mapping[str, Decimal]) -> Decimal:
    """From the units that were typed in to the stored one: cm, kg or %. Raises Refused for other units."""
    units = {"length": {"cm", "ft", "in"}, "weight": {"kg", "lb", "st"}, "hba1c": {"%", "mmol/mol"}}.get(
        measure, set()
    )
    if (
        not parts
        or not set(parts) <= units
        or len(parts) > 2
        or (len(parts) > 1 and {"cm", "kg", "%"} & set(parts))
    ):
        raise Refused("unit", "Give it in one of these units: " + ", ".join(sorted(units)) + ".")
    get = lambda unit: parts.get(unit, Decimal(0))  # noqa: E731
    with localcontext() as context:
        context.prec = 28
        if measure == "length":
            return get("cm") + (get("ft") * 12 + get("in")) * INCH
        if measure == "weight":
            return get("kg") + (get("st") * STONE + get("lb")) * POUND
        return get("%") if "%" in parts else Decimal("0.0915") * get("mmol/mol") + Decimal("2.15")


def shown_in(measure: str, unit_system: str, value: Decimal) -> dict[str, Decimal]:
    """The stored value in the units of "metric", "imperial" or "uk", to one decimal in the smallest."""
    if unit_system == "metric" or measure not in ("length", "weight"):
        return {{"length": "cm", "weight": "kg", "hba1c": "%"}.get(measure, ""): value}
    with localcontext() as context:
        context.prec = 28
        if measure == "length":
            inches = round_half_away(value / INCH, 1)
            return {"ft": Decimal(int(inches // 12)), "in": inches % 12}
        pounds = round_half_away(value / POUND, 1)
        if unit_system == "imperial":
            return {"lb": pounds}
        return {"st": Decimal(int(pounds // 14)), "lb": pounds % 14}


def _number(question: Question, value: Any, today: date) -> Any:
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
    return f"It must be from {question.minimum} to {question.maximum}{unit}."


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
        key: Problem(key, "unknown_key", f"There is no fact named {key!r}.")
        for key in given
        if key not in ("age", "sex", "on_duty_contact")
    }
    facts: dict[str, Any] = {"on_duty_contact": True}
    age: Any = given.get("age")
    number = isinstance(age, int | Decimal) and not isinstance(age, bool)
    if number and ADULT <= age <= OLDEST and age == int(age):
        facts["age"] = int(age)
    else:
        errors["age"] = Problem(
            "age", "age", f"Age must be a whole number of years from {ADULT} to {OLDEST}."
        )
    if "sex" in given and not isinstance(given["sex"], str):
        errors["sex"] = Problem("sex", "type", "Sex must be a text.")
    elif "sex" in given:
        facts["sex"] = given["sex"]
    if not isinstance(given.get("on_duty_contact", True), bool):
        errors["on_duty_contact"] = Problem("on_duty_contact", "type", "It must be true or false.")
    else:
        facts["on_duty_contact"] = given.get("on_duty_contact", True)
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
