"""A document's texts in other languages, beside the texts that they were made from.

A part is what is translated, checked and outdated as one: "questionnaire", "sections.<key>",
"questions.<key>" or "notices.<key>". A translation remembers a digest of the texts it was made from,
so that a changed text leaves it stale until somebody says that it is still right.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

SECTION = ("title", "intro")
QUESTION = ("text", "short", "help", "why", "credit")
NOTICE = ("title", "body", "actions")
HEAD = ("title", "summary", "intro")
SENT = {"sent_title": "title", "sent_body": "body"}

MISSING, INCOMPLETE, STALE, NEEDS_CHECK, CHECKED = "missing", "incomplete", "stale", "needs_check", "checked"
STATES = (NEEDS_CHECK, CHECKED)

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-zA-Z0-9]{2,4})?")
DIGEST = re.compile(r"[0-9a-f]{16}")
IN_BRACES = re.compile(r"\{[a-z_]+\}")  # the practice's own names and numbers


def parts(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The texts of each part in the source language, without what is left open, in the order of the document."""
    found = {"questionnaire": _filled(document, HEAD) | _sent(document)}
    for section in document.get("sections", ()):
        found[f"sections.{section['key']}"] = _filled(section, SECTION)
        for question in section.get("questions", ()):
            members = _filled(question, QUESTION)
            if choices := {str(each["value"]): tidy(each["text"]) for each in question.get("choices", ())}:
                members["choices"] = choices
            found[f"questions.{question['key']}"] = members
    for notice in document.get("notices", ()):
        found[f"notices.{notice['key']}"] = _filled(notice, NOTICE)
    return {part: members for part, members in found.items() if members}


def _filled(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    members = {name: tidy(row.get(name)) for name in names}
    return {name: value for name, value in members.items() if value}


def _sent(document: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: tidy(document.get("sent", {}).get(member)) for name, member in SENT.items()}
    return {name: value for name, value in sent.items() if value}


def tidy(value: Any) -> Any:
    """A text without what a form adds to it: blanks around it, and another kind of line end."""
    if isinstance(value, list | tuple):
        return [tidy(each) for each in value]
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def source_of(members: Mapping[str, Any]) -> str:
    """A short digest of a part's texts: the first 16 hexadecimal digits of SHA-256."""
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def translations(document: Mapping[str, Any], language: str) -> dict[str, Mapping[str, Any]]:
    """The translations into one language, by part."""
    rows = document.get("translations", ())
    return {row["part"]: row for row in rows if row["language"] == language}


def languages(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages that there is a translation into, checked or not."""
    return tuple(sorted({row["language"] for row in document.get("translations", ())}))


def standings(document: Mapping[str, Any], language: str) -> dict[str, str]:
    """For each part: missing, incomplete, stale, needs_check or checked."""
    rows = translations(document, language)
    return {part: standing(members, rows.get(part)) for part, members in parts(document).items()}


def standing(members: Mapping[str, Any], row: Mapping[str, Any] | None) -> str:
    """Of one part. What lacks a text is not offered, even if somebody once checked it."""
    if row is None:
        return MISSING
    if lacking(members, row["texts"]):
        return INCOMPLETE
    if row["source"] != source_of(members):
        return STALE
    return CHECKED if row["state"] == CHECKED else NEEDS_CHECK


def lacking(members: Mapping[str, Any], texts: Mapping[str, Any]) -> list[str]:
    """What the source says and the translation does not: members, choices as "choices.<value>", words in braces."""
    lacks = []
    for name, source in members.items():
        given = tidy(texts.get(name))
        if name == "choices":
            told = given if isinstance(given, Mapping) else {}
            lacks += [f"choices.{value}" for value in source if not _is_text(told.get(value))]
        elif isinstance(source, list):
            if not isinstance(given, list) or len(given) != len(source) or not all(map(_is_text, given)):
                lacks.append(name)
        elif not _is_text(given):
            lacks.append(name)
    return lacks + [word for word in _in_braces(members) if word not in _in_braces(texts)]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _in_braces(texts: Mapping[str, Any]) -> list[str]:
    """A notice without the number to call helps nobody, so these words must all be in its translation."""
    return sorted(set(IN_BRACES.findall(json.dumps(dict(texts), ensure_ascii=False))))


def offered(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages that patients are offered: the source language first, then those wholly checked and fresh."""
    source = document.get("source_language", "en")
    others = [each for each in languages(document) if each != source]
    return (source, *(each for each in others if set(standings(document, each).values()) == {CHECKED}))


def in_language(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The document with its texts in another language, where it has them; `shown_in` tells which one that is.

    For previews of what is not checked yet, too: what has no translation stays in the source language.
    """
    rows = translations(document, language)
    if language == document.get("source_language", "en") or not rows:
        return dict(document)
    texts = {part: tidied(row["texts"]) for part, row in rows.items()}
    head = texts.get("questionnaire", {})
    return {
        **document,
        **_told(document, HEAD, head),
        "shown_in": language,
        "sent": {**document.get("sent", {}), **{m: head[name] for name, m in SENT.items() if head.get(name)}},
        "sections": [
            {
                **section,
                **_told(section, SECTION, texts.get(f"sections.{section['key']}", {})),
                "questions": [
                    _question(question, texts.get(f"questions.{question['key']}", {}))
                    for question in section["questions"]
                ],
            }
            for section in document["sections"]
        ],
        "notices": [
            {**notice, **_told(notice, NOTICE, texts.get(f"notices.{notice['key']}", {}))}
            for notice in document.get("notices", ())
        ],
    }


def tidied(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if name == "choices" else tidy(value) for name, value in texts.items()}


def _told(row: Mapping[str, Any], names: tuple[str, ...], texts: Mapping[str, Any]) -> dict[str, Any]:
    """What the translation says of these members, where the source says something too."""
    return {name: texts[name] for name in names if row.get(name) and texts.get(name)}


def _question(question: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    shown = {**question, **_told(question, QUESTION, texts)}
    choices = texts.get("choices") or {}
    if "choices" in question:
        shown["choices"] = [
            {**each, "text": choices.get(str(each["value"])) or each["text"]} for each in question["choices"]
        ]
    return shown


def faults(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where a translation has another shape than it should, and what is wrong with it."""
    rows = document.get("translations", [])
    if not isinstance(rows, list):
        return [("translations", "This has another shape than it should.")]
    found: list[tuple[str, str]] = []
    seen = set()
    for index, row in enumerate(rows):
        fault = _fault(row)
        if fault:
            found.append((f"translations.{index}", fault))
            continue
        where = f"translations.{row['language']}.{row['part']}"
        if where in seen:
            found.append((where, "This part is translated twice into one language."))
        if row["language"] == document.get("source_language", "en"):
            found.append((where, "This is the language that the questionnaire is written in."))
        seen.add(where)
    return found


def _fault(row: Any) -> str:
    if not isinstance(row, Mapping) or not isinstance(row.get("texts"), Mapping):
        return "A translation names its language, part, state, source and texts."
    if not LANGUAGE.fullmatch(str(row.get("language", ""))):
        return "A language is written like es or pt-BR."
    if not isinstance(row.get("part"), str):
        return "A translation names its part."
    if row.get("state") not in STATES:
        return f"The state of a translation is one of {', '.join(STATES)}."
    if not DIGEST.fullmatch(str(row.get("source", ""))):
        return "The source of a translation is 16 hexadecimal digits."
    if not all(_is_texts(value) for value in row["texts"].values()):
        return "The texts of a translation are texts, lists of texts, or texts by choice."
    return ""


def _is_texts(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(each, str) for each in value.values())
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return isinstance(value, str)
