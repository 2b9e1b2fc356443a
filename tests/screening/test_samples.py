"""The bench of made-up answers says what a change of the draft changes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from editions import publishing
from portal.accounts.models import User
from screening.engine.definition import Definition, read
from screening.models import Question, Questionnaire, Threshold
from screening.models.document import shipped, write_rows
from screening.trying import samples
from tests.conftest import make_user
from tests.screening.factories import DOCUMENT


@pytest.fixture
def draft(db: None, editor: User) -> Questionnaire:
    questionnaire = Questionnaire.objects.create(key="spinal-fusion", title="Questions")
    write_rows(questionnaire, shipped("spinal-fusion"))
    publishing.save_draft(questionnaire, by=editor)
    return questionnaire


@pytest.fixture
def loaded(draft: Questionnaire) -> Questionnaire:
    samples.load(draft)
    return draft


@pytest.fixture
def small() -> Definition:
    return read(DOCUMENT)


def tried(draft: Questionnaire) -> dict[str, list[samples.Difference]]:
    results = samples.run(draft, read(draft.content()))
    return {result.sample.name: result.differences for result in results if result.differences}


def bench(draft: Questionnaire) -> str:
    return reverse("admin:screening_questionnaire_samples", args=[draft.pk])


def test_the_ten_samples_come_once_and_come_to_what_is_expected(draft: Questionnaire) -> None:
    assert (samples.load(draft), samples.load(draft)) == (10, 0)
    assert tried(draft) == {}


def test_a_questionnaire_without_shipped_samples_stays_without(db: None) -> None:
    assert samples.load(Questionnaire.objects.create(key="small", title="Small")) == 0


def test_a_threshold_that_moves_shows_in_whom_it_concerns(loaded: Questionnaire) -> None:
    Threshold.objects.filter(key="bmi_class_1").update(value="30.1")
    assert tried(loaded) == {
        "BMI exactly 30.0": [
            samples.Difference("Headline", "relative", "none"),
            samples.Difference("Higher weight: category", "relative", "none"),
            samples.Difference("Higher weight: reasons", "obesity_class_1", "–"),
            samples.Difference("Higher weight: grade", "1", "–"),
            samples.Difference("Relative criteria", "1", "0"),
        ]
    }


def test_an_urgency_that_falls_is_shown(loaded: Questionnaire) -> None:
    loaded.urgentrules.filter(reason="red_flag_fever_back_pain").delete()
    assert [
        each.what for each in tried(loaded)["Spine infection being treated, fever and worse back pain"]
    ] == ["Urgent reasons"]


def test_a_new_question_without_answers_is_said_and_the_rest_is_tried(loaded: Questionnaire) -> None:
    section = loaded.sections.get(key="cancer")
    Question.objects.create(
        section=section, key="new_one", type="yes_no", text="New?", short="New", position=99
    )
    results = samples.run(loaded, read(loaded.content()))
    assert {tuple(result.problems) for result in results} == {("new_one is asked and has no answer.",)}
    assert all(result.as_expected for result in results)


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("{", "This is not JSON: look at line 1, column 2."),
        ("[" * 100_000, "This is nested too deeply"),
        ("[]", "Give from 1 to 200 samples."),
        ('{"name": "a", "name": "b"}', "name is there twice"),
        ("3", "give an object with name, answers, facts and today"),
        ('{"name": "a", "patient": "b"}', "there is no patient in a sample"),
        ('{"name": ""}', "name must be a text of 1 to 150 characters"),
        ('{"name": "a", "today": "yesterday"}', "today must be a date"),
        ('{"name": "a", "today": "2026-11-22", "facts": []}', "facts must be an object"),
        ('{"name": "a", "today": "2026-11-22", "facts": {"age": 12}}', "facts.age: "),
        ('{"name": "a", "today": "2026-11-22", "facts": {"age": 40}, "answers": {"t_score": 40, "smoking": "no",'
         ' "numb": "no"}}', "answers.t_score: "),
        ('{"name": "a", "today": "2026-11-22", "facts": {"age": 40}, "answers": {"t_score": NaN}}', "NaN is no number"),
        ('{"name": "a", "today": "2026-11-22", "facts": {"age": 40}, "answers": {"numb": "no"}}',
         "these answers are missing: smoking."),
        ('[{"name": "a", "today": "2026-11-22", "facts": {"age": 40}, "answers": {"smoking": "no", "numb": "no"},'
         ' "expected": {"headline": "none"}}]', "Sample 1: expected must be an outcome"),
    ],
)  # fmt: skip
def test_what_is_no_sample_is_refused_in_a_sentence(small: Definition, pasted: str, sentence: str) -> None:
    with pytest.raises(samples.Refused) as refused:
        samples.parse(pasted, small)
    assert sentence in str(refused.value)


def test_a_sample_without_an_expectation_expects_what_it_comes_to(small: Definition) -> None:
    given = {"name": "A smoker", "today": "2026-11-22", "facts": {"age": 40},
             "answers": {"smoking": "yes", "numb": "no", "weight_kg": {"lb": 154}}}  # fmt: skip
    [found] = samples.parse(json.dumps(given), small)
    assert str(found["answers"]["weight_kg"]) == "69.9"
    assert found["expected"]["criteria"]["nicotine"] == {
        "category": "relative",
        "reasons": ["nicotine_current"],
    }


# The pages


def test_the_bench_shows_what_differs_and_accepts_it_as_expected(
    loaded: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    Threshold.objects.filter(key="bmi_class_1").update(value="30.1")
    desk = login(editor)
    page = desk.get(bench(loaded)).content.decode()
    assert "1 of 10 samples comes to something else than expected." in page
    sample = loaded.samples.get(name="BMI exactly 30.0")
    assert desk.post(bench(loaded), {"sample": sample.pk, "accept": "1"}).status_code == 302
    page = desk.get(bench(loaded)).content.decode()
    assert "10 samples, and all come to what is expected." in page
    assert json.loads(loaded.samples.get(pk=sample.pk).expected)["headline"] == "none"


def test_samples_are_added_changed_and_removed(
    loaded: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    desk, sample = login(editor), loaded.samples.first()
    assert sample is not None
    address = reverse("admin:screening_questionnaire_sample", args=[loaded.pk, sample.pk])
    said = json.loads(desk.get(address).context["form"].initial["text"])
    assert desk.post(address, {"text": json.dumps({**said, "note": "Why"})}).status_code == 302
    sample.refresh_from_db()
    assert (sample.note, json.loads(sample.expected)) == ("Why", said["expected"])
    add = reverse("admin:screening_questionnaire_sample_add", args=[loaded.pk])
    again = desk.post(add, {"text": json.dumps(said)})
    assert (again.status_code, "named All clear already" in again.content.decode()) == (422, True)
    assert desk.post(add, {"text": json.dumps({**said, "name": "Another"})}).status_code == 302
    assert desk.post(bench(loaded), {"sample": sample.pk, "remove": "1"}).status_code == 302
    assert [each.name for each in loaded.samples.all()][-1] == "Another"
    assert loaded.samples.count() == 10


def test_of_several_that_are_pasted_all_are_stored_or_none(loaded: Questionnaire) -> None:
    definition = read(loaded.content())
    one = json.loads(samples.as_text(loaded.samples.get(name="All clear")))
    given = samples.parse(json.dumps([{**one, "name": "New"}, one]), definition)
    with pytest.raises(samples.NameTaken):
        samples.add(loaded, given)
    assert loaded.samples.count() == 10


def test_who_may_only_preview_reads_the_bench_and_changes_nothing(
    loaded: Questionnaire, patient: User, login: Callable[..., Client]
) -> None:
    group = Group.objects.create(name="readers")
    group.permissions.set(
        Permission.objects.filter(codename__in=["preview_questionnaire", "view_questionnaire", "use_admin"])
    )
    reader = make_user("Rita Reader", "readers")
    sample = loaded.samples.first()
    assert sample is not None
    for user, seen in ((reader, 200), (patient, 403)):
        assert login(user).get(bench(loaded)).status_code == seen
        assert login(user).post(bench(loaded), {"sample": sample.pk, "remove": "1"}).status_code == 403
    assert loaded.samples.count() == 10


def test_a_sample_of_another_questionnaire_is_not_found(
    loaded: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    other = Questionnaire.objects.create(key="other", title="Other")
    write_rows(other, DOCUMENT)
    sample = loaded.samples.first()
    assert sample is not None
    address = reverse("admin:screening_questionnaire_sample", args=[other.pk, sample.pk])
    assert login(editor).get(address).status_code == 404
    assert login(editor).post(bench(other), {"sample": sample.pk, "remove": "1"}).status_code == 404


def test_samples_are_no_part_of_what_is_published(loaded: Questionnaire) -> None:
    assert "All clear" not in json.dumps(loaded.content())


def test_the_questionnaire_that_comes_with_the_app_brings_its_samples(editor: User) -> None:
    call_command("load_questionnaire", by=editor.email, stdout=io.StringIO())
    assert Questionnaire.objects.get().samples.count() == 10
