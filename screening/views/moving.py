"""When the questions change under a patient: what changed and why, and what they typed on a page that is no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from screening import answering
from screening.engine.answers import loads
from screening.engine.definition import Definition
from screening.forms.section import form_class
from screening.host import host
from screening.models import QuestionnaireEdition
from screening.views.access import patients
from screening.views.readable import in_words
from screening.views.visit import Visit, address, definition_in


@dataclass(frozen=True)
class Item:
    """A question of a list. `page` is the title of its page, `url` its address once it may be opened."""

    text: str
    answer: str = ""
    page: str = ""
    url: str = ""


@dataclass(frozen=True)
class Changes:
    """What one move changed, in the patient's words. `days` is how long answers may lie."""

    because: str
    text: str
    days: int
    anew: list[Item]
    unfit: list[Item]
    gone: list[Item]
    new: list[Item]
    reworded: list[Item]

    @property
    def any(self) -> bool:
        return bool(self.anew or self.unfit or self.gone or self.new or self.reworded)


def ahead(request: HttpRequest, visit: Visit, edition: QuestionnaireEdition) -> HttpResponse:
    """What a move will change, before the patient goes on. Raises TooYoung."""
    told = answering.look_ahead(patient=request.user, attempt=visit.attempt, edition=edition)
    context = {
        "changes": [_changes(told, definition_in(visit.edition), definition_in(edition), visit.units)],
        "title": definition_in(edition).title,
        "questionnaire": visit.key,
        "ahead": True,
        "sender": host().sender(request.user),
    }
    return render(request, "screening/moving.html", context)


@require_safe
@patients
def changes(request: HttpRequest, questionnaire: str) -> HttpResponse:
    """The same after the move, for as long as the answers are not sent; each question leads to its page."""
    visit = Visit.of(request, questionnaire)
    if visit is None or visit.must_move or not visit.attempt.moves:
        return redirect("screening:questionnaire", questionnaire)
    numbers = {number for told in visit.attempt.moves for number in (told["from"], told["to"])}
    editions = QuestionnaireEdition.objects.filter(
        questionnaire=visit.attempt.questionnaire_id, number__in=numbers
    )
    by_number = {edition.number: definition_in(edition) for edition in editions.defer("content")}
    context = {
        "changes": [
            _changes(told, by_number[told["from"]], by_number[told["to"]], visit.units, visit)
            for told in reversed(visit.attempt.moves)
        ],
        "title": visit.definition.title,
        "questionnaire": visit.key,
        "onwards": address(visit),
    }
    return render(request, "screening/moving.html", context)


def _changes(
    told: Mapping[str, Any],
    old: Definition,
    new: Definition,
    units: Mapping[str, str],
    visit: Visit | None = None,
) -> Changes:
    left = loads(told["left"])

    def items(keys: Iterable[str], definition: Definition, *, answered: bool = False) -> list[Item]:
        return [_item(key, definition, visit, _words(old, key, left, units, answered)) for key in keys]

    limit = old.thresholds.get("answers_stale_days")
    return Changes(
        because=told["because"],
        text=told["text"],
        days=int(limit.value) if limit else 0,
        anew=items(told["anew"], new),
        unfit=items(told["unfit"], new, answered=True),
        gone=items(told["gone"], old, answered=True),
        new=items(told["new"], new),
        reworded=items(told["reworded"], new),
    )


def _words(
    old: Definition, key: str, left: Mapping[str, Any], units: Mapping[str, str], answered: bool
) -> str:
    return in_words(old.questions[key], left[key], units) if answered and key in left else ""


def _item(key: str, definition: Definition, visit: Visit | None, answer: str) -> Item:
    question = definition.questions[key]
    url = ""
    if visit is not None and key in visit.progress.shown:
        page = visit.definition.section(visit.definition.questions[key].section)
        url = f"{address(visit, page)}#q-{key}" if visit.progress.may_open(page) else ""
    return Item(question.text, answer, definition.section(question.section).title, url)


def from_before(request: HttpRequest, visit: Visit, section: str, data: QueryDict) -> HttpResponse | None:
    """A page of another edition than the answers are on, sent from a window that was open before they moved.

    What fits is stored; what does not is said, with the words that were typed. None where the page is of today.
    """
    number = data.get("edition", "")
    if not number.isdecimal() or len(number) > 9 or int(number) == visit.edition.number:
        return None
    editions = QuestionnaireEdition.objects.filter(questionnaire=visit.attempt.questionnaire_id)
    old = editions.filter(number=int(number)).defer("content").first()
    definition = definition_in(old) if old else None
    page = next((each for each in definition.sections if each.key == section), None) if definition else None
    if old is None or definition is None or page is None:
        return None
    keys = [question.key for question in page.questions]
    form = form_class(old.digest, definition, page, visit.units)(data, answers={}, shown=keys)
    late = answering.save_late(
        patient=request.user,
        questionnaire=visit.attempt.questionnaire,
        edition=old,
        given=form.given(),
        seen=form.seen(),
    )
    messages.info(
        request, _("The questions changed while this page was open. What you typed is kept where it fits.")
    )
    for key, value in late.lost.items():
        said = {"question": definition.questions[key].text, "answer": _typed(definition, key, value, visit)}
        messages.warning(request, _("Not kept: %(question)s You had answered: %(answer)s") % said)
    if late.notice:
        return redirect("screening:notice", visit.key, late.notice)
    return redirect("screening:changes", visit.key)


def _typed(definition: Definition, key: str, value: Any, visit: Visit) -> str:
    """As it was read, or as it was typed where it could not be read."""
    try:
        return in_words(definition.questions[key], value, visit.units)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return str(value)
