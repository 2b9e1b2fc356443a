"""What the demo's patients answer: nothing reported, and what each of them reports on top of that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone


def month(ago: int) -> str:
    """So many months ago, as YYYY-MM."""
    today = timezone.localdate()
    months = today.year * 12 + today.month - 1 - ago
    return f"{months // 12}-{months % 12 + 1:02}"


def day(ago: int) -> str:
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def born(age: int, month: int = 5, day: int = 4) -> date:
    """The birthday of somebody who has completed so many years this year, or will."""
    return date(timezone.localdate().year - age, month, day)


CALM: dict[str, Any] = {
    **dict.fromkeys(
        [
            "red_flag_bladder_bowel",
            "red_flag_saddle_numbness",
            "red_flag_new_weakness",
            "red_flag_fever_back_pain",
            "red_flag_fall_crash",
            "cancer_ever",
            "osteoporosis_told",
            "bone_scan",
            "bone_fragility_fracture",
            "bone_medicine",
            "infection_now",
            "antibiotics_now",
            "spine_infection",
            "fever_or_chills",
            "back_sore",
            "other_nicotine",
            "nicotine_replacement",
            "weight_loss",
            "eating_less",
            "heart_failure",
            "recent_heart_event",
            "low_oxygen",
            "lung_disease",
            "breathless",
            "diabetes",
            "dialysis",
            "depression_told",
            "spine_surgery",
            "steroids_long_term",
            "blood_thinner",
            "nsaid",
            "immune_medicine",
            "opioid_long_term",
            "metal_allergy",
        ],
        "no",
    ),
    "smoking": "never",
    "height_cm": "170",
    "weight_kg": "70",
    "phq_1": "0",
    "phq_2": "0",
}

CANCER = {"cancer_ever": "yes", "cancer_night_pain": "no"}
CANCER_MANY = {**CANCER, "cancer_in_spine": "yes", "cancer_spine_places": "many"}
CANCER_ONE = {**CANCER, "cancer_in_spine": "yes", "cancer_spine_places": "one"}
CANCER_UNSURE = {**CANCER, "cancer_in_spine": "not_sure"}
CANCER_BEFORE = {**CANCER, "cancer_in_spine": "no"}
NIGHT_PAIN = {"cancer_night_pain": "yes"}
WEAK_LEG = {"red_flag_new_weakness": "yes"}


def scanned(t_score: str, months_ago: int = 4, **more: Any) -> dict[str, Any]:
    return {"bone_scan": "yes", "bone_t_score": t_score, "bone_scan_month": month(months_ago), **more}


def smokes(a_day: int = 20, years: int = 30) -> dict[str, Any]:
    return {"smoking": "daily", "cigarettes_per_day": str(a_day), "smoking_years": str(years)}


def stopped(days_ago: int, **more: Any) -> dict[str, Any]:
    return {"smoking": "former", "smoking_stopped_on": day(days_ago), **more}


def diabetes(hba1c: str, months_ago: int = 1) -> dict[str, Any]:
    return {"diabetes": "yes", "hba1c": hba1c, "hba1c_month": month(months_ago)}


def size(height: int, weight: int) -> dict[str, Any]:
    return {"height_cm": str(height), "weight_kg": str(weight)}


BROKEN_WRIST = {"bone_fragility_fracture": "yes", "bone_fracture_site": "wrist"}
BROKEN_SPINE = {"bone_fragility_fracture": "yes", "bone_fracture_site": "spine"}
WEAK_BONE_TOLD = {"osteoporosis_told": "yes", "bone_medicine": "yes"}
INFECTED_SPINE = {"spine_infection": "now", "antibiotics_now": "yes"}
INFECTED_TOOTH = {"infection_now": "yes", "infection_site": "dental", "antibiotics_now": "yes"}
FEVER = {"red_flag_fever_back_pain": "yes", "fever_or_chills": "yes"}
SORE = {"back_sore": "yes"}
LOSING_WEIGHT = {"weight_loss": "yes", "weight_loss_amount": "6_to_10_kg", "eating_less": "yes"}
BREATHLESS_LUNGS = {"lung_disease": "yes", "breathless": "yes"}
HEART = {"heart_failure": "yes", "breathless": "yes", "blood_thinner": "yes"}
SURGERY_THREE = {
    "spine_surgery": "yes",
    "spine_surgery_count": "3",
    "spine_surgery_same_area": "yes",
    "spine_metal": "yes",
    "spine_surgery_problem": "yes",
    "spine_surgery_problem_kinds": ["infection", "nonunion"],
}
SURGERY_ONE = {
    "spine_surgery": "yes",
    "spine_surgery_count": "1",
    "spine_surgery_same_area": "yes",
    "spine_metal": "no",
    "spine_surgery_problem": "no",
}
LOW_MOOD = {
    **dict.fromkeys(["phq_1", "phq_2", "phq_3", "phq_4", "phq_5", "phq_6"], "2"),
    **{"phq_7": "2", "phq_8": "1", "phq_9": "0"},
}
SELF_HARM = {**LOW_MOOD, "phq_9": "1"}
