"""Two people in one questionnaire: neither loses anything, and each is told what the other did."""

import pytest
import time_machine
from django.utils import timezone

from editions import publishing
from screening.models import Question, Rule, Section, Threshold
from tests.screening.authoring import fields, make_draft, messages, page
from tests.screening.pages import body


@pytest.fixture
def draft(editor):
    return make_draft(editor)


@pytest.fixture
def finn(login, editor):
    return login(editor)


@pytest.fixture
def grace(login, approver):
    return login(approver)


def change(client, row, opened=None, **typed):
    return client.post(page(row), {**(opened or fields(client, page(row))), **typed}, follow=True)


def resend(client, row, response, **typed):
    """The form of a page that came back, sent again."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {
        each.html_name: each.value() for form in forms for each in form if each.value() not in (None, False)
    }
    return client.post(page(row), {**sent, **typed}, follow=True)


def test_the_same_row_is_409_and_saving_again_means_it(finn, grace, draft):
    question = Question.objects.get(key="smoking")
    opened = fields(finn, page(question))
    change(grace, question, text="Do you smoke today?")
    response = change(finn, question, opened, text="Do you smoke at all?")
    assert response.status_code == 409
    (conflict,) = response.context["adminform"].form.conflicts
    assert (conflict.theirs, conflict.yours) == ("Do you smoke today?", "Do you smoke at all?")
    assert "Grace Gold saved this draft" in body(response)
    assert Question.objects.get(pk=question.pk).text == "Do you smoke today?"
    resend(finn, question, response)
    assert Question.objects.get(pk=question.pk).text == "Do you smoke at all?"


def test_a_choice_inside_the_row_counts_as_the_row(finn, grace, draft):
    question = Question.objects.get(key="smoking")
    opened = fields(finn, page(question))
    change(grace, question, **{"choices-0-text": "Daily"})
    response = change(finn, question, opened, short="Smoking now")
    assert response.status_code == 409
    said = [(each.label, each.theirs, each.yours) for each in response.context["adminform"].form.conflicts]
    assert ("choice Daily, Text", "Daily", "Yes, every day") in said


def test_a_choice_that_was_removed_meanwhile_can_be_saved_again(finn, grace, draft):
    question = draft.sections.first().questions.create(
        key="new", type="choice", text="?", short="New", position=99
    )
    for place, value in enumerate(("a", "b", "c"), 1):
        question.choices.create(value=value, text=value, position=place)
    opened = fields(finn, page(question))
    change(grace, question, **{"choices-1-DELETE": "on"})
    response = change(finn, question, opened, short="Newer")
    assert response.status_code == 409
    assert "removed" in [each.theirs for each in response.context["adminform"].form.conflicts]
    resend(finn, question, response)
    assert list(question.choices.values_list("value", flat=True)) == ["a", "b", "c"]
    assert Question.objects.get(pk=question.pk).short == "Newer"


def test_other_rows_are_no_conflict_and_are_told(finn, grace, draft):
    question, threshold = Question.objects.get(key="smoking"), Threshold.objects.get(key="bmi_class_1")
    opened = fields(finn, page(question))
    change(grace, threshold, value="31")
    response = change(finn, question, opened, short="Smoking now")
    assert Question.objects.get(pk=question.pk).short == "Smoking now"
    assert Threshold.objects.get(pk=threshold.pk).value == 31
    (told,) = [each for each in messages(response) if "Grace Gold" in each]
    assert "saved this questionnaire at" in told
    assert "threshold “BMI class 1” changed" in told


def test_a_row_that_was_put_before_mine_is_no_conflict(finn, grace, draft):
    question, last = Question.objects.get(key="smoking"), Question.objects.get(key="other_nicotine")
    opened = fields(finn, page(question))
    change(grace, last, place=f"in-{last.section_id}")
    response = change(finn, question, opened, short="Smoking now")
    assert response.status_code == 200
    assert list(last.section.questions.values_list("key", flat=True))[:2] == ["other_nicotine", "smoking"]


def test_the_texts_of_the_questionnaire_are_no_conflict_with_its_rows(finn, grace, draft):
    opened = fields(finn, page(draft))
    change(grace, Threshold.objects.get(key="bmi_class_1"), value="31")
    response = change(finn, draft, opened, title="Questions, before you come")
    assert response.status_code == 200
    draft.refresh_from_db()
    assert draft.title == "Questions, before you come"


def test_the_texts_of_the_questionnaire_changed_by_two_are_409(finn, grace, draft):
    opened = fields(finn, page(draft))
    change(grace, draft, title="Theirs")
    response = change(finn, draft, opened, title="Mine")
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.title == "Theirs"
    resend(finn, draft, response)
    draft.refresh_from_db()
    assert draft.title == "Mine"


def test_a_row_that_changed_is_not_removed(finn, grace, draft):
    rule = Rule.objects.get(reason="nicotine_current")
    asked = finn.get(page(rule, "delete"))
    change(grace, rule, text="Smokes.")
    sent = {"post": "yes", "seen": asked.context["seen"], "version": asked.context["version"]}
    response = finn.post(page(rule, "delete"), sent)
    assert response.status_code == 409
    assert "Grace Gold saved this draft" in body(response)
    assert "Nothing was removed." in body(response)
    assert Rule.objects.filter(pk=rule.pk).exists()


def test_a_row_that_changed_is_not_copied_and_another_order_is_not_moved(finn, grace, draft):
    question = Question.objects.get(key="smoking")
    opened = finn.get(page(question)).context
    last = question.section.questions.last()
    change(grace, question, short="Smokes")
    change(grace, last, place=f"in-{last.section_id}")
    for name, sent in (("duplicate", {"seen": opened["seen"]}), ("move", {"to": f"down {opened['order']}"})):
        assert finn.post(page(question, name), sent).status_code == 409
    assert not Question.objects.filter(key="smoking_2").exists()


def test_a_save_of_the_last_minutes_is_told_before_one_begins(finn, grace, editor, draft):
    question = Section.objects.first()
    assert "may still be working" in body(grace.get(page(question)))
    assert "may still be working" in body(grace.get(page(draft)))
    assert "may still be working" not in body(finn.get(page(question)))
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=11), tick=False):
        assert "may still be working" not in body(grace.get(page(question)))


def test_the_history_of_the_questionnaire_says_what_was_done(finn, grace, draft):
    change(grace, Threshold.objects.get(key="bmi_class_1"), value="31")
    shown = body(finn.get(page(draft, "history")))
    assert "threshold “BMI class 1” changed" in shown


def test_whoever_saved_cannot_approve(finn, grace, draft, approver):
    change(grace, Threshold.objects.get(key="bmi_class_1"), value="31")
    draft.refresh_from_db()
    publishing.submit(draft, by=approver)
    with pytest.raises(publishing.NotAllowed):
        publishing.approve(draft, by=approver, digest=draft.digest())


def test_what_was_typed_in_a_row_that_somebody_removed_can_still_be_copied(finn, grace, draft):
    question = Question.objects.get(key="anything_else")
    opened = fields(finn, page(question))
    question.delete()
    response = change(finn, question, opened, text="What else should your surgeon know?")
    assert response.status_code == 409
    assert "What else should your surgeon know?" in body(response)
