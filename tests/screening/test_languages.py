"""A patient is asked, warned and thanked in their own language, where somebody has checked every word of it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from ledger import outbox
from portal.accounts.models import PatientProfile
from screening import answering
from screening.engine import translating
from screening.engine.definition import read
from screening.models import AnswersInProgress, Submission, UrgentAnswer
from screening.models.document import CONTENT, document_in, shipped
from tests.screening.factories import make_edition
from tests.screening.pages import body

FUSION = shipped("spinal-fusion")


def checked(document: dict[str, Any]) -> dict[str, Any]:
    rows = [{**row, "state": "checked"} for row in document["translations"]]
    return {**document, "translations": rows}


@pytest.fixture
def edition(db):
    return make_edition(checked(FUSION))


@pytest.fixture
def spanish(patient, login):
    """The patient, whose profile says Spanish, in a browser that asks for English."""
    PatientProfile.unscoped.filter(user=patient).update(language="es")
    return login(patient, headers={"accept-language": "en"})


@pytest.fixture
def english(patient, login):
    return login(patient)


def text(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


# The text that is shipped -----------------------------------------------------------------------------------


def test_the_shipped_spanish_is_whole_and_made_from_the_english_as_it_is():
    assert set(translating.standings(FUSION, "es").values()) == {"needs_check"}, (
        "read the Spanish again, empty its source and run: manage.py shipped_translations --fill"
    )


def test_nothing_that_is_shipped_claims_to_be_checked():
    assert translating.offered(FUSION) == ("en",)


def test_no_spanish_text_is_left_over():
    parts = translating.parts(FUSION)
    left = [
        (part, name)
        for part, row in translating.translations(FUSION, "es").items()
        for name in row["texts"]
        if name not in parts[part]
    ]
    assert left == []


VOWELS = re.compile(r"[aeiouáéíóúü]+", re.IGNORECASE)
HIATUS = re.compile(r"[aeoáéó](?=[aeoáéóíú])|[íú](?=[aeoáéó])", re.IGNORECASE)


def school_years(texts: list[str]) -> float:
    """Crawford's formula for Spanish: from sentences and syllables in a hundred words."""
    whole = " ".join(texts)
    words = re.findall(r"[a-záéíóúüñ]+", whole, re.IGNORECASE)
    sentences = max(1, len(re.findall(r"[.?!:](?:\s|$)", whole)))
    syllables = sum(max(1, len(VOWELS.findall(word)) + len(HIATUS.findall(word))) for word in words)
    return -0.205 * (100 * sentences / len(words)) + 0.049 * (100 * syllables / len(words)) - 3.407


def read_by_patients(row: dict[str, Any]) -> list[str]:
    texts = [row["texts"].get(name, "") for name in ("intro", "sent_body", "text", "help", "why", "body")]
    return [each for each in (*texts, *row["texts"].get("actions", ())) if each]


def test_the_shipped_spanish_is_read_after_six_years_of_school():
    rows = translating.translations(FUSION, "es")
    own = {part: read_by_patients(row) for part, row in rows.items() if ".phq_" not in part}
    assert school_years([text for texts in own.values() for text in texts]) <= 5
    long = {part: texts for part, texts in own.items() if len(" ".join(texts).split()) > 25}
    assert {
        part: round(school_years(texts), 1) for part, texts in long.items() if school_years(texts) > 6.5
    } == {}


def test_the_numbers_to_call_are_in_every_notice():
    for notice in FUSION["notices"]:
        [row] = [r for r in FUSION["translations"] if r["part"] == f"notices.{notice['key']}"]
        found = [re.findall(r"\{[a-z_]+\}", str(each)) for each in (notice, row["texts"])]
        assert sorted(found[0]) == sorted(found[1])


def test_the_mood_questions_carry_the_credit_of_their_published_spanish():
    for number in range(1, 10):
        row = translating.translations(FUSION, "es")[f"questions.phq_{number}"]["texts"]
        assert "Spitzer" in row["credit"]
        assert list(row["choices"].values())[:4] == [
            "Ningún día",
            "Varios días",
            "Más de la mitad de los días",
            "Casi todos los días",
        ]


def test_every_rule_stands_in_spanish_as_in_english():
    spanish, english = read(document_in(FUSION, "es")), read(FUSION)
    assert (spanish.criteria, spanish.urgent, spanish.thresholds) == (
        english.criteria,
        english.urgent,
        english.thresholds,
    )


def test_yes_and_no_are_in_the_language_of_the_question():
    question = read(document_in(FUSION, "es")).questions["cancer_ever"]
    assert [(choice.value, choice.text) for choice in question.choices] == [
        ("yes", "Sí"),
        ("no", "No"),
        ("not_sure", "No lo sé"),
    ]


def test_the_file_says_itself_that_nobody_has_checked_it():
    assert "Nobody at a practice has checked" in (CONTENT / "spinal-fusion.toml").read_text(encoding="utf-8")
    assert tomllib.loads((CONTENT / "spinal-fusion.toml").read_text(encoding="utf-8")) == FUSION


# What patients meet -----------------------------------------------------------------------------------------


def test_the_profile_decides_after_the_login(spanish, edition):
    page = body(spanish.get("/screening/spinal-fusion/"))
    assert '<html lang="es"' in page
    assert "Preguntas antes de una fusión de columna" in page
    assert ">Empezar</button>" in page


def test_answers_are_begun_kept_and_sent_in_the_language_they_were_read_in(spanish, edition, patient):
    spanish.post("/screening/spinal-fusion/")
    assert AnswersInProgress.unscoped.get().language == "es"
    page = body(spanish.get("/screening/spinal-fusion/red_flags/"))
    assert "¿Tiene problemas nuevos con la vejiga" in page
    assert "Guardar y seguir" in page
    assert "Do you have" not in page


def test_a_notice_is_shown_and_kept_in_spanish(spanish, edition, practice):
    spanish.post("/screening/spinal-fusion/")
    flags = {"red_flag_saddle_numbness": "yes"}
    response = spanish.post("/screening/spinal-fusion/red_flags/", {**flags, "leave": "1"}, follow=True)
    assert "Por favor, busque ayuda ahora" in body(response)
    kept = UrgentAnswer.unscoped.get()
    assert kept.notice["title"] == "Por favor, busque ayuda ahora"
    assert kept.notice["actions"][0].startswith("Llame ahora al 911.")


def test_a_script_is_refused_in_spanish_too(spanish, edition):
    spanish.post("/screening/spinal-fusion/")
    packet = {"answers": {"bone_t_score": "muy bajo", "bone_scan": "yes"}}
    response = spanish.post("/screening/spinal-fusion/bone/save/", packet, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["errors"] == {"bone_t_score": "Dé un número, como 70 o 70.5."}


def test_switching_changes_pages_questions_and_profile(english, edition, patient):
    english.post("/screening/spinal-fusion/")
    start = "/screening/spinal-fusion/"
    assert "Español" in body(english.get(start))
    response = english.post(
        "/language/", {"language": "es"}, headers={"referer": f"http://testserver{start}"}
    )
    assert (response.status_code, response["Location"]) == (302, f"http://testserver{start}")
    page = body(english.get("/screening/spinal-fusion/red_flags/"))
    assert "Señales que necesitan ayuda rápida" in page
    assert PatientProfile.unscoped.get(user=patient).language == "es"
    english.post("/screening/spinal-fusion/red_flags/", {"red_flag_fall_crash": "no", "leave": "1"})
    assert AnswersInProgress.unscoped.get().language == "es"


@pytest.mark.parametrize("language", ["", "fr", "es-nothing", "en'"])
def test_a_language_that_there_is_not_is_refused(english, patient, language):
    assert english.post("/language/", {"language": language}).status_code == 400
    assert PatientProfile.unscoped.get(user=patient).language == "en"


def test_nobody_is_led_to_another_site(english):
    sent = {"language": "es", "next": "https://elsewhere.example/"}
    assert english.post("/language/", sent)["Location"] == "/"


def test_what_is_not_checked_is_shown_in_english_and_said_so(spanish):
    make_edition(FUSION)
    page = body(spanish.get("/screening/spinal-fusion/"))
    assert "Estas preguntas todavía no están listas en su idioma, por eso se muestran en inglés." in page
    assert re.search(r'<h1[^>]* lang="en"', page)
    spanish.post("/screening/spinal-fusion/")
    assert AnswersInProgress.unscoped.get().language == "en"
    section = body(spanish.get("/screening/spinal-fusion/red_flags/"))
    assert 'lang="en" id="q-red_flag_fall_crash"' in section


def test_what_was_stored_is_the_same_in_either_language(edition, patient):
    attempt = answering.start(patient=patient, edition=edition, language="es")
    given = {"cancer_ever": "yes", "cancer_in_spine": "yes"}
    answering.save(patient=patient, questionnaire=attempt.questionnaire, given=given, seen={}, language="es")
    assert AnswersInProgress.unscoped.get().values == given


def test_mails_are_in_the_patients_language(patient, practice):
    PatientProfile.unscoped.filter(user=patient).update(language="es")
    outbox.put("something_new", "a", to=patient)
    call_command("tick")
    [message] = mail.outbox
    assert message.subject == "Harbor Spine Clinic: hay algo nuevo"
    assert "inicie sesión" in message.body


def test_staff_work_in_the_language_of_the_installation(login, editor):
    page = body(login(editor, headers={"accept-language": "es"}).get("/"))
    assert '<html lang="en"' in page


def test_the_paper_form_follows(spanish, edition):
    page = text(body(spanish.get("/screening/spinal-fusion/blank/")))
    assert "¿Le ha dicho un médico que tiene los huesos débiles?" in page
    assert "Responda esto si es su caso." in page
    assert Submission.unscoped.count() == 0
