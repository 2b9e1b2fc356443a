"""What differs between two contents, as a list that people can read, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _

CONTEXT = 30  # words shown on each side of a change; of what stayed between two changes the rest is left out
MUCH_THE_SAME = 0.35  # below this a passage was written anew, and marking its words would only confuse
MOST_PAIRS = 4_000_000  # words times words; beyond this a passage is shown whole

HARMLESS = frozenset(",.;:!?'\"“”‘’()")  # signs that a correction may add or take away

_WORD = re.compile(r"(\w+(?:['’.\-]\w+)*|[^\w\s])(\s*)")
_TURNING = re.compile(
    r"(no|not|never|none|nor|neither|without|unless|except|only|cannot|always|all|any|before|after"
    r"|under|over|above|below|more|less|left|right|yes|stop|start)|.*n['’]t",
    re.IGNORECASE,
)

Pieces = tuple[tuple[str, str], ...]  # ("same" | "removed" | "added", text), in reading order


@dataclass(frozen=True)
class Difference:
    where: str  # "sections, bones, title"
    was: str
    becomes: str
    words: Pieces = ()
    kind: str = ""  # in a word or two: "Reworded"
    part: str = ""  # what it is listed under
    place: str = ""  # as checks name it
    url: str = ""  # where it is changed
    apart: bool = False  # old and new are read one after the other, not as one text

    @property
    def flowing(self) -> bool:
        """Whether it reads best as one text with its words marked."""
        whole = not (self.was and self.becomes)
        return whole or (not self.apart and any(op == "same" for op, _text in self.words))

    @property
    def old(self) -> Pieces:
        return tuple(piece for piece in self.words if piece[0] != "added")

    @property
    def new(self) -> Pieces:
        return tuple(piece for piece in self.words if piece[0] != "removed")


@dataclass(frozen=True)
class Comparison:
    differences: Sequence[Difference]
    note: str = ""  # what has to be known about it

    def __bool__(self) -> bool:
        return bool(self.differences)


def differences(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    markup: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
) -> list[Difference]:
    """In the order of the new content; what is gone comes last.

    `markup` names the members that hold HTML, `labels` what people call the members.
    """
    was, becomes = flat(old), flat(new)
    return [
        _difference(where, was.get(where), becomes.get(where), where in markup, labels or {})
        for where in [*becomes, *(where for where in was if where not in becomes)]
        if was.get(where) != becomes.get(where)
    ]


def _difference(
    where: str, was: str | None, becomes: str | None, markup: bool, labels: Mapping[str, str]
) -> Difference:
    kind = _("Added") if not was else _("Removed") if not becomes else _("Changed")
    first, comma, rest = where.partition(", ")
    name = f"{labels.get(first, first)}{comma}{rest}"
    marked = (marked_up if markup else words)(was or "", becomes or "")
    return Difference(name, was or "", becomes or "", shortened(marked), kind, place=where)


def flat(content: Mapping[str, Any]) -> dict[str, str]:
    """{where: text} of every value. Rows that have keys are named by them, others by their place."""
    return {", ".join(path): text for path, text in _leaves(content, ())}


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _leaves(member, (*path, str(key)))
    elif isinstance(value, list):
        names = _names(value)
        if any(isinstance(row, dict | list) for row in value):
            # Rows that only change places differ in nothing else.
            yield (*path, _("order")), ", ".join(names)
        for name, row in zip(names, value, strict=True):
            yield from _leaves(row, (*path, name))
    else:
        yield path, _text(value)


def _names(rows: list[Any]) -> list[str]:
    for name in ("key", "slug"):
        keys = [str(row[name]) for row in rows if isinstance(row, dict) and name in row]
        if len(set(keys)) == len(rows):
            return keys
    return [str(place) for place in range(1, len(rows) + 1)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


# Word by word


@dataclass(frozen=True)
class _Token:
    name: str  # what it is told from others by
    stays: str  # how it reads where it stayed
    moves: str  # how it reads where it came or went


def words(was: str, becomes: str) -> Pieces:
    """Two texts as one: what stayed, what went, what came."""
    return _pieces(_words(was), _words(becomes)) if was and becomes else _whole(was, becomes)


def marked_up(was: str, becomes: str) -> Pieces:
    """The same of HTML. Elements are named where they came or went, and else only part the lines."""
    pieces = _pieces(_Reading(was).tokens, _Reading(becomes).tokens)
    return tuple((op, re.sub(r"\n\s+", "\n", text)) for op, text in pieces)


def _whole(was: str, becomes: str) -> Pieces:
    return tuple((op, text) for op, text in (("removed", was), ("added", becomes)) if text)


def _words(text: str) -> list[_Token]:
    return [_Token(word, word + space, word + space) for word, space in _WORD.findall(text)]


def _pieces(old: list[_Token], new: list[_Token]) -> Pieces:
    found: list[tuple[str, str]] = []
    for op, start, end, first, last in _steps([token.name for token in old], [token.name for token in new]):
        if op == "equal":
            # A space before what went stays, though what follows now stands closer.
            closing = max(old[end - 1].stays, new[last - 1].stays, key=len)
            found.append(("same", "".join(token.stays for token in new[first : last - 1]) + closing))
            continue
        found.append(("removed", "".join(token.moves for token in old[start:end])))
        found.append(("added", "".join(token.moves for token in new[first:last])))
    pieces = tuple((op, text) for op, text in found if text)
    if any(op != "same" for op, _text in pieces):
        return pieces
    # Nothing but spaces differs.
    was, becomes = ("".join(token.stays for token in tokens) for tokens in (old, new))
    return pieces if was == becomes else _whole(was, becomes)


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As SequenceMatcher says them, at once also where a few words of a long text differ."""
    least = min(len(old), len(new))
    head = next((place for place in range(least) if old[place] != new[place]), least)
    tail = next((place for place in range(least - head) if old[-1 - place] != new[-1 - place]), least - head)
    end, last = len(old) - tail, len(new) - tail
    if head:
        yield "equal", 0, head, 0, head
    matcher = SequenceMatcher(None, old[head:end], new[head:last], autojunk=False)
    if (end - head) * (last - head) > MOST_PAIRS or matcher.ratio() < MUCH_THE_SAME:
        if (head, head) != (end, last):
            yield "replace", head, end, head, last
    else:
        for op, a, b, c, d in matcher.get_opcodes():
            yield op, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", end, len(old), last, len(new)


def shortened(pieces: Pieces) -> Pieces:
    """Of what stayed, only the words around what changed."""
    short = []
    for place, (op, text) in enumerate(pieces):
        tokens = [word + space for word, space in _WORD.findall(text)] if op == "same" else []
        first, last = place == 0, place == len(pieces) - 1
        keep = CONTEXT if first or last else 2 * CONTEXT
        if len(tokens) > keep + 5:
            before = "" if last else "".join(tokens[-CONTEXT:])
            after = "" if first else "".join(tokens[:CONTEXT])
            text = f"{after}\n…\n{before}" if before and after else f"{after}…" if after else f"…{before}"
        short.append((op, text))
    return tuple(short)


class _Reading(HTMLParser):
    """HTML as words, with its elements between them. A paragraph that begins an item or a cell is none of its own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tokens: list[_Token] = []
        self._last = ""
        self._paragraphs: list[bool] = []  # whether each open one is said
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        if data[:1].isspace() and self.tokens:
            self.tokens.append(_Token(" ", " ", " "))
        self._last = "" if data.strip() else self._last
        self.tokens += _words(data)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        before, self._last = self._last, tag
        if tag == "p":
            self._paragraphs.append(before not in ("li", "td", "th"))
            if not self._paragraphs[-1]:
                return
        typed = self.get_starttag_text() or tag
        stays, moves = _opened(tag, dict(attributes), typed)
        self.tokens.append(_Token(typed, stays, moves))

    def handle_endtag(self, tag: str) -> None:
        self._last = ""
        if tag == "p" and self._paragraphs and not self._paragraphs.pop():
            return
        stays, moves = _closed(tag)
        self.tokens.append(_Token(f"</{tag}>", stays, moves))


_LINES = {"p": "¶ ", "li": "• ", "tr": "", "figure": "", "blockquote": "“ ", "ul": "", "ol": "", "table": ""}


def _opened(tag: str, given: Mapping[str, str | None], typed: str) -> tuple[str, str]:
    """How the beginning of an element reads where it stayed, and where it came or went."""
    if tag == "br":
        return "\n", "\n"
    if tag == "img":
        picture = _("[picture %(name)s: %(text)s]") % {
            "name": (given.get("src") or "").rpartition("/")[2],
            "text": given.get("alt") or "",
        }
        return picture, picture
    named = {
        "h2": _("[heading]"),
        "h3": _("[smaller heading]"),
        "strong": _("[bold:"),
        "em": _("[italic:"),
        "ul": _("[list]"),
        "ol": _("[numbered list]"),
        "table": _("[table]"),
        "blockquote": _("[quotation]"),
    }
    if tag == "a":
        return "", _("[link to %(address)s:") % {"address": given.get("href") or ""} + " "
    if tag in ("h2", "h3"):
        return "\n", f"\n{named[tag]} "
    if tag in named:
        return ("\n" if tag in _LINES else ""), f"{named[tag]} "
    if tag in _LINES:
        return f"\n{_LINES[tag] if tag == 'li' else ''}", f"\n{_LINES[tag]}"
    return (" ", " ") if tag in ("td", "th", "thead", "tbody", "figcaption") else ("", typed)


def _closed(tag: str) -> tuple[str, str]:
    if tag in ("strong", "em", "a"):
        return "", "] "
    return ("\n", "\n") if tag in ("p", "h2", "h3", "ul", "ol", "table") else ("", "")


# Corrections


def is_small(
    texts: Iterable[tuple[str, str]], *, words_a_text: int, words_in_all: int, markup: bool = False
) -> bool:
    """Whether a handful of words was put right: nothing of the form, no number, no word that turns the meaning."""
    in_all = 0
    for was, becomes in texts:
        if not (was and becomes) or (markup and _elements(was) != _elements(becomes)):
            return False
        pieces = (marked_up if markup else words)(was, becomes)
        went, came = (_changed(pieces, op) for op in ("removed", "added"))
        changed = max(len(went), len(came))
        if changed > words_a_text or any(_turns(word) for word in (*went, *came)):
            return False
        in_all += changed
    return in_all <= words_in_all


def _elements(html: str) -> list[str]:
    return [
        token.name for token in _Reading(html).tokens if token.name.startswith("<") and len(token.name) > 1
    ]


def _changed(pieces: Pieces, wanted: str) -> list[str]:
    return [word for op, text in pieces if op == wanted for word, _space in _WORD.findall(text)]


def _turns(word: str) -> bool:
    """Changing such a word, number or sign can say the opposite: two steps are right for it."""
    if not any(letter.isalpha() for letter in word):
        return word not in HARMLESS
    return any(letter.isdigit() for letter in word) or bool(_TURNING.fullmatch(word))
