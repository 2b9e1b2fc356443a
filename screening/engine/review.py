"""What should be looked at before a draft is submitted for approval.

Problems, contradictions and rules that can never hold block; all else may stand, if somebody writes why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from screening.engine import translating
from screening.engine.checking import listed
from screening.engine.definition import Definition, Question, UrgentRule
from screening.engine.expressions import Node
from screening.engine.gaps import Gap, Trial, unknowns
from screening.engine.reading import Reader

HIGHEST_GRADE = 6  # that patients' texts may have
IN_BRACES = re.compile(r"\{[a-z_]+\}")  # the practice's own names and numbers
Grade = Callable[[str], float]

HIDDEN = {
    "absolute": "an absolute criterion",
    "relative": "a relative criterion",
    "clarify": "something to clarify",
    "now": "an emergency",
    "same_day": "a call the same day",
}
STANDINGS = {
    translating.MISSING: "not translated",
    translating.INCOMPLETE: "translated in part only",
    translating.STALE: "older than the text it was made from",
    translating.NEEDS_CHECK: "waiting for a clinical check",
}


@dataclass(frozen=True)
class Check:
    code: str
    where: str
    message: str
    blocking: bool = False


def review(document: Mapping[str, Any], grade: Grade) -> tuple[Check, ...]:
    """All that is found, in the order of the document by kind. `grade` is the reading grade of an English text."""
    reader = Reader(document, strict=True)
    definition = reader.definition()
    if definition is None or reader.problems:
        return tuple(
            Check(
                "contradiction" if each.code == "contradiction" else "problem", each.where, each.message, True
            )
            for each in reader.problems
        )
    trial = Trial(definition, reader.namespace)
    return (
        *_never(definition, trial),
        *_gaps(definition, trial),
        *_unused(definition),
        *_without_source(definition),
        *_without_why(definition),
        *_hard_to_read(definition, grade),
        *_translations(document),
    )


def _place(question: Question) -> str:
    return f"sections.{question.section}.{question.key}"


def _never(definition: Definition, trial: Trial) -> Iterator[Check]:
    """Conditions that no answers make true, as the questions are shown."""
    for where, title, node in _conditions(definition, trial):
        possible = trial.can_hold(node)
        if possible is False:
            yield Check(
                "dead_rule", where, f"{title}, whatever is answered and whichever questions are shown.", True
            )
        elif possible is None:
            yield Check(
                "not_checked", where, f"Not checked, there is too much to try: {title[0].lower()}{title[1:]}?"
            )


def _conditions(definition: Definition, trial: Trial) -> Iterator[tuple[str, str, Node]]:
    for question in definition.questions.values():
        if (shown_when := trial.shown_when(question.key)) is not None:
            yield f"{_place(question)}.shown_when", f"“{question.short}” is never shown", shown_when
    for criterion in definition.criteria:
        for i, rule in enumerate(criterion.rules):
            where = f"criteria.{criterion.key}.rules.{i}.when"
            yield where, f"The rule {rule.reason} never holds", trial.expanded(rule.when.node)
    for i, urgent in enumerate(definition.urgent):
        yield (
            f"urgent.{i}.when",
            f"The urgent rule {urgent.reason} never holds",
            trial.expanded(urgent.when.node),
        )
    for i, extra in enumerate(definition.extras):
        yield f"extras.{i}.when", f"The extra {extra.reason} never holds", trial.expanded(extra.when.node)


def _gaps(definition: Definition, trial: Trial) -> Iterator[Check]:
    for question in definition.questions.values():
        for value in unknowns(question):
            said = f"“{question.short}” {_answered(question, value)}"
            found = trial.gap(question, value)
            if isinstance(found, Gap):
                rule = found.hides
                hidden = HIDDEN[rule.level if isinstance(rule, UrgentRule) else rule.category]
                yield Check(
                    "gap",
                    _place(question),
                    f"{said}: no rule notices it, though a clear answer could mean {hidden} ({rule.reason}).",
                )
            elif found is None:
                yield Check(
                    "not_checked", _place(question), f"Not checked, there is too much to try: {said}."
                )


def _answered(question: Question, value: str | None) -> str:
    if value is None:
        return "left blank"
    return "answered “" + next(each.text for each in question.choices if each.value == value) + "”"


def _unused(definition: Definition) -> Iterator[Check]:
    used = set().union(
        *(each.expression.names for each in definition.calculations),
        *(rule.when.names for each in definition.criteria for rule in each.rules),
        *(each.when.names for each in definition.urgent),
        *(each.when.names for each in definition.extras),
        *(each.shown_when.names for each in definition.questions.values() if each.shown_when),
    )
    for question in definition.questions.values():
        if question.key in used:
            continue
        what = "is free text, so" if question.type == "text" else "is used by no rule or calculation:"
        message = f"“{question.short}” {what} the surgeon only reads the answer."
        yield Check("unused_question", _place(question), message)


def _without_source(definition: Definition) -> Iterator[Check]:
    for criterion in definition.criteria:
        if criterion.sources:
            continue
        where = f"criteria.{criterion.key}"
        yield Check("no_source", where, f"“{criterion.label}” names no source.")
        for i, rule in enumerate(criterion.rules):
            if not rule.source:
                yield Check(
                    "no_source",
                    f"{where}.rules.{i}",
                    f"The rule {rule.reason} names no source, nor does its criterion.",
                )
    for test in definition.investigations:
        if test.reference and not test.source:
            message = f"“{test.label}” does not say where it is from what a result means."
            yield Check("no_source", f"investigations.{test.key}", message)
    for threshold in definition.thresholds.values():
        if not threshold.source:
            yield Check(
                "no_source",
                f"thresholds.{threshold.key}",
                f"“{threshold.label}” does not say where the number comes from.",
            )


def _without_why(definition: Definition) -> Iterator[Check]:
    for section in definition.sections:
        silent = [each.short for each in section.questions if not each.why and each.type != "text"]
        if silent:
            said = listed(f"“{short}”" for short in silent)
            message = f"In “{section.title}”, patients are not told why this is asked: {said}."
            yield Check("no_why", f"sections.{section.key}", message)


def _hard_to_read(definition: Definition, grade: Grade) -> Iterator[Check]:
    if definition.source_language.partition("-")[0] != "en":
        return  # the grade is made for English
    for where, what, text in _patient_texts(definition):
        found = grade(IN_BRACES.sub("us", text)) if text else 0.0
        if found > HIGHEST_GRADE:
            message = f"{what} reads at grade {found:.1f}; {HIGHEST_GRADE} is the highest that most patients can follow."
            yield Check("reading_grade", where, message)


def _patient_texts(definition: Definition) -> Iterator[tuple[str, str, str]]:
    yield "questionnaire", "The summary", definition.summary
    yield "questionnaire", "The introduction", definition.intro
    yield "questionnaire", "The text after sending", definition.sent.get("body", "")
    for section in definition.sections:
        yield f"sections.{section.key}", f"The introduction of “{section.title}”", section.intro
        for question in section.questions:
            where, short = _place(question), f"of “{question.short}”"
            if not question.credit:  # words with a credit line are published ones, and stay as they are
                yield where, f"The question {short}", question.text
                yield where, f"The help {short}", question.help
            yield where, f"“Why we ask” {short}", question.why
    for notice in definition.notices.values():
        where = f"notices.{notice.key}"
        for text in (notice.body, *notice.actions):
            yield where, f"A text of the notice “{notice.title}”", text


def _translations(document: Mapping[str, Any]) -> Iterator[Check]:
    for language in translating.languages(document):
        standings = translating.standings(document, language)
        counted = Counter(standing for standing in standings.values() if standing in STANDINGS)
        for standing in STANDINGS:
            if not counted[standing]:
                continue
            first = next(part for part, each in standings.items() if each == standing)
            yield Check(
                "translation",
                f"translations.{language}.{first}",
                f"{language}: {_so_many(counted[standing], len(standings))} {STANDINGS[standing]}. "
                "Patients are offered a language when every part is checked and fresh.",
            )


def _so_many(count: int, whole: int) -> str:
    return f"{count} of {whole} parts {'is' if count == 1 else 'are'}"
