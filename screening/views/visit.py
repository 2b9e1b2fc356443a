"""A patient's answers in progress, as the pages need them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from screening.answering import is_stale
from screening.answering.entering import waiting
from screening.answering.progress import Progress
from screening.engine.answers import dumps
from screening.engine.definition import Definition, Section
from screening.forms.section import SectionForm, form_class, units_for
from screening.host import host
from screening.models import AnswersInProgress, QuestionnaireEdition, Submission
from screening.views.access import BeingEntered

SENT = "sent"  # where a notice leads that was due when the answers were sent
UNITS = "screening_units"  # the session's key for the units that were chosen on a page


class Visit:
    """One patient's answers to one questionnaire, with the edition that asks and the units to type in."""

    def __init__(self, attempt: AnswersInProgress, units: Mapping[str, str]) -> None:
        self.attempt, self.units = attempt, units

    @classmethod
    def of(cls, request: HttpRequest, questionnaire: str) -> Visit | None:
        """The user's own, or None where nothing was begun. Raises BeingEntered, which `patients` answers."""
        rows = AnswersInProgress.objects.visible_to(request.user).filter(questionnaire__key=questionnaire)
        attempt = rows.select_related("edition", "questionnaire").defer("edition__content").first()
        if attempt is not None and (wait := waiting(attempt)):
            raise BeingEntered(questionnaire, wait)
        return cls(attempt, units_of(request)) if attempt else None

    @property
    def key(self) -> str:
        return self.attempt.questionnaire.key

    @property
    def edition(self) -> QuestionnaireEdition:
        return self.attempt.edition

    @property
    def definition(self) -> Definition:
        """In the language of the pages, where the edition offers it."""
        return definition_in(self.edition)

    @cached_property
    def progress(self) -> Progress:
        attempt = self.attempt
        return Progress(self.definition, attempt.values, attempt.facts, timezone.localdate(), attempt.done)

    @property
    def page_number(self) -> int:
        """Of the page to go on at."""
        first = self.progress.first_open
        return self.progress.number(first) if first else 0

    @property
    def must_move(self) -> bool:
        """Whether the answers have to go to the newest edition before they can be finished."""
        return self.edition.withdrawn_at is not None or is_stale(self.attempt)

    @property
    def has_other_questions(self) -> bool:
        """Whether the answers that are filled in were given to another edition."""
        return any(told["from"] != told["to"] for told in self.attempt.moves)

    def asks_again(self, page: Section) -> bool:
        """Whether the page holds what was answered before, and is not taken over because it is about now."""
        attempt = self.attempt
        carried = bool(attempt.amends_id or attempt.moves)
        return carried and any(question.ask_anew for question in page.questions)

    def section(self, key: str) -> Section:
        """Raises Http404."""
        for section in self.definition.sections:
            if section.key == key:
                return section
        raise Http404

    def form(self, page: Section, data: QueryDict | None = None) -> SectionForm:
        form = form_class(self.edition.digest, self.definition, page, self.units)
        return form(
            data, answers=self.attempt.values, shown=self.progress.shown, revisions=self.attempt.revisions
        )

    def plain(self, question: str) -> Any:
        """A stored answer as JSON knows it, or None."""
        value = self.attempt.values.get(question)
        return None if value is None else json.loads(dumps({question: value}))[question]


def definition_in(edition: QuestionnaireEdition) -> Definition:
    """What an edition asks, in the language of the pages, where it offers that one."""
    definition: Definition = edition.definition_in(get_language() or "")
    return definition


def live_or_404(key: str) -> QuestionnaireEdition | None:
    """The edition to begin with, None while there is none. Raises Http404 for a key that never was one."""
    editions = QuestionnaireEdition.objects.filter(questionnaire__key=key)
    live = editions.current().select_related("questionnaire").defer("content")
    edition: QuestionnaireEdition | None = live.first()
    if edition is None and not editions.exists():
        raise Http404
    return edition


def latest_of(user: Any, questionnaire: str) -> Submission | None:
    """What the patient sent last, of one questionnaire."""
    own = Submission.objects.visible_to(user).filter(patient=user, questionnaire__key=questionnaire)
    rows = own.select_related("edition", "questionnaire").defer("edition__content")
    latest: Submission | None = rows.order_by("-submitted_at").first()
    return latest


def units_of(request: HttpRequest) -> dict[str, str]:
    """The unit system of each measure: chosen on a page during this session, or preferred."""
    return units_for(host().units(request.user), request.session.get(UNITS))


def address(visit: Visit, page: Section | None = None) -> str:
    """Of a page; without one, of the place to go on at."""
    page = page or visit.progress.first_open
    if page is None:
        return reverse("screening:check", args=[visit.key])
    return reverse("screening:section", args=[visit.key, page.key])
