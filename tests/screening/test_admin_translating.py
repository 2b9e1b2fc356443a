"""Authors translate beside the source; what the source outgrows goes stale; a second person checks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from editions import publishing
from screening.engine import translating
from screening.models import Translation
from tests.conftest import make_user
from tests.screening.authoring import make_draft, messages
from tests.screening.factories import DOCUMENT
from tests.screening.pages import body

PART = "questions.smoking"


@pytest.fixture
def other_approver(db):
    return make_user("Gina Grant", "approver")


@pytest.fixture
def draft(editor):
    return make_draft(editor, DOCUMENT)


def address(draft, *where):
    name = ("translations", "translation", "translation_part")[len(where)]
    return reverse(f"admin:screening_questionnaire_{name}", args=[draft.pk, *where])


def fill(client, draft, part=PART, **typed):
    form = client.get(address(draft, "es", part)).context["form"]
    texts = {name: f"ES {text}" for name, _label, text in form_texts(form)}
    return client.post(
        address(draft, "es", part), {"seen": form.initial["seen"], **texts, **typed}, follow=True
    )


def form_texts(form):
    from screening.admin.translating import flat

    return list(flat(form.members))


def standing(draft, part=PART):
    return translating.standings(draft.content(), "es")[part]


def press(client, draft, button, part=PART):
    draft.refresh_from_db()
    sent = {"version": draft.version, "part": part, button: "1"}
    return client.post(address(draft, "es"), sent, follow=True)


def test_a_language_begins_with_all_its_parts_missing(login, editor, draft):
    client = login(editor)
    assert "Add a language" in body(client.get(address(draft)))
    response = client.get(address(draft), {"language": "es"}, follow=True)
    assert {line.standing for line in response.context["lines"]} == {"missing"}
    assert {line.part for line in response.context["lines"]} == set(translating.parts(draft.content()))


def test_a_part_is_saved_under_the_authors_name_and_waits_for_a_check(login, editor, draft):
    response = fill(login(editor), draft)
    row = Translation.objects.get()
    assert (row.part, row.state, row.written_by) == (PART, "needs_check", editor)
    assert row.texts["text"].startswith("ES ")
    assert messages(response) == ["Saved. Somebody else has to check it."]
    draft.refresh_from_db()
    assert (draft.version, standing(draft)) == (2, "needs_check")


def test_who_wrote_it_cannot_check_it_and_somebody_else_can(login, editor, approver, other_approver, draft):
    fill(login(approver), draft)
    press(login(approver), draft, "checked")
    assert standing(draft) == "needs_check"
    press(login(editor), draft, "checked")
    assert standing(draft) == "needs_check"
    press(login(other_approver), draft, "checked")
    row = Translation.objects.get()
    assert (standing(draft), row.checked_by) == ("checked", other_approver)
    assert row.checked_at is not None


def test_who_only_checked_a_text_may_approve_the_whole(login, editor, approver, draft):
    fill(login(editor), draft)
    press(login(approver), draft, "checked")
    draft.refresh_from_db()
    assert publishing.writers(draft) == [str(editor.pk)]


def test_a_changed_source_makes_it_stale_and_one_click_fresh_again(login, editor, approver, draft):
    client = login(editor)
    fill(client, draft)
    press(login(approver), draft, "checked")
    question = draft.sections.first().questions.get(key="smoking")
    question.text += " At all?"
    question.save()
    assert standing(draft) == "stale"
    assert "stale" in body(client.get(address(draft, "es", PART)))
    press(client, draft, "still_right")
    assert standing(draft) == "needs_check"  # an author's word does not stand for a check
    assert Translation.objects.get().checked_by is None


def test_a_check_that_was_looked_at_before_somebody_saved_is_not_taken(login, editor, approver, draft):
    fill(login(editor), draft)
    sent = {"version": 1, "part": PART, "checked": "1"}
    response = login(approver).post(address(draft, "es"), sent, follow=True)
    assert messages(response) == ["Somebody else saved the questionnaire meanwhile. Please look again."]
    assert standing(draft) == "needs_check"


def test_two_authors_of_one_text_do_not_overwrite_each_other(login, editor, approver, draft):
    client = login(editor)
    opened = client.get(address(draft, "es", PART)).context["form"].initial["seen"]
    fill(login(approver), draft)
    response = client.post(address(draft, "es", PART), {"seen": opened, "text": "Mine"})
    assert response.status_code == 409
    assert "Mine" in body(response)
    assert Translation.objects.get().written_by == approver


def test_a_check_needs_its_permission_and_pages_their_own(login, editor, surgeon, patient, draft):
    for other in (surgeon, patient):
        assert login(other).get(address(draft)).status_code == 403
    assert login(editor).get(address(draft, "en")).status_code == 404
    assert login(editor).get(address(draft, "es", "questions.none")).status_code == 404
