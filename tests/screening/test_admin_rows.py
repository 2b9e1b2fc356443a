"""Rows beside others: added, moved, copied, removed, and what does not fit said where it is."""

import pytest

from editions import publishing
from screening.models import Calculation, Choice, Criterion, Question, Rule, Section, Threshold, UrgentRule
from tests.screening.authoring import adding, fields, make_draft, messages, page
from tests.screening.pages import body


@pytest.fixture
def draft(editor):
    return make_draft(editor)


@pytest.fixture
def client(login, editor):
    return login(editor)


def keys(rows):
    return list(rows.values_list("key", flat=True))


def send(client, row, **typed):
    return client.post(page(row), {**fields(client, page(row)), **typed}, follow=True)


def errors(response):
    return response.context["adminform"].form.errors


# Adding and moving


def test_a_question_is_added_after_another(client, draft):
    section, smoking = Section.objects.get(key="nicotine"), Question.objects.get(key="smoking")
    address = adding(Question, section=section.pk, after=smoking.pk)
    new = {"type": "yes_no", "key": "vapes", "text": "Do you vape?", "short": "Vapes"}
    client.post(address, {**fields(client, address), **new})
    assert keys(section.questions)[:3] == ["smoking", "vapes", "smoking_stopped_on"]


def test_without_a_wish_it_comes_last(client, draft):
    address = adding(Threshold, questionnaire=draft.pk)
    client.post(address, {**fields(client, address), "key": "new_one", "label": "New", "value": "1"})
    assert keys(draft.thresholds)[-1] == "new_one"


def test_a_question_moves_to_another_section(client, draft):
    question, there = Question.objects.get(key="anything_else"), Section.objects.get(key="mood")
    response = send(client, question, place=f"in-{there.pk}")
    assert "adminform" in response.context
    assert keys(there.questions)[0] == "anything_else"
    assert publishing.last_change(draft).version == 2


@pytest.mark.parametrize(("to", "order"), [("down", ["b", "a", "c"]), ("up", ["a", "b", "c"])])
def test_a_row_moves_one_place(client, draft, to, order):
    draft.notices.all().delete()
    draft.urgentrules.all().delete()
    rows = [draft.notices.create(key=key, title=key, body=key, position=at) for at, key in enumerate("abc")]
    order_now = client.get(page(rows[0])).context["order"]
    response = client.post(page(rows[0], "move"), {"to": f"{to} {order_now}"})
    assert response.status_code == 302
    assert keys(draft.notices) == order


def test_from_the_edge_of_a_section_it_goes_into_the_next(client, draft):
    first, second = draft.sections.all()[:2]
    question = first.questions.last()
    order = client.get(page(question)).context["order"]
    client.post(page(question, "move"), {"to": f"down {order}"})
    assert keys(second.questions)[0] == question.key
    order = client.get(page(question)).context["order"]
    client.post(page(question, "move"), {"to": f"up {order}"})
    assert keys(first.questions)[-1] == question.key


def test_a_question_is_not_moved_before_what_shows_it(client, draft):
    question = Question.objects.get(key="smoking_stopped_on")
    order = client.get(page(question)).context["order"]
    response = client.post(page(question, "move"), {"to": f"up {order}"}, follow=True)
    assert "asked later" in messages(response)[0]
    assert keys(Section.objects.get(key="nicotine").questions)[:2] == ["smoking", "smoking_stopped_on"]


def test_steps_are_not_taken_by_following_a_link(client, draft):
    row = Question.objects.first()
    assert [client.get(page(row, name)).status_code for name in ("move", "duplicate")] == [405, 405]


# Copies


def copy(client, row):
    seen = client.get(page(row)).context["seen"]
    return client.post(page(row, "duplicate"), {"seen": seen}, follow=True)


def test_a_question_is_copied_with_its_choices_under_a_free_key(client, draft):
    question = Question.objects.get(key="smoking")
    response = copy(client, question)
    copied = Question.objects.get(key="smoking_2")
    assert response.redirect_chain[-1][0] == page(copied)
    assert list(copied.choices.values_list("value", "text")) == list(
        question.choices.values_list("value", "text")
    )
    assert keys(question.section.questions)[:2] == ["smoking", "smoking_2"]


def test_a_copied_section_speaks_of_its_own_questions(client, draft):
    copy(client, Section.objects.get(key="nicotine"))
    copied = Section.objects.get(key="nicotine_2")
    assert copied.title == "Smoking and nicotine (copy)"
    assert copied.questions.get(key="smoking_stopped_on_2").shown_when == 'smoking_2 == "former"'


def test_a_criterion_is_copied_with_its_rules_and_sources(client, draft):
    criterion = Criterion.objects.get(key="bone")
    copy(client, criterion)
    copied = Criterion.objects.get(key="bone_2")
    whens = [list(each.rules.values_list("when", flat=True)) for each in (criterion, copied)]
    assert whens[0] == whens[1]
    assert copied.rules.first().reason == f"{criterion.rules.first().reason}_2"
    assert copied.sources.count() == criterion.sources.count()


def test_copies_of_copies_find_a_free_key_too(client, draft):
    rule = Rule.objects.get(reason="nicotine_current")
    copy(client, rule)
    copy(client, rule)
    assert Rule.objects.filter(reason__startswith="nicotine_current").count() == 3


# What uses what


def test_a_question_says_what_uses_it_in_words(client, draft):
    shown = body(client.get(page(Question.objects.get(key="smoking"))))
    rule = Rule.objects.get(reason="nicotine_current")
    assert f'<a href="{page(rule)}">nicotine_current</a>' in shown
    assert "“Smoking” is “Yes, every day” or “Yes, on some days”." in shown


def test_a_threshold_says_which_rules_compare_with_it(client, draft):
    shown = body(client.get(page(Threshold.objects.get(key="bmi_class_1"))))
    assert f'<a href="{page(Rule.objects.get(reason="obesity_class_1"))}">' in shown


def test_a_rule_stands_in_words_beside_its_expression(client, draft):
    shown = body(client.get(page(Rule.objects.get(reason="nicotine_current"))))
    assert "“Smoking” is “Yes, every day” or “Yes, on some days”." in shown


# What does not fit


def test_an_unknown_name_is_said_at_the_expression_with_what_could_be_meant(client, draft):
    response = send(client, Rule.objects.get(reason="nicotine_current"), when='smokin == "daily"')
    said = errors(response)["when"]
    assert "smokin" in said[0]
    assert "Did you mean smoking?" in said[0]
    assert said[1] == 'The place is marked: «smokin» == "daily"'


def test_an_unknown_choice_is_said_with_those_that_there_are(client, draft):
    response = send(client, Rule.objects.get(reason="nicotine_current"), when='smoking == "sometimes"')
    said = errors(response)["when"]
    assert 'it has "daily", "some_days"' in said[0]
    assert said[1] == 'The place is marked: smoking == «"sometimes"»'


def test_the_place_of_a_mistake_is_marked(client, draft):
    response = send(client, Rule.objects.get(reason="nicotine_current"), when='smoking == "daily" # always')
    assert 'The place is marked: smoking == "daily" «#» always' in errors(response)["when"]


def test_a_rule_inside_its_criterion_says_it_there(client, draft):
    criterion = Criterion.objects.get(key="nicotine")
    response = send(client, criterion, **{"rules-1-when": 'smokin == "daily"'})
    formset = response.context["inline_admin_formsets"][0].formset
    assert "smokin" in formset.forms[1].errors["when"][0]
    assert not formset.forms[0].errors
    assert formset.forms[1]["when"].value() == 'smokin == "daily"'


def test_a_key_that_is_used_is_not_changed_and_says_where_it_is_used(client, draft):
    rule = Rule.objects.get(reason="nicotine_current")
    response = send(client, Question.objects.get(key="smoking"), key="smoker")
    assert any(f'<a href="{page(rule)}">nicotine_current</a>' in each for each in errors(response)["__all__"])
    assert "used by" in errors(response)["key"][0]
    assert Question.objects.filter(key="smoking").exists()


def test_a_key_that_is_taken_says_by_whom(client, draft):
    bmi = Calculation.objects.get(key="bmi")
    response = send(client, Question.objects.get(key="anything_else"), key="bmi")
    assert f'<a href="{page(bmi)}">' in errors(response)["key"][0]


def test_a_choice_that_a_rule_names_is_not_removed(client, draft):
    question = Question.objects.get(key="smoking")
    response = send(client, question, **{"choices-0-DELETE": "on"})
    assert "has no choice" in " ".join(errors(response)["__all__"])
    assert question.choices.filter(value="daily").exists()


def test_a_new_choice_comes_last(client, draft):
    question = Question.objects.get(key="smoking")
    place = question.choices.count()
    send(client, question, **{f"choices-{place}-value": "pipe", f"choices-{place}-text": "A pipe"})
    assert question.choices.last().value == "pipe"
    assert [each.position for each in question.choices.all()] == list(range(1, place + 2))


def test_problems_that_were_there_before_stop_nobody(client, draft):
    Rule.objects.filter(reason="cancer_diffuse").update(when='gone == "yes"')
    response = send(client, Question.objects.get(key="smoking"), short="Smoking now")
    assert "adminform" in response.context
    assert Question.objects.get(key="smoking").short == "Smoking now"


def test_an_urgent_rule_chooses_among_the_notices(client, draft):
    form = client.get(page(UrgentRule.objects.first())).context["adminform"].form
    assert [key for key, _title in form.fields["notice"].choices] == ["", *keys(draft.notices)]


def test_the_help_lists_keys_with_their_values(client, draft):
    shown = body(client.get(page(Rule.objects.first())))
    assert '<code data-insert="smoking">smoking</code>' in shown
    assert "&quot;daily&quot;, &quot;some_days&quot;" in shown


# Removing


def remove(client, row):
    asked = client.get(page(row, "delete"))
    sent = {"post": "yes", "seen": asked.context["seen"], "version": asked.context["version"]}
    return client.post(page(row, "delete"), sent, follow=True)


def test_what_nothing_uses_is_removed(client, draft):
    rule = Rule.objects.get(reason="nicotine_current")
    response = remove(client, rule)
    assert response.redirect_chain[-1][0] == page(draft)
    assert not Rule.objects.filter(pk=rule.pk).exists()
    assert publishing.last_change(draft).version == 2


def test_a_section_in_use_stays_and_says_by_what(client, draft):
    response = remove(client, Section.objects.get(key="nicotine"))
    assert messages(response)[-1] == "It is still needed, so it was not removed."
    assert Choice.objects.filter(question__key="smoking").exists()
