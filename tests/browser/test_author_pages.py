"""Each page where a questionnaire is written, tried, translated, compared and moved on can be read by anyone."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from screening.models import Question, Questionnaire, Rule, Threshold
from screening.trying import impact
from tests.browser.checks import well_made
from tests.screening.authoring import adding, make_draft
from tests.screening.authoring import page as form

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(editor: Any) -> Questionnaire:
    return make_draft(editor)


@pytest.fixture
def desk(windows: Any, editor: Any) -> Page:
    opened: Page = windows.open(editor)
    return opened


def at(draft: Questionnaire, name: str, *args: Any) -> str:
    return reverse(f"admin:screening_questionnaire_{name}", args=[draft.pk, *args])


@pytest.mark.parametrize(
    "name", ["change", "thresholds", "samples", "import", "translations", "compare", "submit", "editions"]
)
def test_a_page_of_a_questionnaire(desk: Page, draft: Questionnaire, name: str) -> None:
    desk.goto(at(draft, name))
    well_made(desk)


def test_the_forms_of_rows(desk: Page, draft: Questionnaire) -> None:
    question, rule = Question.objects.get(key="smoking_stopped_on"), Rule.objects.all()[0]
    for row in (question, rule, rule.criterion, Threshold.objects.all()[0]):
        desk.goto(form(row))
        well_made(desk)
    desk.goto(adding(Question, section=question.section_id))
    well_made(desk)


def test_the_pages_of_an_impact_run(desk: Page, draft: Questionnaire) -> None:
    desk.goto(at(draft, "impact"))
    well_made(desk)
    desk.get_by_role("button", name="Count the impact").click()
    well_made(desk)
    impact.run_waiting()
    desk.reload()
    well_made(desk)
