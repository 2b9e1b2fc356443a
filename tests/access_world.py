"""The practice that the access table is tried on: two patients of two surgeons, and one of everything with an id."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from editions import publishing
from editions.models import Draft
from education.models import Article, ArticleRead, Topic
from portal.accounts.models import Care, Contact, NoticeText, Practice, User
from screening import answering, messaging
from screening.admin.checking import titles
from screening.answering import entering
from screening.models import (
    AnswersInProgress,
    Case,
    Export,
    Extra,
    ImpactRun,
    MessageTemplate,
    Questionnaire,
    Sample,
    SavedView,
    ToCall,
)
from screening.models.document import write_rows
from screening.takeout import exporting
from screening.trying import impact, samples
from tests.access_whose import Whose
from tests.conftest import make_patient, make_user
from tests.screening.factories import DOCUMENT, make_alert, make_case, make_edition, make_finding

SOON = timedelta(days=30)


@dataclass
class Try:
    """One thing that an address may be asked for: what fills its places, and what is posted to it."""

    places: dict[str, Any] = field(default_factory=dict)
    data: Any = field(default_factory=dict)
    json: bool = False
    query: str = ""


Tries = dict[str, Try]  # by whose it is, or what


def make_article(slug: str, writer: User) -> Article:
    article = Article(
        slug=slug,
        title=slug.title(),
        summary="What it is about.",
        body="<p>Text.</p>",
        author="Dana Diaz, surgeon",
        clinical_reviewer="Grace Gold, surgeon",
        last_reviewed=date(2026, 11, 1),
        next_review_due=date(2027, 11, 1),
    )
    publishing.save_draft(article, by=writer)
    return article


def make_questionnaire(key: str, writer: User) -> Questionnaire:
    questionnaire = Questionnaire.objects.create(key=key, title=key.title())
    write_rows(questionnaire, DOCUMENT)
    publishing.save_draft(questionnaire, by=writer)
    return questionnaire


class Drafts:
    """A draft in each of its states, by the name of the state."""

    def __init__(self, make: Callable[[str, User], Any]) -> None:
        self.writer, self.reader = make_user("Walt Writer"), make_user("Rita Reader")
        self.make = make
        self.draft = make("draft", self.writer)
        self.submitted = self._moved("submitted", "submit")
        self.approved = self._moved("approved", "submit", "approve")
        self.live = self._moved("live", "submit", "approve", "publish")
        self.scheduled = self._moved(
            "scheduled", "submit", "approve", "publish", publish_at=timezone.now() + SOON
        )
        self.corrected = self._moved("corrected", "submit", "approve", "publish")
        self.corrected.title += "."
        publishing.save_draft(self.corrected, by=self.writer)
        publishing.submit(self.corrected, by=self.writer)
        self.withdrawn = self._moved("withdrawn", "submit", "approve", "publish")
        publishing.withdraw(
            self.withdrawn.editions.get(), by=self.reader, reason="Wrong.", text="It was wrong."
        )

    def _moved(self, name: str, *steps: str, **options: Any) -> Any:
        draft = self.make(name, self.writer)
        for step in steps:
            if step == "submit":
                publishing.submit(draft, by=self.writer)
            elif step == "approve":
                publishing.approve(draft, by=self.reader, digest=draft.digest())
            else:
                publishing.publish(draft, by=self.reader, **options)
        return draft


class World:
    def __init__(self, patient: User, other_patient: User, surgeon: User, other_surgeon: User) -> None:
        self.patient, self.other_patient = patient, other_patient
        self.surgeon, self.other_surgeon = surgeon, other_surgeon
        Practice.objects.create(name="Harbor Spine Clinic", phone="+1 555 0199")
        Contact.objects.create(user=surgeon)
        NoticeText.objects.create(key="emergency", title="Get help now", body="Call {emergency_number}.")
        Care.objects.create(patient=other_patient, surgeon=other_surgeon)
        self.articles = Drafts(make_article)
        self.edition = make_edition()
        Topic.objects.create(slug="bone", name="Bone")
        ArticleRead.objects.meet(edition=self.articles.withdrawn.editions.get(), reader=patient)
        self.cases = {
            "alice's": make_case(patient),
            "charlie's": make_case(other_patient),
            "nobody's": make_case(make_patient("Nora Noon"), unassigned=True, state=Case.State.IN_REVIEW),
            "ended": make_case(self._moved_on()),
        }
        for case in self.cases.values():
            make_finding(case.submission, "nicotine", category="relative")
        self.alerts = {whose: make_alert(self.cases[whose]) for whose in ("alice's", "charlie's")}
        self.messages = {
            whose: messaging.release(user=by, case=self.cases[whose], text="Please call me.")
            for whose, by in (("alice's", surgeon), ("charlie's", other_surgeon))
        }
        self.views = {
            "surgeon's": SavedView.objects.create(owner=surgeon, name="Mine"),
            "second's": SavedView.objects.create(owner=other_surgeon, name="Mine"),
        }
        self.to_call = {whose: self._unreached(number, whose) for number, whose in enumerate(self.alerts)}
        for each in (patient, other_patient):
            self._answer(each)
        self.exports = {
            "surgeon's": self._take_out(surgeon, "alice's"),
            "second's": self._take_out(other_surgeon, "charlie's"),
            "surgeon's, ended": self._take_out(surgeon, "ended"),
            "surgeon's, expired": self._take_out(surgeon, "alice's", ago=timedelta(minutes=15)),
        }
        self.entered = {
            "surgeon's": self._enter(surgeon, "nobody's"),
            "second's": self._enter(other_surgeon, "ended"),
        }
        self.whose = Whose(patient, surgeon, other_surgeon)

    def _unreached(self, message: int, whose: str) -> ToCall:
        """Somebody whom a message did not reach."""
        patient, about = self.cases[whose].patient, ToCall.About.SOMETHING
        row: ToCall = ToCall.objects.create(
            message=message, patient=patient, about=about, since=timezone.now()
        )
        return row

    def _moved_on(self) -> User:
        """Whoever was in the surgeon's care, and is now in the other's."""
        patient, now = make_patient("Mona Moved"), timezone.now()
        Care.objects.create(
            patient=patient, surgeon=self.surgeon, start=now - SOON, end=now - timedelta(seconds=1)
        )
        Care.objects.create(patient=patient, surgeon=self.other_surgeon)
        return patient

    def _answer(self, patient: User) -> None:
        answering.start(patient=patient, edition=self.edition)
        for section, answers in (("bone", {"smoking": "no"}), ("safety", {"numb": "no"})):
            answering.save(
                patient=patient,
                questionnaire=self.edition.questionnaire,
                given=answers,
                seen={},
                section=section,
            )

    def _enter(self, by: User, whose: str) -> Any:
        return entering.begin(by=by, patient=self.cases[whose].patient, edition=self.edition, how="paper")

    def _take_out(self, by: User, whose: str, ago: timedelta = timedelta()) -> Export:
        at = timezone.now() - ago
        cases = [str(self.cases[whose].pk)]
        return Export.objects.create(by=by, kind="csv", cases=cases, at=at, expires_at=at + exporting.LIFE)

    # What each address may be asked for

    def tries(self, route: str) -> Tries:
        """By the places in the address; the exceptions by the address itself. KeyError for one that is new."""
        if route in self._special:
            return self._special[route](self)
        places = re.findall(r"<(?:\w+:)?(\w+)>", route)
        return self._by_place[places[-1]](self) if places else {"": Try()}

    def _cases(self) -> Tries:
        tries = {whose: Try({"case_id": case.pk}) for whose, case in self.cases.items()}
        return {**tries, "missing": Try({"case_id": uuid.uuid4()})}

    def _all_cases(self) -> Tries:
        """With those that are seen by another way than own care."""
        whose = {name: Try({"case_id": case.pk}) for name, case in self.whose.cases.items()}
        return {**self._cases(), **whose}

    def _covers(self) -> Tries:
        tries = {name: Try({"cover_id": cover.pk}) for name, cover in self.whose.covers.items()}
        return {**tries, "missing": Try({"cover_id": 999_999})}

    def _planned(self) -> Tries:
        return {
            "surgeon's": Try({"care_id": self.whose.planned.pk}),
            "missing": Try({"care_id": 999_999}),
        }

    def _another(self) -> Tries:
        """A record of somebody else's patient; and one that is not there."""
        right = {"record_number": "EXPIRED", "born": "1961-05-04", "reason": "On call, at the bedside."}
        return {"theirs": Try({}, right), "missing": Try({}, {**right, "record_number": "EXPIRER"})}

    def _entered(self) -> Tries:
        here, data = {"section": "bone", "key": "emergency"}, {"smoking": "no"}
        own = AnswersInProgress.objects.visible_to(self.patient).get()
        tries = {whose: Try({"attempt_id": each.pk, **here}, data) for whose, each in self.entered.items()}
        return {
            **tries,
            "alice's own": Try({"attempt_id": own.pk, **here}, data),
            "missing": Try({"attempt_id": uuid.uuid4(), **here}, data),
        }

    def _exports(self) -> Tries:
        tries = {name: Try({"export_id": export.pk}) for name, export in self.exports.items()}
        return {**tries, "missing": Try({"export_id": uuid.uuid4()})}

    def _decisions(self) -> Tries:
        tries = self._cases()
        for each in tries.values():
            each.data = {"version": 1, "state": "discuss", "plan": "Talk."}
        tries["alice's, stale"] = Try(tries["alice's"].places, {**each.data, "version": 7})
        return tries

    def _letters(self) -> Tries:
        tries = self._cases()
        given = {"version": 1, "text": "Come.", "then": "release"}
        for whose, each in tries.items():
            newest = self.messages[whose].pk if whose in self.messages else ""
            each.data = {**given, "attempt": uuid.uuid4(), "newest": newest}
        tries["alice's, stale"] = Try(tries["alice's"].places, {**tries["alice's"].data, "version": 7})
        return tries

    def _marks(self) -> Tries:
        tries = self._cases()
        for each in tries.values():
            each.places["criterion"] = "nicotine"
            each.data = {"version": 1, "says": "confirmed"}
        here = tries["alice's"].places
        tries["alice's, stale"] = Try(here, {"version": 7, "says": "confirmed"})
        tries["alice's, nothing"] = Try({**here, "criterion": "bone"}, {"version": 1, "says": "confirmed"})
        return tries

    def _results(self) -> Tries:
        tries = self._cases()
        result = {"version": 1, "test": "vitamin_d", "value_vitamin_d": "18", "source": "letter"}
        for each in tries.values():
            each.data = {**result, "measured_on": "2026-01-31"}
        here = tries["alice's"]
        tries["alice's, stale"] = Try(here.places, {**here.data, "version": 7})
        tries["alice's, no such result"] = Try(here.places, {**here.data, "of": "999999"})
        return tries

    def _alerts(self) -> Tries:
        tries = {whose: Try({"alert_id": alert.pk}) for whose, alert in self.alerts.items()}
        return {**tries, "missing": Try({"alert_id": uuid.uuid4()})}

    def _ticked(self) -> Tries:
        ids = {whose: self.cases[whose].pk for whose in ("alice's", "charlie's")}
        tries = {whose: Try(data={"do": "take", "case": pk}) for whose, pk in ids.items()}
        return {**tries, "missing": Try(data={"do": "take", "case": uuid.uuid4()})}

    def _views(self) -> Tries:
        tries = {whose: Try({"view_id": view.pk}) for whose, view in self.views.items()}
        return {**tries, "missing": Try({"view_id": 999_999})}

    def _to_call(self) -> Tries:
        data = {"outcome": "called"}
        tries = {whose: Try({"to_call_id": row.pk}, data) for whose, row in self.to_call.items()}
        return {**tries, "missing": Try({"to_call_id": 999_999}, data)}

    def _messages(self) -> Tries:
        tries = {
            whose: Try({"message_id": each.pk}, {"text": "Does it hurt?"})
            for whose, each in self.messages.items()
        }
        return {**tries, "missing": Try({"message_id": uuid.uuid4()}, {"text": "Does it hurt?"})}

    def _submissions(self) -> Tries:
        tries = {
            whose: Try({"submission_id": self.cases[whose].submission_id})
            for whose in ("alice's", "charlie's")
        }
        return {**tries, "missing": Try({"submission_id": uuid.uuid4()})}

    def _questionnaires(self) -> Tries:
        here = {"section": "bone", "key": "emergency"}
        data = {"smoking": "no"}
        return {
            "there": Try({"questionnaire": "small", **here}, data),
            "missing page": Try({"questionnaire": "small", "section": "no", "key": "no"}, data),
            "missing": Try({"questionnaire": "no", **here}, data),
        }

    def _whole_questionnaires(self) -> Tries:
        return {"there": Try({"questionnaire": "small"}), "missing": Try({"questionnaire": "no"})}

    def _packets(self) -> Tries:
        tries = self._questionnaires()
        for each in tries.values():
            each.data, each.json = {"answers": {"smoking": "no"}}, True
        return tries

    def _articles(self) -> Tries:
        names = ("live", "draft", "scheduled", "withdrawn", "missing")
        return {name: Try({"slug": name}) for name in names}

    def _hidden_models(self) -> Tries:
        """What an admin address of patients' rows would be, if there were one."""
        hidden = (
            "screening/case",
            "screening/submission",
            "accounts/patientprofile",
            "ledger/accessrecord",
        )
        return {name: Try({"url": f"{name}/"}) for name in (*hidden, "missing")}

    _special: dict[str, Callable[[World], Tries]] = {
        "review/enter/<uuid:attempt_id>/notice/<slug:key>/": _entered,
        "review/enter/<uuid:attempt_id>/page/<slug:section>/": _entered,
        "review/another/": _another,
        "review/<uuid:case_id>/": _all_cases,
        "review/<uuid:case_id>/decide/": _decisions,
        "review/assign/": _ticked,
        "review/<uuid:case_id>/message/": _letters,
        "review/<uuid:case_id>/findings/<slug:criterion>/": _marks,
        "review/<uuid:case_id>/results/": _results,
        "screening/<slug:questionnaire>/<slug:section>/save/": _packets,
        "screening/<slug:questionnaire>/notice/<slug:key>/": _questionnaires,
        r"learn/^diagrams/(?P<name>[a-z0-9-]+)\.svg$": lambda self: {
            "there": Try({"name": "there"}),
            "missing": Try({"name": "no"}),
        },
        "admin/r/<path:content_type_id>/<path:object_id>/": lambda self: {
            "a case": Try({"content_type_id": ContentType.objects.get_for_model(Case).pk,
                           "object_id": self.cases["alice's"].pk}),
            "missing": Try({"content_type_id": 0, "object_id": 0}),
        },
        "admin/autocomplete/": lambda self: {
            "": Try(),
            "care's patients": Try(query="?app_label=accounts&model_name=care&field_name=patient"),
        },
    }  # fmt: skip
    _by_place: dict[str, Callable[[World], Tries]] = {
        "case_id": _cases,
        "cover_id": _covers,
        "care_id": _planned,
        "export_id": _exports,
        "attempt_id": _entered,
        "alert_id": _alerts,
        "message_id": _messages,
        "to_call_id": _to_call,
        "view_id": _views,
        "submission_id": _submissions,
        "section": _questionnaires,
        "questionnaire": _whole_questionnaires,
        "slug": _articles,
        "app_label": lambda self: {
            app: Try({"app_label": app}) for app in ("education", "screening", "accounts", "account", "mfa")
        },
        "url": _hidden_models,
        "key": lambda self: {"missing": Try({"uidb36": "1", "key": "no-key"})},
    }


class Desk:
    """What the administration's addresses may be asked for. `there` is a row that exists."""

    states = {
        "submit": "draft",
        "approve": "submitted",
        "approve-publish": "corrected",
        "send-back": "submitted",
        "publish": "approved",
    }

    def __init__(self, world: World) -> None:
        self.world = world

    def tries(self, model: type[models.Model], view: str) -> Tries:
        """`view` is the last part of the address's name: changelist, add, change, edition_withdraw, ..."""
        if view in ("changelist", "add", "upload", "join") or (
            view == "preview" and not issubclass(model, Draft)
        ):
            return {"": Try()}
        data = self._data(view)
        if not issubclass(model, Draft):
            there = self._row(model)
            tries = {"there": Try({"object_id": there.pk if there else 1}, data)}
        else:
            drafts = self._drafts.get(model)
            state = self.states.get(
                view, "live" if view.startswith(("edition", "export_edition")) else "draft"
            )
            draft = getattr(drafts, state, None)
            if draft and view in self.states and view != "send-back":
                reasons = {f"reason_{code}": "It is right as it is." for code in titles()}
                data = {"digest": draft.digest(), **reasons}
            if view.startswith(("preview", "sample", "impact")):
                return self._trying(data)
            here = {"number": 1, "language": "es", "part": "questionnaire"}
            tries = {"there": Try({"object_id": draft.pk if draft else 1, **here}, data)}
            if draft and view in self.states:
                late = drafts.submitted if view == "submit" else drafts.draft
                tries["other state"] = Try({"object_id": late.pk}, {**data, "digest": late.digest()})
        nowhere = {"object_id": 999_999, "number": 999_999, "language": "es", "part": "questionnaire"}
        return {**tries, "missing": Try(nowhere, data)}

    def _trying(self, data: dict[str, Any]) -> Tries:
        """A sample and a run of the draft; and of a questionnaire that is not there."""
        sample, run = self._tried
        here = {"section": "bone", "notice": "emergency", "sample": sample.pk, "run": run.pk}
        data = {**data, "sample": sample.pk, "accept": "1"}
        there = Try({"object_id": self._drafts[Questionnaire].draft.pk, **here}, data)
        return {"there": there, "missing": Try({**here, "object_id": 999_999}, data)}

    @cached_property
    def _tried(self) -> tuple[Sample, ImpactRun]:
        drafts = self._drafts[Questionnaire]
        day = date(2026, 11, 1)
        sample = samples.keep(drafts.draft, name="One", answers={}, facts={}, today=day, expected={})
        return sample, impact.ask(drafts.draft, by=drafts.writer)

    def _data(self, view: str) -> dict[str, Any]:
        if view == "delete":
            return {"post": "yes"}
        step = "_" in view or view in self.states
        return {"comment": "Please look again.", "reason": "Wrong.", "text": "It was wrong."} if step else {}

    @cached_property
    def _drafts(self) -> dict[type[models.Model], Drafts]:
        return {Article: self.world.articles, Questionnaire: Drafts(make_questionnaire)}

    def _row(self, model: type[models.Model]) -> models.Model | None:
        if model is MessageTemplate:
            words, _new = model.objects.get_or_create(state="discuss", text="Hello {name},")
            return words
        if model._meta.app_label == "screening":
            questionnaire = self._drafts[Questionnaire].draft
            if model is Extra:
                return questionnaire.extras.create(
                    reason="more", when='smoking == "yes"', text="More.", position=1
                )
        return model._default_manager.first()
