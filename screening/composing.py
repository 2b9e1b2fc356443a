"""The words that a message to a patient begins with. A person reads them, changes them, and only then releases them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from screening.casefile.historyfile import Concluded
from screening.casefile.page import CaseFile
from screening.engine.definition import Criterion
from screening.host import host
from screening.models import Case, MessageTemplate
from screening.notices import fill

CONTENT = Path(__file__).parent / "content" / "messages.toml"
# What a template may hold in braces.
PLACEHOLDERS = ("name", "surgeon", "practice", "phone", "date")
MODIFIABLE = ("yes", "partly", "no", "")  # in the order in which a message speaks of them
# Of which categories a message speaks. What is still to be clarified is spoken of where tests are asked for.
SPOKEN_OF = ("absolute", "relative")
TO_CLARIFY = "clarify"

# Words that frighten more than they say, or that promise. A surgeon may still mean them.
DOUBTFUL = re.compile(
    r"""\b(?:
      absolute(?:ly)? | contra-?indicat\w* | relative\ (?:contra\w*|criteri\w+|risk) | (?:not|no|poor)\ (?:a\ )?candidate
    | PHQ(?:-?\d)? | (?:moderate|severe|major)\ depress\w* | depressive | suicid\w* | obes\w* | morbid\w* | inoperable
    | unfit | refus\w* | reject\w* | denied | guarantee\w* | certainly | definitely | no\ risk | risk-free | cure[ds]?
    | absolut[ao]\w* | contraindicad\w* | no\ es\ (?:un\ |una\ )?candidat\w* | depresi[oó]n\ (?:grave|severa|mayor)
    | obesidad | garanti\w+ | rechaz\w+
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Beginning:
    """A prefilled text. `language` is the text's; `lacking` are findings for which no words are kept in it."""

    text: str
    language: str
    lacking: list[str]


def begin(
    file: CaseFile,
    *,
    by: Any,
    concluded: Concluded | None,
    corrects: datetime | None = None,
    answers: bool = False,
) -> Beginning:
    """What a message to this patient begins with: of a decision, to a question of theirs, or of nothing yet.

    `corrects` is when the message was written that this one puts right.
    """
    state = concluded.decision.state if concluded else ""
    texts, language = _texts(state, language_of(file))
    with override(language):
        values = _values(file, by, concluded)
        hello = _("Hello %(name)s,") % values
        thanks = _("Thank you for your question.") if answers else ""
        correction = (
            _("Please read this in place of what we wrote to you on %(day)s.")
            % {"day": date_format(timezone.localtime(corrects))}
            if corrects
            else ""
        )
    if not texts:
        return Beginning("\n\n".join(filter(None, [hello, thanks, correction])) + "\n\n", language, [])
    criteria = modifiable_first(file, to_clarify=state == Case.State.NEEDS_TESTS)
    text, lacking = compose(texts, criteria, values, correction)
    return Beginning(text, language, lacking)


def compose(
    texts: Mapping[str, str], criteria: Sequence[Criterion], values: Mapping[str, str], correction: str = ""
) -> tuple[str, list[str]]:
    """One text, and the criteria for which there were no words. `texts` is by topic, "" the one that begins.

    The topics stand after its first two paragraphs, a greeting and what it is about; the rest of it ends the message.
    """
    hello, *rest = _paragraphs(texts.get("", ""))
    topics = dict.fromkeys(criterion.topic for criterion in criteria)
    middle = [part for topic in topics for part in _paragraphs(texts.get(topic, ""))]
    kept = [
        filled
        for part in (hello, correction, *rest[:1], *middle, *rest[1:])
        if (filled := fill(part, values))
    ]
    return "\n\n".join(kept), [each.label for each in criteria if not texts.get(each.topic)]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text.strip())]


def modifiable_first(file: CaseFile, *, to_clarify: bool = True) -> list[Criterion]:
    """What was found and nobody has settled: what can be changed first."""
    categories = (*SPOKEN_OF, TO_CLARIFY) if to_clarify else SPOKEN_OF
    found = [
        each.criterion
        for each in file.reported
        if each.standing and each.standing.category in categories and not each.settled
    ]
    return sorted(found, key=lambda criterion: MODIFIABLE.index(criterion.modifiable or ""))


def language_of(file: CaseFile) -> str:
    """The patient's language: what the host says, or that of their answers."""
    sent = file.sent.submission.language if file.sent else ""
    return host().language(file.case.patient) or sent or settings.LANGUAGE_CODE.partition("-")[0]


def _texts(state: str, wanted: str) -> tuple[dict[str, str], str]:
    """By topic, and in which language: in English where nothing in the wanted one begins a message."""
    rows = MessageTemplate.objects.filter(state=state, language__in=[wanted, "en"], in_use=True)
    texts: dict[str, dict[str, str]] = {wanted: {}, "en": {}}
    for row in rows:
        texts[row.language][row.topic] = row.text
    language = next((each for each in (wanted, "en") if "" in texts[each]), None)
    return (texts[language], language) if language else ({}, wanted)


def _values(file: CaseFile, by: Any, concluded: Concluded | None) -> dict[str, str]:
    """What stands for the placeholders, in the language that is active."""
    contacts = host().contacts(file.case.patient)
    day = concluded.decision.rescreen_on if concluded else None
    return {
        "name": file.person.name,
        "surgeon": host().person(by).name,
        "practice": contacts.practice_name,
        "phone": contacts.practice_phone,
        "date": date_format(day) if day else "",
    }


def doubtful(*texts: str) -> list[str]:
    """The words to look at once more, each once, as they were written."""
    return list(dict.fromkeys(found[0] for text in texts for found in DOUBTFUL.finditer(text)))


def plain(tests: Sequence[str], language: str) -> list[str]:
    """The tests in plain words, where the shipped texts know some. Others stay as the surgeon wrote them."""
    words = {row["says"]: row.get(language, "") for row in shipped()["tests"]}
    return [words.get(test) or test for test in tests]


@cache
def shipped() -> dict[str, Any]:
    """The texts that come with the app."""
    return tomllib.loads(CONTENT.read_text(encoding="utf-8"))
