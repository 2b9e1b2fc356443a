"""The outline: every row a link, with what is wrong and what uses it; from an empty one to one that can be published."""

import re

import pytest
from django.urls import reverse

from editions import publishing
from screening.models import (
    Criterion,
    Extra,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Threshold,
    UrgentRule,
)
from tests.screening.authoring import adding, fields, make_draft, page
from tests.screening.factories import make_edition
from tests.screening.pages import body


@pytest.fixture
def draft(editor):
    return make_draft(editor)


def outline(client, draft):
    return client.get(page(draft)).context["outline"]


def line(found, name):
    return next(
        each
        for group in found.groups
        for outer in group.lines
        for each in (outer, *outer.lines)
        if each.key == name
    )


def test_every_row_is_a_link(login, editor, draft):
    shown = login(editor).get(page(draft)).content.decode()
    rows = [
        model.objects.all()
        for model in (Section, Question, Threshold, Criterion, Rule, UrgentRule, Extra, Notice)
    ]
    for row in (row for found in rows for row in found):
        assert page(row) in shown


def test_a_line_says_type_and_what_uses_it(login, editor, draft):
    found = outline(login(editor), draft)
    smoking, class_1 = line(found, "smoking"), line(found, "bmi_class_1")
    assert (smoking.kind, smoking.used) == ("one of several", "used by 3 questions, 4 rules")
    assert class_1.kind == "30 kg/m²"
    assert "1 rule" in class_1.used
    assert line(found, "answers_stale_days").used == "not used"
    assert line(found, "smoking_stopped_on").note == "Shown when: “Smoking” is “I used to, and I stopped”."


def test_what_differs_from_what_readers_see_is_marked(login, editor):
    draft = make_edition().questionnaire
    draft.restore(draft.editions.live().document)
    publishing.save_draft(draft, by=editor)
    Question.objects.filter(key="smoking").update(text="Do you smoke now?")
    draft.sections.first().questions.create(key="more", type="yes_no", text="More?", short="More", position=9)
    found = outline(login(editor), draft)
    assert [line(found, key).state for key in ("smoking", "more", "numb")] == ["changed", "new", ""]


def test_problems_stand_on_top_and_lead_to_their_row(login, editor, draft):
    rule = Rule.objects.get(reason="nicotine_current")
    Rule.objects.filter(pk=rule.pk).update(when='smokin == "daily"')
    client = login(editor)
    (problem,) = outline(client, draft).problems
    assert problem.url == page(rule)
    assert "smokin" in problem.message
    assert "1 problem" in body(client.get(page(draft)))


def test_the_line_that_was_saved_is_open(login, editor, draft):
    client, question = login(editor), Question.objects.get(key="smoking")
    response = client.post(
        page(question), {**fields(client, page(question)), "short": "Smoking now"}, follow=True
    )
    lines = [each for each in response.context["outline"].groups[0].lines if each.open]
    assert [each.key for each in lines] == ["nicotine"]


def test_each_row_can_be_reached_by_a_reader_of_the_page_alone(login, editor, draft):
    """Nothing needs a script: folded parts are <details>, and every step is a button of a form that is there."""
    shown = login(editor).get(page(draft)).content.decode()
    assert 'id="steps"' in shown
    moves = re.findall(r'<button type="submit" form="steps" formaction="([^"]+)"', shown)
    assert page(Question.objects.get(key="smoking"), "move") in moves


def test_surgeons_and_patients_see_nothing_of_it(login, surgeon, patient, draft):
    rule = Rule.objects.first()
    assert [login(user).get(page(rule)).status_code for user in (surgeon, patient)] == [403, 403]


# From nothing


def add(client, model, parent, **typed):
    """One more row, as an author adds it from the outline."""
    name, row = parent
    address = adding(model, **{name: row.pk})
    response = client.post(address, {**fields(client, address), **typed})
    assert response.status_code == 302, response.context["adminform"].form.errors
    return model.objects.latest("pk")


def test_a_questionnaire_is_begun_from_nothing_and_ends_published(login, editor, approver):
    client, address = login(editor), reverse("admin:screening_questionnaire_add")
    begun = {"title": "Before an injection", "key": "injection", "minutes": "5", "source_language": "en"}
    response = client.post(address, {**fields(client, address), **begun}, follow=True)
    draft = Questionnaire.objects.get(key="injection")
    assert response.redirect_chain[-1][0] == page(draft)
    assert response.context["outline"].missing == [
        "Add a section first: a page of questions.",
        "Add a criterion: something that surgeons look at, with the rules that find it.",
        "Write what patients read after sending.",
    ]

    of_draft = ("questionnaire", draft)
    section = add(client, Section, of_draft, title="Your blood", key="blood")
    asked = {"type": "yes_no", "why": "Some medicines make you bleed more."}
    thinner = {**asked, "text": "Do you take a blood thinner?", "short": "Blood thinner", "key": "thinner"}
    bleeds = {**asked, "text": "Are you bleeding now?", "short": "Bleeding now", "key": "bleeds"}
    add(client, Question, ("section", section), **thinner)
    add(client, Question, ("section", section), **bleeds)
    criterion = add(
        client, Criterion, of_draft, label="Bleeding", key="bleeding", about="Bleeding near nerves."
    )
    assert outline(client, draft).missing[0] == "“Bleeding” has no rule yet, so it never finds anything."
    rule = {"reason": "thinner_now", "category": "relative", "when": 'thinner == "yes"', "text": "Takes one."}
    add(client, Rule, ("criterion", criterion), **rule, source="The practice's own.")
    add(client, Notice, of_draft, key="call", title="Call us", body="Call us now.")
    urgent = {"reason": "bleeds_now", "level": "now", "notice": "call", "text": "Bleeding now."}
    add(client, UrgentRule, of_draft, **urgent, when='bleeds == "yes"')
    texts = {"sent_title": "Thank you", "sent_body": "We read this."}
    client.post(page(draft), {**fields(client, page(draft)), **texts})

    found = outline(client, draft)
    assert (found.problems, found.missing) == ([], [])
    draft.refresh_from_db()
    publishing.submit(draft, by=editor)
    publishing.approve(draft, by=approver, digest=draft.digest())
    definition = publishing.publish(draft, by=approver).definition
    assert [q.key for q in definition.sections[0].questions] == ["thinner", "bleeds"]
