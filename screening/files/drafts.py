"""A document from a file becomes a draft: a new questionnaire, or the next version of the draft that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from editions.publishing import Stale, last_change, save_draft
from screening.files.shape import as_stored
from screening.models import Questionnaire, QuestionnaireEdition, Translation


@dataclass(frozen=True)
class Imported:
    questionnaire: Questionnaire
    created: bool
    written: bool  # whether the draft says something else than before
    unproven: int  # translations that have to be checked here, though the file calls them checked


def destination(document: dict[str, Any]) -> Questionnaire | None:
    """The questionnaire that the file is of; None where it would be a new one."""
    return Questionnaire.objects.filter(key=document["key"]).first()


@transaction.atomic
def bring_in(document: dict[str, Any], *, by: Any, version: int | None = None) -> Imported:
    """Make the draft say what the document says; `by` counts as who wrote it, so that somebody else approves.

    `version` is that of the draft which `by` looked at: raises Stale where it has moved on, or where a draft
    has come or gone.
    """
    questionnaire = Questionnaire.objects.select_for_update().filter(key=document["key"]).first()
    created = questionnaire is None
    if version is not None and version != (questionnaire.version if questionnaire else 0):
        raise Stale(last_change(questionnaire) if questionnaire else None)
    if questionnaire is None:
        questionnaire = Questionnaire.objects.create(key=document["key"], title=document["title"])
    expected = questionnaire.version
    open_ = unproven(document, questionnaire)
    questionnaire.restore(_with_open(document, open_))
    questionnaire.translations.filter(written_by=None).update(written_by=by)  # so somebody else checks them
    written = save_draft(questionnaire, by=by, expected_version=expected)
    return Imported(questionnaire, created, written, len(open_))


def becomes(document: dict[str, Any], questionnaire: Questionnaire | None) -> dict[str, Any]:
    """What the draft would say."""
    return as_stored(_with_open(document, unproven(document, questionnaire)))


def unproven(document: dict[str, Any], questionnaire: Questionnaire | None) -> list[int]:
    """The places of translations that the file calls checked and that nobody has checked here.

    Who checks a translation is a second person with a permission of its own: a file cannot stand in for them.
    """
    checked = [
        place
        for place, row in enumerate(document.get("translations", ()))
        if row["state"] == Translation.State.CHECKED
    ]
    if not checked:
        return []
    known = _checked_here(questionnaire) if questionnaire else []
    return [place for place in checked if _without_state(document["translations"][place]) not in known]


def _checked_here(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """In the draft, or in an edition that readers have, or had."""
    documents = [questionnaire.content()]
    edition = QuestionnaireEdition.objects.for_draft(questionnaire).filter(
        withdrawn_at=None, publish_at__lte=timezone.now()
    )
    newest = edition.order_by("-number").first()
    documents += [newest.document] if newest else []
    return [
        _without_state(row)
        for document in documents
        for row in document.get("translations", ())
        if row["state"] == Translation.State.CHECKED
    ]


def _without_state(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "state"}


def _with_open(document: dict[str, Any], places: list[int]) -> dict[str, Any]:
    rows = [
        {**row, "state": Translation.State.NEEDS_CHECK.value} if place in places else row
        for place, row in enumerate(document.get("translations", ()))
    ]
    return {**document, "translations": rows} if rows else document
