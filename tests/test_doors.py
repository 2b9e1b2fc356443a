"""There is one door to a patient's data. Nothing goes around it, opens it wider, or leaves it by another way."""

from __future__ import annotations

import ast
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from ledger.scoped import Scoped
from portal.accounts.models import EmergencyAccess, PatientProfile, User
from screening import answering
from screening.models import AnswersInProgress, Case, Decision, Message, Submission, UrgentAnswer
from tests.access_world import World, make_questionnaire
from tests.screening.factories import make_case, make_edition, make_finding, make_submission, make_urgent
from tests.screening.pages import body

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "education", "screening", "editions", "ledger")

UNSCOPED = {
    "screening/models/": "the models say themselves who sees their rows, and keep cases in step",
    "portal/accounts/models/": "declare the manager of profiles, and ask in which country a patient lives",
    "portal/host.py": "is the one that screening asks who may see whom",
    "portal/demo/": "makes the demo's patients, where there are no real ones",
}

NOT_OF_PATIENTS = {
    "accounts.Care": "who cares for whom: administrators keep it, and it holds no word of health",
    "accounts.Contact": "staff on duty",
    "accounts.Cover": "which surgeon is away, and who stands in: no patient is named",
    "accounts.Practice": "who is told as the backup",
    "accounts.JoinedRecord": "which two accounts are one person: administrators keep it, no word of health",
    "screening.SavedView": "a surgeon's own name for a query of the list",
    "screening.Export": "who took cases out: ids only",
    "account.EmailAddress": "the login's own",
    "mfa.Authenticator": "the login's own",
    "admin.LogEntry": "what staff did in the administration",
    "editions.Change": "who wrote what is published",
    "editions.Step": "who submitted, approved and published it",
    "education.Article": "who submitted and approved it",
    "education.ArticleEdition": "who approved and published it",
    "education.ArticleRead": "which texts somebody met: the same list for everyone, and no word of health",
    "screening.Questionnaire": "who submitted and approved it",
    "screening.QuestionnaireEdition": "who approved and published it",
    "screening.Translation": "who wrote and who checked it",
    "screening.ImpactRun": "which author asked; it holds counts, and ids that are shown to who may see them",
    "notes.Note": "the tests' own",
    "notes.NoteEdition": "the tests' own",
}


def of_accounts() -> list[type[models.Model]]:
    """The models that point at an account."""

    def points(model: type[models.Model]) -> bool:
        return any(field.related_model is User for field in model._meta.concrete_fields)

    return [model for model in apps.get_models() if points(model)]


OF_PATIENTS = [model for model in of_accounts() if model._meta.label not in NOT_OF_PATIENTS]
by_name = pytest.mark.parametrize("model", OF_PATIENTS, ids=lambda model: model.__name__)


# Around the door ---------------------------------------------------------------------------------------


def uses_of_unscoped() -> Iterator[str]:
    """The files with code that says `unscoped`: as an attribute, or as a text to make one of."""
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "/migrations/" in name:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
            if said == "unscoped":
                yield name


def test_nothing_reads_patients_rows_but_through_the_door() -> None:
    used = set(uses_of_unscoped())
    allowed = {name for name in used if name.startswith(tuple(UNSCOPED))}
    assert used - allowed == set(), "say visible_to(user), or give the reason in UNSCOPED"
    assert [place for place in UNSCOPED if not any(name.startswith(place) for name in used)] == []


def test_every_model_that_points_at_an_account_is_of_patients_or_says_why_not() -> None:
    labels = {model._meta.label for model in of_accounts()}
    assert {model._meta.label for model in OF_PATIENTS} == {
        "accounts.PatientProfile",
        "accounts.EmergencyAccess",
        *(f"screening.{name}" for name in ("Invitation", "InvestigationResult", "Mark", "Message")),
        *(f"screening.{name}" for name in ("Reassessment", "Reply")),
        *(f"screening.{name}" for name in ("BackupTold", "CallNote", "Reminder", "ToCall")),
        *(f"screening.{name}" for name in ("Alert", "AlertNote", "AnswersInProgress", "Case", "Decision")),
        *(f"screening.{name}" for name in ("Finding", "Notified", "Submission", "UrgentAnswer")),
    }, "a new model with an account: scope it, or give the reason in NOT_OF_PATIENTS"
    assert NOT_OF_PATIENTS.keys() - labels == set(), "these are gone"


@by_name
def test_patients_rows_have_one_door(model: type[models.Model]) -> None:
    objects = model.objects  # type: ignore[attr-defined]
    assert isinstance(objects, Scoped)
    assert (model._meta.default_manager_name, model._default_manager.name) == ("unscoped", "unscoped")
    for way in ("all", "filter", "get", "exclude", "count", "values", "first", "in_bulk", "raw", "update"):
        with pytest.raises(AttributeError):
            getattr(objects, way)()


@by_name
def test_no_query_of_another_model_leads_to_patients_rows(model: type[models.Model]) -> None:
    ways = [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and not field.remote_field.hidden
    ]
    assert ways == []


@by_name
def test_a_patients_row_is_named_by_its_class_and_id_alone(model: type[models.Model]) -> None:
    typed = (models.CharField, models.TextField, models.JSONField)
    row = model(**{field.name: "CANARY" for field in model._meta.concrete_fields if isinstance(field, typed)})
    row.pk = uuid.uuid4()
    assert re.fullmatch(rf"[A-Z][a-z]+( [a-z]+)* {row.pk}", str(row))


# Wider than it is: fields that no form has ------------------------------------------------------------------


def forged(other: User) -> dict[str, str]:
    """Every column of everything that is of patients, and of accounts, with a value that would be wrong."""
    sent = {}
    for model in (*OF_PATIENTS, get_user_model()):
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname):
                sent[name] = str(other.pk) if field.is_relation else "1"
    words = ("score", "flagged", "status", "is_superuser", "is_staff", "groups", "user_permissions", "roles")
    return sent | dict.fromkeys(words, "1")


def everything() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row that a forged field could reach: (model, id) -> column -> value."""
    rows = {}
    for model in (*OF_PATIENTS, User, OutboxMessage):
        for row in model._default_manager.values():
            rows[model.__name__, row[model._meta.pk.attname]] = row
    return rows


def changed(before: dict[Any, Any], after: dict[Any, Any]) -> dict[str, set[str]]:
    """Model -> the columns that are others now; for a row that came or went, its sign alone."""
    found: dict[str, set[str]] = {}
    for key in before.keys() | after.keys():
        if key not in before or key not in after:
            found.setdefault(key[0], set()).add("+" if key in after else "-")
        else:
            columns = {name for name, value in after[key].items() if before[key][name] != value}
            if columns:
                found.setdefault(key[0], set()).update(columns)
    return found


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


@pytest.fixture
def attempt(patient: User, other_patient: User) -> AnswersInProgress:
    """With somebody else's beside it."""
    edition = make_edition()
    answering.start(patient=other_patient, edition=edition)
    return answering.start(patient=patient, edition=edition)


def test_a_decision_takes_nothing_but_its_fields(
    case: Case, surgeon: User, patient: User, other_patient: User, login: Callable[..., Client]
) -> None:
    others = make_case(other_patient)
    typed = {"version": "1", "state": "discuss", "plan": "Talk.", "note": "Seen.", "rescreen_on": ""}
    before = everything()
    response = login(surgeon).post(
        reverse("review:decide", args=[case.pk]), {**forged(other_patient), **typed}
    )
    assert response.status_code == 302
    assert changed(before, everything()) == {
        "Case": {"state", "awaiting", "version", "opened_version"},
        "Decision": {"+"},
        "User": {"last_login"},
    }
    decision = Decision.unscoped.get()
    stored = (
        decision.case_id,
        decision.patient_id,
        decision.submission_id,
        decision.by_id,
        decision.case_version,
    )
    assert stored == (case.pk, patient.pk, case.submission_id, surgeon.pk, 1)
    assert Case.unscoped.get(pk=others.pk).version == 1


def test_a_page_of_questions_takes_nothing_but_its_answers(
    attempt: AnswersInProgress, patient: User, other_patient: User, login: Callable[..., Client]
) -> None:
    browser, address = login(patient), reverse("screening:section", args=["small", "bone"])
    own = {"revisions": "", "return": "", "units": ""}  # what the page has beside its questions
    before = everything()
    response = browser.post(address, {**forged(other_patient), "smoking": "no", **own})
    assert response.status_code == 302
    assert changed(before, everything()) == {
        "AnswersInProgress": {"answers", "revisions", "saved_at", "done"}
    }
    assert AnswersInProgress.unscoped.get(pk=attempt.pk).values == {"smoking": "no"}


def test_a_script_takes_nothing_but_answers(
    attempt: AnswersInProgress, patient: User, other_patient: User, login: Callable[..., Client]
) -> None:
    browser, address = login(patient), reverse("screening:save", args=["small", "bone"])
    before, extra = everything(), forged(other_patient)
    packet = {**extra, "answers": {"smoking": "no"}, "revisions": {}}
    assert browser.post(address, packet, content_type="application/json").status_code == 200
    assert changed(before, everything()) == {"AnswersInProgress": {"answers", "revisions", "saved_at"}}
    packet["answers"] = {"smoking": "yes", **extra}
    assert browser.post(address, packet, content_type="application/json").status_code == 422
    assert AnswersInProgress.unscoped.get(pk=attempt.pk).values == {"smoking": "no"}


@pytest.fixture
def answered(attempt: AnswersInProgress, patient: User) -> AnswersInProgress:
    for section, answers in (("bone", {"smoking": "yes"}), ("safety", {"numb": "no"})):
        answering.save(
            patient=patient, questionnaire=attempt.questionnaire, given=answers, seen={}, section=section
        )
    return AnswersInProgress.unscoped.get(pk=attempt.pk)


def test_sending_takes_no_score_and_no_other_patient(
    answered: AnswersInProgress, patient: User, other_patient: User, login: Callable[..., Client]
) -> None:
    browser, address = login(patient), reverse("screening:check", args=["small"])
    before = everything()
    sent = {**forged(other_patient), "attempt": str(answered.pk), "digest": answering.digest_of(answered)}
    assert browser.post(address, sent).status_code == 302
    assert changed(before, everything()) == {
        "AnswersInProgress": {"-"},
        "Submission": {"+"},
        "Finding": {"+"},
        "Case": {"+"},
        "OutboxMessage": {"+"},
    }
    submission, case = Submission.unscoped.get(), Case.unscoped.get()
    assert (submission.pk, submission.patient_id, case.patient_id) == (answered.pk, patient.pk, patient.pk)
    assert (submission.facts, submission.answers) == (answered.facts, answered.answers)
    assert (case.headline, case.state, case.relative_count) == ("relative", "new", 1)


def test_nobody_sends_the_answers_of_another(
    answered: AnswersInProgress, other_patient: User, login: Callable[..., Client]
) -> None:
    answering.save(
        patient=other_patient,
        questionnaire=answered.questionnaire,
        given={"smoking": "no"},
        seen={},
        section="bone",
    )
    answering.save(
        patient=other_patient,
        questionnaire=answered.questionnaire,
        given={"numb": "no"},
        seen={},
        section="safety",
    )
    browser, address = login(other_patient), reverse("screening:check", args=["small"])
    before = everything()
    pages = [browser.post(address, {"attempt": str(id_)}) for id_ in (answered.pk, uuid.uuid4())]
    assert [page.status_code for page in pages] == [404, 404]
    assert body(pages[0]) == body(pages[1])
    assert changed(before, everything()) == {}


def test_an_account_and_its_profile_take_nothing_but_their_fields(
    patient: User, other_patient: User, administrator: User, login: Callable[..., Client]
) -> None:
    profile, others = (PatientProfile.unscoped.get(user=user) for user in (patient, other_patient))
    inline = {
        "id": profile.pk,
        "user": patient.pk,
        "record_number": "R-NEW",
        "date_of_birth": "1961-05-04",
        "sex": "female",
        "phone": "+1 555 0100",
        "units": profile.units,
        "language": profile.language,
        "reminders": "on",
    }
    typed = {"name": "Alice Abel", "email": patient.email, "roles": ["patient"], "is_active": "on"}
    form = {f"patientprofile-0-{name}": str(value) for name, value in inline.items()}
    form |= {"patientprofile-TOTAL_FORMS": "1", "patientprofile-INITIAL_FORMS": "1"}
    prefix = _prefix(login(administrator), patient)
    form = {key.replace("patientprofile", prefix, 1): value for key, value in form.items()}
    browser, before = login(administrator), everything()
    address = reverse("admin:accounts_user_change", args=[patient.pk])
    response = browser.post(address, {**forged(other_patient), **form, **typed})
    assert response.status_code == 302
    assert changed(before, everything()) == {"User": {"name"}, "PatientProfile": {"record_number"}}
    assert PatientProfile.unscoped.get(pk=others.pk).user == other_patient
    assert User.objects.get(pk=patient.pk).check_password("a-long-password")


def _prefix(browser: Client, patient: User) -> str:
    """What the fields of the profile on an account's page begin with."""
    page = browser.get(reverse("admin:accounts_user_change", args=[patient.pk]))
    [formset] = page.context["inline_admin_formsets"]
    return str(formset.formset.prefix)


# By another way: what the administration and the staff's pages show --------------------------------------------

ANSWER, WHO = "CANARY-ANSWER", "CANARY-WHO"
MOST_PAGES = 300


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value and tag == "a"]


def crawl(browser: Client, *starts: str) -> Iterator[tuple[str, str]]:
    """(address, page) of all that links lead to; of addresses that differ in the values of a query, one."""
    waiting, seen = list(starts), set()
    while waiting:
        address = urlsplit(waiting.pop(0))
        kind = (address.path, frozenset(parse_qs(address.query)) - {"_changelist_filters"})
        if address.scheme or address.netloc or kind in seen:
            continue
        seen.add(kind)
        assert len(seen) <= MOST_PAGES
        page = body(browser.get(address.geturl(), follow=True))
        yield address.geturl(), page
        parser = Links()
        parser.feed(page)
        waiting += [urljoin(address.geturl(), link) for link in parser.found]


@pytest.fixture
def canaries(patient: User, other_patient: User, surgeon: User, other_surgeon: User) -> World:
    """A practice where everything that a patient answered, or was told, holds a word of its own."""
    world = World(patient, other_patient, surgeon, other_surgeon)
    make_questionnaire("draft", world.articles.writer)
    User.objects.filter(pk=patient.pk).update(name=WHO, email=f"{WHO.lower()}@example.org")
    PatientProfile.unscoped.filter(user=patient).update(record_number=WHO, planned_operation=WHO, phone=WHO)
    AnswersInProgress.unscoped.filter(patient=patient).update(answers=f'{{"anything_else":"{ANSWER}"}}')
    case = world.cases["alice's"]
    submission = make_submission(
        patient, answers={"anything_else": ANSWER, "numb": "yes"}, amend_reason=ANSWER
    )
    make_finding(submission, reasons=[{"reason": ANSWER, "category": "absolute", "could_be": "", "grade": None,
                                       "rule": ANSWER, "text": ANSWER, "source": "", "evidence": []}])  # fmt: skip
    Case.unscoped.filter(pk=case.pk).update(
        submission=submission,
        returned_because=ANSWER,
        urgent_reasons=[ANSWER],
        state="discuss",
        awaiting=False,
    )
    make_urgent(case, answers=f'{{"numb":"{ANSWER}"}}', reason=ANSWER)
    Decision.objects.create(
        case=case, patient=patient, submission=submission, case_version=1, state="discuss", note=ANSWER,
        by=surgeon,
    )  # fmt: skip
    Message.objects.create(case=case, patient=patient, text=ANSWER, by=surgeon)
    EmergencyAccess.objects.create(
        surgeon=world.other_surgeon, patient=patient, reason=ANSWER, end=timezone.now() + timedelta(hours=1)
    )
    return world


@pytest.mark.parametrize(
    ("role", "hidden"),
    [("editor", (ANSWER, WHO)), ("approver", (ANSWER, WHO)), ("administrator", (ANSWER,))],
)
def test_no_page_that_staff_can_reach_by_links_shows_an_answer(
    role: str,
    hidden: tuple[str, ...],
    canaries: World,
    request: pytest.FixtureRequest,
    login: Callable[..., Client],
) -> None:
    browser, pages = login(request.getfixturevalue(role)), 0
    shown = []
    for address, page in crawl(browser, "/", "/admin/"):
        pages += 1
        shown += [address for word in hidden if word.lower() in page.lower()]
    assert shown == []
    assert pages > 20
    assert not AccessRecord.objects.exists()


def test_the_surgeon_and_the_patient_find_what_the_others_do_not(
    canaries: World, surgeon: User, patient: User, login: Callable[..., Client]
) -> None:
    """The same walk, so that the one above does not pass because it leads nowhere."""
    assert any(ANSWER in page for _address, page in crawl(login(surgeon), "/", "/review/?state=any"))
    assert any(ANSWER in page for _address, page in crawl(login(patient), "/"))
    assert UrgentAnswer.unscoped.filter(reason=ANSWER).exists()
