"""Writing to a patient. Nothing is released that a person has not read, and what was typed is never lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editions.readability import grade
from screening import composing, reviewing, telling
from screening.casefile import decisionfile
from screening.casefile.historyfile import Concluded
from screening.casefile.page import CaseFile
from screening.forms.composing import MessageForm, written_on
from screening.forms.review import lines
from screening.host import Reading, host
from screening.messaging import Told, ToRead
from screening.models import Case, Message, Reply
from screening.views.review import DECIDE, opened, visible

FEWEST_WORDS = 20  # of which a reading grade says anything


@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, case_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return _begin(request, opened(request, case_id))
    case, form = visible(request, case_id), MessageForm(request.POST, reading=host().reading())
    if not form.is_valid():
        return _page(request, opened(request, case_id), form, status=422)
    doubtful = composing.doubtful(form.cleaned_data["text"], *form.cleaned_data["tests"])
    looked_at = request.POST.get("doubtful") == ", ".join(doubtful)
    if request.POST.get("then") != "release" or (doubtful and not looked_at):
        return _page(request, opened(request, case_id), form, doubtful=doubtful)
    try:
        telling.tell(user=request.user, case=case, **_told(request, case, form))
    except reviewing.Stale:
        return _stale(request, opened(request, case_id), form)
    messages.success(request, _("Released: the message is on the patient's home page."))
    return redirect("review:case", case_id)


def _told(request: HttpRequest, case: Case, form: MessageForm) -> dict[str, Any]:
    """What `telling.tell` takes."""
    given = form.cleaned_data
    return {
        **{name: given[name] for name in ("attempt", "version", "newest", "text", "language", "tests")},
        "reading": [{"key": each.key, "title": each.title} for each in form.chosen],
        "answers": _question(request, case, given["answers"]),
    }


def _question(request: HttpRequest, case: Case, id_: Any) -> Reply | None:
    """The patient's question that is answered, if one is."""
    if not id_:
        return None
    questions = Reply.objects.visible_to(request.user).filter(case=case, patient=case.patient_id)
    question: Reply = get_object_or_404(questions, pk=_uuid(id_))
    return question


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None


def _begin(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The prefilled form; or, after a login in between, what was typed."""
    typed = host().recovered(request)
    if typed is not None:
        return _page(request, file, MessageForm(typed), recovered=True)
    question = _question(request, file.case, request.GET.get("answers"))
    about = None if question else _untold(file)
    beginning = composing.begin(
        file, by=request.user, concluded=about, corrects=_corrects(file, about), answers=bool(question)
    )
    tests = composing.plain(about.decision.tests, beginning.language) if about else []
    initial = {
        **written_on(file),
        "attempt": uuid.uuid4(),
        "answers": question.pk if question else None,
        "language": beginning.language,
        "text": beginning.text,
        "tests": "\n".join(tests),
    }
    return _page(request, file, MessageForm(initial=initial), beginning=beginning)


def _untold(file: CaseFile) -> Concluded | None:
    """The decision that stands, unless the patient was told of it."""
    return None if decisionfile.told_of(file, file.standing) else file.standing


def _corrects(file: CaseFile, about: Concluded | None) -> datetime | None:
    """When the patient was told of the decision that this one replaced, if they were."""
    wrong = decisionfile.decided(file, about.decision.supersedes_id) if about else None
    told = decisionfile.told_of(file, wrong)
    return told.at if told else None


def _stale(request: HttpRequest, file: CaseFile, form: MessageForm) -> HttpResponse:
    """Something happened to the case, or somebody else has written: say what, and keep every word."""
    seen = {name: form.cleaned_data[name] for name in ("version", "read", "seen_at")}
    happened = decisionfile.since(file, **seen)
    return _page(request, file, form.renewed(file), status=409, stale=True, meanwhile=happened)


def _page(
    request: HttpRequest, file: CaseFile, form: MessageForm, status: int = 200, **more: Any
) -> HttpResponse:
    criteria, language = composing.modifiable_first(file), composing.language_of(file)
    topics = [criterion.topic for criterion in criteria]
    form.offer(host().reading(topics, language))
    labels = {criterion.topic: criterion.label for criterion in criteria}
    question = _question(request, file.case, form["answers"].value())
    context = {
        "file": file,
        "case": file.case,
        "form": form,
        "question": question,
        "about": None if question else _untold(file),
        "offers": [offer(each, labels, form) for each in form.offered.values()],
        "language": form.written_in or language,
        "reads": language,
        "told": _preview(request.user, file, form, question),
        "grade": _grade(form),
        "sender": host().sender(request.user),
        **more,
    }
    return render(request, "screening/review/message.html", context, status=status)


@dataclass(frozen=True)
class Offer:
    """Something to read that can be ticked. `about` are findings; without one it is not suggested."""

    reading: Reading
    about: list[str]
    ticked: bool


def offer(reading: Reading, labels: dict[str, str], form: MessageForm) -> Offer:
    about = [label for topic, label in labels.items() if topic in reading.topics]
    return Offer(reading, about, reading.key in (form["reading"].value() or []))


def _preview(user: Any, file: CaseFile, form: MessageForm, question: Reply | None) -> Told:
    """The message as it stands in the form, as the patient will read it."""
    about = None if question else _untold(file)
    written = Message(
        text=form["text"].value() or "",
        tests=lines(form["tests"].value() or ""),
        rescreen_on=about.decision.rescreen_on if about else None,
        by=user,
    )
    reading = tuple(ToRead(each.title, each.url, live=True) for each in form.chosen)
    return Told(written, host().person(user).name, answers=question, reading=reading)


def _grade(form: MessageForm) -> float | None:
    """Years of school that the text asks of its reader. The formula is for English, and says nothing of a few words."""
    text = form["text"].value() or ""
    return grade(text) if form.written_in == "en" and len(text.split()) >= FEWEST_WORDS else None
