"""Which answers count, read from the specification a second time: what is asked, shown, kept and missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

Limits = Mapping[str, Fraction]

LIMITS: Limits = {
    "bone_osteopenia_t": Fraction("-1.0"),
    "bone_osteoporosis_t": Fraction("-2.5"),
    "bone_severe_t": Fraction("-3.5"),
    "bone_scan_max_months": Fraction(24),
    "bone_screen_age": Fraction(65),
    "nicotine_quit_weeks": Fraction(6),
    "nicotine_confirm_weeks": Fraction(26),
    "nutrition_at_risk": Fraction(2),
    "bmi_underweight": Fraction("18.5"),
    "bmi_class_1": Fraction(30),
    "bmi_class_2": Fraction(35),
    "bmi_class_3": Fraction(40),
    "hba1c_high": Fraction("7.5"),
    "hba1c_max_months": Fraction(3),
    "phq2_positive": Fraction(3),
    "phq9_moderate": Fraction(10),
    "phq9_severe": Fraction(15),
    "surgery_count_high": Fraction(3),
}

RED_FLAGS = (
    "red_flag_bladder_bowel",
    "red_flag_saddle_numbness",
    "red_flag_new_weakness",
    "red_flag_fever_back_pain",
    "red_flag_fall_crash",
)
PHQ = tuple(f"phq_{number}" for number in range(1, 10))
QUESTIONS = (
    *RED_FLAGS,
    *("cancer_ever", "cancer_in_spine", "cancer_spine_places", "cancer_night_pain"),
    *("osteoporosis_told", "bone_scan", "bone_t_score", "bone_scan_month"),
    *("bone_fragility_fracture", "bone_fracture_site", "bone_medicine"),
    *(
        "infection_now",
        "infection_site",
        "antibiotics_now",
        "spine_infection",
        "fever_or_chills",
        "back_sore",
    ),
    *("smoking", "smoking_stopped_on", "cigarettes_per_day", "smoking_years"),
    *("other_nicotine", "nicotine_replacement"),
    *("height_cm", "weight_kg", "weight_loss", "weight_loss_amount", "eating_less"),
    *("heart_failure", "recent_heart_event", "low_oxygen", "lung_disease", "breathless"),
    *("diabetes", "hba1c", "hba1c_month", "dialysis", "depression_told"),
    *PHQ,
    *("spine_surgery", "spine_surgery_count", "spine_surgery_same_area", "spine_metal"),
    *("spine_surgery_problem", "spine_surgery_problem_kinds"),
    *("steroids_long_term", "blood_thinner", "nsaid", "immune_medicine", "opioid_long_term"),
    *("metal_allergy", "anything_else"),
)
OPTIONAL = {
    *("bone_t_score", "bone_scan_month", "smoking_stopped_on", "cigarettes_per_day", "smoking_years"),
    *("height_cm", "weight_kg", "hba1c", "hba1c_month", "spine_surgery_count", "anything_else"),
}
SHOWN_WHEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "cancer_in_spine": ("cancer_ever", ("yes", "not_sure")),
    "cancer_spine_places": ("cancer_in_spine", ("yes",)),
    "cancer_night_pain": ("cancer_ever", ("yes", "not_sure")),
    "bone_t_score": ("bone_scan", ("yes",)),
    "bone_scan_month": ("bone_scan", ("yes",)),
    "bone_fracture_site": ("bone_fragility_fracture", ("yes",)),
    "infection_site": ("infection_now", ("yes",)),
    "smoking_stopped_on": ("smoking", ("former",)),
    "cigarettes_per_day": ("smoking", ("daily", "some_days", "former")),
    "smoking_years": ("smoking", ("daily", "some_days", "former")),
    "weight_loss_amount": ("weight_loss", ("yes",)),
    "hba1c": ("diabetes", ("yes",)),
    "hba1c_month": ("diabetes", ("yes",)),
    "spine_surgery_count": ("spine_surgery", ("yes",)),
    "spine_surgery_same_area": ("spine_surgery", ("yes",)),
    "spine_metal": ("spine_surgery", ("yes",)),
    "spine_surgery_problem": ("spine_surgery", ("yes",)),
    "spine_surgery_problem_kinds": ("spine_surgery_problem", ("yes",)),
}
DECIMALS = {"bone_t_score": 1, "height_cm": 1, "weight_kg": 1, "hba1c": 1}
DECIMALS |= {"cigarettes_per_day": 0, "smoking_years": 0, "spine_surgery_count": 0}

INCH, POUND = Fraction("2.54"), Fraction("0.45359237")
STORED_UNITS = {"cm": 1, "in": INCH, "ft": 12 * INCH, "kg": 1, "lb": POUND, "st": 14 * POUND, "%": 1}


@dataclass(frozen=True)
class Sheet:
    """The answers that count, in stored units, with what else a rule may look at."""

    answers: Mapping[str, Any]
    facts: Mapping[str, Any]
    today: date
    limits: Limits

    def __getitem__(self, key: str) -> Any:
        return self.answers.get(key)

    def yes(self, *keys: str) -> bool:
        return any(self[key] == "yes" for key in keys)

    def unsure(self, *keys: str) -> bool:
        return any(self[key] == "not_sure" for key in keys)

    def months_since(self, key: str) -> int | None:
        if self[key] is None:
            return None
        year, month = self[key].split("-")
        return (self.today.year * 12 + self.today.month) - (int(year) * 12 + int(month))

    def older_than(self, key: str, limit: str) -> bool:
        """Also when nobody knows how old."""
        months = self.months_since(key)
        return months is None or months > self.limits[limit]

    @property
    def bmi(self) -> Fraction | None:
        height, weight = self["height_cm"], self["weight_kg"]
        if height is None or weight is None:
            return None
        return rounded(weight / (height / 100) ** 2, 1)

    @property
    def nutrition_known(self) -> int:
        kilos = {"up_to_5_kg": 1, "6_to_10_kg": 2, "11_to_15_kg": 3, "over_15_kg": 4}
        return kilos.get(self["weight_loss_amount"], 0) + (1 if self.yes("eating_less") else 0)

    @property
    def nutrition_possible(self) -> int:
        hidden = 4 if self.unsure("weight_loss", "weight_loss_amount") else 0
        return self.nutrition_known + hidden + (1 if self.unsure("eating_less") else 0)

    @property
    def pack_years(self) -> Fraction | None:
        cigarettes, years = self["cigarettes_per_day"], self["smoking_years"]
        return None if cigarettes is None or years is None else cigarettes / 20 * years

    @property
    def phq_known(self) -> int:
        return sum(self[key] for key in PHQ if isinstance(self[key], int))

    def phq_sum(self, keys: tuple[str, ...]) -> int | None:
        scores = [self[key] for key in keys]
        return sum(scores) if all(isinstance(score, int) for score in scores) else None


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Half away from zero."""
    size = Fraction(floor(abs(value) * 10**decimals + Fraction(1, 2)), 10**decimals)
    return -size if value < 0 else size


def is_blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def number(value: Any) -> Fraction:
    if isinstance(value, Mapping):
        if "mmol/mol" in value:
            return Fraction("0.0915") * number(value["mmol/mol"]) + Fraction("2.15")
        return sum((number(part) * STORED_UNITS[unit] for unit, part in value.items()), Fraction(0))
    return Fraction(str(value).replace(",", ".").replace("\N{MINUS SIGN}", "-"))


def stored(key: str, value: Any) -> Any:
    if key in DECIMALS:
        return rounded(number(value), DECIMALS[key])
    if key in PHQ:
        return value if value == "prefer_not" else int(value)
    return value


def is_shown(key: str, kept: Mapping[str, Any], facts: Mapping[str, Any], limits: Limits) -> bool:
    if key in ("phq_1", "phq_2"):
        return facts.get("on_duty_contact", True)
    if key in PHQ:
        first = [kept[key] for key in ("phq_1", "phq_2") if isinstance(kept.get(key), int)]
        return sum(first) >= limits["phq2_positive"]
    if key in SHOWN_WHEN:
        other, values = SHOWN_WHEN[key]
        return kept.get(other) in values
    return True


def read(
    answers: Mapping[str, Any], facts: Mapping[str, Any], today: date, limits: Limits = LIMITS
) -> tuple[Sheet, list[str]]:
    """What counts of the answers as they were typed, and the keys of all questions that are shown."""
    kept: dict[str, Any] = {}
    shown = []
    for key in QUESTIONS:
        if not is_shown(key, kept, facts, limits):
            continue
        shown.append(key)
        if not is_blank(answers.get(key)):
            kept[key] = stored(key, answers[key])
    return Sheet(kept, facts, today, limits), shown


def missing(sheet: Sheet, shown: list[str]) -> list[str]:
    return [key for key in shown if sheet[key] is None and key not in OPTIONAL]
