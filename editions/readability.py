"""How hard a text is to read, and which of its words and sentences make it so.

Formulas: Flesch-Kincaid grade (Kincaid and others, 1975), SMOG (McLaughlin, 1969). Syllables are counted by rules and a
table of exceptions, so a grade is good to about half a grade. Where a sentence may or may not have ended, it has not:
a doubt never makes a text look easier. Any string is accepted, and the time taken grows no faster than its length.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

WORDS_A_MINUTE = 150  # older readers; the usual 200 to 250 is for students
HARD = 3  # syllables
LONG = 20  # words


@dataclass(frozen=True)
class Readability:
    words: int
    sentences: int
    syllables: int
    hard_words: tuple[tuple[str, int], ...]  # three and more syllables; the most frequent first
    long_sentences: tuple[str, ...]  # of more than 20 words
    grade: float  # years of school, Flesch-Kincaid; 0.0 without words
    smog: float  # years of school; means little below 30 sentences; 0.0 without words
    reading_minutes: int  # at least 1


def measure(text: str) -> Readability:
    """Measure plain text. Blank lines and list bullets end a sentence, single line breaks do not."""
    found = [(sentence, WORD.findall(sentence)) for sentence in sentences(text)]
    words = Counter(word for _sentence, row in found for word in row)
    hard: Counter[str] = Counter()
    for word, times in words.items():
        if syllables(word) >= HARD:
            hard[word.lower()] += times
    total = words.total()
    beats = sum(syllables(word) * times for word, times in words.items())
    return Readability(
        words=total,
        sentences=len(found),
        syllables=beats,
        hard_words=tuple(sorted(hard.items(), key=lambda row: (-row[1], row[0]))),
        long_sentences=tuple(sentence for sentence, row in found if len(row) > LONG),
        grade=max(0.0, 0.39 * total / len(found) + 11.8 * beats / total - 15.59) if found else 0.0,
        smog=1.0430 * (30 * hard.total() / len(found)) ** 0.5 + 3.1291 if found else 0.0,
        reading_minutes=max(1, round(total / WORDS_A_MINUTE)),
    )


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of plain text."""
    return measure(text).grade


def smog(text: str) -> float:
    """The SMOG grade of plain text."""
    return measure(text).smog


# Sentences and words

# A number is one word with its decimals, thousands or clock time; so is a compound with its hyphen.
WORD = re.compile(r"[^\W_]+(?:(?:['’\u2011-]|(?<=\d)[.,:/](?=\d))[^\W_]+)*")
LETTER = re.compile(r"[^\W\d_]")
BULLET = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s")
# The look-behind lets a long run of marks be tried once, not once for each of them.
END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)")
ABBREVIATION = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|approx|[eE]\.g|[iI]\.e|[A-Z]\.[A-Z]|(?:Nos?|Fig|Vol|pp?)(?=\.\s?\d))\."
)


def sentences(text: str) -> Iterator[str]:
    """The sentences of plain text. Headings and list items are sentences too, with a full stop or without."""
    for block in _blocks(text):
        start, letter = 0, LETTER.search(block)
        abbreviated = {match.end() for match in ABBREVIATION.finditer(block)}
        for mark in END.finditer(block):
            # "2." before an item is no sentence, and a small letter goes on with the old one.
            if letter is None or letter.start() > mark.start() or mark.start() + 1 in abbreviated:
                continue
            if block[mark.end() : mark.end() + 2].strip().islower():
                continue
            yield block[start : mark.end()].strip()
            start = mark.end()
            letter = LETTER.search(block, start)
        if letter is not None:
            yield block[start:].strip()


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and list items, each on one line."""
    block: list[str] = []
    for line in text.splitlines():
        if not line.strip() or BULLET.match(line):
            yield " ".join(block)
            block = []
        block.extend(line.split())
    yield " ".join(block)


# Syllables

# What the rules below get wrong; a plural counts as its singular.
_EXCEPTIONS = {
    1: "clothes eye",
    2: """
        business coerce colleague cruel eyeball eyebrow eyelid eyesight fashion fluid fuel gateway guideline headache
        hundred iv maybe naked nsaid oneself persuade pipeline poem poet rely ruin rugged soldier someone triage uk wicked
        """,
    3: """
        acquire alien anyone area behavior behaviour bmi boolean caveat coexist dna dxa element entire everyone
        everything familiar forever genuine heroic icu idea implement linear mosaic mri museum nausea peculiar recipe
        regimen theater theatre uniqueness usa whoever
        """,
    4: "algorithm anaesthesia anesthesia apostrophe coefficient diabetes dietician dietitian everybody scientific",
}
EXCEPTIONS = {word: count for count, words in _EXCEPTIONS.items() for word in words.split()}

VOWELS = re.compile("[aeiouy]+")
# Vowels that stand together and are spoken apart.
APART = re.compile(
    r"""
      (?<![tcsg])ia(?!ge) | iat                 # media, associate; not special, physician, marriage
    | (?<![tscgx])io(?!n) | (?<![tscgxln])ion   # period, scorpion; not cautious, lotion, million
    | iu | (?<![tc])ien(?=[tc])                 # medium, ingredient; not patient
    | ie(?=ty?$|ts$|te) | (?<=[aeiouy][^aeiouy])ie(?=rs?$|st$) | (?<=[^aeiouyqg][^aeiouy])ie(?=rs?$|st$)  # diet, easier
    | (?<!g)eo(?!ple) | (?<![qg])ua | (?<!q)ue(?=[nl]) | (?<!q)uo(?!y)  # video, actual, influence, continuous
    | (?<=[^q])ui(?=t[iy]) | ism(?=s?$) | creat # continuity, organism, create
    | ^rea(?=c[^h]|li|ss|rr|pp|tt|dj|dm|ff|w) | ^co(?=op|or)          # react, cooperate; not read, reach
    | [eouyi](?=ing) | [aeou]y(?=[aeou](?!d$))  # seeing, trying, layer; not played
    """,
    re.VERBOSE,
)
# Vowels that are not spoken.
SILENT = re.compile(
    r"""
      ^(?:base|bone|care|face|fire|five|fore|here|home|large|life|like|make|name|nine|note|place|safe|side|some|take
         |there|time|where|white|whole|wide)(?=[^aeiouy]+[aeiouy])       # something, lifetime
    | (?<=[^aeiouy])(?<![^aeiouylrw]l)(?<![bct]r)e(?=$|(?:ly|ful|fully|less|ments?|ness)$)  # bone, safely; not table
    | (?<=[^aeiouysxzcg])(?<![^aeiouylrw]l)(?<!sh)(?<!ch)(?<![bct]r)es$  # bones; not doses, cages, tables
    | (?<=[^aeiouytd])(?<![^aeiouylrw]l)ed$ | (?<=[aeou]y)ed$            # healed, played; not treated, settled
    | (?<=[gq])ues?$ | (?<=ic)a(?=lly$)                                  # fatigue, basically
    """,
    re.VERBOSE,
)
PART = re.compile(r"[a-z]+")


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """How many syllables an English word has, spoken. A numeral counts one: readers take it in as one sign."""
    if word.isupper() and 1 < len(word) < 6 and not VOWELS.search(word.lower()):
        return len(word)  # CT, PHQ and other initials without a vowel
    spelled = word.lower().replace("’", "'").replace("é", "ey")  # café speaks its last letter
    plain = unicodedata.normalize("NFKD", spelled)
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    total = sum(_compound(part) for part in re.split("[-\u2011]", letters))
    return max(1, total)


def _compound(part: str) -> int:
    """The syllables of a word without hyphens; 0 for numerals and other scripts."""
    stem, _apostrophe, ending = part.partition("'")
    if ending == "t" and stem.endswith("n"):  # didn't speaks its n't, can't does not
        return _count(stem[:-1]) + stem.endswith(("dn", "sn")) if stem not in {"can", "don", "won"} else 1
    hissing = ending == "s" and stem.endswith(("s", "x", "z", "ce", "se", "ge", "ch", "sh"))
    return _count(stem) + hissing


def _count(letters: str) -> int:
    return sum(_spoken(match[0]) for match in PART.finditer(letters))


def _spoken(word: str) -> int:
    known = EXCEPTIONS.get(word) or EXCEPTIONS.get(word.removesuffix("s"))
    if known:
        return known
    groups = len(VOWELS.findall(word))
    apart = sum(1 for _ in APART.finditer(word))
    silent = sum(1 for _ in SILENT.finditer(word))
    return max(1, groups + apart - silent)


# HTML

# Every alternative matches to its end or to the end of the text, so that nothing is read twice. html.parser is not
# used here: on Python 3.11 unfinished tags take it quadratic time, and some declarations make it raise.
MARKUP = re.compile(
    r"""
      <!--.*?(?:-->|\Z) | <[!?][^>]*(?:>|\Z)
    | <(?P<unread>script|style|template|svg)\b.*?(?:</(?P=unread)[^>]*(?:>|\Z)|\Z)
    | </?(?P<tag>[a-z][a-z0-9]*)(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
INLINE = {
    *("a", "abbr", "b", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark"),
    *("q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"),
}


def plain_text(html_text: str) -> str:
    """The words of an HTML text: paragraphs, headings, list items and cells with a blank line between them."""

    def gap(markup: re.Match[str]) -> str:
        tag = (markup["tag"] or "").lower()
        if tag == "br":
            return " "
        return "\n\n" if tag and tag not in INLINE else ""

    blocks = re.split(r"\n\n", MARKUP.sub(gap, html_text.replace("\n", " ")))
    texts = (" ".join(html.unescape(block).split()) for block in blocks)
    return "\n\n".join(text for text in texts if text)
