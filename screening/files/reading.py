"""From a file to the document that it describes, or to everything that is wrong with it, line by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from django.utils.translation import gettext as _

from screening.engine.definition import FACTS, Problem, problems
from screening.engine.expressions import FUNCTIONS
from screening.files.lines import Lines, Mark, Path, TooMuch
from screening.files.shape import Shaping

LARGEST = 1_000_000  # bytes
MOST_UNKNOWN = 200  # names that expressions use and nothing has; to look for likely ones takes its time
MOST_FAULTS = 200  # shown
EXPRESSIONS = ("shown_when", "when", "expression")
MEMBERS = {
    "order": "value",
    "bounds": "value",
    "number": "value",
    "twice": "key",
    "whole": "grade",
}  # by problem
AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
NAME = re.compile(r"\"[^\"]*\"|'[^']*'|(\b[A-Za-z_]\w*)")


@dataclass(frozen=True)
class Fault:
    message: str
    line: int = 0  # from 1; 0: of the whole file
    column: int = 0
    text: str = ""  # what stands in the line

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


class Refused(Exception):
    """The file is no questionnaire. `faults` says everything that is wrong, in the order of the lines."""

    def __init__(self, faults: list[Fault]) -> None:
        faults = sorted(faults, key=lambda fault: (fault.line, fault.column))
        self.more = max(0, len(faults) - MOST_FAULTS)
        self.faults = faults[:MOST_FAULTS]
        super().__init__("\n".join(map(str, self.faults)))


def document_of(file: str | bytes) -> dict[str, Any]:
    """The document that a file describes. Raises Refused with all that is wrong."""
    text = _decoded(file)
    lines = _lines(text)
    document = _toml(lines)
    faults = _doubles(lines) + _misfits(document, lines)
    if faults:
        raise Refused(faults)
    return document


def _decoded(file: str | bytes) -> str:
    data = file.encode("utf-8", "surrogatepass") if isinstance(file, str) else file
    if len(data) > LARGEST:
        raise Refused([Fault(_("The file is larger than 1 MB. A questionnaire is much smaller."))])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused([Fault(_("This is not UTF-8 text. Save the file as UTF-8."), line)]) from None
    if not text.strip():
        raise Refused([Fault(_("The file is empty."))])
    return text


def _lines(text: str) -> Lines:
    try:
        return Lines(text)
    except TooMuch as error:
        line = text.count("\n", 0, error.at) + 1
        message = (
            _("This is nested too deeply for a questionnaire.")
            if error.deep
            else _("From here on there are more values than a questionnaire can have.")
        )
        raise Refused([Fault(message, line)]) from None


def _toml(lines: Lines) -> dict[str, Any]:
    try:
        return tomllib.loads(lines.without_doubles())
    except tomllib.TOMLDecodeError as error:
        raise Refused([*_doubles(lines), _syntax(str(error), lines)]) from None
    except (ValueError, RecursionError):
        raise Refused([Fault(_("The file cannot be read: a number in it is too long."))]) from None


def _syntax(said: str, lines: Lines) -> Fault:
    """The reader's words, at their line."""
    found = AT.search(said)
    message = _("This is not TOML: %(said)s.") % {"said": AT.sub("", said)}
    if found is None or found[1] is None:
        last = lines.text.rstrip().count("\n") + 1
        return Fault(message, last, 0, lines.text_of(last))
    line, column = int(found[1]), int(found[2])
    before = lines.text_of(line - 1) if line > 1 and not lines.text_of(line) else ""
    return Fault(
        message, line - 1 if before else line, 0 if before else column, before or lines.text_of(line)
    )


def _doubles(lines: Lines) -> list[Fault]:
    sentence = _("%(name)s is there twice: it stands in line %(line)d already.")
    return [
        _fault(lines, sentence % {"name": each.name, "line": lines.line(each.first)}, each.mark)
        for each in lines.twice
    ]


def _misfits(document: dict[str, Any], lines: Lines) -> list[Fault]:
    shaping = Shaping(document)
    faults = [
        _fault(lines, misfit.message, lines.nearest(misfit.path), whole=not misfit.path)
        for misfit in shaping.found
    ]
    spoiled = {misfit.path for misfit in shaping.found}
    unknown = _unknown_names(shaping.mended, lines)
    if len(unknown) > MOST_UNKNOWN:
        return faults + unknown
    for problem in problems(shaping.mended):
        path = path_of(shaping.mended, problem)
        if not _spoiled(path, spoiled):
            mark = lines.nearest(_member(path, problem.code, lines))
            faults.append(_fault(lines, problem.message, mark, problem.position))
    return faults


def _member(path: Path, code: str, lines: Lines) -> Path:
    """Of a row, the member that the problem is about, where it has a line of its own."""
    named = ((*path, name) for name in (MEMBERS.get(code, code), "reason"))
    return next((each for each in named if each in lines.marks and path and isinstance(path[-1], int)), path)


def _spoiled(path: Path, spoiled: set[Path]) -> bool:
    """Whether the engine speaks of what the shape has been blamed for already, or of what stands in for it."""
    on_a_row = not path or isinstance(path[-1], int)
    return path in spoiled or (on_a_row and any(each[: len(path)] == path for each in spoiled))


def _fault(
    lines: Lines, message: str, mark: Mark | None, position: int | None = None, whole: bool = False
) -> Fault:
    if mark is None:
        return Fault(message, 0 if not whole else 1, 0, "" if not whole else lines.text_of(1))
    at = mark.start if position is None else lines.inside(mark, position)
    line = lines.line(at)
    return Fault(message, line, lines.column(at), lines.text_of(line)[:200])


def _unknown_names(document: Mapping[str, Any], lines: Lines) -> list[Fault]:
    known = {*FACTS, *FUNCTIONS, "today"}
    for part in ("thresholds", "calculations"):
        known |= {row["key"] for row in document.get(part, ())}
    for section in document["sections"]:
        known |= {question["key"] for question in section["questions"]}
    message = _("There is no question, calculation, threshold or fact named %(name)s.")
    found: list[Fault] = []
    for path, text in _expressions(document):
        for name in NAME.finditer(text):
            if name[1] and name[1] not in known and not iskeyword(name[1]):
                said = message % {"name": name[1][:80]}
                found.append(_fault(lines, said, lines.nearest(path), name.start()))
            if len(found) > MOST_UNKNOWN:
                return found
    return found


def _expressions(value: Any, path: Path = ()) -> list[tuple[Path, str]]:
    if isinstance(value, list):
        return [each for place, row in enumerate(value) for each in _expressions(row, (*path, place))]
    if not isinstance(value, Mapping):
        return []
    found = []
    for name, each in value.items():
        if name in EXPRESSIONS and isinstance(each, str):
            found.append(((*path, name), each))
        elif name not in ("texts", "translations"):
            found += _expressions(each, (*path, name))
    return found


def path_of(document: Mapping[str, Any], problem: Problem) -> Path:
    """From a place as problems name it, "sections.bone.t_score.shown_when", to the path in the document."""
    part, _dot, rest = problem.where.partition(".")
    if part == "translations":
        return _translation(document, rest)
    if not rest:
        return (part,) if part else ()
    names = rest.split(".")
    path: Path = (part,)
    rows: Any = document.get(part, [])
    for at, name in enumerate(names):
        if name in ("rules", "fields") and at == 1:
            rows, path = rows.get(name, []), (*path, name)
            continue
        if isinstance(rows, Mapping) and part == "sections" and "questions" in rows and at == 1:
            rows, path = rows["questions"], (*path, "questions")
        if not isinstance(rows, list):
            return (*path, name)
        place = _place(rows, name, problem.code)
        if place is None:
            return path
        rows, path = rows[place], (*path, place)
    return path


def _place(rows: list[Any], name: str, code: str) -> int | None:
    """By key, the later one of two where that is the problem; or by number."""
    places = [place for place, row in enumerate(rows) if row.get("key") == name]
    if places:
        return places[-1 if code == "twice" else 0]
    return int(name) if name.isdecimal() and int(name) < len(rows) else None


def _translation(document: Mapping[str, Any], rest: str) -> Path:
    rows = document.get("translations", [])
    if rest.isdecimal():
        return ("translations", int(rest))
    for place in range(len(rows) - 1, -1, -1):
        if f"{rows[place].get('language')}.{rows[place].get('part')}" == rest:
            return ("translations", place)
    return ("translations",)
