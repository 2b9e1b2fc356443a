"""A patient answers a questionnaire: start or go on, page by page, and the notices on the way."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from screening import answering
from screening.engine.definition import Section
from screening.following import invitations
from screening.forms.section import SectionForm
from screening.host import host
from screening.models import AnswersInProgress, QuestionnaireEdition, Submission
from screening.notices import notice_text
from screening.refusals import sentence
from screening.urgent import CRISIS, call_standing
from screening.views import moving, packets
from screening.views.access import patients
from screening.views.readable import in_words
from screening.views.visit import SENT, UNITS, Visit, address, definition_in, latest_of, live_or_404

logger = logging.getLogger(__name__)

TYPED = "screening_typed"  # what could not be stored and waits in the session while a notice is read


@require_safe
@patients
def start(request: HttpRequest) -> HttpResponse:
    """The questionnaires that can be answered; straight to it where there is one."""
    live = QuestionnaireEdition.objects.current().select_related("questionnaire").defer("content")
    editions = list(live.order_by("questionnaire__title"))
    if len(editions) == 1:
        return redirect("screening:questionnaire", editions[0].questionnaire.key)
    if not editions:
        return _closed(request)
    return render(
        request, "screening/choose.html", {"questionnaires": [each.questionnaire for each in editions]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def questionnaire(request: HttpRequest, questionnaire: str) -> HttpResponse:
    """Start, or go on where one left off."""
    visit = Visit.of(request, questionnaire)
    edition = visit.edition if visit and not visit.must_move else live_or_404(questionnaire)
    if edition is None:
        return _closed(request, visit)
    try:
        if request.method == "POST":
            return _begin(request, visit, edition)
        if visit and visit.must_move:
            return moving.ahead(request, visit, edition)
        if visit is None:
            answering.check_age(request.user)
    except answering.TooYoung:
        return render(request, "screening/too_young.html", {"contacts": host().contacts(request.user)})
    context = {
        "definition": definition_in(edition),
        "invited": any(
            each.case.questionnaire_id == edition.questionnaire_id for each in invitations(request.user)
        ),
        "languages": edition.languages,
        "questionnaire": questionnaire,
        "visit": visit,
        "contacts": host().contacts(request.user),
        "latest": latest_of(request.user, edition.questionnaire.key),
        "sender": host().sender(request.user),
    }
    return render(request, "screening/start.html", context)


def _begin(request: HttpRequest, visit: Visit | None, edition: QuestionnaireEdition) -> HttpResponse:
    """Start, or take the answers to the newer edition: the page before has said what that changes."""
    key = edition.questionnaire.key
    notice = ""
    if visit is None:
        answering.start(
            patient=request.user,
            edition=edition,
            language=definition_in(edition).shown_in,
            renews=latest_of(request.user, key) if request.POST.get("with") == "last" else None,
        )
    elif visit.must_move:
        notice = answering.move(patient=request.user, edition=edition).notice
    if notice:
        return redirect("screening:notice", key, notice)
    begun = Visit.of(request, key)
    if begun and visit is None and begun.has_other_questions:
        return redirect("screening:changes", key)
    return redirect(address(begun) if begun else "screening:start")


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def section(request: HttpRequest, questionnaire: str, section: str) -> HttpResponse:
    """One page of questions."""
    visit = Visit.of(request, questionnaire)
    if visit is None:
        return redirect("screening:questionnaire", questionnaire)
    recovered = None if request.method == "POST" else host().recovered(request)
    data = request.POST if request.method == "POST" else recovered
    if data and (answer := moving.from_before(request, visit, section, data)):
        return answer
    page = visit.section(section)
    if request.method == "POST":
        return _save_page(request, visit, page, request.POST)
    if recovered:
        messages.info(request, _("You had been logged out. What you typed is still here."))
        return _save_page(request, visit, page, recovered, stay=True)
    if typed := _waiting(request):
        return _save_page(request, visit, page, typed, stay=True)
    if visit.must_move:
        return redirect("screening:questionnaire", questionnaire)
    if not visit.progress.may_open(page):
        return redirect(address(visit))
    return _show(request, visit, page, visit.form(page))


def _save_page(
    request: HttpRequest, visit: Visit, page: Section, data: QueryDict, *, stay: bool = False
) -> HttpResponse:
    """Store what fits, show what does not, and go where the patient wants to go."""
    form = visit.form(page, data)
    in_order = page not in visit.progress.pages or visit.progress.may_open(page)
    goes_on = in_order and not (stay or data.get("leave") or data.get("units"))
    must_move = visit.must_move
    form.is_valid()
    if strangers := form.strangers():
        logger.warning("%d fields that no page has were ignored in %s", strangers, visit.attempt)
    saved = answering.save(
        patient=request.user,
        questionnaire=visit.attempt.questionnaire,
        given=form.given(),
        seen=form.seen(),
        section=page.key if goes_on else "",
        language=visit.definition.shown_in,
    )
    visit = Visit(saved.attempt, visit.units)
    _answer_back(form, visit, saved, with_missing=goes_on)
    if saved.notice:
        if saved.errors or saved.conflicts:
            request.session[TYPED] = {"path": request.path, "body": data.urlencode()}
        return redirect(_notice_address(visit, page, saved))
    if data.get("leave") and not saved.conflicts:
        return _leave(request, visit, form)
    if form.errors or form.conflicts or stay:
        return _show(request, visit, page, form, back_to=data.get("return", ""))
    if data.get("units"):
        return _switch(request, visit, page, str(data["units"]))
    if must_move:
        return redirect("screening:questionnaire", visit.key)
    revealed = [question.key for question in page.questions if question.key in saved.revealed]
    if revealed:
        return _come_back(request, visit, page, revealed, data.get("return", ""))
    return redirect(_next(visit, page, data.get("return", "")))


def _answer_back(form: SectionForm, visit: Visit, saved: answering.Saved, *, with_missing: bool) -> None:
    """Tell the form what became of what was typed in it."""
    attempt = saved.attempt
    form.show(attempt.values, saved.shown, attempt.revisions)
    for key, problem in saved.errors.items():
        if key in form.fields:
            form.refuse(key, sentence(problem, visit.definition.questions[key]))
    for key in saved.conflicts:
        form.dispute(key, in_words(visit.definition.questions[key], attempt.values.get(key), visit.units))
    if with_missing:
        for question in form.section.questions:
            revealed = question.key in saved.revealed
            if question.key in saved.missing and question.key not in form.errors and not revealed:
                form.add_error(question.key, _missing(question.type))


def _missing(type_: str) -> str:
    if type_ in ("yes_no", "choice", "scale"):
        return _("Choose the answer that fits best.")
    if type_ == "several":
        return _("Choose at least one.")
    return _("Please answer this question.")


def _leave(request: HttpRequest, visit: Visit, form: SectionForm) -> HttpResponse:
    if form.errors:
        messages.warning(request, _("Saved, except for what did not fit:"))
        for _id, question, message in form.error_links():
            messages.warning(request, f"{question}: {message}")
    else:
        messages.success(request, _("Your answers are saved. You can go on at any time, on any device."))
    return redirect("screening:questionnaire", visit.key)


def _switch(request: HttpRequest, visit: Visit, page: Section, wanted: str) -> HttpResponse:
    """The same page with a measure in another unit, for the rest of this visit."""
    measure, _colon, system = wanted.partition(":")
    request.session[UNITS] = {**request.session.get(UNITS, {}), measure: system}
    first = next((question.key for question in page.questions if question.measure == measure), "")
    return redirect(f"{address(visit, page)}#q-{first}")


def _come_back(
    request: HttpRequest, visit: Visit, page: Section, revealed: list[str], back_to: str
) -> HttpResponse:
    """To the same page, where an answer has opened more questions."""
    text = ngettext(
        "Your answers are saved. There is one more question on this page.",
        "Your answers are saved. There are %(count)s more questions on this page.",
        len(revealed),
    )
    messages.info(request, text % {"count": len(revealed)})
    query = "?return=check" if back_to == "check" else ""
    return redirect(f"{address(visit, page)}{query}#q-{revealed[0]}")


def _next(visit: Visit, page: Section, back_to: str) -> str:
    """Where to go from a page that is done."""
    first = visit.progress.first_open
    after = visit.progress.after(page)
    # Of what is corrected, the pages that were not opened need no second look.
    if first is None and (back_to == "check" or after is None or visit.attempt.amends_id):
        return reverse("screening:check", args=[visit.key])
    if after is None or not visit.progress.may_open(after):
        return address(visit)
    return address(visit, after)


def _waiting(request: HttpRequest) -> QueryDict | None:
    """What was typed here and could not be stored, before a notice had to be shown."""
    typed = request.session.get(TYPED)
    if typed is None or typed["path"] != request.path:
        return None
    del request.session[TYPED]
    return QueryDict(typed["body"])


def _show(
    request: HttpRequest, visit: Visit, page: Section, form: SectionForm, back_to: str = ""
) -> HttpResponse:
    progress = visit.progress
    before = progress.before(page) if page in progress.pages else None
    context = {
        "definition": visit.definition,
        "questionnaire": visit.key,
        "section": page,
        "form": form,
        "number": progress.number(page) if page in progress.pages else 0,
        "total": len(progress.pages),
        "back": address(visit, before) if before else reverse("screening:questionnaire", args=[visit.key]),
        "save": reverse("screening:save", args=[visit.key, page.key]),
        "edition": visit.edition.number,
        "asked_again": visit.asks_again(page),
        "amends": visit.attempt.amends_id,
        "return": "check" if (back_to or request.GET.get("return")) == "check" else "",
        "sender": host().sender(request.user),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "login_address": resolve_url(settings.LOGIN_URL),
        "help_notice": next(iter(visit.definition.notices), ""),
    }
    status = 409 if form.conflicts else 422 if form.errors else 200
    return render(request, "screening/section.html", context, status=status)


@require_POST
@patients
def save(request: HttpRequest, questionnaire: str, section: str) -> HttpResponse:
    """What a script sends while the patient types.

    Answers {shown, notice, revisions, answers}, with `errors` (422) or `conflicts` (409) where there are any.
    """
    try:
        packet = packets.read(request)
        visit = Visit.of(request, questionnaire)
        if visit is None:
            raise packets.Refused(_("There are no answers in progress. Open the questionnaire again."), 409)
        page = visit.section(section)
        given, seen = packets.answers_in(packet, [question.key for question in page.questions])
    except packets.Refused as refused:
        return JsonResponse({"error": str(refused)}, status=refused.status)
    try:
        saved = answering.save(
            patient=request.user,
            questionnaire=visit.attempt.questionnaire,
            given=given,
            seen=seen,
            language=visit.definition.shown_in,
        )
    except AnswersInProgress.DoesNotExist:
        return JsonResponse({"error": _("These answers have been sent.")}, status=409)
    return _saved_json(Visit(saved.attempt, visit.units), page, given, saved)


def _saved_json(visit: Visit, page: Section, given: dict[str, Any], saved: answering.Saved) -> JsonResponse:
    attempt, values = saved.attempt, saved.attempt.values
    here = [question.key for question in page.questions]
    state: dict[str, Any] = {
        "shown": [key for key in here if key in saved.shown],
        "notice": _notice_address(visit, page, saved) if saved.notice else None,
        "revisions": {key: attempt.revisions.get(key, 0) for key in here},
        "answers": {key: visit.plain(key) for key in here},
    }
    if saved.errors:
        texts = visit.definition.questions
        state["errors"] = {key: sentence(problem, texts[key]) for key, problem in saved.errors.items()}
        state["error"] = next(iter(state["errors"].values()))
    if saved.conflicts:
        questions = visit.definition.questions
        words = {key: in_words(questions[key], values.get(key), visit.units) for key in saved.conflicts}
        state["conflicts"] = words
        state["error"] = _("This was answered differently in another window. Choose which answer is right.")
    return JsonResponse(state, status=409 if saved.conflicts else 422 if saved.errors else 200)


def _notice_address(visit: Visit, page: Section, saved: answering.Saved) -> str:
    """The notice, which leads back to the page, or on from it when it is done."""
    done = page.key in saved.attempt.done and not saved.revealed
    after = visit.progress.after(page) if done else page
    then = after.key if after else "check"
    return f"{reverse('screening:notice', args=[visit.key, saved.notice])}?then={then}"


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def notice(request: HttpRequest, questionnaire: str, key: str) -> HttpResponse:
    """What to do now, on a page of its own; and, where it is the crisis notice, the offer of a call."""
    visit = Visit.of(request, questionnaire)
    then = request.GET.get("then", "")
    sent = latest_of(request.user, questionnaire) if then == SENT and visit is None else None
    edition = visit.edition if visit else sent.edition if sent else live_or_404(questionnaire)
    if edition is None or key not in edition.definition.notices:
        raise Http404
    onwards = _onwards(visit, questionnaire, then, sent)
    if request.method == "POST":
        return _answer_offer(request, edition, onwards)
    contacts = host().contacts(request.user)
    about = (
        (visit.attempt if visit else latest_of(request.user, edition.questionnaire.key))
        if key == CRISIS
        else None
    )
    context = {
        "notice": notice_text(definition_in(edition), key, contacts, request.user),
        "contacts": contacts,
        "offers_call": about is not None,
        "standing": call_standing(about) if about else "",
        "then": onwards,
        "sender": host().sender(request.user),
    }
    return render(request, "screening/notice.html", context)


def _answer_offer(request: HttpRequest, edition: QuestionnaireEdition, onwards: str) -> HttpResponse:
    """Whether the patient would like to be called. The page itself says what has become of it."""
    if request.POST.get("call_me") != "yes":
        return redirect(onwards)
    try:
        answering.ask_for_call(patient=request.user, questionnaire=edition.questionnaire)
    except AnswersInProgress.DoesNotExist:
        raise Http404 from None
    return redirect(request.get_full_path())


def _onwards(visit: Visit | None, questionnaire: str, then: str, sent: Submission | None = None) -> str:
    """The way on from a notice; only to pages of this questionnaire, or to what was sent last."""
    if sent is not None:
        return reverse("screening:sent", args=[sent.pk])
    if visit and then == "check":
        return reverse("screening:check", args=[questionnaire])
    if visit and any(section.key == then for section in visit.progress.pages):
        return reverse("screening:section", args=[questionnaire, then])
    return reverse("screening:questionnaire", args=[questionnaire])


def _closed(request: HttpRequest, visit: Visit | None = None) -> HttpResponse:
    context = {"contacts": host().contacts(request.user), "visit": visit}
    return render(request, "screening/closed.html", context)
