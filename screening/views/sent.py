"""The last steps: check one's answers, send them, read and keep what was sent. And the form on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ledger import access
from ledger.models import AccessRecord
from screening import answering
from screening.engine.answers import loads
from screening.engine.assessment import shown
from screening.host import host
from screening.models import AnswersInProgress, Questionnaire, Submission
from screening.views import paper
from screening.views.access import patients
from screening.views.readable import answered
from screening.views.visit import SENT, Visit, address, definition_in, live_or_404, units_of


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def check(request: HttpRequest, questionnaire: str) -> HttpResponse:
    """Read all answers once more, change them, and send them."""
    if request.method == "POST":
        return _submit(request, questionnaire)
    visit = Visit.of(request, questionnaire)
    if visit is None or visit.must_move:
        return redirect("screening:questionnaire", questionnaire)
    if _undone(visit):
        return redirect(address(visit))
    if host().recovered(request):
        messages.info(request, _("You had been logged out. Your answers are saved, and not sent yet."))
    return _show(request, visit)


def _show(request: HttpRequest, visit: Visit, status: int = 200, problem: str = "") -> HttpResponse:
    attempt = visit.attempt
    context = {
        "definition": visit.definition,
        "questionnaire": visit.key,
        "pages": answered(visit.definition, attempt.values, visit.progress.shown, visit.units),
        "missing": visit.progress.open_questions(),
        "problem": problem,
        "attempt": attempt.pk,
        "digest": answering.digest_of(attempt),
        "amends": attempt.amends_id,
        "moved": bool(attempt.moves),
        "sender": host().sender(request.user),
    }
    return render(request, "screening/check.html", context, status=status)


def _submit(request: HttpRequest, questionnaire: str) -> HttpResponse:
    visit = Visit.of(request, questionnaire)
    if visit and visit.must_move:
        return redirect("screening:questionnaire", questionnaire)
    if visit and _undone(visit):
        return redirect(address(visit))
    id_ = _attempt_id(request)
    try:
        submission = answering.submit(
            patient=request.user,
            questionnaire=get_object_or_404(Questionnaire, key=questionnaire),
            attempt=id_,
            digest=request.POST.get("digest", ""),
            language=visit.definition.shown_in if visit else "",
        )
    except (answering.Incomplete, answering.Changed) as refused:
        return _refused(request, questionnaire, id_, refused)
    except AnswersInProgress.DoesNotExist:
        if id_ is not None:
            raise Http404 from None
        return redirect("screening:questionnaire", questionnaire)
    if submission.notice:
        notice = reverse("screening:notice", args=[questionnaire, submission.notice])
        return redirect(f"{notice}?then={SENT}")
    return redirect("screening:sent", submission.pk)


def _attempt_id(request: HttpRequest) -> UUID | None:
    """The id of the answers that are sent. Raises Http404 for what is no id."""
    text = request.POST.get("attempt", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _undone(visit: Visit) -> bool:
    """Whether a page was never finished: pages are answered in order."""
    return any(page.key not in visit.attempt.done for page in visit.progress.pages)


def _refused(request: HttpRequest, questionnaire: str, id_: UUID | None, refused: Exception) -> HttpResponse:
    visit = Visit.of(request, questionnaire)
    if visit is None:
        return render(request, "screening/already_sent.html", {"submission_id": id_}, status=409)
    if isinstance(refused, answering.Incomplete):
        return _show(request, visit, 422, _("Some answers are missing. Please give them, then send."))
    changed = _("Your answers have changed in another window. Please read them once more, then send.")
    return _show(request, visit, 409, changed)


@require_safe
@patients
def sent(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Thank you, what happens next, and the answers as they were sent."""
    return render(request, "screening/sent.html", _context(request, _readable_or_404(request, submission_id)))


@require_safe
@patients
def download(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The answers as a plain text file. Asks for the password again: a shared computer is easily left."""
    submission = _readable_or_404(request, submission_id)
    if (question := host().confirm_password(request)) is not None:
        return question
    access.record(
        request.user,
        AccessRecord.Action.DOWNLOADED,
        subject=submission.patient_id,
        kind="submission",
        id=submission.pk,
    )
    text = render_to_string("screening/sent.txt", _context(request, submission))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{submission.questionnaire.key}-{timezone.localdate(submission.submitted_at)}.txt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def own_or_404(request: HttpRequest, submission_id: UUID) -> Submission:
    """The patient's own submission. Raises Http404, the same for one of somebody else and for none."""
    return _one_of(request, [request.user.pk], submission_id)


def _readable_or_404(request: HttpRequest, submission_id: UUID) -> Submission:
    """The same, or one under a record that was joined to theirs: that is read, and not corrected."""
    return _one_of(request, host().records_of(request.user.pk), submission_id)


def _one_of(request: HttpRequest, records: list[Any], submission_id: UUID) -> Submission:
    rows = Submission.objects.visible_to(request.user).filter(patient__in=records, pk=submission_id)
    related = rows.select_related("edition", "questionnaire", "amends", "entered_by")
    submission: Submission | None = related.defer("edition__content").first()
    if submission is None:
        raise Http404
    return submission


def _context(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    definition, answers = definition_in(submission.edition), loads(submission.answers)
    on_the_day = shown(definition, answers, submission.facts, submission.today)
    mine = Submission.objects.visible_to(request.user).filter(patient=submission.patient_id)
    by = submission.entered_by
    return {
        "definition": definition,
        "submission": submission,
        "own": submission.patient_id == request.user.pk,  # what stands under a joined record is not corrected
        "amended_by": mine.filter(amends=submission).only("submitted_at").first(),
        "entered_by": host().person(by).name if by else "",
        "pages": answered(definition, answers, on_the_day, units_of(request)),
        "contacts": host().contacts(request.user),
    }


@require_safe
@patients
def blank(request: HttpRequest, questionnaire: str) -> HttpResponse:
    """All questions on paper, with when each is to be answered."""
    visit = Visit.of(request, questionnaire)
    edition = visit.edition if visit else live_or_404(questionnaire)
    if edition is None:
        return render(request, "screening/closed.html", {"contacts": host().contacts(request.user)})
    facts = visit.attempt.facts if visit else host().facts(request.user, timezone.localdate())
    definition = definition_in(edition)
    context = {
        "definition": definition,
        "questionnaire": questionnaire,
        "sheet": paper.sheet(definition, facts, timezone.localdate()),
        "contacts": host().contacts(request.user),
    }
    return render(request, "screening/blank.html", context)
