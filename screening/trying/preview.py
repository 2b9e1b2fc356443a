"""Made-up answers to a questionnaire: they are carried in the addresses of the preview's pages, and stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.core import signing

from screening.answering.progress import Progress
from screening.casefile import findingfile
from screening.casefile.findingfile import Reported
from screening.engine.answers import clean, dumps, loads
from screening.engine.assessment import LEVELS, Outcome, assess, shown, urgent_now
from screening.engine.definition import (
    Calculation,
    Criterion,
    Definition,
    Problem,
    Question,
    Section,
    UrgentRule,
)
from screening.engine.wording import evidence, in_words
from screening.forms.section import SectionForm, form_class, units_for

SALT = "screening.preview"
LONGEST = 6_000  # letters of a state: servers refuse addresses of more than 8,000


class TooLong(Exception):
    """The answers do not fit into an address."""


@dataclass(frozen=True)
class Preview:
    """One try: of the draft (edition 0) or of an edition, in a language, with these facts, on this day."""

    edition: int = 0
    language: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    today: date = date.min
    answers: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    def state(self) -> str:
        """Of the address. Raises TooLong."""
        said = {
            "edition": self.edition,
            "language": self.language,
            "facts": dict(self.facts),
            "today": self.today.isoformat(),
            "answers": dumps(self.answers),
            "done": list(self.done),
            "units": dict(self.units),
        }
        state = signing.dumps(said, salt=SALT, compress=True)
        if len(state) > LONGEST:
            raise TooLong
        return state

    @classmethod
    def read(cls, state: str) -> Preview:
        """Raises signing.BadSignature for what was not written by `state`."""
        said = signing.loads(state, salt=SALT)
        return cls(
            edition=said["edition"],
            language=said["language"],
            facts=said["facts"],
            today=date.fromisoformat(said["today"]),
            answers=loads(said["answers"]),
            done=tuple(said["done"]),
            units=said["units"],
        )


@dataclass(frozen=True)
class Saved:
    """What would become of a page of answers if a patient sent it."""

    preview: Preview
    errors: Mapping[str, Problem]
    missing: tuple[str, ...]
    revealed: tuple[str, ...]
    notice: str = ""


class Trial:
    """A preview with the definition that it tries."""

    def __init__(self, preview: Preview, definition: Definition, digest: str) -> None:
        self.preview, self.definition, self.digest = preview, definition, digest

    @cached_property
    def progress(self) -> Progress:
        preview = self.preview
        return Progress(self.definition, self.answers, preview.facts, preview.today, preview.done)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Those that still fit, for the draft may have changed between two pages."""
        preview = self.preview
        known = {key: value for key, value in preview.answers.items() if key in self.definition.questions}
        return clean(self.definition, known, preview.facts, preview.today).answers

    @property
    def units(self) -> dict[str, str]:
        return units_for("metric", self.preview.units)

    # What the pages ask of a patient's visit

    must_move = False

    @property
    def page_number(self) -> int:
        first = self.progress.first_open
        return self.progress.number(first) if first else 0

    def section(self, key: str) -> Section | None:
        return next((each for each in self.definition.sections if each.key == key), None)

    def form(self, section: Section, data: Any = None) -> SectionForm:
        form = form_class(self.digest, self.definition, section, self.units)
        return form(data, answers=self.answers, shown=self.progress.shown)

    def save(self, given: Mapping[str, Any], section: str = "") -> Saved:
        """What `answering.save` does, without a row. `section` is the page that is finished with this."""
        definition, facts, today = self.definition, self.preview.facts, self.preview.today
        before = self.answers
        typed = clean(definition, {**before, **given}, facts, today, only=set(given))
        errors = {key: typed.errors[key] for key in given if key in typed.errors}
        earlier = set(shown(definition, before, facts, today))
        revealed = tuple(key for key in typed.shown if key not in earlier)
        preview = replace(self.preview, answers=typed.answers)
        if section:
            asked = {question.key for question in definition.section(section).questions}
            open_ = asked & {*typed.missing, *errors, *revealed}
            done = {*preview.done} - {section} if open_ else {*preview.done, section}
            preview = replace(
                preview, done=tuple(each.key for each in definition.sections if each.key in done)
            )
        return Saved(preview, errors, typed.missing, revealed, self._notice(before, typed.answers))

    def _notice(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        """Of the most urgent rule that holds now and has an answer that changed."""
        raised = [
            rule
            for rule in urgent_now(self.definition, after, self.preview.facts, self.preview.today)
            if any(before.get(key) != after.get(key) for key in self._asked_by(rule.names))
        ]
        first = max(raised, key=lambda rule: LEVELS[rule.level], default=None)
        return first.notice if first else ""

    def _asked_by(self, names: Any) -> set[str]:
        """The questions behind these names, also by way of calculations."""
        calculations = {each.key: each.expression.names for each in self.definition.calculations}
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += calculations.get(name, ())
        return found & self.definition.questions.keys()


@dataclass(frozen=True)
class Found:
    """What a surgeon would see of these answers. `reported` holds findings as the case's page shows them."""

    outcome: Outcome
    urgent: list[tuple[UrgentRule, str]]  # with the title of the notice that it shows
    reported: list[Reported]
    unreported: list[Criterion]
    extras: list[str]
    derived: list[tuple[Calculation, str]]
    missing: list[Question]


def found(trial: Trial) -> Found:
    """Assess the answers as they are; what is not answered yet is unknown."""
    definition, preview = trial.definition, trial.preview
    outcome = assess(definition, trial.answers, preview.facts, preview.today)
    criteria = outcome.as_dict()["criteria"]
    said = set(outcome.urgent_reasons)
    return Found(
        outcome=outcome,
        urgent=[
            (rule, definition.notices[rule.notice].title) for rule in definition.urgent if rule.reason in said
        ],
        reported=[
            findingfile.alone(
                definition, each, {**criteria[each.key], "reasons": _reasons(trial, each.key, outcome)}
            )
            for each in definition.criteria
            if criteria[each.key]["category"] != "none"
        ],
        unreported=[each for each in definition.criteria if criteria[each.key]["category"] == "none"],
        extras=[each.text for each in definition.extras if each.reason in outcome.extras],
        derived=[
            (each, f"{outcome.values[each.key]:.{1 if each.decimals is None else each.decimals}f}")
            for each in definition.calculations
            if each.key in outcome.values
        ],
        missing=[definition.questions[key] for key in definition.questions if key in trial.progress.missing],
    )


def _reasons(trial: Trial, criterion: str, outcome: Outcome) -> list[dict[str, Any]]:
    """In the form of Finding.reasons."""
    definition, preview = trial.definition, trial.preview
    return [
        {
            "reason": held.rule.reason,
            "category": held.rule.category,
            "could_be": held.rule.could_be,
            "grade": held.rule.grade,
            "rule": in_words(held.rule.when, definition),
            "text": held.rule.text,
            "source": held.rule.source,
            "evidence": [
                {"question": part.text, "answer": part.answer, "decisive": part.held}
                for part in evidence(definition, held.rule.when, trial.answers, preview.facts, preview.today)
            ],
        }
        for held in outcome.held
        if held.criterion == criterion
    ]
