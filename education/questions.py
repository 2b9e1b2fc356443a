"""Did this make sense? The questions at the end of an article: what is wrong with them, and what readers chose.

Nothing of it is kept, and nobody is scored: every answer is explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from editions.canonical import canonical, digest
from editions.checks import Check
from editions.readability import grade

GRADE = 6
ENOUGH = 2  # questions of an article that has any, and answers of a question


@dataclass(frozen=True)
class Shown:
    """A question as a reader meets it. `chosen` is the answer that they picked, if they did."""

    number: int
    text: str
    choices: list[dict[str, Any]]
    chosen: dict[str, Any] | None
    pressed: bool  # they asked what the article says

    @property
    def right(self) -> dict[str, Any]:
        return next(choice for choice in self.choices if choice["right"])


def shown(content: Mapping[str, Any], given: Mapping[str, str]) -> list[Shown]:
    """The questions of an article, with what was posted. Answers to other questions than these are dropped."""
    questions = content.get("questions", [])
    if given.get("questions") != name_of(content):
        given = {}
    return [
        Shown(
            number=number,
            text=question["text"],
            choices=question["choices"],
            chosen=_chosen(question, given.get(f"answer_{number}", "")),
            pressed=given.get("check") == str(number),
        )
        for number, question in enumerate(questions, 1)
    ]


def name_of(content: Mapping[str, Any]) -> str:
    """By which it is known that these questions were answered, and not those of another edition."""
    return digest(canonical({"questions": content.get("questions", [])}))[:16]


def _chosen(question: dict[str, Any], value: str) -> dict[str, Any] | None:
    numbered = {str(number): choice for number, choice in enumerate(question["choices"], 1)}
    return numbered.get(value)


def checks(content: Mapping[str, Any]) -> list[Check]:
    """What an editor has to mend, or to answer for, before the article is approved."""
    questions = content.get("questions", [])
    found = [check for number, question in enumerate(questions, 1) for check in _checks_of(number, question)]
    if questions and len(questions) != ENOUGH:
        message = _("The end of the article asks %(number)d question. Write two, or none.")
        found.append(_blocking(message % {"number": len(questions)}, "questions"))
    return found


def _checks_of(number: int, question: dict[str, Any]) -> Iterator[Check]:
    choices, place = question["choices"], f"questions, {number}"
    named = {"number": number}
    if len(choices) < ENOUGH or not all(choice["text"] and choice["explanation"] for choice in choices):
        message = _("Question %(number)d needs two answers or more, each with an explanation.")
        yield _blocking(message % named, place)
    if [choice["right"] for choice in choices].count(True) != 1:
        yield _blocking(_("Question %(number)d needs one right answer.") % named, place)
    hard = grade(" ".join(_sentences(question)))
    if hard > GRADE:
        message = _("Question %(number)d reads at grade %(grade).1f. Aim for %(aim)d or lower.")
        yield Check(
            "hard_question",
            message % {**named, "grade": hard, "aim": GRADE},
            where=f"{place}, text",
            title=_("Questions that are hard to read"),
        )


def _sentences(question: dict[str, Any]) -> Iterator[str]:
    """All that is said in it. What ends without a stop is a sentence of its own."""
    texts = [question["text"]]
    for choice in question["choices"]:
        texts += [choice["text"], choice["explanation"]]
    for text in texts:
        yield text if text.endswith((".", "?", "!")) else f"{text}."


def _blocking(message: str, where: str) -> Check:
    return Check("questions", message, blocking=True, where=where, title=_("Questions at the end"))
