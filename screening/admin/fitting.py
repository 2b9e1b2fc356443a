"""What a change would break, and where that is said."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from screening.admin.places import address, is_at, row_at, where_of
from screening.admin.row_forms import Broken, ExpressionForm, field_for
from screening.engine.definition import Problem, problems
from screening.models import Questionnaire, Section

INDEX = re.compile(r"\.\d+(?=\.|$)|(?<=^sections\.)[^.]+")


def new_problems(before: tuple[Problem, ...], questionnaire: Questionnaire) -> list[Problem]:
    """Those that were not there before; that others changed their places makes no difference."""
    known = Counter(map(_without_place, before))
    found = []
    for problem in problems(questionnaire.content()):
        if known[_without_place(problem)]:
            known[_without_place(problem)] -= 1
        else:
            found.append(problem)
    return found


def _without_place(problem: Problem) -> tuple[str, str, str]:
    return INDEX.sub("*", problem.where), problem.code, problem.message


def placed(problem: Problem, questionnaire: Questionnaire, form: Any, formsets: Any) -> Broken:
    """The form and field on the page that a problem belongs to, or the page that it has elsewhere."""
    for formset in formsets:
        for each in formset.forms:
            if (
                each.instance.pk
                and isinstance(each, ExpressionForm)
                and is_at(problem.where, where_of(each.instance))
            ):
                return Broken(problem, each.prefix, field_for(problem, each))
    here, whole_section = where_of(form.instance), isinstance(form.instance, Section)
    if problem.where == here or (is_at(problem.where, here) and not whole_section):
        return Broken(problem, "", field_for(problem, form))
    return elsewhere(problem, questionnaire)


def elsewhere(problem: Problem, questionnaire: Questionnaire) -> Broken:
    row = row_at(questionnaire, problem.where)
    return Broken(problem, None, "", address(row or questionnaire), str(row or problem.where))


def problem_linked(problem: Problem, questionnaire: Questionnaire) -> SafeString:
    broken = elsewhere(problem, questionnaire)
    return format_html('<a href="{}">{}</a>: {}', broken.url, broken.title, problem.message)
