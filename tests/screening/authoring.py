"""What the tests of the authors' pages share: a draft to work on, and forms sent as a browser sends them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from editions import publishing
from screening.models import Questionnaire
from screening.models.document import shipped, write_rows


def make_draft(writer: Any, document: dict[str, Any] | None = None) -> Questionnaire:
    document = document or shipped("spinal-fusion")
    questionnaire = Questionnaire.objects.create(key=document["key"], title=document["title"])
    write_rows(questionnaire, document)
    publishing.save_draft(questionnaire, by=writer)
    return questionnaire


def page(row: Any, name: str = "change") -> str:
    """The address of a row's form, or of a step of it."""
    return reverse(f"admin:screening_{row._meta.model_name}_{name}", args=[row.pk])


def adding(model: Any, **query: Any) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse(f"admin:screening_{model._meta.model_name}_add") + f"?{asked}"


def thresholds_page(questionnaire: Questionnaire) -> str:
    return reverse("admin:screening_questionnaire_thresholds", args=[questionnaire.pk])


def fields(client: Client, address: str) -> dict[str, Any]:
    """What the form on a page would send, unchanged."""
    context = client.get(address).context
    sent = _initial(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        for each in [inline.formset.management_form, *inline.formset.forms]:
            sent |= _initial(each)
    return sent


def _initial(form: Any) -> dict[str, Any]:
    found = {each.html_name: each.initial for each in form if each.initial is not False}
    hidden = {each.html_initial_name: each.initial for each in form if each.field.show_hidden_initial}
    return {name: "" if value is None else value for name, value in {**found, **hidden}.items()}


def numbers(client: Client, questionnaire: Questionnaire) -> dict[str, Any]:
    """The same of the page of thresholds."""
    return _initial(client.get(thresholds_page(questionnaire)).context["form"])


def messages(response: Any) -> list[str]:
    """What is told on top of the page that follows."""
    return [str(each) for each in response.context["messages"]]
