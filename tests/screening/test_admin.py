"""Authors change a questionnaire row by row, and what would break it is refused with what was typed kept."""

import pytest
from django.urls import reverse

from editions import publishing
from editions.models import Change
from screening.models import Criterion, Question, Questionnaire, Threshold
from tests.screening.factories import make_edition


@pytest.fixture
def questionnaire(db, editor):
    from screening.models.document import shipped, write_rows

    questionnaire = Questionnaire.objects.create(key="spinal-fusion", title="Questions")
    write_rows(questionnaire, shipped("spinal-fusion"))
    publishing.save_draft(questionnaire, by=editor)
    return questionnaire


def change(row):
    return reverse(f"admin:screening_{row._meta.model_name}_change", args=[row.pk])


def fields(client, address):
    """What the form on a page would send, unchanged."""
    form = client.get(address).context["adminform"].form
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for inline in client.get(address).context["inline_admin_formsets"]:
        for each in [inline.formset.management_form, *inline.formset.forms]:
            for name, field in each.fields.items():
                sent[each.add_prefix(name)] = each.get_initial_for_field(field, name)
    return {name: "" if value is None else value for name, value in sent.items() if value is not False}


def test_the_outline_links_every_question_and_threshold(login, editor, questionnaire):
    page = login(editor).get(change(questionnaire)).content.decode()
    for row in [*Question.objects.all(), *Threshold.objects.all(), *Criterion.objects.all()]:
        assert change(row) in page


def test_a_threshold_is_changed_under_the_editors_name(login, editor, questionnaire):
    client, threshold = login(editor), Threshold.objects.get(key="nicotine_quit_weeks")
    response = client.post(change(threshold), {**fields(client, change(threshold)), "value": "8"})
    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == change(questionnaire)
    assert Threshold.objects.get(pk=threshold.pk).value == 8
    assert Change.objects.filter(by=editor).count() == 2


def test_thresholds_out_of_order_are_refused_and_what_was_typed_stays(login, editor, questionnaire):
    client, threshold = login(editor), Threshold.objects.get(key="bmi_class_1")
    response = client.post(change(threshold), {**fields(client, change(threshold)), "value": "36"})
    assert response.status_code == 200
    page = response.content.decode()
    assert "bmi_class_2 must be above bmi_class_1" in page
    assert 'value="36"' in page
    assert Threshold.objects.get(pk=threshold.pk).value == 30


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("smoking ==", "not a complete expression"),
        ('smokin == "daily"', "no question, calculation, threshold or fact named smokin"),
        ('smoking == "sometimes"', "has no choice"),
        ("smoking > 3", "no number"),
        ('anything_else == "x"', "asked later"),
        ('other_nicotine == "yes"', "asked later"),
    ],
)
def test_a_condition_that_does_not_fit_says_why(login, editor, questionnaire, typed, sentence):
    client, question = login(editor), Question.objects.get(key="smoking_stopped_on")
    response = client.post(change(question), {**fields(client, change(question)), "shown_when": typed})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert Question.objects.get(pk=question.pk).shown_when != typed


def test_a_rule_reads_in_words(login, editor, questionnaire):
    urgent = questionnaire.urgentrules.get(reason="red_flag_new_weakness")
    assert "is “Yes”" in login(editor).get(change(urgent)).content.decode()


def test_a_question_that_rules_use_is_not_removed(login, editor, questionnaire):
    client, question = login(editor), Question.objects.get(key="back_sore")
    address = reverse("admin:screening_question_delete", args=[question.pk])
    asked = client.get(address)
    assert "It is used, so it cannot be removed" in asked.content.decode()
    confirmed = {"post": "yes", "seen": asked.context["seen"], "version": asked.context["version"]}
    response = client.post(address, confirmed, follow=True)
    assert "still needed" in response.content.decode()
    assert Question.objects.filter(key="back_sore").exists()


def test_surgeons_and_patients_have_no_business_here(login, surgeon, patient, questionnaire):
    for user in (surgeon, patient):
        assert login(user).get(change(questionnaire)).status_code == 403


def test_a_published_key_stays(login, editor):
    edition = make_edition()
    page = login(editor).get(change(edition.questionnaire))
    assert "key" not in page.context["adminform"].form.fields
