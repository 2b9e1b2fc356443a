"""The screening specification read a second time, as plain Python: what the shipped questionnaire must find.

Neither this nor `reference_sheet` knows the engine, the rule language or the questionnaire's file, and no
number is a Decimal: who changes a rule has to do it in two places that cannot copy each other's mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tests.screening.reference_sheet import PHQ, RED_FLAGS, Sheet, is_shown

EXTRAS = {
    "medicine_steroids": "steroids_long_term",
    "medicine_blood_thinner": "blood_thinner",
    "medicine_nsaid": "nsaid",
    "medicine_immune": "immune_medicine",
    "medicine_opioid": "opioid_long_term",
    "medicine_bone": "bone_medicine",
    "allergy_metal": "metal_allergy",
}
RANK = {"none": 0, "info": 1, "clarify": 2, "relative": 3, "absolute": 4}


class Finding(NamedTuple):
    reason: str
    category: str
    could_be: str = "none"
    grade: int | None = None


def cancer(sheet: Sheet) -> Iterator[Finding]:
    ever, in_spine, places = sheet["cancer_ever"], sheet["cancer_in_spine"], sheet["cancer_spine_places"]
    if in_spine == "yes" and places == "many":
        yield Finding("cancer_diffuse", "absolute")
    if in_spine == "yes" and places in ("one", "few_adjacent"):
        yield Finding("cancer_spine_limited", "clarify", "absolute")
    if in_spine == "yes" and places == "not_sure":
        yield Finding("cancer_spine_extent_unknown", "clarify", "absolute")
    if in_spine == "not_sure":
        yield Finding("cancer_spread_unknown", "clarify", "absolute")
    if ever == "not_sure" and in_spine in ("yes", "not_sure"):
        yield Finding("cancer_history_unknown", "clarify", "absolute")
    if ever == "not_sure" and in_spine == "no":
        yield Finding("cancer_history_unknown", "clarify")
    if ever == "yes" and in_spine == "no":
        yield Finding("cancer_no_spine", "info")


def bone(sheet: Sheet) -> Iterator[Finding]:
    if sheet["bone_t_score"] is None:
        yield from bone_without_score(sheet)
    else:
        yield from bone_with_score(sheet, sheet["bone_t_score"])


def bone_with_score(sheet: Sheet, t: Fraction) -> Iterator[Finding]:
    fracture, site = sheet["bone_fragility_fracture"], sheet["bone_fracture_site"]
    osteoporosis = t <= sheet.limits["bone_osteoporosis_t"]
    severe = t <= sheet.limits["bone_severe_t"]
    if osteoporosis and fracture == "yes":
        yield Finding("bone_severe_who", "absolute")
    if severe:
        yield Finding("bone_severe_t", "absolute")
    if osteoporosis and not severe and fracture == "no":
        yield Finding("bone_osteoporosis", "relative")
    if osteoporosis and not severe and fracture == "not_sure":
        yield Finding("bone_osteoporosis", "relative", "absolute")
    if not osteoporosis and fracture == "yes" and site in ("wrist", "other"):
        yield Finding("bone_fracture", "relative")
    if not osteoporosis and fracture == "yes" and site in ("hip", "spine", "not_sure"):
        yield Finding("bone_fracture", "relative", "absolute")
    if not osteoporosis and fracture in ("no", "not_sure"):
        if sheet.yes("osteoporosis_told", "bone_medicine"):
            yield Finding("bone_scan_disagrees", "clarify", "absolute")
        if t < sheet.limits["bone_osteopenia_t"]:
            yield Finding("bone_osteopenia", "info")
    if not osteoporosis and fracture == "not_sure":
        yield Finding("bone_fracture_unknown", "clarify", "absolute")
    if not severe and sheet.older_than("bone_scan_month", "bone_scan_max_months"):
        yield Finding("bone_scan_old", "clarify", "absolute")


def bone_without_score(sheet: Sheet) -> Iterator[Finding]:
    fracture, told, scan = sheet["bone_fragility_fracture"], sheet["osteoporosis_told"], sheet["bone_scan"]
    if fracture == "yes":
        yield Finding("bone_fracture", "relative", "absolute")
    if told == "yes":
        yield Finding("bone_osteoporosis_reported", "relative", "absolute")
    if told in ("no", "not_sure") and fracture == "not_sure":
        yield Finding("bone_fracture_unknown", "clarify", "absolute")
    if scan == "yes" and told in ("no", "not_sure") and fracture == "no":
        yield Finding("bone_result_unknown", "clarify", "absolute")
    if told in ("no", "not_sure") and sheet["bone_medicine"] in ("yes", "not_sure"):
        yield Finding("bone_medicine_unexplained", "clarify", "absolute")
    if told == "not_sure" and fracture in ("no", "not_sure"):
        yield Finding("bone_unknown", "clarify", "absolute")
    if scan in ("no", "not_sure") and told == "no" and fracture == "no":
        old = sheet.facts["age"] >= sheet.limits["bone_screen_age"]
        if old or sheet["steroids_long_term"] in ("yes", "not_sure"):
            yield Finding("bone_screen_due", "clarify", "absolute")


def infection(sheet: Sheet) -> Iterator[Finding]:
    if sheet["spine_infection"] == "now":
        yield Finding("infection_spine_active", "absolute")
    if sheet.yes("back_sore"):
        yield Finding("infection_local_wound", "absolute")
    if sheet.yes("fever_or_chills"):
        if sheet.yes("infection_now", "antibiotics_now"):
            yield Finding("infection_systemic", "absolute")
        else:
            yield Finding("infection_fever", "clarify", "absolute")
    if sheet.yes("infection_now"):
        yield Finding("infection_remote", "clarify", "absolute")
    if sheet.yes("antibiotics_now") and sheet["infection_now"] in ("no", "not_sure"):
        yield Finding("infection_antibiotic", "clarify", "absolute")
    if sheet["spine_infection"] == "finished":
        yield Finding("infection_spine_recent", "clarify", "absolute")
    kinds = sheet["spine_surgery_problem_kinds"] or []
    if "infection" in kinds and sheet["spine_metal"] in ("yes", "not_sure"):
        yield Finding("infection_past_with_metal", "clarify", "absolute")
    if sheet.unsure("infection_now", "antibiotics_now", "spine_infection", "fever_or_chills", "back_sore"):
        yield Finding("infection_unknown", "clarify", "absolute")


def nicotine(sheet: Sheet) -> Iterator[Finding]:
    smoking, stopped = sheet["smoking"], sheet["smoking_stopped_on"]
    if smoking in ("daily", "some_days"):
        yield Finding("nicotine_current", "relative")
    if smoking == "former" and stopped is not None:
        weeks = Fraction((sheet.today - date.fromisoformat(stopped)).days, 7)
        if weeks < sheet.limits["nicotine_quit_weeks"]:
            yield Finding("nicotine_quit_recent", "relative")
        elif weeks < sheet.limits["nicotine_confirm_weeks"]:
            yield Finding("nicotine_quit_confirm", "info")
    if sheet.yes("other_nicotine"):
        yield Finding("nicotine_other", "relative")
    if sheet.yes("nicotine_replacement"):
        yield Finding("nicotine_replacement", "clarify", "relative")
    dateless = smoking == "former" and stopped is None
    if dateless or sheet.unsure("smoking", "other_nicotine", "nicotine_replacement"):
        yield Finding("nicotine_unknown", "clarify", "relative")


def nutrition(sheet: Sheet) -> Iterator[Finding]:
    at_risk = sheet.limits["nutrition_at_risk"]
    if sheet.nutrition_known >= at_risk:
        yield Finding("nutrition_at_risk", "relative")
    if sheet.nutrition_known < at_risk <= sheet.nutrition_possible:
        yield Finding("nutrition_unsure", "clarify", "relative")
    if sheet.bmi is not None and sheet.bmi < sheet.limits["bmi_underweight"]:
        yield Finding("nutrition_underweight", "relative")


def systemic(sheet: Sheet) -> Iterator[Finding]:
    yield from heart_and_lung(sheet)
    yield from diabetes(sheet)
    yield from mood(sheet)
    if sheet.yes("low_oxygen"):
        yield Finding("systemic_low_oxygen", "relative")
    if sheet.yes("recent_heart_event"):
        yield Finding("systemic_recent_event", "relative")
    if sheet.yes("dialysis"):
        yield Finding("systemic_dialysis", "relative")
    asked = (
        "heart_failure",
        "recent_heart_event",
        "low_oxygen",
        "lung_disease",
        "breathless",
        "diabetes",
        "dialysis",
    )
    if sheet.unsure(*asked):
        yield Finding("systemic_unknown", "clarify", "relative")


def heart_and_lung(sheet: Sheet) -> Iterator[Finding]:
    ill = sheet.yes("heart_failure", "lung_disease")
    if ill and sheet.yes("breathless"):
        yield Finding("systemic_heart_lung", "relative")
    if ill and sheet["breathless"] in ("no", "not_sure"):
        yield Finding("systemic_heart_lung_unclear", "clarify", "relative")
    if sheet.yes("breathless") and not ill:
        yield Finding("systemic_breathless", "clarify", "relative")


def diabetes(sheet: Sheet) -> Iterator[Finding]:
    hba1c = sheet["hba1c"]
    if not sheet.yes("diabetes"):
        return
    if hba1c is None:
        yield Finding("systemic_hba1c_needed", "clarify", "relative")
    elif hba1c > sheet.limits["hba1c_high"]:
        yield Finding("systemic_diabetes_high", "relative")
    else:
        yield Finding("systemic_diabetes", "info")
        if sheet.older_than("hba1c_month", "hba1c_max_months"):
            yield Finding("systemic_hba1c_old", "clarify", "relative")


def mood(sheet: Sheet) -> Iterator[Finding]:
    severe = sheet.phq_known >= sheet.limits["phq9_severe"]
    if is_shown("phq_3", sheet.answers, sheet.facts, sheet.limits):
        if severe:
            yield Finding("mood_depression", "relative")
        elif sheet.phq_known >= sheet.limits["phq9_moderate"]:
            yield Finding("mood_depression_moderate", "clarify", "relative")
    if any(sheet[key] == "prefer_not" for key in PHQ) and not severe:
        yield Finding("mood_unknown", "clarify", "relative")
    if sheet.yes("depression_told"):
        yield Finding("mood_depression_reported", "relative")
    if sheet.unsure("depression_told"):
        yield Finding("mood_unknown", "clarify", "relative")


def obesity(sheet: Sheet) -> Iterator[Finding]:
    if sheet.bmi is None:
        yield Finding("obesity_unknown", "clarify", "relative")
        return
    for grade in (3, 2, 1):
        if sheet.bmi >= sheet.limits[f"bmi_class_{grade}"]:
            yield Finding(f"obesity_class_{grade}", "relative", grade=grade)
            return


def prior_surgery(sheet: Sheet) -> Iterator[Finding]:
    if sheet.unsure("spine_surgery"):
        yield Finding("surgery_unknown", "clarify", "relative")
    if not sheet.yes("spine_surgery"):
        return
    yield Finding("surgery_prior", "relative", grade=1)
    count, kinds = sheet["spine_surgery_count"], sheet["spine_surgery_problem_kinds"] or []
    if count is None:
        yield Finding("surgery_count_unknown", "relative")
    elif count >= sheet.limits["surgery_count_high"]:
        yield Finding("surgery_count_high", "relative", grade=3)
    elif count >= 2:
        yield Finding("surgery_count_two", "relative", grade=2)
    if sheet.yes("spine_surgery_same_area"):
        yield Finding("surgery_same_area", "relative", grade=2)
    if sheet.yes("spine_metal"):
        yield Finding("surgery_metal", "relative", grade=2)
    if sheet.yes("spine_surgery_problem"):
        yield Finding("surgery_problem", "relative", grade=2)
    if "infection" in kinds or "nonunion" in kinds:
        yield Finding("surgery_serious_problem", "relative", grade=3)
    if sheet.unsure("spine_surgery_same_area", "spine_metal", "spine_surgery_problem") or "not_sure" in kinds:
        yield Finding("surgery_details_unknown", "relative")


CRITERIA: dict[str, Callable[[Sheet], Iterator[Finding]]] = {
    "cancer": cancer,
    "bone": bone,
    "infection": infection,
    "nicotine": nicotine,
    "nutrition": nutrition,
    "systemic": systemic,
    "obesity": obesity,
    "prior_surgery": prior_surgery,
}


def urgent(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Level and reason of each sign that cannot wait."""
    for key in RED_FLAGS:
        if sheet.yes(key):
            yield "now", key
        if sheet.unsure(key):
            yield "same_day", f"{key}_unsure"
    if sheet.yes("fever_or_chills") and (sheet["spine_infection"] == "now" or sheet.yes("back_sore")):
        yield "now", "infection_with_fever"
    if sheet.yes("fever_or_chills") and sheet.yes("immune_medicine"):
        yield "same_day", "fever_low_immunity"
    if sheet["cancer_ever"] in ("yes", "not_sure") and sheet.yes("cancer_night_pain"):
        yield "same_day", "cancer_night_pain"
    if sheet["phq_9"] == "prefer_not":
        yield "same_day", "mood_self_harm_unsure"
    elif sheet["phq_9"] is not None and sheet["phq_9"] > 0:
        yield "now", "mood_self_harm"


def extras(sheet: Sheet) -> Iterator[str]:
    for reason, key in EXTRAS.items():
        if sheet.yes(key):
            yield reason
        if sheet.unsure(key):
            yield f"{reason}_unsure"


def summed_up(findings: list[Finding]) -> dict[str, Any]:
    """One criterion: its highest category, with `could_be` and `grade` only where they say something."""
    category = max((finding.category for finding in findings), key=RANK.__getitem__, default="none")
    could_be = max((finding.could_be for finding in findings), key=RANK.__getitem__, default="none")
    grades = [finding.grade for finding in findings if finding.grade is not None]
    result: dict[str, Any] = {
        "category": category,
        "reasons": sorted({finding.reason for finding in findings}),
    }
    if RANK[could_be] > RANK[category]:
        result["could_be"] = could_be
    if grades:
        result["grade"] = max(grades)
    return result


def headline(categories: list[str]) -> str:
    for category in ("absolute", "relative", "clarify"):
        if category in categories:
            return category
    return "none"


def derived(sheet: Sheet) -> dict[str, Any]:
    tenths = None if sheet.bmi is None else int(sheet.bmi * 10)
    return {
        "bmi": None if tenths is None else f"{tenths // 10}.{tenths % 10}",
        "nutrition_known": sheet.nutrition_known,
        "nutrition_possible": sheet.nutrition_possible,
        "phq2": sheet.phq_sum(PHQ[:2]),
        "phq9": sheet.phq_sum(PHQ),
    }


def findings(sheet: Sheet) -> dict[str, list[Finding]]:
    return {key: list(find(sheet)) for key, find in CRITERIA.items()}


def outcome(sheet: Sheet) -> dict[str, Any]:
    """The outcome that the specification shows, as JSON has it, for a complete sheet."""
    criteria = {key: summed_up(found) for key, found in findings(sheet).items()}
    signs = list(urgent(sheet))
    levels = [level for level, _reason in signs]
    return {
        "urgent": "now" if "now" in levels else "same_day" if levels else None,
        "urgent_reasons": sorted(reason for _level, reason in signs),
        "headline": headline([criterion["category"] for criterion in criteria.values()]),
        "relative_count": sum(criterion["category"] == "relative" for criterion in criteria.values()),
        "possible_absolute": sorted(
            key for key, criterion in criteria.items() if criterion.get("could_be") == "absolute"
        ),
        "criteria": criteria,
        "extras": sorted(extras(sheet)),
        "derived": derived(sheet),
    }
