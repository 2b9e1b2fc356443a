"""Past submissions under a draft: what is counted, that nothing is written, and what nobody may learn from it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editions.canonical import canonical
from ledger.models import AccessRecord
from portal.accounts.models import User
from screening.engine.answers import clean
from screening.engine.assessment import assess
from screening.models import Case, ImpactPart, ImpactRun, Question, Questionnaire, Submission, Threshold
from screening.models.document import write_rows
from screening.trying import impact, impact_report
from tests.conftest import make_patient
from tests.screening.factories import DOCUMENT, make_edition, make_submission


@pytest.fixture
def draft(db: None) -> Questionnaire:
    """Word for word what is live."""
    questionnaire: Questionnaire = make_edition().questionnaire
    write_rows(questionnaire, DOCUMENT)
    return questionnaire


def send(patient: User, **answers: Any) -> Submission:
    """Assessed by the live edition, as it is when a patient sends."""
    definition, facts, today = make_edition().definition, {"age": 65}, timezone.localdate()
    cleaned = clean(definition, {"smoking": "no", "numb": "no", **answers}, facts, today).answers
    outcome = assess(definition, cleaned, facts, today).as_dict()
    return make_submission(patient, answers=cleaned, facts=facts, today=today, outcome=canonical(outcome))


def several(number: int, **answers: Any) -> list[Submission]:
    return [send(make_patient("Paula Past"), **answers) for _each in range(number)]


def counted(draft: Questionnaire, by: User, **dates: Any) -> ImpactRun:
    run = impact.ask(draft, by=by, **dates)
    impact.run_waiting()
    run.refresh_from_db()
    return run


def changes(run: ImpactRun) -> dict[str, int]:
    """The counts of what would be another than it was."""
    names = {name: name.split("|") for name in run.result["counts"]}
    return {name: run.result["counts"][name] for name, (_about, was, is_) in names.items() if was != is_}


# What is counted


def test_the_same_rules_change_nothing(draft: Questionnaire, editor: User) -> None:
    several(2, t_score="-3")
    run = counted(draft, editor)
    assert (run.state, run.total, run.done) == ("done", 2, 2)
    assert run.result["totals"]["compared"] == 2
    assert changes(run) == {}


def test_a_threshold_that_moves_counts_whom_it_moves(draft: Questionnaire, editor: User) -> None:
    several(2, t_score="-3")
    several(1, t_score="-2.6", smoking="yes")
    several(1, t_score="-1")
    Threshold.objects.filter(key="osteoporosis_t").update(value="-2.8")
    run = counted(draft, editor)
    assert changes(run) == {"headline|absolute|relative": 1, "criteria.bone|absolute|none": 1}
    assert (run.result["totals"]["changed"], run.result["totals"]["compared"]) == (1, 4)


def test_urgency_grades_and_what_could_be_are_counted(draft: Questionnaire, editor: User) -> None:
    several(1, numb="yes", smoking="yes")
    draft.urgentrules.update(level="same_day")
    draft.criteria.get(key="nicotine").rules.update(grade=2)
    draft.criteria.get(key="bone").rules.filter(reason="bone_unknown").update(could_be="")
    assert changes(counted(draft, editor)) == {
        "urgency|now|same_day": 1,
        "grade.nicotine|none|2": 1,
        "could_be.bone|absolute|none": 1,
    }


def test_other_reasons_for_the_same_are_counted_apart(draft: Questionnaire, editor: User) -> None:
    several(1, smoking="yes")
    draft.criteria.get(key="nicotine").rules.update(reason="nicotine_now")
    totals = counted(draft, editor).result["totals"]
    assert (totals["changed"], totals["only_reasons"]) == (0, 1)


def test_a_criterion_that_came_or_went_was_not_there(draft: Questionnaire, editor: User) -> None:
    several(1, smoking="yes")
    draft.criteria.filter(key="nicotine").update(key="tobacco")
    found = changes(counted(draft, editor))
    assert found == {"criteria.tobacco|absent|relative": 1, "criteria.nicotine|relative|absent": 1}


def test_answers_that_the_draft_misses_or_refuses_are_unknown_and_counted(
    draft: Questionnaire, editor: User
) -> None:
    several(1, t_score="-5.5")
    several(1)
    section = draft.sections.get(key="bone")
    Question.objects.create(
        section=section, key="new_one", type="yes_no", text="New?", short="New", position=9
    )
    Question.objects.filter(key="t_score").update(minimum="-5")
    draft.investigations.all().delete()  # whose results would be refused
    run = counted(draft, editor)
    assert run.result["lacking"] == {"new_one": 2, "t_score": 1}
    assert run.result["totals"]["incomplete"] == 2
    assert changes(run)["criteria.bone|absolute|clarify"] == 1


def test_answers_to_what_is_not_asked_any_more_are_left_out(draft: Questionnaire, editor: User) -> None:
    several(1, t_score="-3")
    Question.objects.filter(key="t_score").delete()
    draft.investigations.all().delete()
    draft.criteria.filter(key="bone").delete()
    assert changes(counted(draft, editor)) == {
        "headline|absolute|none": 1,
        "criteria.bone|absolute|absent": 1,
    }


def test_the_day_and_the_age_are_those_of_the_submission(
    draft: Questionnaire, editor: User, patient: User
) -> None:
    sent = send(patient)
    old = make_submission(make_patient("Olga Old"), facts={"age": 80}, outcome=sent.outcome)
    draft.criteria.get(key="nicotine").rules.update(when="age >= 70")
    run = counted(draft, editor)
    assert run.result["examples"]["criteria.nicotine|none|relative"] == [str(old.pk)]


def test_what_was_never_assessed_or_cannot_be_read_is_said(
    draft: Questionnaire, editor: User, patient: User, other_patient: User
) -> None:
    make_submission(patient)  # its outcome has no criteria
    make_submission(other_patient, outcome="{")
    run = counted(draft, editor)
    totals = run.result["totals"]
    assert (totals["all"], totals["not_assessed"], totals["not_compared"]) == (2, 1, 1)
    assert totals.get("compared", 0) == 0


def test_a_range_of_days_has_its_last_day_in_it(draft: Questionnaire, editor: User) -> None:
    day, now = timedelta(days=1), timezone.now()
    for days in (0, 3, 6):
        make_submission(make_patient("Dora Day"), submitted_at=now - days * day)
    today = timezone.localdate()
    assert counted(draft, editor, since=today - 3 * day).total == 2
    assert counted(draft, editor, until=today - 3 * day).total == 2
    assert counted(draft, editor, since=today - 3 * day, until=today - 3 * day).total == 1


def test_other_questionnaires_and_what_comes_in_later_are_not_counted(
    draft: Questionnaire, editor: User
) -> None:
    several(1)
    run = impact.ask(draft, by=editor)
    several(1)
    impact.run_waiting()
    run.refresh_from_db()
    assert (run.total, run.done) == (1, 1)


# That nothing is written


def rows_of_patients() -> dict[str, list[Any]]:
    mine = (
        Submission,
        Case,
        *(apps.get_model("screening", name) for name in ("Finding", "UrgentAnswer", "Alert")),
    )
    return {model.__name__: list(model.unscoped.order_by("pk").values()) for model in mine}  # type: ignore[attr-defined]


def test_nothing_of_patients_is_written(draft: Questionnaire, editor: User) -> None:
    several(3, t_score="-3", numb="yes")
    Threshold.objects.update(value="-4")
    before, others = rows_of_patients(), {model: model._base_manager.count() for model in apps.get_models()}
    counted(draft, editor)
    assert rows_of_patients() == before
    more = {m.__name__ for m in apps.get_models() if m._base_manager.count() != others[m]}
    assert more == {"ImpactRun", "ImpactPart"}


# Workers


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts, read a few rows at a time."""
    monkeypatch.setattr(impact, "IN_A_PART", 2)
    monkeypatch.setattr(impact, "AT_ONCE", 1)


def test_a_run_is_counted_in_parts_and_each_submission_once(
    draft: Questionnaire, editor: User, parts: None
) -> None:
    several(9, t_score="-3")
    Threshold.objects.update(value="-4")
    run = counted(draft, editor)
    assert run.parts.count() == 4
    assert (run.done, run.result["totals"]["compared"]) == (9, 9)
    assert changes(run)["criteria.bone|absolute|none"] == 9


def test_the_first_and_the_last_id_there_can_be_are_counted(
    draft: Questionnaire, editor: User, parts: None
) -> None:
    ids = (0, 1, (1 << 126) - 1, 1 << 126, 1 << 127, (1 << 128) - 1)
    for number in ids:
        make_submission(make_patient("Edna Edge"), id=uuid.UUID(int=number))
    assert counted(draft, editor).done == len(ids)


def test_a_part_that_was_claimed_is_left_alone_until_its_claim_runs_out(
    draft: Questionnaire, editor: User, parts: None
) -> None:
    several(4)
    run = impact.ask(draft, by=editor)
    claimed = impact._claim(timezone.now())
    assert claimed is not None
    impact.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.parts.filter(finished_at=None).count()) == ("running", 1)
    ImpactPart.objects.filter(pk=claimed.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    impact.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.done, run.result["totals"]["all"]) == ("done", 4, 4)


def test_two_workers_never_take_the_same_part(draft: Questionnaire, editor: User, parts: None) -> None:
    several(8)
    impact.ask(draft, by=editor)
    taken = [impact._claim(timezone.now()) for _each in range(5)]
    numbers = [part.number for part in taken if part is not None]
    assert numbers == [0, 1, 2, 3]


def test_a_part_that_two_have_counted_counts_once(draft: Questionnaire, editor: User) -> None:
    several(3)
    run = impact.ask(draft, by=editor)
    part = impact._claim(timezone.now())
    assert part is not None
    impact._count(part)
    impact._count(part)
    run.refresh_from_db()
    assert (run.state, run.done, run.result["totals"]["all"]) == ("done", 3, 3)


def test_a_worker_stops_when_its_time_is_over_and_another_goes_on(
    draft: Questionnaire, editor: User, parts: None
) -> None:
    several(4)
    run = impact.ask(draft, by=editor)
    assert impact.run_waiting(seconds=0) == 0
    assert impact.run_waiting() == run.parts.count()


def test_a_run_that_cannot_be_read_any_more_stops(draft: Questionnaire, editor: User) -> None:
    run = impact.ask(draft, by=editor)
    ImpactRun.objects.filter(pk=run.pk).update(
        document=canonical({**DOCUMENT, "language": 99}), digest="0" * 64
    )
    impact.run_waiting()
    run.refresh_from_db()
    assert run.state == "failed"
    assert impact.run_waiting() == 0


def test_the_same_is_not_asked_twice_while_it_waits(draft: Questionnaire, editor: User) -> None:
    assert impact.ask(draft, by=editor) == impact.ask(draft, by=editor)
    impact.run_waiting()
    assert counted(draft, editor).pk != ImpactRun.objects.earliest("pk").pk


def test_nobody_asks_all_day_long(
    draft: Questionnaire, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "RUNS_A_DAY", 2)
    for value in (-1, -2):
        Threshold.objects.update(value=value)
        counted(draft, editor)
    with pytest.raises(impact.TooMany):
        impact.ask(draft, by=editor)
    ImpactRun.objects.update(asked_at=timezone.now() - timedelta(days=2))
    impact.ask(draft, by=editor)


def test_the_command_counts_now_and_prints(
    draft: Questionnaire, editor: User, capsys: pytest.CaptureFixture[str]
) -> None:
    several(1, t_score="-3")
    Threshold.objects.update(value="-4")
    call_command("impact", "small", by=editor.email)
    printed = capsys.readouterr().out
    assert "1  Submissions compared" in printed
    assert "1  Severe osteoporosis: absolute, confirm → none" in printed
    call_command("impact")
    for wrong in ({"by": None}, {"by": "nobody@example.org"}):
        with pytest.raises(CommandError):
            call_command("impact", "small", **wrong)


# The pages, and what nobody may learn from them


def text(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def page_of(run: ImpactRun) -> str:
    return reverse("admin:screening_questionnaire_impact_run", args=[run.questionnaire_id, run.pk])


def test_an_author_asks_waits_and_reads(
    draft: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    several(6, t_score="-3")
    Threshold.objects.update(value="-4")
    desk, address = login(editor), reverse("admin:screening_questionnaire_impact", args=[draft.pk])
    assert "Nothing has been counted yet" in text(desk.get(address))
    response = desk.post(address, {"since": "", "until": ""})
    [run] = ImpactRun.objects.all()
    assert response["Location"] == page_of(run)
    assert (run.asked_by, run.digest) == (editor, draft.digest())
    assert "It waits to begin." in text(desk.get(page_of(run)))
    impact.run_waiting()
    page = text(desk.get(page_of(run)))
    assert "Severe osteoporosis" in page
    assert "5 to 9" in page
    assert "changed since" not in page
    Threshold.objects.update(value="-3.5")
    assert "The draft has changed since." in text(desk.get(page_of(run)))


def test_dates_out_of_order_and_a_draft_that_does_not_fit_are_refused(
    draft: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    desk, address = login(editor), reverse("admin:screening_questionnaire_impact", args=[draft.pk])
    response = desk.post(address, {"since": "2026-11-20", "until": "2026-11-19"})
    assert (response.status_code, "has to come after the first" in text(response)) == (422, True)
    draft.criteria.get(key="nicotine").rules.update(when="nothing == 1")
    assert desk.post(address, {}).status_code == 409
    assert not ImpactRun.objects.exists()


def test_an_author_learns_nothing_of_fewer_than_five(
    draft: Questionnaire, editor: User, login: Callable[..., Client]
) -> None:
    """Whether a rule is met by nobody, by one or by four: the page says the same."""
    for weight, number in (("70", 1), ("71", 4), ("72", 5)):
        several(number, weight_kg=weight)
    desk, pages = login(editor), []
    for weight in (60, 70, 71):
        draft.criteria.get(key="nicotine").rules.update(when=f"weight_kg == {weight}")
        page = text(desk.get(page_of(counted(draft, editor))))
        pages.append(re.sub(r"Asked for by .*? Submissions:|[Rr]un \d+|\b[0-9a-f]{12}\b", "", page))
    assert pages[0] == pages[1] == pages[2]
    assert (
        "Nothing changes, or too little to tell, in: Headline, Urgency, Severe osteoporosis, Nicotine."
        in pages[0]
    )
    draft.criteria.get(key="nicotine").rules.update(when="weight_kg == 72")
    page = text(desk.get(page_of(counted(draft, editor))))
    assert "Nothing changes, or too little to tell, in: Urgency, Severe osteoporosis." in page


def test_blurred_counts_do_not_add_up() -> None:
    told = {count: impact_report.words_for(count, exact=False) for count in (0, 4, 5, 9, 10, 1234)}
    assert told == {
        0: "fewer than 5",
        4: "fewer than 5",
        5: "5 to 9",
        9: "5 to 9",
        10: "10 to 14",
        1234: "1,230 to 1,234",
    }


def test_ids_stand_on_the_page_of_nobody_but_who_may_open_the_case(
    draft: Questionnaire,
    patient: User,
    other_patient: User,
    surgeon: User,
    editor: User,
    login: Callable[..., Client],
) -> None:
    from django.contrib.auth.models import Group

    from portal.accounts.models import Care
    from tests.conftest import make_user
    from tests.screening.factories import make_case

    Care.objects.create(patient=other_patient, surgeon=make_user("Olaf Other", "surgeon"))
    mine, theirs = send(patient, t_score="-3"), send(other_patient, t_score="-3")
    case, others = make_case(patient, submission=mine), make_case(other_patient, submission=theirs)
    Threshold.objects.update(value="-4")
    run = counted(draft, editor)
    surgeon.groups.add(Group.objects.get(name="editor"))
    for reader, seen in ((editor, set()), (surgeon, {str(case.pk), str(mine.pk)})):
        page = login(reader).get(page_of(run)).content.decode()
        ids = {str(each.pk) for each in (case, others, mine, theirs)}
        assert {each for each in ids if each in page} == seen
    [record] = AccessRecord.objects.all()
    assert (record.actor_id, record.object_ids) == (str(surgeon.pk), [str(case.pk)])


def test_who_may_not_preview_sees_no_run(
    draft: Questionnaire, editor: User, patient: User, administrator: User, login: Callable[..., Client]
) -> None:
    run = counted(draft, editor)
    for user in (patient, administrator):
        assert login(user).get(page_of(run)).status_code == 403


def test_no_answer_is_kept_with_a_run(draft: Questionnaire, editor: User) -> None:
    several(1, anything_else="CANARY", smoking="yes")
    draft.criteria.get(key="nicotine").rules.update(category="info")
    run = counted(draft, editor)
    kept = json.dumps(run.result) + json.dumps(list(run.parts.values_list("result", flat=True)))
    assert "CANARY" not in kept
    assert "smoking" not in kept
