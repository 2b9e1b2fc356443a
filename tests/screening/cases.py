"""Made-up answer sheets: complete, valid, and crowded around the thresholds, where a rule goes wrong first.

`make(seed)` gives the same case for the same seed. A case carries what a browser may send: numbers in several
spellings and units, and leftovers in questions that are no longer shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from tests.screening.reference_sheet import (
    DECIMALS,
    LIMITS,
    OPTIONAL,
    PHQ,
    QUESTIONS,
    SHOWN_WHEN,
    Limits,
    is_shown,
    rounded,
    stored,
)

YES_NO = ("yes", "no", "not_sure")
CHOICES: dict[str, tuple[str, ...]] = {
    "cancer_spine_places": ("one", "few_adjacent", "many", "not_sure"),
    "bone_fracture_site": ("hip", "spine", "wrist", "other", "not_sure"),
    "infection_site": ("skin", "dental", "urine", "chest", "other", "not_sure"),
    "spine_infection": ("no", "now", "finished", "not_sure"),
    "smoking": ("daily", "some_days", "former", "never", "not_sure"),
    "weight_loss_amount": ("up_to_5_kg", "6_to_10_kg", "11_to_15_kg", "over_15_kg", "not_sure"),
}
PROBLEM_KINDS = ("infection", "leak", "nonunion", "nerve", "other", "not_sure")
CALM, OPENING = {"smoking": "never"}, {"smoking": "former"}
QUIET = (0, 0.5, 0.9, 1)
OPENERS = {opener for opener, _values in SHOWN_WHEN.values()}
RANGES = {
    "bone_t_score": ("-6.0", "4.0"),
    "height_cm": ("100", "230"),
    "weight_kg": ("25", "350"),
    "hba1c": ("3.0", "20.0"),
    "cigarettes_per_day": ("0", "200"),
    "smoking_years": ("0", "100"),
    "spine_surgery_count": ("1", "30"),
}
SCORES = (0, 1, 2, 3, "prefer_not")
GLOOM = ((9, 1, 0, 0, 0), (1, 1, 1, 1, 0), (1, 2, 2, 1, 0), (0, 1, 2, 3, 0), (1, 1, 2, 2, 1), (0, 0, 1, 4, 1))
LEFTOVERS = (
    "yes",
    "many",
    "now",
    "infection",
    "garbage",
    "",
    None,
    -99,
    3,
    True,
    "NaN",
    ["infection"],
    {"ft": 9},
)


@dataclass(frozen=True)
class Case:
    seed: int
    answers: dict[str, Any]
    facts: dict[str, Any]
    today: date


@dataclass(frozen=True)
class Pen:
    """Whoever fills the sheet in: how calm a life, how tired of optional questions, on which day."""

    random: Random
    limits: Limits
    today: date
    quiet: float
    blank: float
    gloom: tuple[int, ...]

    def any_of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def decimal(self, low: str, high: str, decimals: int) -> Decimal:
        scale = 10**decimals
        return Decimal(self.random.randint(int(Decimal(low) * scale), int(Decimal(high) * scale))) / scale

    def beside(self, *keys: str) -> Decimal:
        """On a threshold, or a step of a tenth or half of one beside it."""
        limit = self.limits[self.random.choice(keys)]
        steps = self.any_of("0", "-0.1", "0.1", "-0.05", "0.05", "-0.06", "0.04")
        return Decimal(limit.numerator) / limit.denominator + Decimal(steps)


def make(seed: int, limits: Limits = LIMITS) -> Case:
    random = Random(seed)
    today = date(2026, 11, 24) + timedelta(days=random.randint(-1500, 1500))
    pen = Pen(
        random,
        limits,
        today,
        quiet=random.choice(QUIET),
        blank=random.choice((0, 0.2, 0.6)),
        gloom=random.choice(GLOOM),
    )
    facts = facts_for(pen)
    answers: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    restless = random.choice((0, 0.1))
    for key in QUESTIONS:
        if random.random() < restless:  # trouble comes in neighbouring questions
            pen = replace(pen, quiet=random.choice(QUIET))
        if is_shown(key, kept, facts, limits):
            value = answer_for(pen, key, kept)
            if value is not None:
                kept[key] = stored(key, value)
        else:
            value = leftover_for(pen, key, kept)
        if value is not None or random.random() < 0.2:
            answers[key] = value
    return Case(seed, answers, facts, today)


def facts_for(pen: Pen) -> dict[str, Any]:
    age = int(pen.limits["bone_screen_age"]) + pen.any_of(-1, 0, 1)
    facts: dict[str, Any] = {"age": pen.any_of(age, age, pen.random.randint(18, 120))}
    if pen.random.random() < 0.7:
        facts["sex"] = pen.any_of("female", "male", "other")
    if pen.random.random() < 0.4:
        facts["on_duty_contact"] = pen.any_of(True, False)
    return facts


def answer_for(pen: Pen, key: str, kept: Mapping[str, Any]) -> Any:
    """What is typed into a shown question; None where an optional one stays blank."""
    if key in OPTIONAL and pen.random.random() < pen.blank:
        return None
    if key in RANGES:
        return spelled(pen, key, number_for(pen, key, kept))
    if key in WRITTEN:
        return WRITTEN[key](pen)
    if key in PHQ:
        score = pen.random.choices(SCORES, pen.gloom)[0]
        return pen.any_of(score, str(score))
    if key == "spine_surgery_problem_kinds":
        return pen.random.sample(PROBLEM_KINDS, pen.random.randint(1, 3))
    if key not in SHOWN_WHEN and pen.random.random() < pen.quiet:
        opens = key in OPENERS and pen.quiet < 1 and pen.random.random() < 0.25
        return OPENING.get(key, "yes") if opens else CALM.get(key, "no")
    return pen.any_of(*CHOICES.get(key, YES_NO))


def leftover_for(pen: Pen, key: str, kept: Mapping[str, Any]) -> Any:
    """What an earlier change of mind left behind in a question that is hidden now."""
    return pen.any_of(None, None, answer_for(pen, key, kept), pen.any_of(*LEFTOVERS))


def number_for(pen: Pen, key: str, kept: Mapping[str, Any]) -> Decimal:
    low, high = RANGES[key]
    anywhere = pen.decimal(low, high, DECIMALS[key])
    if pen.random.random() < 0.25:
        return anywhere
    if key == "bone_t_score":
        return pen.beside("bone_osteopenia_t", "bone_osteoporosis_t", "bone_severe_t")
    if key == "hba1c":
        return pen.beside("hba1c_high")
    if key == "height_cm":
        return pen.any_of(Decimal(160), Decimal(180), Decimal(200), pen.decimal("150", "200", 1))
    if key == "weight_kg" and "height_cm" in kept:
        return weight_beside(pen, kept["height_cm"], anywhere)
    if key == "spine_surgery_count":
        return Decimal(int(pen.limits["surgery_count_high"]) + pen.any_of(-2, -1, 0, 1))
    return anywhere


def weight_beside(pen: Pen, height: Fraction, otherwise: Decimal) -> Decimal:
    """A weight that puts the body mass index on a threshold, or lets it just miss or round to it."""
    target = pen.beside("bmi_underweight", "bmi_class_1", "bmi_class_2", "bmi_class_3")
    tenths = int(rounded(Fraction(target) * (height / 100) ** 2, 1) * 10) + pen.any_of(-1, 0, 0, 1)
    weight = Decimal(tenths) / 10
    return weight if 25 <= weight <= 350 else otherwise


def spelled(pen: Pen, key: str, value: Decimal) -> Any:
    """The same number as people write it; now and then a measure is taken in other units instead."""
    if key == "height_cm" and pen.random.random() < 0.2:
        return {"ft": pen.random.randint(4, 6), "in": pen.decimal("0", "11.5", 1)}
    if key == "weight_kg" and pen.random.random() < 0.2:
        return pen.any_of({"lb": pen.decimal("60", "700", 1)}, {"st": pen.random.randint(5, 40), "lb": 3})
    if key == "hba1c" and pen.random.random() < 0.3:
        return {"mmol/mol": pen.any_of(57, 58, 59, pen.random.randint(10, 190))}
    text = str(value)
    return pen.any_of(value, text, text.replace(".", ","), text.replace("-", "\N{MINUS SIGN}"))


def day(pen: Pen) -> str:
    weeks = pen.any_of(pen.limits["nicotine_quit_weeks"], pen.limits["nicotine_confirm_weeks"])
    days = pen.any_of(int(weeks * 7) + pen.any_of(-1, 0, 1), pen.random.randint(0, 4000))
    return (pen.today - timedelta(days=days)).isoformat()


def month(pen: Pen, limit: str) -> str:
    months = pen.any_of(int(pen.limits[limit]) + pen.any_of(-1, 0, 1), pen.random.randint(0, 120))
    year, index = divmod(pen.today.year * 12 + pen.today.month - 1 - months, 12)
    return f"{year}-{index + 1:02}"


WRITTEN: dict[str, Callable[[Pen], str]] = {
    "smoking_stopped_on": day,
    "bone_scan_month": lambda pen: month(pen, "bone_scan_max_months"),
    "hba1c_month": lambda pen: month(pen, "hba1c_max_months"),
    "anything_else": lambda pen: pen.any_of("Call me after five, please.", "Schmerzen seit März", "x" * 1000),
}
