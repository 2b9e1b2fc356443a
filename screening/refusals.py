"""Why an answer was not stored, in the reader's language: by the engine's code, and by what the question allows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from screening.engine.answers import UNITS
from screening.engine.definition import Problem, Question


def sentence(problem: Problem, question: Question) -> str:
    """What to do about it. A code that is not known here keeps the engine's own words."""
    match problem.code:
        case "number":
            return _("Give a number, such as 70 or 70.5.")
        case "whole":
            whole = _("Give a whole number without a point or comma.")
            return f"{whole} {_range(question)}".strip()
        case "out_of_range":
            return _range(question)
        case "unit" if question.measure:
            return _("Give it in one of these units: %(units)s.") % {
                "units": ", ".join(sorted(UNITS[question.measure]))
            }
        case "unit":
            return _("Give a number without a unit.")
        case "choice":
            return _("Choose one of the answers on the page.")
        case "date":
            return _("Give a real date, with month, day and year.")
        case "month":
            return _("Give a month and year.")
        case "future" if question.type == "month":
            return _("The month cannot be in the future.")
        case "future":
            return _("The date cannot be in the future.")
        case "characters":
            return _("The text holds a character that cannot be stored. Please remove it.")
        case "type":
            return _("Give a text.")
        case "too_long":
            return _("Write %(most)s characters at most.") % {"most": f"{question.max_length:,}"}
    return problem.message


def _range(question: Question) -> str:
    unit = f" {question.unit}" if question.unit else ""
    low, high = question.minimum, question.maximum
    if low is None and high is None:
        return ""
    if low is None:
        return _("It must be %(high)s at most.") % {"high": f"{high}{unit}"}
    if high is None:
        return _("It must be %(low)s or more.") % {"low": f"{low}{unit}"}
    return _("It must be from %(low)s to %(high)s.") % {"low": low, "high": f"{high}{unit}"}
