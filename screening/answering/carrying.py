"""What becomes of answers that go on with other questions: those of a newer edition, or the same after a long time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from screening.engine.answers import clean, dumps
from screening.engine.definition import Definition, Question


@dataclass(frozen=True)
class Carried:
    """`answers` are those that go along. The others are question keys, in the order of the questions.

    `anew` are about now and are asked again, `unfit` no longer fit the question, `gone` are not asked any more;
    `new` were never asked, and `reworded` are asked in other words with the answer kept.
    """

    answers: dict[str, Any]
    left: dict[str, Any]  # what was answered and does not go along
    anew: tuple[str, ...]
    unfit: tuple[str, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    reworded: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the answers in progress."""
        lists = {name: list(getattr(self, name)) for name in ("anew", "unfit", "gone", "new", "reworded")}
        return {"left": dumps(self.left), **lists}


def carry(
    old: Definition,
    new: Definition,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    today: date,
    *,
    typed_now: Collection[str] = (),
) -> Carried:
    """Take the answers to `old` over to `new`. Those `typed_now` are about now, and need not be asked again."""
    earlier = [key for key in answers if key in new.questions and key not in typed_now]
    anew = {key for key in earlier if _about_now(key, old, new)}
    fitting = {
        key: value
        for key, value in answers.items()
        if key in new.questions and key not in anew and _same_kind(old.questions.get(key), new.questions[key])
    }
    cleaned = clean(new, fitting, facts, today)
    left = {key: value for key, value in answers.items() if cleaned.answers.get(key) != value}
    unfit = {key for key in left if key in cleaned.shown and key not in anew}
    return Carried(
        answers=cleaned.answers,
        left=left,
        anew=_in_order(new, anew),
        unfit=_in_order(new, unfit),
        gone=_in_order(old, left.keys() - unfit - anew),
        new=tuple(key for key in cleaned.shown if key not in old.questions),
        reworded=tuple(
            key
            for key in cleaned.shown
            if key in cleaned.answers and _wording(old.questions.get(key)) != _wording(new.questions[key])
        ),
    )


def _about_now(key: str, old: Definition, new: Definition) -> bool:
    return new.questions[key].ask_anew or (key in old.questions and old.questions[key].ask_anew)


def _same_kind(old: Question | None, new: Question) -> bool:
    """70 pounds are not 70 kilograms, although both are numbers."""
    return old is not None and (old.type, old.unit, old.measure) == (new.type, new.unit, new.measure)


def _wording(question: Question | None) -> Any:
    return question and (question.text, question.help, question.choices)


def _in_order(definition: Definition, keys: Any) -> tuple[str, ...]:
    return tuple(key for key in definition.questions if key in keys)
