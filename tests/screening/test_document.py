"""What editors' rows say is what an edition freezes: nothing is lost on the way there and back."""

import pytest

from screening.engine.definition import read
from screening.models import Questionnaire
from screening.models.document import compile_rows, shipped, write_rows


@pytest.fixture
def questionnaire(db):
    return Questionnaire.objects.create(key="spinal-fusion", title="To be written")


def test_the_shipped_questionnaire_goes_into_rows_and_back_without_a_loss(questionnaire):
    document = shipped("spinal-fusion")
    write_rows(questionnaire, document)
    assert read(compile_rows(questionnaire)) == read(document)


def test_the_rows_say_the_same_after_a_second_time(questionnaire):
    write_rows(questionnaire, shipped("spinal-fusion"))
    once = compile_rows(questionnaire)
    write_rows(questionnaire, once)
    assert compile_rows(questionnaire) == once
