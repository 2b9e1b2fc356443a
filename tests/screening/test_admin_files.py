"""Out of the admin as a file and back in: mistakes are shown and change nothing, nothing is replaced unseen."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from editions.publishing import approve, publish, save_draft, submit
from screening.files import bring_in, document_of, written
from screening.models import Question, Questionnaire
from tests.screening.factories import DOCUMENT
from tests.screening.test_files import FIVE

LIST = "/admin/screening/questionnaire/"


def small(**members: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(DOCUMENT)), **members}


@pytest.fixture
def draft(editor: Any) -> Questionnaire:
    return bring_in(small(), by=editor).questionnaire


def page(draft: Questionnaire, name: str, *args: Any) -> str:
    return reverse(f"admin:screening_questionnaire_{name}", args=[draft.pk, *args])


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_draft_and_each_edition_can_be_had_as_a_file(
    editor: Any, approver: Any, draft: Questionnaire, login: Any
) -> None:
    submit(draft, by=editor)
    approve(draft, by=approver, digest=draft.digest())
    publish(draft, by=approver)
    draft.title = "Another title"
    save_draft(draft, by=editor)
    client = login(editor)

    listed = text_of(client.get(page(draft, "export")))
    assert page(draft, "export_draft") in listed
    assert page(draft, "export_edition", 1) in listed
    response = client.get(page(draft, "export_draft"))
    assert document_of(response.content) == draft.content()
    assert response["Content-Disposition"] == 'attachment; filename="small.toml"'
    edition = client.get(page(draft, "export_edition", 1))
    assert document_of(edition.content)["title"] == "Before your operation"
    assert client.get(page(draft, "export_edition", 2)).status_code == 404


def test_the_pages_are_linked(editor: Any, draft: Questionnaire, login: Any) -> None:
    client = login(editor)

    shown = text_of(client.get(page(draft, "change")))
    assert page(draft, "export") in shown
    assert page(draft, "import") in shown
    assert f"{LIST}import/" in text_of(client.get(LIST))


def test_a_new_file_becomes_a_draft(editor: Any, login: Any) -> None:
    file = SimpleUploadedFile("small.toml", written(small()).encode())
    response = login(editor).post(f"{LIST}import/", {"file": file}, follow=True)

    assert "Somebody else has to approve it." in text_of(response)
    assert Questionnaire.objects.get().title == "Before your operation"


def test_all_mistakes_are_shown_with_their_lines_and_nothing_is_stored(editor: Any, login: Any) -> None:
    response = login(editor).post(f"{LIST}import/", {"text": FIVE})
    shown = text_of(response)

    assert response.status_code == 422
    assert "Line 21: There is no question, calculation, threshold or fact named smokin." in shown
    assert "Did you mean smoking?" in shown
    assert "<code>shown_when = 'smokin == \"yes\"'</code>" in shown
    assert [f"Line {line}:" in shown for line in (4, 14, 19, 30, 38, 43)] == [True] * 6
    assert not Questionnaire.objects.exists()
    assert not Question.objects.exists()


def test_what_was_pasted_is_still_there_after_a_mistake(editor: Any, login: Any) -> None:
    response = login(editor).post(f"{LIST}import/", {"text": FIVE})

    assert "Twice" in text_of(response).partition("<textarea")[2]


def test_an_empty_form_asks_for_a_file(editor: Any, login: Any) -> None:
    response = login(editor).post(f"{LIST}import/", {})

    assert response.status_code == 422
    assert "Choose a file, or paste its text." in text_of(response)


def test_markup_in_a_file_stays_text(editor: Any, login: Any) -> None:
    response = login(editor).post(f"{LIST}import/", {"text": "title = <script>alert(1)</script>"})

    assert "<script>alert" not in response.content.decode()


def test_a_draft_is_replaced_only_after_what_changes_was_seen(
    editor: Any, draft: Questionnaire, login: Any
) -> None:
    client = login(editor)
    text = written(small(title="Another title"))
    seen = client.post(page(draft, "import"), {"text": text})

    assert seen.status_code == 200
    assert "Rows added: 0, removed: 0, changed: 1." in text_of(seen)
    assert "Another title" in text_of(seen)
    assert Questionnaire.objects.get().title == "Before your operation"

    client.post(page(draft, "import"), {"text": seen.context["text"], "version": seen.context["version"]})
    assert Questionnaire.objects.get().content() == {**draft.content(), "title": "Another title"}


def test_a_save_in_between_is_told_and_not_lost(
    editor: Any, approver: Any, draft: Questionnaire, login: Any
) -> None:
    client = login(editor)
    seen = client.post(page(draft, "import"), {"text": written(small(title="Another title"))})
    draft.title = "Saved in between"
    save_draft(draft, by=approver)
    posted = {"text": seen.context["text"], "version": seen.context["version"]}
    response = client.post(page(draft, "import"), posted)

    assert response.status_code == 409
    assert "Grace Gold saved this draft" in text_of(response)
    assert "Saved in between" in text_of(response)
    assert Questionnaire.objects.get().title == "Saved in between"
    again = {"text": response.context["text"], "version": response.context["version"]}
    client.post(page(draft, "import"), again)
    assert Questionnaire.objects.get().title == "Another title"


def test_the_same_text_is_no_change(editor: Any, draft: Questionnaire, login: Any) -> None:
    response = login(editor).post(page(draft, "import"), {"text": written(draft.content())})

    assert "There is nothing to import." in text_of(response)


def test_a_file_of_another_questionnaire_does_not_go_into_this_one(
    editor: Any, draft: Questionnaire, login: Any
) -> None:
    response = login(editor).post(page(draft, "import"), {"text": written(small(key="other")), "version": 1})

    assert response.status_code == 422
    assert "This file is of the questionnaire other" in text_of(response)
    assert Questionnaire.objects.count() == 1


def test_a_draft_that_waits_for_approval_says_that_it_will_be_a_draft_again(
    editor: Any, draft: Questionnaire, login: Any
) -> None:
    submit(draft, by=editor)
    response = login(editor).post(page(draft, "import"), {"text": written(small(title="Another"))})

    assert "It will be a draft again." in text_of(response)


def test_a_file_that_is_too_large_is_refused_with_a_sentence(editor: Any, login: Any) -> None:
    file = SimpleUploadedFile("big.toml", b"#" * 1_200_000)
    response = login(editor).post(f"{LIST}import/", {"file": file})

    assert response.status_code == 422
    assert "The file is larger than 1 MB." in text_of(response)


@pytest.mark.parametrize("name", ["surgeon", "administrator", "patient"])
def test_others_get_nothing(name: str, draft: Questionnaire, login: Any, request: Any) -> None:
    client = login(request.getfixturevalue(name))

    assert client.get(page(draft, "export_draft")).status_code == 403
    assert client.post(page(draft, "import"), {"text": written(small(title="No"))}).status_code == 403
    assert client.post(f"{LIST}import/", {"text": written(small(key="new"))}).status_code == 403
    assert Questionnaire.objects.get().title == "Before your operation"
