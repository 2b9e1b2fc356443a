"""Authors try a draft as a patient. Nothing is stored, and nobody is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from editions import publishing
from portal.accounts.models import User
from screening.admin.places import link
from screening.models import Questionnaire, Sample
from screening.models.document import write_rows
from screening.trying.preview import Preview
from tests.screening.factories import DOCUMENT, make_edition


@pytest.fixture
def draft(db: None, editor: User) -> Questionnaire:
    questionnaire = Questionnaire.objects.create(key="small", title="Before your operation")
    write_rows(questionnaire, DOCUMENT)
    publishing.save_draft(questionnaire, by=editor)
    return questionnaire


@pytest.fixture
def desk(editor: User, login: Callable[..., Client]) -> Client:
    return login(editor)


def at(page: str, draft: Questionnaire, *args: Any) -> str:
    name = f"preview_{page}" if page else "preview"
    return reverse(f"admin:screening_questionnaire_{name}", args=[draft.pk, *args])


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def answers_in(address: str) -> Any:
    return Preview.read(parse_qs(urlsplit(address).query)["state"][0]).answers


def text(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def send(desk: Client, address: str, **answers: str) -> str:
    """The address that a page of answers leads to."""
    response = desk.post(address, answers)
    assert response.status_code == 302, text(response)
    return str(response["Location"])


def test_a_whole_questionnaire_is_answered_and_no_row_is_written(
    desk: Client, draft: Questionnaire, on_duty: Any
) -> None:
    desk.get(at("", draft))
    before = rows()
    assert "Preview: nothing is stored" in text(desk.get(at("", draft)))
    assert "Print an empty form" not in text(desk.get(at("", draft)))
    first = send(desk, at("", draft))
    assert "Do you smoke?" in text(desk.get(first))
    second = send(desk, first, t_score="-3.1", smoking="yes")
    notice = send(desk, second, numb="yes")
    assert "Get help now" in text(desk.get(notice))
    [onwards] = re.findall(r'href="([^"]*)">Go on with the questions', desk.get(notice).content.decode())
    check = desk.get(unescape(onwards))
    assert check.status_code == 200
    assert "Check your answers" in text(check)
    assert "−3.1" in text(check)
    outcome = desk.get(send(desk, unescape(onwards)))
    for words in (
        "absolute criterion",
        "The T-score is that of osteoporosis.",
        "The patient smokes.",
        "New numbness",
    ):
        assert words in text(outcome)
    assert rows() == before


def test_what_does_not_fit_is_said_and_the_rest_is_kept(desk: Client, draft: Questionnaire) -> None:
    response = desk.post(at("page", draft, "bone"), {"t_score": "12", "smoking": "no"})
    assert response.status_code == 422
    assert "It must be from" in text(response)
    assert 'value="12"' in response.content.decode()
    assert re.search(r'value="no"[^>]*checked', response.content.decode())


def test_a_question_without_an_answer_is_asked_for(desk: Client, draft: Questionnaire) -> None:
    response = desk.post(at("page", draft, "bone"), {"t_score": ""})
    assert response.status_code == 422
    assert "Please answer this question." in text(response)


def test_a_question_that_an_answer_reveals_is_shown_next(desk: Client, editor: User) -> None:
    document = {**DOCUMENT, "key": "more"}
    question = {"key": "packs", "type": "yes_no", "text": "A pack a day?", "short": "Pack",
                "shown_when": 'smoking == "yes"'}  # fmt: skip
    bone, safety = DOCUMENT["sections"]
    document["sections"] = [{**bone, "questions": [*bone["questions"], question]}, safety]
    draft = Questionnaire.objects.create(key="more", title="More")
    write_rows(draft, document)
    again = send(desk, at("page", draft, "bone"), smoking="yes")
    assert again.endswith("#q-packs")
    assert answers_in(again) == {"smoking": "yes"}
    page = desk.get(again.partition("#")[0]).content.decode()
    assert not re.search(r'id="q-packs"[^>]*hidden', page)
    assert (
        "hidden" in re.search(r'id="q-packs"[^>]*>', desk.get(at("page", draft, "bone")).content.decode())[0]
    )  # type: ignore[index]


def test_a_notice_says_nobody_is_told_and_asks_nobody_to_call(desk: Client, draft: Questionnaire) -> None:
    before = rows()
    address = at("notice", draft, "emergency") + "?then=bone"
    assert "Nobody is told of anything" in text(desk.get(address))
    assert desk.post(address, {"call_me": "yes"}).status_code == 200
    assert desk.get(at("notice", draft, "no")).status_code == 404
    for then in ("", "?then=no", "?then=check"):  # an address that was typed, or cut off
        assert desk.get(at("notice", draft, "emergency") + then).status_code == 200
    assert rows() == before


def test_an_edition_is_tried_as_it_was_published(desk: Client, editor: User) -> None:
    edition = make_edition()
    draft = edition.questionnaire
    write_rows(draft, {**DOCUMENT, "title": "Rewritten"})
    settings = {"edition": "1", "language": "en", "age": "71", "sex": "male", "today": "2026-11-20"}
    assert "Before your operation" in text(desk.get(at("", draft), settings))
    assert "71 years old and male" in text(desk.get(at("", draft), settings))
    assert "Rewritten" in text(desk.get(at("", draft)))
    assert "Ensure this value is greater" in text(desk.get(at("", draft), {**settings, "age": "17"}))


def test_a_patient_in_another_unit_is_tried(desk: Client, draft: Questionnaire) -> None:
    switched = send(desk, at("page", draft, "bone"), weight_kg__kg="70", units="weight:imperial")
    page = desk.get(switched.partition("#")[0]).content.decode()
    assert 'name="weight_kg__lb" value="154.3' in re.sub(r"\s+", " ", page) or "154.3" in page


def test_the_address_of_another_try_or_a_broken_one_begins_anew(desk: Client, draft: Questionnaire) -> None:
    for state in ("", "nonsense", "a:b:c"):
        response = desk.get(at("check", draft), {"state": state})
        assert response.status_code == 302
        assert response["Location"] == at("", draft)


def test_answers_too_long_for_an_address_are_refused_in_words(desk: Client, draft: Questionnaire) -> None:
    from random import Random

    long = "".join(
        Random(1).choice("abcdefghijklmnopqrstuvwxyz一丁七万丈三上下不与") for _each in range(1000)
    )
    sections = [*DOCUMENT["sections"]]
    texts = [
        {"key": f"text_{n}", "type": "text", "text": "?", "short": "?", "optional": True} for n in range(9)
    ]
    write_rows(
        draft, {**DOCUMENT, "sections": [*sections, {"key": "texts", "title": "T", "questions": texts}]}
    )
    response = desk.post(at("page", draft, "texts"), {f"text_{n}": f"{n}{long[n:]}"[:1000] for n in range(9)})
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        assert "too long for a preview" in text(response)


def test_a_draft_that_does_not_fit_together_says_where(desk: Client, draft: Questionnaire) -> None:
    draft.criteria.get(key="bone").rules.filter(reason="bone_low").update(when="t_scor < 1")
    response = desk.get(at("", draft))
    assert response.status_code == 409
    assert "t_scor" in text(response)
    assert link(draft, "criteria.bone.rules.0.when") in response.content.decode()


def test_answers_are_kept_as_a_sample(desk: Client, draft: Questionnaire) -> None:
    second = send(desk, send(desk, at("", draft)), smoking="yes")
    check = send(desk, second, numb="no")
    outcome = send(desk, check)
    assert send(desk, outcome, name="A smoker", note="") == reverse(
        "admin:screening_questionnaire_samples", args=[draft.pk]
    )
    sample = Sample.objects.get()
    assert (sample.name, sample.answers, sample.facts["age"]) == (
        "A smoker",
        '{"numb":"no","smoking":"yes"}',
        60,
    )
    assert '"headline":"relative"' in sample.expected
    again = desk.post(outcome, {"name": "A smoker"})
    assert again.status_code == 422
    assert "a sample of this name already" in text(again)


def test_the_questionnaires_page_leads_to_the_preview(desk: Client, draft: Questionnaire) -> None:
    page = desk.get(reverse("admin:screening_questionnaire_change", args=[draft.pk])).content.decode()
    assert at("", draft) in page


def test_who_may_not_preview_may_not(
    login: Callable[..., Client], draft: Questionnaire, patient: User, surgeon: User, administrator: User
) -> None:
    for user in (patient, surgeon, administrator):
        for page in ("", "check", "outcome"):
            assert login(user).get(at(page, draft)).status_code == 403
