"""How far a patient has come: which pages these answers make, which are done, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from screening.engine.answers import clean
from screening.engine.definition import Definition, Question, Section


class Progress:
    """The pages of a questionnaire for one set of answers. A page is a section that has something to ask."""

    def __init__(
        self,
        definition: Definition,
        answers: Mapping[str, Any],
        facts: Mapping[str, Any],
        today: date,
        done: Collection[str] = (),
    ) -> None:
        cleaned = clean(definition, answers, facts, today, only=set())
        self.definition, self.answers, self.done = definition, answers, done
        self.shown = frozenset(cleaned.shown)
        self.missing = frozenset(cleaned.missing)
        self.pages = [section for section in definition.sections if self.asked(section)]

    def asked(self, section: Section) -> list[Question]:
        """The questions that are shown on the page."""
        return [question for question in section.questions if question.key in self.shown]

    def number(self, section: Section) -> int:
        """1 for the first page."""
        return self.pages.index(section) + 1

    def is_open(self, section: Section) -> bool:
        """Whether something is left to do on the page."""
        return section.key not in self.done or any(
            question.key in self.missing for question in section.questions
        )

    @property
    def first_open(self) -> Section | None:
        """Where to go on; None when every page is done."""
        return next((section for section in self.pages if self.is_open(section)), None)

    def may_open(self, section: Section) -> bool:
        """Pages are answered in order: those that were done, and the first that is not."""
        if section not in self.pages:
            return False
        first = self.first_open
        return first is None or self.number(section) <= self.number(first)

    def before(self, section: Section) -> Section | None:
        place = self.pages.index(section)
        return self.pages[place - 1] if place else None

    def after(self, section: Section) -> Section | None:
        """The page that follows, also where this one has nothing to ask any more."""
        place = self.definition.sections.index(section)
        later = self.definition.sections[place + 1 :]
        return next((each for each in later if each in self.pages), None)

    def open_questions(self) -> list[tuple[Section, Question]]:
        """What is still missing, in order."""
        return [
            (page, question)
            for page in self.pages
            for question in page.questions
            if question.key in self.missing
        ]
