"""A questionnaire with one of everything, small enough to hold in the head."""

from __future__ import annotations

from typing import Any


def question(key: str, type_: str = "yes_no", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type_, "text": f"{key}?", "short": key.replace("_", " "), **more}


def choices(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "text": value.replace("_", " ").capitalize()} for value in values]


def rule(reason: str, category: str, when: str, **more: Any) -> dict[str, Any]:
    return {"reason": reason, "category": category, "when": when, "text": f"{reason}.", **more}


def criterion(key: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "label": key.capitalize(), "topic": key, "rules": list(rules)}


PHQ = ("0", "1", "2", "3", "prefer_not")


def document() -> dict[str, Any]:
    """A fresh one for each test, to be altered at will."""
    return {
        "language": 1,
        "key": "small",
        "source_language": "en",
        "title": "Small",
        "sections": [
            {
                "key": "body",
                "title": "Body",
                "questions": [
                    question("cancer"),
                    question("in_spine", shown_when='cancer in ("yes", "not_sure")'),
                    question("places", "choice", choices=choices("one", "many"), shown_when='in_spine == "yes"'),
                    question("height", "number", minimum="100", maximum="230", unit="cm", measure="length", optional=True),
                    question("weight", "number", minimum="25", maximum="350", unit="kg", measure="weight", optional=True),
                    question("hba1c", "number", minimum="3.0", maximum="20.0", unit="%", measure="hba1c", optional=True),
                    question("t_score", "number", minimum="-6.0", maximum="4.0", optional=True),
                    question("years", "number", minimum="0", maximum="100", decimals=0, optional=True),
                ],
            },
            {
                "key": "mood",
                "title": "Mood",
                "questions": [
                    question("stopped_on", "date", optional=True),
                    question("scan_month", "month", optional=True),
                    question("problems", "several", choices=choices("infection", "leak", "other"), optional=True),
                    question("phq_1", "scale", choices=choices(*PHQ), shown_when="on_duty_contact"),
                    question("phq_2", "scale", choices=choices(*PHQ), shown_when="phq_1 >= positive"),
                    question("heavy", shown_when="bmi > 30", optional=True),
                    question("note", "text", max_length=50, optional=True),
                ],
            },
        ],
        "thresholds": [
            {"key": "low_t", "value": "-2.5", "label": "low bone density"},
            {"key": "high_t", "value": "-1.0", "label": "lower bone density", "above": "low_t"},
            {"key": "positive", "value": "2", "label": "positive", "minimum": "1", "maximum": "3"},
        ],
        "calculations": [
            {"key": "heavier", "expression": "bmi + 1", "label": "Heavier"},
            {"key": "bmi", "expression": "weight * 10000 / (height * height)", "decimals": 1, "label": "Body mass index",
             "outcome": True},
            {"key": "phq", "expression": "total_known(phq_1, phq_2)", "decimals": 0, "label": "Mood", "outcome": True},
            {"key": "weeks", "expression": "weeks_since(stopped_on)", "label": "Weeks since stopping"},
        ],
        "criteria": [
            criterion(
                "tumour",
                rule("tumour_many", "absolute", 'places == "many"'),
                rule("tumour_unsure", "clarify", 'in_spine == "not_sure"', could_be="absolute"),
                rule("tumour_past", "info", 'cancer == "yes" and in_spine == "no"'),
            ),
            criterion(
                "bone",
                rule("bone_low", "relative", "t_score <= low_t", grade=2, could_be="absolute"),
                rule("bone_lower", "relative", "t_score <= high_t", grade=1),
                rule("bone_unknown", "clarify", "not answered(t_score)", could_be="relative"),
            ),
            criterion("weight", rule("weight_high", "relative", "bmi >= 30", grade=1)),
        ],
        "urgent": [
            {"reason": "pain", "level": "same_day", "when": 'cancer == "yes"', "notice": "today", "text": "Pain."},
            {"reason": "harm", "level": "now", "when": "phq_2 > 0", "notice": "emergency", "text": "Harm."},
        ],
        "extras": [{"reason": "leaked", "when": '"leak" in problems', "text": "Leak."}],
        "notices": [
            {"key": "emergency", "title": "Call now", "body": "Call {emergency_number}."},
            {"key": "today", "title": "Call today", "body": "Call us."},
        ],
        "sent": {"title": "Thank you", "body": "We read this."},
    }  # fmt: skip
