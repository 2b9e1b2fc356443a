from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from keyword import iskeyword
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from screening import urls
from screening.engine.definition import read
from screening.engine.reading import FIELDS, PAGES
from screening.forms.section import FRAME, SectionForm, form_class, units_for
from screening.models.document import shipped

DEFINITION = read(shipped("spinal-fusion"))


def form(section: str, system: str = "metric", data: str | None = None, **answers: Any) -> SectionForm:
    made = form_class("digest", DEFINITION, DEFINITION.section(section), units_for(system))
    shown = [question.key for question in DEFINITION.section(section).questions]
    return made(None if data is None else QueryDict(data), answers=answers, shown=shown)


def html(form: SectionForm) -> str:
    return render_to_string("screening/includes/form.html", {"form": form})


def test_a_form_class_is_built_once():
    metric = units_for("metric")
    section = DEFINITION.section("bone")
    assert form_class("a", DEFINITION, section, metric) is form_class("a", DEFINITION, section, metric)


def test_and_anew_for_another_edition_unit_or_language():
    section = DEFINITION.section("bone")
    made = {
        form_class("a", DEFINITION, section, units_for("metric")),
        form_class("b", DEFINITION, section, units_for("metric")),
    }
    made.add(form_class("a", DEFINITION, section, units_for("uk")))
    in_spanish = replace(DEFINITION, shown_in="es")
    made.add(form_class("a", in_spanish, section, units_for("metric")))
    assert len(made) == 4


def test_fields_are_named_by_the_question_keys():
    assert list(form("cancer").fields) == [
        "cancer_ever",
        "cancer_in_spine",
        "cancer_spine_places",
        "cancer_night_pain",
    ]


@pytest.mark.parametrize(
    ("system", "shown"),
    [
        ("metric", {"height_cm": {"cm": "180"}, "weight_kg": {"kg": "80"}}),
        ("imperial", {"height_cm": {"ft": "5", "in": "10.87"}, "weight_kg": {"lb": "176.4"}}),
        ("uk", {"height_cm": {"ft": "5", "in": "10.87"}, "weight_kg": {"st": "12", "lb": "8.4"}}),
    ],
)
def test_stored_numbers_are_shown_in_the_units_of_the_patient(system, shown):
    page = form("weight", system, height_cm=Decimal("180.0"), weight_kg=Decimal("80.0"))
    assert {key: page.initial[key] for key in shown} == shown


@pytest.mark.parametrize("percent", [Decimal(tenths) / 10 for tenths in range(30, 201)])
def test_a_blood_sugar_shown_in_the_other_unit_is_read_back_as_the_same(percent):
    from screening.engine.answers import convert
    from screening.engine.evaluation import round_half_away

    shown = form("health", "uk", hba1c=percent).initial["hba1c"]
    assert round_half_away(convert("hba1c", {"mmol/mol": Decimal(shown["mmol/mol"])}), 1) == percent


@pytest.mark.parametrize(
    ("data", "given"),
    [
        ("height_cm__ft=5&height_cm__in=7", {"ft": "5", "in": "7"}),
        ("height_cm__ft=5&height_cm__in=", {"ft": "5"}),
        ("height_cm__ft=&height_cm__in=", ""),
        ("height_cm=170", "170"),
    ],
)
def test_what_is_typed_in_parts_is_put_together(data, given):
    assert form("weight", "imperial", data).given()["height_cm"] == given


@pytest.mark.parametrize(
    ("data", "given"),
    [
        ("__month=5&__day=3&__year=2024", "2024-05-03"),
        ("__month=5&__day=&__year=2024", "2024-05-00"),
        ("__month=&__day=&__year=", ""),
        ("__month=12&__day=31&__year=99", "0099-12-31"),
    ],
)
def test_a_date_is_put_together_and_half_a_date_is_no_date(data, given):
    data = data.replace("__", "smoking_stopped_on__")
    assert form("nicotine", data=data).given()["smoking_stopped_on"] == given


def test_questions_that_the_page_did_not_send_are_left_out():
    assert form("bone", data="bone_scan=no").given() == {"bone_scan": "no"}


def test_a_box_that_is_unticked_is_an_answer():
    assert form("spine_surgery", data="spine_surgery=no").given()["spine_surgery_problem_kinds"] == []


def test_every_box_has_a_name_and_every_group_a_legend():
    page = html(form("weight", "imperial"))
    assert '<label class="form-label" for="id_height_cm_ft">Feet</label>' in page
    assert "<legend" in page
    assert 'inputmode="decimal"' in page


def test_why_we_ask_can_be_opened():
    page = html(form("red_flags"))
    assert page.count("<summary>Why we ask</summary>") == 5


def test_the_credit_line_stands_once_below_its_questions():
    page = html(form("mood"))
    assert page.count("Developed by Drs.") == 1
    assert page.index("Developed by Drs.") > page.index("phq_9")


def test_help_that_an_editor_typed_is_shown_as_text():
    document = shipped("spinal-fusion")
    document["sections"][0]["questions"][0] |= {"help": "<b>x</b>", "why": "<i>y</i>", "text": "<u>z</u>"}
    definition = read(document)
    section = definition.section("red_flags")
    made = form_class("hostile", definition, section, units_for("metric"))(answers={}, shown=[])
    page = html(made)
    assert "<b>x" not in page
    assert "<i>y" not in page
    assert "<u>z" not in page
    assert "&lt;b&gt;x" in page


def test_no_key_can_be_that_of_a_field_or_page_beside_the_questions():
    """Authors are refused the names that `FRAME` and the addresses take."""
    assert {name for name in FRAME if not iskeyword(name)} <= FIELDS
    routes = [str(each.pattern).split("/") for each in urls.urlpatterns]
    assert {parts[1] for parts in routes if parts[0].startswith("<slug") and parts[1].isalpha()} <= PAGES
