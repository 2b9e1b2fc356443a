"""What a browser sends for a page, read off the page itself."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from screening import answering
from screening.models import AnswersInProgress
from tests.screening.calm import CALM

WITHOUT_MOOD = {key: value for key, value in CALM.items() if not key.startswith("phq")}


class _Form(HTMLParser):
    """The fields of a page's forms as they stand, without the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name") or ""
        if tag == "input" and has.get("type") in ("radio", "checkbox"):
            if "checked" in has:
                self.fields.setdefault(name, []).append(has.get("value"))
        elif tag == "input":
            self.fields[name] = has.get("value") or ""
        elif tag == "select":
            self.select, self.fields[name] = name, ""
        elif tag == "option" and "selected" in has:
            self.fields[self.select] = has.get("value") or ""
        elif tag == "textarea":
            self.area, self.fields[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def fields(response: Any) -> dict[str, Any]:
    """Name -> value of the fields on the page, as a browser would send them untouched."""
    parser = _Form()
    parser.feed(response.content.decode())
    fields = {name: value for name, value in parser.fields.items() if name != "csrfmiddlewaretoken"}
    fields.pop("", None)
    return {
        name: value.removeprefix("\n") if isinstance(value, str) else value for name, value in fields.items()
    }


def address(section: str, tail: str = "") -> str:
    return f"/screening/spinal-fusion/{section}/{tail}"


def send(client: Any, section: str, answers: dict[str, Any], **more: Any) -> Any:
    """Open a page, answer on it, and press its button."""
    return client.post(address(section), {**fields(client.get(address(section))), **answers, **more})


def answer_all(patient: Any, edition: Any, **answers: Any) -> AnswersInProgress:
    """Everything answered, calm unless said otherwise, and every page done."""
    attempt = answering.start(patient=patient, edition=edition)
    given = {**WITHOUT_MOOD, **answers}
    for section in edition.definition.sections:
        here = {question.key: given[question.key] for question in section.questions if question.key in given}
        saved = answering.save(
            patient=patient, questionnaire=edition.questionnaire, given=here, seen={}, section=section.key
        )
        attempt = saved.attempt
        if section.key not in attempt.done:  # an answer opened more questions
            answering.save(
                patient=patient, questionnaire=edition.questionnaire, given=here, seen={}, section=section.key
            )
    return answering.start(patient=patient, edition=edition)
