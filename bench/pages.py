"""The pages that are measured, each with a way to make its next request. Nothing here runs under the clock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from bench import noop, practice
from bench.browser import Browser
from education.models import ArticleEdition
from portal.accounts.models import User
from portal.accounts.people import begin_care
from portal.demo.answers import CALM
from screening import answering
from screening.engine.answers import dumps
from screening.models import AnswersInProgress, Case, QuestionnaireEdition

SECTION = "health"  # the one that shows the most questions: seven


@dataclass(frozen=True)
class Page:
    """`request` makes the next one, of its own where the page changes something; `status` is its answer's."""

    name: str
    application: Any
    request: Callable[[], dict[str, Any]]
    status: int = 200


@dataclass(frozen=True)
class Pages:
    base: Page
    surgeons_list: Page
    others: list[Page]

    def named(self, name: str) -> Page:
        return next(page for page in self.others if page.name == name)


def pages(edition: QuestionnaireEdition, surgeon: User) -> Pages:
    portal, key = WSGIHandler(), edition.questionnaire.key
    answering_one, sent_one = practice.patient(), practice.patient("Rosa Alvarez")
    attempt = practice.answered(answering_one, edition, practice.REPORTED)
    case = _sent(sent_one, surgeon, edition)
    patient, reader, reviewer = Browser(answering_one), Browser(sent_one), Browser(surgeon)
    slug = ArticleEdition.objects.current().select_related("article").order_by("pk")[0].article.slug

    def get(name: str, browser: Browser, address: str, *args: Any) -> Page:
        path = reverse(address, args=args)
        return Page(name, portal, lambda: browser.get(path))

    return Pages(
        base=Page("no-op", noop.base(), lambda: reader.get("/noop/")),
        surgeons_list=get("list", reviewer, "review:cases"),
        others=[
            Page("no-op, portal's middleware", noop.inside(), lambda: reader.get("/noop/")),
            get("article", reader, "education:article", slug),
            get("learn list", reader, "education:articles"),
            get("home", reader, "home"),
            get("section", patient, "screening:section", key, SECTION),
            Page("section, saved", portal, _section(patient, attempt), 302),
            Page("autosave", portal, _autosave(patient, attempt)),
            get("check", patient, "screening:check", key),
            Page("submit, much reported", portal, _submit(edition, practice.REPORTED), 302),
            Page("submit, nothing reported", portal, _submit(edition, CALM), 302),
            get("case", reviewer, "review:case", case.pk),
        ],
    )


def _sent(patient: User, surgeon: User, edition: QuestionnaireEdition) -> Case:
    begin_care(patient=patient, surgeon=surgeon)
    practice.answered(patient, edition, practice.REPORTED)
    answering.submit(patient=patient, questionnaire=edition.questionnaire)
    case: Case = Case.objects.visible_to(surgeon).get(patient=patient)
    return case


def _again(attempt: AnswersInProgress) -> AnswersInProgress:
    rows = AnswersInProgress.objects.visible_to(attempt.patient)
    found: AnswersInProgress = rows.select_related("edition", "questionnaire").get(pk=attempt.pk)
    return found


def _section(browser: Browser, attempt: AnswersInProgress) -> Callable[[], dict[str, Any]]:
    """The whole form of a page, one answer of it changed each time, so that there is something to write."""
    keys = [question.key for question in attempt.edition.definition.section(SECTION).questions]
    path = reverse("screening:section", args=[attempt.questionnaire.key, SECTION])
    flips = itertools.cycle(["yes", "no"])

    def request() -> dict[str, Any]:
        now = _again(attempt)
        known = {key: now.values[key] for key in keys if key in now.values}
        revisions = {key: now.revisions[key] for key in keys if key in now.revisions}
        hidden = {"seen": dumps(known), "revisions": json.dumps(revisions)}
        return browser.post(path, {**known, **hidden, "lung_disease": next(flips)})

    return request


def _autosave(browser: Browser, attempt: AnswersInProgress) -> Callable[[], dict[str, Any]]:
    """One answer, changed each time."""
    path = reverse("screening:save", args=[attempt.questionnaire.key, SECTION])
    flips = itertools.cycle(["yes", "no"])

    def request() -> dict[str, Any]:
        revision = _again(attempt).revisions.get("breathless", 0)
        packet = {"answers": {"breathless": next(flips)}, "revisions": {"breathless": revision}}
        return browser.post_json(path, packet)

    return request


def _submit(edition: QuestionnaireEdition, answers: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """A patient who never sent anything, each time."""
    pattern = practice.answered(practice.patient(), edition, answers)
    path = reverse("screening:check", args=[edition.questionnaire.key])

    def request() -> dict[str, Any]:
        user = practice.patient()
        attempt = practice.again(pattern, user)
        fields = {"attempt": str(attempt.pk), "digest": answering.digest_of(attempt)}
        return Browser(user).post(path, fields)

    return request
