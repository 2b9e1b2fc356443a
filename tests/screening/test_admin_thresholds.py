"""All thresholds on one page: a clinician changes numbers only, and together."""

import pytest

from editions import publishing
from screening.models import Threshold
from tests.screening.authoring import make_draft, messages, numbers, thresholds_page
from tests.screening.pages import body


@pytest.fixture
def draft(editor):
    return make_draft(editor)


def value(key):
    return Threshold.objects.get(key=key).value


def save(client, draft, **typed):
    sent = {**numbers(client, draft), **{f"value-{key}": text for key, text in typed.items()}}
    return client.post(thresholds_page(draft), sent, follow=True)


def test_two_that_have_to_be_in_order_change_at_once(login, editor, draft):
    response = save(login(editor), draft, bmi_class_1="35", bmi_class_2="38")
    assert (value("bmi_class_1"), value("bmi_class_2")) == (35, 38)
    assert messages(response) == ["Saved: BMI class 1 30 → 35; BMI class 2 35 → 38."]
    assert publishing.last_change(draft).version == 2


def test_out_of_order_is_said_at_both_numbers_and_all_that_was_typed_stays(login, editor, draft):
    response = save(login(editor), draft, bmi_class_1="36", phq9_severe="16")
    form = response.context["form"]
    said = ["BMI class 2 has to be above BMI class 1."]
    assert (form.errors["value-bmi_class_1"], form.errors["value-bmi_class_2"]) == (said, said)
    assert "__all__" not in form.errors
    assert (form["value-bmi_class_1"].value(), form["value-phq9_severe"].value()) == ("36", "16")
    assert (value("bmi_class_1"), value("phq9_severe")) == (30, 15)
    assert publishing.last_change(draft).version == 1


def test_out_of_bounds_says_what_is_allowed(login, editor, draft):
    response = save(login(editor), draft, bmi_class_1="300")
    assert "Allowed: 10 to 80, above BMI underweight." in response.context["form"].errors["value-bmi_class_1"]
    assert value("bmi_class_1") == 30


@pytest.mark.parametrize("typed", ["", "thirty", "30,5", "1e9", "NaN", "30.12345"])
def test_what_is_no_number_is_refused_at_its_field(login, editor, draft, typed):
    response = save(login(editor), draft, bmi_class_1=typed)
    assert list(response.context["form"].errors) == ["value-bmi_class_1"]
    assert value("bmi_class_1") == 30


def test_the_table_says_limits_rules_and_what_is_live(login, editor, approver, draft):
    publishing.submit(draft, by=editor)
    publishing.approve(draft, by=approver, digest=draft.digest())
    publishing.publish(draft, by=approver)
    client = login(editor)
    save(client, draft, bmi_class_1="31")
    lines = {each.row.key: each for each in client.get(thresholds_page(draft)).context["lines"]}
    found = lines["bmi_class_1"]
    assert (found.allowed, found.live, found.field.value()) == ("10 to 80, above BMI underweight", "30", "31")
    assert found.uses[0][1] == "obesity_class_1"
    assert "31 kg/m² (BMI class 1)" in found.uses[0][2]


def test_nothing_changed_makes_no_new_version(login, editor, draft):
    assert messages(save(login(editor), draft)) == ["No number was changed."]
    assert publishing.last_change(draft).version == 1


def test_others_numbers_stay_where_only_they_changed_them(login, editor, approver, draft):
    mine, theirs = login(editor), login(approver)
    opened = numbers(mine, draft)
    save(theirs, draft, nicotine_quit_weeks="8")
    response = mine.post(thresholds_page(draft), {**opened, "value-bmi_class_1": "31"}, follow=True)
    assert (value("nicotine_quit_weeks"), value("bmi_class_1")) == (8, 31)
    assert "Grace Gold saved this questionnaire at" in messages(response)[-1]
    assert "Least time without smoking 6 → 8" in messages(response)[-1]


def test_the_same_number_changed_by_two_is_409_and_saving_again_means_it(login, editor, approver, draft):
    mine, theirs = login(editor), login(approver)
    opened = numbers(mine, draft)
    save(theirs, draft, bmi_class_1="32")
    response = mine.post(thresholds_page(draft), {**opened, "value-bmi_class_1": "31"})
    assert response.status_code == 409
    (conflict,) = response.context["form"].conflicts
    assert (conflict.label, conflict.theirs, conflict.yours) == ("BMI class 1", "32", "31")
    assert "Grace Gold saved this draft" in body(response)
    assert value("bmi_class_1") == 32
    form = response.context["form"]
    again = {each.html_name: each.value() for each in form}
    assert mine.post(thresholds_page(draft), again).status_code == 302
    assert value("bmi_class_1") == 31


def test_only_authors_come_here(login, surgeon, patient, draft):
    for user in (surgeon, patient):
        assert login(user).get(thresholds_page(draft)).status_code == 403
