"""The rows of tests: a line each in the outline, a page with their fields, and what does not fit said where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import User
from screening import files
from screening.admin import order
from screening.admin.outline import outline
from screening.engine.definition import problems
from screening.models import Investigation, InvestigationField, Question, Questionnaire
from screening.models.document import shipped
from tests.screening.authoring import adding, fields, make_draft, page
from tests.screening.pages import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(editor: User) -> Questionnaire:
    return make_draft(editor)


@pytest.fixture
def client(login: Callable[[User], Client], editor: User) -> Client:
    return login(editor)


def scan() -> Investigation:
    return Investigation.objects.get(key="t_score")


def send(client: Client, row: Any, **typed: Any) -> Any:
    return client.post(page(row), {**fields(client, page(row)), **typed}, follow=True)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: list(each) for name, each in response.context["adminform"].form.errors.items()}


def lines(draft: Questionnaire) -> dict[str, Any]:
    (group,) = [group for group in outline(draft).groups if group.name == "investigations"]
    return {line.key: line for line in group.lines}


def test_each_test_is_a_line_that_says_what_is_entered_and_what_it_settles(draft: Questionnaire) -> None:
    found = lines(draft)
    assert list(found) == [row["key"] for row in shipped("spinal-fusion")["investigations"]]
    assert (found["bmi"].kind, found["bmi"].note, found["bmi"].used) == (
        "Height, cm, Weight, kg", "Settles: Higher weight, Nutrition", "",
    )  # fmt: skip
    assert found["albumin"].used == "no rule reads it, surgeons do"


def test_the_page_of_a_test_holds_its_fields(client: Client, draft: Questionnaire) -> None:
    sent = fields(client, page(Investigation.objects.get(key="bmi")))
    assert [sent["fields-0-key"], sent["fields-1-key"]] == ["height", "weight"]


def test_a_reference_is_changed_and_counts_as_written(
    client: Client, draft: Questionnaire, editor: User
) -> None:
    send(client, Investigation.objects.get(key="albumin"), reference="Below 3.4 g/dL is low.")
    draft.refresh_from_db()
    assert draft.content()["investigations"][2]["reference"] == "Below 3.4 g/dL is low."
    assert draft.version == 2


@pytest.mark.parametrize(
    ("typed", "where", "said"),
    [
        ({"settles": "teeth"}, "settles", "There is no criterion named teeth."),
        ({"fills": "bone_t_scor = t_score"}, "fills", "Did you mean bone_t_score?"),
        ({"fills": 'bone_scan = "maybe"'}, "fills", "“maybe” is no answer to bone_scan."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    client: Client, draft: Questionnaire, typed: dict[str, str], where: str, said: str
) -> None:
    found = errors(send(client, scan(), **typed))
    assert list(found) == [where]
    assert said in found[where][0]
    assert scan().settles == "bone"


def test_a_range_that_the_question_refuses_is_said(client: Client, draft: Questionnaire) -> None:
    found = errors(send(client, scan(), **{"fields-0-minimum": "-9"}))
    assert found == {"fills": ["t_score takes values that bone_t_score refuses."]}


def test_a_field_without_limits_is_said_at_the_field(client: Client, draft: Questionnaire) -> None:
    response = send(client, Investigation.objects.get(key="albumin"), **{"fields-0-minimum": ""})
    assert "Give the lowest and the highest value, so that a slip is caught." in body(response)
    assert InvestigationField.objects.get(key="albumin").minimum is not None


def test_a_question_says_which_test_answers_it_and_stays_while_it_does(
    client: Client, draft: Questionnaire
) -> None:
    question = Question.objects.get(key="bone_scan_month")
    assert "Bone density scan (DXA): lowest T-score" in body(client.get(page(question)))
    assert errors(send(client, question, key="scan_month"))["key"]


def test_a_test_is_added_with_its_field(client: Client, draft: Questionnaire) -> None:
    address = adding(Investigation, questionnaire=draft.pk)
    new = {
        "key": "vitamin_d", "label": "Vitamin D", "settles": "bone",
        "fields-0-key": "vitamin_d", "fields-0-label": "25-OH vitamin D", "fields-0-kind": "number",
        "fields-0-minimum": "1", "fields-0-maximum": "200", "fields-0-unit": "ng/mL",
    }  # fmt: skip
    client.post(address, {**fields(client, address), **new})
    assert draft.content()["investigations"][-1]["fields"] == [
        {"key": "vitamin_d", "label": "25-OH vitamin D", "kind": "number", "unit": "ng/mL", "minimum": "1",
         "maximum": "200"}
    ]  # fmt: skip


def test_a_copy_has_a_free_key_and_its_own_fields(draft: Questionnaire) -> None:
    copied = order.duplicate(Investigation.objects.get(key="bmi"), draft)
    assert (copied.key, [field.label for field in copied.fields.all()]) == ("bmi_2", ["Height", "Weight"])
    assert problems(draft.content()) == ()


# As a file


def test_a_file_brings_tests_in_and_out_unchanged(editor: User, draft: Questionnaire) -> None:
    document = draft.content()
    text = files.written(document)
    assert files.document_of(text) == document
    assert document["investigations"] == shipped("spinal-fusion")["investigations"]
    files.bring_in(files.document_of(text), by=editor)
    assert Questionnaire.objects.get().content() == document


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"bone_t_score = t_score"', '"bone_t_scor = t_score"', "Did you mean bone_t_score?"),
        ('reference = "Below 3.5', 'referense = "Below 3.5', "There is no member referense here."),
        ('kind = "choice"', 'kind = "text"', "is none of number, choice."),
    ],
)
def test_a_mistake_in_a_file_is_named_at_its_line(was: str, becomes: str, said: str) -> None:
    text = files.written(shipped("spinal-fusion"))
    assert text.count(was) == 1
    line = text[: text.index(was)].count("\n") + 1
    with pytest.raises(files.Refused) as refused:
        files.document_of(text.replace(was, becomes))
    (fault,) = refused.value.faults
    assert said in fault.message
    assert abs(fault.line - line) <= 3


def test_a_questionnaire_without_tests_is_the_document_that_it_was(editor: User) -> None:
    document = {key: value for key, value in shipped("spinal-fusion").items() if key != "investigations"}
    assert "investigations" not in make_draft(editor, document).content()
