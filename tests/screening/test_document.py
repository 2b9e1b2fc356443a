"""What editors' rows say is what an edition freezes: nothing is lost on the way there and back."""

import pytest

from screening.engine.definition import read
from screening.models import Question, Questionnaire, QuestionnaireEdition, document
from screening.models.document import compile_rows, shipped, write_rows
from tests.screening.factories import make_edition


@pytest.fixture
def questionnaire(db):
    return Questionnaire.objects.create(key="spinal-fusion", title="To be written")


def test_the_shipped_questionnaire_goes_into_rows_and_back_without_a_loss(questionnaire):
    content = shipped("spinal-fusion")
    write_rows(questionnaire, content)
    assert read(compile_rows(questionnaire)) == read(content)


def test_the_rows_say_the_same_after_a_second_time(questionnaire):
    write_rows(questionnaire, shipped("spinal-fusion"))
    once = compile_rows(questionnaire)
    write_rows(questionnaire, once)
    assert compile_rows(questionnaire) == once


def test_rows_that_stay_keep_their_addresses_so_that_an_open_form_still_has_its_row(questionnaire):
    content = shipped("spinal-fusion")
    write_rows(questionnaire, content)
    ids = {question.key: question.pk for question in questions_of(questionnaire)}
    [first, second, *others] = content["sections"]
    moved = first["questions"].pop()  # to the next section, ahead of its questions
    gone = second["questions"].pop()
    second["questions"].insert(0, moved | {"text": "Asked in other words?"})
    content["sections"] = [second, first, *others]
    content["criteria"].reverse()
    write_rows(questionnaire, content)
    assert {question.key: question.pk for question in questions_of(questionnaire)} == {
        key: pk for key, pk in ids.items() if key != gone["key"]
    }
    assert [each["key"] for each in compile_rows(questionnaire)["sections"][0]["questions"]] == [
        each["key"] for each in second["questions"]
    ]
    assert compile_rows(questionnaire)["criteria"] == content["criteria"]


def questions_of(questionnaire):
    return Question.objects.filter(section__questionnaire=questionnaire)


@pytest.mark.django_db
def test_an_edition_is_read_once_a_process_however_many_ask_for_it(monkeypatch):
    reads = []

    def counted(content):
        reads.append(content["key"])
        return read(content)

    monkeypatch.setattr(document, "read", counted)
    monkeypatch.setattr(document, "_definitions", {})
    edition = make_edition()
    again = QuestionnaireEdition.objects.get(pk=edition.pk)
    assert edition.definition is again.definition
    assert again.definition is edition.definition
    assert reads == [edition.definition.key]
