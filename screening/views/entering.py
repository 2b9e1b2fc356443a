"""Staff type in answers for a patient, on the same pages. Whose data is shown was recorded before it was read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from screening import answering
from screening.answering import entering
from screening.engine.definition import Section
from screening.forms.entering import FindForm, HowForm
from screening.forms.section import SectionForm, units_for
from screening.host import host
from screening.models import AnswersInProgress, Case, QuestionnaireEdition
from screening.notices import notice_text
from screening.views.patient import _answer_back as answer_back
from screening.views.readable import answered
from screening.views.visit import UNITS, Visit, definition_in

ENTER = "screening.enter_answers"
SALT = "screening.entering"
AN_HOUR = 3600

staff_only = permission_required(ENTER, raise_exception=True)


class EnteringVisit(Visit):
    """A patient's answers as staff type them in."""

    def address(self, page: Section | None = None) -> str:
        """Of a page; without one, of the place to go on at."""
        page = page or self.progress.first_open
        if page is None:
            return self.link("check")
        return self.link("section", self.key, page.key)

    def link(self, page: str, *args: Any, **query: Any) -> str:
        """The staff's page that stands for one of the patient's."""
        names = {"section": "enter_section", "notice": "enter_notice", "check": "enter_check"}
        more = args[1:] if page in ("section", "notice") else ()
        address = reverse(f"review:{names.get(page, 'enter_go')}", args=[self.attempt.pk, *more])
        return f"{address}?{urlencode(query)}" if query else address


def _visit(request: HttpRequest, id: UUID) -> EnteringVisit:
    """Raises Http404, the same for what somebody else types in and for what is not there."""
    try:
        attempt = entering.open_(by=request.user, id=id)
    except AnswersInProgress.DoesNotExist:
        raise Http404 from None
    return EnteringVisit(attempt, units_for(host().units(attempt.patient), request.session.get(UNITS)))


# Whose answers


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Find the patient by two marks, or come from their case; then say how the answers were got."""
    if request.method == "POST" and "patient" in request.POST:
        return _begin(request, _chosen(request))
    if request.method == "POST":
        return _find(request)
    if "case" in request.GET:
        return _how_page(request, _of_case(request))
    return render(request, "screening/enter/find.html", {"form": FindForm()})


def _find(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST)
    if form.is_valid():
        found = entering.find(by=request.user, **form.cleaned_data)
        if found is not None:
            return _how_page(request, found)
        form.add_error(None, _("No patient whom you may see has this record number and date of birth."))
    return render(request, "screening/enter/find.html", {"form": form}, status=422)


def _of_case(request: HttpRequest) -> Any:
    try:
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=UUID(request.GET["case"]))
    except ValueError:
        raise Http404 from None
    return _visible(request, case.patient_id)


def _chosen(request: HttpRequest) -> Any:
    """The patient of the page before, as it named them to this user within the last hour."""
    try:
        who, pk = signing.loads(request.POST["patient"], salt=SALT, max_age=AN_HOUR)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    if who != request.user.pk:
        raise Http404
    return _visible(request, pk)


def _visible(request: HttpRequest, pk: Any) -> Any:
    found = entering.patient(by=request.user, pk=pk)
    if found is None:
        raise Http404
    return found


def _live() -> list[QuestionnaireEdition]:
    live = QuestionnaireEdition.objects.current().select_related("questionnaire").defer("content")
    return list(live.order_by("questionnaire__title"))


def _how_page(
    request: HttpRequest, patient: Any, form: HowForm | None = None, status: int = 200
) -> HttpResponse:
    editions = _live()
    context = {
        "person": host().person(patient),
        "form": form or HowForm(editions=editions),
        "editions": editions,
        "patient": signing.dumps([request.user.pk, patient.pk], salt=SALT),
    }
    return render(request, "screening/enter/how.html", context, status=status)


def _begin(request: HttpRequest, patient: Any) -> HttpResponse:
    form = HowForm(request.POST, editions=_live())
    if not form.is_valid():
        return _how_page(request, patient, form, 422)
    edition = form.edition
    try:
        attempt = entering.begin(
            by=request.user,
            patient=patient,
            edition=edition,
            how=form.cleaned_data["how"],
            language=definition_in(edition).shown_in,
        )
    except entering.Held as held:
        return _held(request, patient, held)
    except answering.TooYoung:
        return _held(request, patient, None)
    return redirect("review:enter_go", attempt.pk)


def _held(request: HttpRequest, patient: Any, held: entering.Held | None) -> HttpResponse:
    by = host().people([held.by]).get(held.by) if held and held.by else None
    context = {"person": host().person(patient), "held": held, "by": by}
    return render(request, "screening/enter/held.html", context, status=409)


# The pages


@staff_only
@require_safe
def go_on(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    visit = _visit(request, attempt_id)
    return _moved_on(request, visit) if visit.must_move else redirect(visit.address())


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, attempt_id: UUID, section: str) -> HttpResponse:
    """One page of questions."""
    visit = _visit(request, attempt_id)
    page = visit.section(section)
    if visit.must_move:
        return _moved_on(request, visit)
    if request.method == "POST":
        return _save_page(request, visit, page, request.POST)
    if recovered := host().recovered(request):
        messages.info(request, _("You had been logged out. What you typed is still here."))
        return _save_page(request, visit, page, recovered, stay=True)
    if not visit.progress.may_open(page):
        return redirect(visit.address())
    return _show(request, visit, page, visit.form(page))


def _save_page(
    request: HttpRequest, visit: EnteringVisit, page: Section, data: QueryDict, *, stay: bool = False
) -> HttpResponse:
    form = visit.form(page, data)
    in_order = page not in visit.progress.pages or visit.progress.may_open(page)
    goes_on = in_order and not (stay or data.get("leave") or data.get("units"))
    form.is_valid()
    try:
        saved = entering.save(
            by=request.user,
            id=visit.attempt.pk,
            given=form.given(),
            seen=form.seen(),
            section=page.key if goes_on else "",
            language=visit.definition.shown_in,
        )
    except AnswersInProgress.DoesNotExist:
        raise Http404 from None
    visit = EnteringVisit(saved.attempt, visit.units)
    answer_back(form, visit, saved, with_missing=goes_on)
    if saved.notice:
        # What did not fit is asked for again on the page that the notice leads back to.
        return redirect(visit.link("notice", visit.key, saved.notice, then=_then(visit, page, saved)))
    if form.errors or form.conflicts or stay:
        return _show(request, visit, page, form, back_to=data.get("return", ""))
    if data.get("leave"):
        messages.success(request, _("Saved. Nothing is sent yet. You can go on from here."))
        return redirect("review:enter")
    if data.get("units"):
        measure, _colon, system = str(data["units"]).partition(":")
        request.session[UNITS] = {**request.session.get(UNITS, {}), measure: system}
        return redirect(visit.address(page))
    revealed = [question.key for question in page.questions if question.key in saved.revealed]
    if revealed:
        return _come_back(request, visit, page, revealed, data.get("return", ""))
    if data.get("return") == "check" and visit.progress.first_open is None:
        return redirect(visit.link("check"))
    after = visit.progress.after(page)
    return redirect(visit.address(after if after and visit.progress.may_open(after) else None))


def _then(visit: EnteringVisit, page: Section, saved: answering.Saved) -> str:
    done = page.key in saved.attempt.done and not (saved.revealed or saved.errors or saved.conflicts)
    after = visit.progress.after(page) if done else page
    return after.key if after else "check"


def _come_back(
    request: HttpRequest, visit: EnteringVisit, page: Section, revealed: list[str], back_to: str
) -> HttpResponse:
    text = ngettext(
        "The answers are saved. There is one more question on this page.",
        "The answers are saved. There are %(count)s more questions on this page.",
        len(revealed),
    )
    messages.info(request, text % {"count": len(revealed)})
    query = {"return": "check"} if back_to == "check" else {}
    return redirect(f"{visit.link('section', visit.key, page.key, **query)}#q-{revealed[0]}")


def _banner(request: HttpRequest, visit: EnteringVisit) -> dict[str, Any]:
    """What every page says on top: for whom, and how."""
    return {
        "attempt": visit.attempt,
        "person": host().person(visit.attempt.patient),
        "definition": visit.definition,
        "questionnaire": visit.key,
        "links": visit.link,
        "sender": host().sender(request.user),
    }


def _show(
    request: HttpRequest, visit: EnteringVisit, page: Section, form: SectionForm, back_to: str = ""
) -> HttpResponse:
    progress = visit.progress
    before = progress.before(page) if page in progress.pages else None
    context = {
        **_banner(request, visit),
        "section": page,
        "form": form,
        "number": progress.number(page) if page in progress.pages else 0,
        "total": len(progress.pages),
        "back": visit.address(before) if before else reverse("review:enter"),
        "edition": visit.edition.number,
        "return": "check" if (back_to or request.GET.get("return")) == "check" else "",
        "help_notice": next(iter(visit.definition.notices), ""),
    }
    status = 409 if form.conflicts else 422 if form.errors else 200
    return render(request, "screening/enter/section.html", context, status=status)


@staff_only
@require_safe
def notice(request: HttpRequest, attempt_id: UUID, key: str) -> HttpResponse:
    """What the patient has to be told now, and whom else to tell."""
    visit = _visit(request, attempt_id)
    if key not in visit.definition.notices:
        raise Http404
    then = request.GET.get("then", "")
    pages = {page.key: page for page in visit.progress.pages}
    on_duty = [person.name for person in host().people([user.pk for user in host().on_duty()]).values()]
    context = {
        **_banner(request, visit),
        "notice": notice_text(visit.definition, key, user=visit.attempt.patient),
        "on_duty": on_duty,
        "then": visit.link("check") if then == "check" else visit.address(pages.get(then)),
    }
    return render(request, "screening/enter/notice.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Read everything once more, to the patient where they are there, and send it."""
    if request.method == "POST" and (done := entering.sent(by=request.user, id=attempt_id)):
        return _to_case(request, done)
    visit = _visit(request, attempt_id)
    if visit.must_move:
        return _moved_on(request, visit)
    if any(page.key not in visit.attempt.done for page in visit.progress.pages):
        return redirect(visit.address())
    return _send(request, visit) if request.method == "POST" else _check_page(request, visit)


def _check_page(
    request: HttpRequest, visit: EnteringVisit, status: int = 200, problem: str = ""
) -> HttpResponse:
    attempt = visit.attempt
    context = {
        **_banner(request, visit),
        "pages": answered(visit.definition, attempt.values, visit.progress.shown, visit.units),
        "missing": visit.progress.open_questions(),
        "problem": problem,
        "digest": answering.digest_of(attempt),
    }
    return render(request, "screening/enter/check.html", context, status=status)


def _send(request: HttpRequest, visit: EnteringVisit) -> HttpResponse:
    try:
        submission = entering.submit(
            by=request.user,
            id=visit.attempt.pk,
            digest=request.POST.get("digest", ""),
            language=visit.definition.shown_in,
        )
    except answering.Incomplete:
        return _check_page(request, visit, 422, _("Some answers are missing. Please give them, then send."))
    except answering.Changed:
        changed = _("The answers have changed in another window. Please read them once more, then send.")
        return _check_page(request, _visit(request, visit.attempt.pk), 409, changed)
    except AnswersInProgress.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The answers are sent. The patient sees who entered them, and how."))
    return _to_case(request, submission)


def _to_case(request: HttpRequest, submission: Any) -> HttpResponse:
    cases = Case.objects.visible_to(request.user).filter(
        patient=submission.patient_id, questionnaire=submission.questionnaire_id
    )
    case = cases.values_list("pk", flat=True).first()
    return redirect("review:case", case) if case else redirect("review:enter")


@staff_only
@require_POST
def discard(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Stop, and drop what was typed in."""
    _visit(request, attempt_id)
    try:
        entering.discard(by=request.user, id=attempt_id)
    except AnswersInProgress.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("What you had entered is dropped. Answers that cannot wait stay on record."))
    return redirect("review:enter")


def _moved_on(request: HttpRequest, visit: EnteringVisit) -> HttpResponse:
    """These questions are no longer asked, or lay too long: nothing is carried over without the patient."""
    return render(request, "screening/enter/moved_on.html", _banner(request, visit), status=409)
