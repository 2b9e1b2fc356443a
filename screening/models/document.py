"""From rows to the document that an edition freezes, and back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, override

from screening.engine.definition import YES_NO, Definition, read
from screening.engine.translating import in_language, offered

if TYPE_CHECKING:
    from django.db import models

    from screening.models.authoring import Questionnaire, QuestionnaireEdition, Translation

LANGUAGE = 1
CONTENT = Path(__file__).resolve().parent.parent / "content"

QUESTION = (
    *(
        "key",
        "type",
        "text",
        "help",
        "why",
        "optional",
        "ask_anew",
        "shown_when",
        "short",
        "minimum",
        "maximum",
    ),
    *("decimals", "unit", "measure", "max_length", "credit"),
)
THRESHOLD = ("key", "value", "unit", "label", "source", "minimum", "maximum", "above")
CALCULATION = ("key", "expression", "decimals", "label", "unit", "outcome")
CRITERION = ("key", "label", "topic", "about", "modifiable", "modifiable_note", "next_steps", "settled_by")
RULE = ("reason", "category", "could_be", "grade", "when", "text", "source")
URGENT = ("reason", "level", "when", "notice", "text")
EXTRA = ("reason", "when", "text")
NOTICE = ("key", "title", "body", "actions")
INVESTIGATION = ("key", "label", "help", "settles", "fills", "reference", "source")
FIELD = ("key", "label", "kind", "unit", "measure", "minimum", "maximum", "decimals", "choices")
TRANSLATION = ("language", "part", "state", "source", "texts")
HEAD = ("key", "source_language", "title", "summary", "intro", "minutes")
LINES = frozenset(  # lists of texts, one a line in the admin
    {"next_steps", "actions", "settles", "fills", "choices"}
)


def number(value: Decimal | str | int) -> str:
    """A number as the document writes it: "-2.5", "30", never "30.0000" or "3E+1"."""
    return f"{Decimal(value).normalize():f}"


def _members(row: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    """What the row says, without what it leaves open."""
    members: dict[str, Any] = {}
    for name in names:
        value = getattr(row, name)
        if name in LINES:
            value = [line.strip() for line in value.splitlines() if line.strip()]
        if isinstance(value, Decimal):
            value = number(value)
        if value is not None and value is not False and value not in ("", []):  # a 0 says something
            members[name] = value
    return members


def compile_rows(questionnaire: Questionnaire) -> dict[str, Any]:
    """The document of a questionnaire's rows, as `screening.engine.definition` describes it."""
    sections = questionnaire.sections.prefetch_related("questions__choices")
    criteria = questionnaire.criteria.prefetch_related("rules", "sources")
    return {
        "language": LANGUAGE,
        **_members(questionnaire, HEAD),
        "sections": [
            _members(section, ("key", "title", "intro"))
            | {
                "questions": [
                    _members(question, QUESTION)
                    | _list(
                        "choices", [_members(choice, ("value", "text")) for choice in question.choices.all()]
                    )
                    for question in section.questions.all()
                ]
            }
            for section in sections
        ],
        "thresholds": [_members(row, THRESHOLD) for row in questionnaire.thresholds.all()],
        "calculations": [_members(row, CALCULATION) for row in questionnaire.calculations.all()],
        "criteria": [
            _members(criterion, CRITERION)
            | _list("sources", [_members(source, ("text", "address")) for source in criterion.sources.all()])
            | {"rules": [_members(rule, RULE) for rule in criterion.rules.all()]}
            for criterion in criteria
        ],
        "urgent": [_members(row, URGENT) for row in questionnaire.urgentrules.all()],
        "extras": [_members(row, EXTRA) for row in questionnaire.extras.all()],
        "notices": [_members(row, NOTICE) for row in questionnaire.notices.all()],
        **_list("investigations", _investigations(questionnaire)),
        "sent": {"title": questionnaire.sent_title, "body": questionnaire.sent_body},
        **_list("translations", [_members(row, TRANSLATION) for row in questionnaire.translations.all()]),
    }


def _investigations(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    return [
        _members(row, INVESTIGATION) | {"fields": [_members(field, FIELD) for field in row.fields.all()]}
        for row in questionnaire.investigations.prefetch_related("fields")
    ]


def _list(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: rows} if rows else {}


def _fields(member: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The other way: what a row is created with."""
    fields = {name: member[name] for name in names if name in member}
    for name in LINES & fields.keys():
        fields[name] = "\n".join(fields[name])
    return fields


def write_rows(questionnaire: Questionnaire, document: dict[str, Any]) -> None:
    """Make the rows say what the document says. The caller holds the transaction."""
    for name in HEAD:
        if name != "key":  # what the document leaves open is open again
            column: Any = questionnaire._meta.get_field(name)
            setattr(questionnaire, name, document.get(name, column.get_default()))
    sent = document.get("sent", {})
    questionnaire.sent_title, questionnaire.sent_body = sent.get("title", ""), sent.get("body", "")
    questionnaire.save()
    known = {(row.language, row.part): row for row in questionnaire.translations.all()}
    _write_sections(questionnaire, document["sections"])
    _write_criteria(questionnaire, document["criteria"])
    _write_investigations(questionnaire, document.get("investigations", []))
    for related, names, key, identity in (
        (questionnaire.thresholds, THRESHOLD, "thresholds", ("key",)),
        (questionnaire.calculations, CALCULATION, "calculations", ("key",)),
        (questionnaire.urgentrules, URGENT, "urgent", ("reason",)),
        (questionnaire.extras, EXTRA, "extras", ("reason",)),
        (questionnaire.notices, NOTICE, "notices", ("key",)),
        (questionnaire.translations, TRANSLATION, "translations", ("language", "part")),
    ):
        _write_all(related, document.get(key, []), names, identity, questionnaire=questionnaire)
    _keep_names(questionnaire, known)


def _keep_names(questionnaire: Questionnaire, known: dict[tuple[str, str], Translation]) -> None:
    """A translation that says what it said before was written, and checked, by whom it was."""
    for row in questionnaire.translations.all():
        before = known.get((row.language, row.part))
        if before is None or before.texts != row.texts:
            continue
        row.written_by_id = before.written_by_id
        if (before.state, before.source) == (row.state, row.source):
            row.checked_by_id, row.checked_at = before.checked_by_id, before.checked_at
        row.save(update_fields=["written_by", "checked_by", "checked_at"])


def _write_sections(questionnaire: Questionnaire, members: list[dict[str, Any]]) -> None:
    """A question that moves to another section stays the row that it is."""
    sections = _matched(questionnaire.sections.all(), members, ("key",))
    asked = [question for member in members for question in member["questions"]]
    standing = [question for section in questionnaire.sections.all() for question in section.questions.all()]
    questions = _matched(standing, asked, ("key",))
    _delete(questions.gone)
    kept = iter(questions.rows)
    for place, (member, row) in enumerate(zip(members, sections.rows, strict=True), 1):
        section = _written(row, questionnaire.sections.model, member, ("key", "title", "intro"), place,
                           questionnaire=questionnaire)  # fmt: skip
        for position, each in enumerate(member["questions"], 1):
            question = _written(
                next(kept), section.questions.model, each, QUESTION, position, section=section
            )
            choices = each.get("choices", [])
            _write_all(question.choices, choices, ("value", "text"), ("value",), question=question)
    _delete(sections.gone)


def _write_criteria(questionnaire: Questionnaire, members: list[dict[str, Any]]) -> None:
    criteria = _write_all(questionnaire.criteria, members, CRITERION, ("key",), questionnaire=questionnaire)
    for criterion, member in zip(criteria, members, strict=True):
        sources = member.get("sources", [])
        _write_all(criterion.sources, sources, ("text", "address"), ("text",), criterion=criterion)
        _write_all(criterion.rules, member["rules"], RULE, ("reason",), criterion=criterion)


def _write_investigations(questionnaire: Questionnaire, members: list[dict[str, Any]]) -> None:
    rows = _write_all(
        questionnaire.investigations, members, INVESTIGATION, ("key",), questionnaire=questionnaire
    )
    for row, member in zip(rows, members, strict=True):
        _write_all(row.fields, member["fields"], FIELD, ("key",), investigation=row)


@dataclass(frozen=True)
class _Matched:
    rows: list[Any]  # for each member the row that stands for it, or None
    gone: list[Any]  # rows that no member stands for any more


def _matched(rows: Iterable[Any], members: list[dict[str, Any]], identity: tuple[str, ...]) -> _Matched:
    """Rows that stand for the same thing stay the rows they are, so that a form that is open still has its row."""
    spare: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        spare.setdefault(tuple(getattr(row, name) for name in identity), []).append(row)
    found = []
    for member in members:
        same = spare.get(tuple(member.get(name, "") for name in identity))
        found.append(same.pop(0) if same else None)
    return _Matched(found, [row for left in spare.values() for row in left])


def _write_all(
    related: Any,
    members: list[dict[str, Any]],
    names: tuple[str, ...],
    identity: tuple[str, ...],
    **parent: Any,
) -> list[Any]:
    matched = _matched(related.all(), members, identity)
    _delete(matched.gone)
    return [
        _written(row, related.model, member, names, position, **parent)
        for position, (row, member) in enumerate(zip(matched.rows, members, strict=True), 1)
    ]


def _written(
    row: Any, model: Any, member: dict[str, Any], names: tuple[str, ...], position: int, **parent: Any
) -> Any:
    """The row, or a new one, saying what the member says. What the member leaves open is open again."""
    row = row or model()
    fields = _fields(member, names)
    for name in names:
        setattr(row, name, fields.get(name, model._meta.get_field(name).get_default()))
    for name, value in parent.items():
        setattr(row, name, value)
    row.position = position
    row.save()
    return row


def _delete(rows: list[Any]) -> None:
    for row in rows:
        row.delete()


def shipped(key: str) -> dict[str, Any]:
    """The document of a questionnaire that comes with the app. Raises FileNotFoundError where there is none."""
    return tomllib.loads(shipped_file(key).read_text(encoding="utf-8"))


def shipped_file(key: str) -> Path:
    """Where it stands. Raises FileNotFoundError for what is no key."""
    if not key.replace("-", "").isalnum():
        raise FileNotFoundError(key)
    return CONTENT / f"{key}.toml"


def document_in(document: dict[str, Any], language: str) -> dict[str, Any]:
    """The document as patients read it in a language: with our own yes, no and not sure in that language too."""
    shown = in_language(document, language)
    with override(shown.get("shown_in") or shown.get("source_language", "en")):
        answers = [{"value": value, "text": gettext(text)} for value, text in YES_NO]
    sections = [
        {**section, "questions": [_with_answers(question, answers) for question in section["questions"]]}
        for section in shown["sections"]
    ]
    return {**shown, "sections": sections}


def _with_answers(question: dict[str, Any], answers: list[dict[str, str]]) -> dict[str, Any]:
    yes_no = question["type"] == "yes_no" and not question.get("choices")
    return {**question, "choices": answers} if yes_no else question


_definitions: dict[str, dict[str, Definition]] = {}


def definitions_of(edition: QuestionnaireEdition) -> dict[str, Definition]:
    """An edition's definition in each language that patients are offered, the source language first.

    Read once a process: an edition never changes, nor does its digest.
    """
    definitions = _definitions.get(edition.digest)
    if definitions is None:
        document = json.loads(edition.content)
        definitions = {language: read(document_in(document, language)) for language in offered(document)}
        _definitions[edition.digest] = definitions
    return definitions


def definition_of(edition: QuestionnaireEdition, language: str = "") -> Definition:
    """In the source language, or in another where patients are offered it: es stands for es-mx too."""
    definitions = definitions_of(edition)
    for wanted in (language, language.partition("-")[0]):
        if wanted in definitions:
            return definitions[wanted]
    return next(iter(definitions.values()))
