"""A run's counts in words: exact for those who may read patients' cases, blurred for all others.

Blurred: no count below FEW is told, nor that it is none, and all others only to within a step of FEW, sums included.
So no count follows from a sum, or from two runs that differ in one patient, unless it happens to cross a step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from screening.engine.definition import Definition, read
from screening.models import ImpactRun
from screening.trying.impact import ABSENT, NONE

FEW = 5
HEADLINES = ("absolute", "relative", "clarify", NONE)
URGENCIES = ("now", "same_day", NONE)
CATEGORIES = ("absolute", "relative", "clarify", "info", NONE)


@dataclass(frozen=True)
class Cell:
    words: str
    same: bool  # nothing changed for these


@dataclass(frozen=True)
class Matrix:
    """What it was (a row each), and what it would be."""

    title: str
    head: list[str]
    rows: list[tuple[str, list[Cell]]]
    moved: bool


@dataclass(frozen=True)
class Report:
    totals: list[tuple[str, str]]
    matrices: list[Matrix]
    unmoved: list[str]  # in what nothing changed, or too little to tell
    moves: list[tuple[str, str]]  # grades, and what could be
    lacking: list[tuple[str, str]]


def words_for(count: int, *, exact: bool) -> str:
    """A count as this reader may know it."""
    if exact:
        return f"{count:,}"
    if count < FEW:
        return _("fewer than %(few)s") % {"few": FEW}
    low = count - count % FEW
    return _("%(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{low + FEW - 1:,}"}


def report(run: ImpactRun, *, exact: bool) -> Report:
    """Of a run that is done."""
    definition = read(json.loads(run.document))
    labels = {criterion.key: criterion.label for criterion in definition.criteria}
    counts = {tuple(name.split("|")): number for name, number in run.result["counts"].items()}
    made = [
        _matrix(_("Headline"), "headline", HEADLINES, counts, exact),
        _matrix(_("Urgency"), "urgency", URGENCIES, counts, exact),
        *(
            _matrix(labels.get(key, key), f"criteria.{key}", CATEGORIES, counts, exact)
            for key in {**labels, **dict.fromkeys(_criteria(counts))}
        ),
    ]
    matrices = [matrix for matrix in made if matrix.moved]
    unmoved = [matrix.title for matrix in made if not matrix.moved]
    return Report(_totals(run, exact), matrices, unmoved, _moves(counts, labels, exact),
                  _lacking(run, definition, exact))  # fmt: skip


def _criteria(counts: dict[tuple[str, ...], int]) -> list[str]:
    return sorted(about.partition(".")[2] for about, _was, _is in counts if about.startswith("criteria."))


def _matrix(
    title: str, about: str, values: tuple[str, ...], counts: dict[tuple[str, ...], int], exact: bool
) -> Matrix:
    least = 1 if exact else FEW
    found = {(was, is_): number for (what, was, is_), number in counts.items() if what == about}
    if any(ABSENT in pair and number >= least for pair, number in found.items()):
        values = (*values, ABSENT)
    rows = [
        (said(was), [_cell(found.get((was, is_), 0), was == is_, exact) for is_ in values]) for was in values
    ]
    moved = any(was != is_ and number >= least for (was, is_), number in found.items())
    return Matrix(title, [said(value) for value in values], rows, moved)


def _cell(count: int, same: bool, exact: bool) -> Cell:
    """How many stay is not told to all: whoever knows the sum would know how many move."""
    if exact:
        return Cell(f"{count:,}" if count else "–", same)
    if same:
        return Cell(_("the rest"), same)
    return Cell(f"<{FEW}" if count < FEW else words_for(count, exact=False), same)


def said(value: str) -> str:
    """A category, headline or urgency, as surgeons read it."""
    words = {
        "absolute": _("absolute, confirm"),
        "relative": _("relative"),
        "clarify": _("to clarify"),
        "info": _("for information"),
        "now": _("now"),
        "same_day": _("same day"),
        NONE: _("none"),
        ABSENT: _("not there"),
    }
    return words.get(value, value)


def _totals(run: ImpactRun, exact: bool) -> list[tuple[str, str]]:
    names = [
        ("compared", _("Submissions compared")),
        ("changed", _("would come to something else")),
        ("only_reasons", _("would come to the same for other reasons")),
        ("incomplete", _("lack an answer that the draft asks for: it counts as unknown")),
        ("not_assessed", _("could not be compared: they were never assessed")),
        ("not_compared", _("could not be compared: they cannot be read")),
    ]
    totals = run.result["totals"]
    return [(label, words_for(totals.get(name, 0), exact=exact)) for name, label in names]


def _moves(counts: dict[tuple[str, ...], int], labels: dict[str, str], exact: bool) -> list[tuple[str, str]]:
    least = 1 if exact else FEW
    titles = {"grade": _("%(criterion)s, grade"), "could_be": _("%(criterion)s, could be")}
    found = []
    for (about, was, is_), number in sorted(counts.items()):
        what, _dot, key = about.partition(".")
        if what in titles and number >= least:
            title = titles[what] % {"criterion": labels.get(key, key)}
            found.append((f"{title}: {said(was)} → {said(is_)}", words_for(number, exact=exact)))
    return found


def _lacking(run: ImpactRun, definition: Definition, exact: bool) -> list[tuple[str, str]]:
    least = 1 if exact else FEW
    return [
        (definition.questions[key].short or key, words_for(number, exact=exact))
        for key, number in sorted(run.result["lacking"].items())
        if number >= least
    ]


def change_in_words(name: str, labels: dict[str, str]) -> str:
    """A count's name, for people: "Nicotine: relative → none"."""
    about, was, is_ = name.split("|")
    what, _dot, key = about.partition(".")
    titles = {
        "headline": _("Headline"),
        "urgency": _("Urgency"),
        "criteria": labels.get(key, key),
        "grade": _("%(criterion)s, grade") % {"criterion": labels.get(key, key)},
        "could_be": _("%(criterion)s, could be") % {"criterion": labels.get(key, key)},
    }
    return f"{titles[what]}: {said(was)} → {said(is_)}"


def lines(run: ImpactRun) -> list[str]:
    """The report as plain lines, exact: for whoever is at the server anyway."""
    found = report(run, exact=True)
    written = [f"{words:>10}  {label}" for label, words in found.totals]
    for name, number in sorted(run.result["counts"].items()):
        _about, was, is_ = name.split("|")
        if was != is_:
            labels = {each.key: each.label for each in read(json.loads(run.document)).criteria}
            written.append(f"{number:>10,}  {change_in_words(name, labels)}")
    return written
