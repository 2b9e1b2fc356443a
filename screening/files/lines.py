"""Where in a TOML file each value stands, which the standard library's reader does not tell.

It takes what is TOML for granted and stops at what is not: the reader then says what is wrong there. It also holds the
limits of size and depth, before the reader meets them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass

Path = tuple[str | int, ...]

DEEPEST = 8
MOST_VALUES = 12_000

SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
BLANK = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
LINE_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
LONG_STRING = re.compile(r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}')
PLAIN = re.compile(r"[^\s,\]}#=]+")
ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^\n\s]|[ \t]*\n\s*)")
UNESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class TooMuch(Exception):
    """Nested too deeply, or too long. `at` is the place in the text."""

    def __init__(self, at: int, deep: bool) -> None:
        super().__init__("too deep" if deep else "too long")
        self.at, self.deep = at, deep


class _NotToml(Exception):
    pass


@dataclass(frozen=True)
class Mark:
    start: int  # of the key, or of the row
    value: int
    end: int


@dataclass(frozen=True)
class Twice:
    name: str
    mark: Mark
    first: int  # where it stands for the first time


class Lines:
    """The places of a text, and of the values in it."""

    def __init__(self, text: str) -> None:
        """Raises TooMuch."""
        self.text = text
        self.marks: dict[Path, Mark] = {}
        self.twice: list[Twice] = []
        self._rows: dict[Path, int] = {}
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        with suppress(_NotToml):
            self._scan()

    def line(self, at: int) -> int:
        """From 1."""
        return bisect_right(self._starts, at)

    def column(self, at: int) -> int:
        """From 1."""
        return at - self._starts[self.line(at) - 1] + 1

    def text_of(self, line: int) -> str:
        if not 0 < line <= len(self._starts):
            return ""
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end].strip()

    def nearest(self, path: Path) -> Mark | None:
        """Of the value, or of the row that it is missing in."""
        while path:
            if path in self.marks:
                return self.marks[path]
            path = path[:-1]
        return None

    def inside(self, mark: Mark, position: int) -> int:
        """The place of a character of a text value, counted as it reads."""
        token = self.text[mark.value : mark.end]
        quotes = 3 if token[:3] in ('"""', "'''") else 1
        if token[:1] not in ("'", '"'):
            return mark.value
        at = quotes + (1 if token[quotes : quotes + 1] == "\n" else 0)
        while position > 0 and at < len(token) - quotes:
            found = ESCAPE.match(token, at) if token[0] == '"' else None
            position -= 0 if found and "\n" in found[0] else 1
            at = found.end() if found else at + 1
        while token[0] == '"' and (found := ESCAPE.match(token, at)) and "\n" in found[0]:
            at = found.end()
        return mark.value + min(at, len(token) - quotes)

    def without_doubles(self) -> str:
        """The text with what stands twice left blank, so that the rest can be read."""
        pieces, end = [], 0
        for each in self.twice:
            pieces.append(self.text[end : each.mark.start])
            pieces.append(re.sub(r"[^\n]", " ", self.text[each.mark.start : each.mark.end]))
            end = each.mark.end
        return "".join((*pieces, self.text[end:]))

    # Walking through the text

    def _scan(self) -> None:
        base: Path = ()
        while True:
            self._skip(SPACE)
            if self._at >= len(self.text):
                return
            if self.text[self._at] == "[":
                base = self._header()
            else:
                self._pair(base)

    def _header(self) -> Path:
        start, brackets = self._at, 2 if self.text.startswith("[[", self._at) else 1
        self._at += brackets
        keys = self._keys()
        self._expect("]" * brackets)
        if brackets == 1:
            base = self._resolve(keys)
        else:
            rows = (*self._resolve(keys[:-1]), keys[-1])
            place = self._rows.get(rows, 0)
            self._rows[rows] = place + 1
            self.marks.setdefault(rows, Mark(start, start, self._at))
            base = (*rows, place)
        self._mark(base, Mark(start, start, self._at))
        return base

    def _resolve(self, keys: Path) -> Path:
        """Under a list of rows, the last row is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._rows:
                path = (*path, self._rows[path] - 1)
        return path

    def _pair(self, base: Path) -> None:
        start = self._at
        path = (*base, *self._keys())
        self._expect("=")
        self._skip(BLANK)
        value = self._at
        if path in self.marks:
            first = self.marks[path].start
            self._value(("twice", len(self.twice)))
            self.twice.append(Twice(str(path[-1]), Mark(start, value, self._at), first))
            return
        self._value(path)
        self._mark(path, Mark(start, value, self._at))

    def _keys(self) -> Path:
        keys: list[str] = []
        while True:
            self._skip(BLANK)
            found = BARE_KEY.match(self.text, self._at) or LINE_STRING.match(self.text, self._at)
            if found is None:
                raise _NotToml
            if len(keys) >= DEEPEST:
                raise TooMuch(self._at, deep=True)
            keys.append(unquoted(found[0]))
            self._at = found.end()
            self._skip(BLANK)
            if not self.text.startswith(".", self._at):
                return tuple(keys)
            self._at += 1

    def _value(self, path: Path) -> None:
        if len(path) > DEEPEST:
            raise TooMuch(self._at, deep=True)
        start = self._at
        sign = self.text[start : start + 1]
        if sign == "[":
            self._array(path)
        elif sign == "{":
            self._inline_table(path)
        else:
            found = (LONG_STRING if self.text[start : start + 3] in ('"""', "'''") else LINE_STRING).match(
                self.text, start
            ) or PLAIN.match(self.text, start)
            if found is None:
                raise _NotToml
            self._at = found.end()

    def _array(self, path: Path) -> None:
        self._at += 1
        place = 0
        while True:
            self._skip(SPACE)
            if self.text.startswith("]", self._at):
                self._at += 1
                return
            start = self._at
            self._value((*path, place))
            self._mark((*path, place), Mark(start, start, self._at))
            place += 1
            self._skip(SPACE)
            if self.text.startswith(",", self._at):
                self._at += 1
            elif not self.text.startswith("]", self._at):
                raise _NotToml

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while True:
            self._skip(BLANK)
            if self.text.startswith("}", self._at):
                self._at += 1
                return
            self._pair(path)
            self._skip(BLANK)
            if self.text.startswith(",", self._at):
                self._at += 1
            elif not self.text.startswith("}", self._at):
                raise _NotToml

    def _mark(self, path: Path, mark: Mark) -> None:
        if len(self.marks) >= MOST_VALUES:
            raise TooMuch(mark.start, deep=False)
        self.marks[path] = mark

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self._at)
        self._at = found.end() if found else self._at

    def _expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self._at):
            raise _NotToml
        self._at += len(sign)


def unquoted(key: str) -> str:
    if key[:1] == "'":
        return key[1:-1]
    if key[:1] != '"':
        return key
    return ESCAPE.sub(_character, key[1:-1])


def _character(found: re.Match[str]) -> str:
    sign = found[0][1:]
    if sign[0] in "uU" and len(sign) > 1:
        number = int(sign[1:], 16)
        return chr(number) if number < 0x110000 else ""
    return UNESCAPED.get(sign, sign)
