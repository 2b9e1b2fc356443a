"""A questionnaire on its way to patients: what differs said in words, what was found answered for, nobody alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from editions import publishing
from editions.models import Draft
from screening.models import Question, Questionnaire, QuestionnaireEdition, Threshold
from screening.models.document import write_rows
from tests.screening.engine.questionnaires import document, question

Login = Callable[..., Client]


@pytest.fixture
def questionnaire(db: None, editor: Any, approver: Any) -> Questionnaire:
    """A small one with an edition that patients see, and a draft that says the same."""
    questionnaire = Questionnaire.objects.create(key="small", title="Small")
    content = document()
    content["sections"][0]["intro"] = "Tell us about your body."
    content["sent"] = {"title": "Thanks", "body": "We read it soon. Take your time."}
    write_rows(questionnaire, content)
    publishing.save_draft(questionnaire, by=editor)
    publishing.submit(questionnaire, by=editor)
    publishing.approve(questionnaire, by=approver, digest=questionnaire.digest())
    publishing.publish(questionnaire, by=approver)
    return questionnaire


def change(questionnaire: Questionnaire, by: Any, alter: Callable[[dict[str, Any]], Any]) -> None:
    content = deepcopy(questionnaire.content())
    alter(content)
    questionnaire.restore(content)
    publishing.save_draft(questionnaire, by=by)


def address(questionnaire: Questionnaire, name: str, *args: Any) -> str:
    return reverse(f"admin:screening_questionnaire_{name}", args=[questionnaire.pk, *args])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def reasons(client: Client, page: str) -> dict[str, str]:
    """A reason for everything that asks for one."""
    form = client.get(page).context["form"]
    return {name: f"Because of {name}." for name in form.fields if name.startswith("reason_")}


def typo(content: dict[str, Any]) -> None:
    content["sent"]["body"] = "We read it soon. Take you time."


def test_a_threshold_a_rule_and_a_question_are_compared_in_words(
    login: Login, editor: Any, questionnaire: Questionnaire
) -> None:
    def alter(content: dict[str, Any]) -> None:
        content["thresholds"][0]["value"] = "-3"
        content["criteria"][0]["rules"][1]["category"] = "relative"
        content["sections"][0]["questions"].append(question("sleep"))

    change(questionnaire, editor, alter)
    page = text(login(editor).get(address(questionnaire, "compare")))
    assert "Number changed Threshold “low bone density”" in page
    assert "Rule changed Rule “tumour_unsure” of “Tumour”" in page
    assert "Category: [taken out: to clarify ]" in page
    assert "New Question “sleep”" in page


def test_what_differs_leads_to_where_it_is_changed(
    login: Login, editor: Any, questionnaire: Questionnaire
) -> None:
    change(questionnaire, editor, lambda content: content["thresholds"][0].update(value="-3"))
    threshold = Threshold.objects.get(questionnaire=questionnaire, key="low_t")
    page = login(editor).get(address(questionnaire, "compare")).content.decode()
    assert reverse("admin:screening_threshold_change", args=[threshold.pk]) in page


def test_a_draft_that_does_not_fit_together_is_compared_as_it_is_written(
    login: Login, editor: Any, questionnaire: Questionnaire
) -> None:
    Question.objects.filter(section__questionnaire=questionnaire, key="cancer").delete()
    publishing.save_draft(Questionnaire.objects.get(pk=questionnaire.pk), by=editor)
    page = text(login(editor).get(address(questionnaire, "compare")))
    assert "does not fit together yet" in page
    assert "Removed sections, body, questions, cancer, text" in page


def test_a_draft_that_does_not_fit_together_is_not_submitted(
    login: Login, editor: Any, questionnaire: Questionnaire
) -> None:
    Question.objects.filter(section__questionnaire=questionnaire, key="cancer").delete()
    publishing.save_draft(Questionnaire.objects.get(pk=questionnaire.pk), by=editor)
    client, submit = login(editor), address(questionnaire, "submit")
    page = client.get(submit)
    assert "Stands in the way: It does not fit together" in text(page)
    digest = Questionnaire.objects.get(pk=questionnaire.pk).digest()
    assert client.post(submit, {"digest": digest}).status_code == 409
    assert Questionnaire.objects.get(pk=questionnaire.pk).state == Draft.State.DRAFT


def test_reasons_go_from_the_author_to_the_approver(
    login: Login, editor: Any, approver: Any, questionnaire: Questionnaire
) -> None:
    change(
        questionnaire, editor, lambda content: content["sections"][0]["questions"].append(question("sleep"))
    )
    client, submit = login(editor), address(questionnaire, "submit")
    page = text(client.get(submit))
    assert "Questions that no rule uses" in page
    assert "“sleep” is used by no rule or calculation" in page
    digest = questionnaire.digest()
    assert client.post(submit, {"digest": digest}).status_code == 200
    assert client.post(submit, {"digest": digest, **reasons(client, submit)}).status_code == 302
    page = text(login(approver).get(address(questionnaire, "approve")))
    assert "Why it is right as it is: Because of reason_unused_question." in page


def test_a_typo_takes_one_page_each_and_asks_no_reason_for_what_it_left_alone(
    login: Login, editor: Any, approver: Any, questionnaire: Questionnaire
) -> None:
    change(questionnaire, editor, typo)
    client, submit = login(editor), address(questionnaire, "submit")
    assert "Send this correction" in text(client.get(submit))
    assert reasons(client, submit) == {}
    assert client.post(submit, {"digest": questionnaire.digest()}).status_code == 302
    client, approve = login(approver), address(questionnaire, "approve-publish")
    assert "[taken out: your ] [put in: you ]" in text(client.get(approve))
    assert client.post(approve, {"digest": questionnaire.digest()}).status_code == 302
    edition = QuestionnaireEdition.objects.get(number=2)
    assert edition.document["sent"]["body"] == "We read it soon. Take you time."


@pytest.mark.parametrize(
    "alter",
    [
        lambda content: content["thresholds"][0].update(value="-3"),
        lambda content: content["sections"][0]["questions"][0].update(optional=True),
        lambda content: content["sections"][0].update(intro="Do not tell us about your body."),
        lambda content: content["sections"][0].update(intro="Tell us about your 2 legs."),
        lambda content: content["sections"][0]["questions"][0].update(help="Any kind."),
        lambda content: content["criteria"][0]["rules"][0].update(category="info"),
    ],
    ids=["threshold", "may be left blank", "not", "a number", "a new text", "category"],
)
def test_more_than_a_typo_takes_the_long_way(
    login: Login,
    editor: Any,
    approver: Any,
    questionnaire: Questionnaire,
    alter: Callable[[dict[str, Any]], Any],
) -> None:
    change(questionnaire, editor, alter)
    publishing.submit(questionnaire, by=editor)
    client, approve = login(approver), address(questionnaire, "approve-publish")
    assert approve not in client.get(address(questionnaire, "change")).content.decode()
    assert client.post(approve, {"digest": questionnaire.digest()}).status_code == 409
    assert QuestionnaireEdition.objects.count() == 1


def test_a_former_edition_comes_back_as_the_next(
    login: Login, editor: Any, approver: Any, questionnaire: Questionnaire
) -> None:
    change(questionnaire, editor, lambda content: content["thresholds"][0].update(value="-3"))
    publishing.submit(questionnaire, by=editor)
    publishing.approve(questionnaire, by=approver, digest=questionnaire.digest())
    publishing.publish(questionnaire, by=approver)
    client = login(editor)
    page = text(client.get(address(questionnaire, "edition_restore", 1)))
    assert "What changes in the draft when edition 1 is put back" in page
    assert "Number changed Threshold “low bone density”" in page
    assert client.post(address(questionnaire, "edition_restore", 1)).status_code == 302
    questionnaire = Questionnaire.objects.get(pk=questionnaire.pk)
    submit = address(questionnaire, "submit")
    sent = {"digest": questionnaire.digest(), **reasons(client, submit)}
    assert client.post(submit, sent).status_code == 302
    for step in ("approve", "publish"):
        done = login(approver).post(address(questionnaire, step), {"digest": questionnaire.digest()})
        assert done.status_code == 302
    first, third = (QuestionnaireEdition.objects.get(number=number) for number in (1, 3))
    assert first.content == third.content
