"""A patient corrects what was sent: a new submission that begins with the answers of the old one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening import answering
from screening.forms.amending import AmendForm
from screening.host import host
from screening.models import AnswersInProgress, Submission
from screening.views.access import patients
from screening.views.sent import own_or_404
from screening.views.visit import Visit, address, definition_in, latest_of, live_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def correct(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Say what is to be corrected, and begin."""
    submission = own_or_404(request, submission_id)
    key = submission.questionnaire.key
    if (visit := Visit.of(request, key)) is not None:
        return _begun_before(request, visit, submission)
    latest = latest_of(request.user, key)
    if latest is not None and latest.pk != submission.pk:
        messages.info(request, _("You have sent newer answers since then. You can correct those here."))
        return redirect("screening:correct", latest.pk)
    edition = live_or_404(key)
    if edition is None:
        return render(request, "screening/closed.html", {"contacts": host().contacts(request.user)})
    typed = request.POST if request.method == "POST" else host().recovered(request)
    form = AmendForm(typed)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, submission, form)
    try:
        answering.start(
            patient=request.user,
            edition=edition,
            language=definition_in(edition).shown_in,
            amends=submission,
            amend_reason=form.cleaned_data["reason"],
        )
    except answering.TooYoung:
        return render(request, "screening/too_young.html", {"contacts": host().contacts(request.user)})
    except answering.AmendedBefore:  # sent in another window, just now
        return redirect("screening:correct", submission_id)
    begun = Visit.of(request, key)
    if begun is not None and begun.attempt.moves:
        return redirect("screening:changes", key)
    return redirect(address(begun) if begun else "screening:start")


def _ask(request: HttpRequest, submission: Submission, form: AmendForm) -> HttpResponse:
    context = {
        "submission": submission,
        "definition": definition_in(submission.edition),
        "form": form,
        "sender": host().sender(request.user),
    }
    return render(request, "screening/correct.html", context, status=422 if form.errors else 200)


def _begun_before(request: HttpRequest, visit: Visit, submission: Submission) -> HttpResponse:
    if visit.attempt.amends_id != submission.pk:
        messages.info(request, _("You have begun to answer again. Please finish these answers first."))
    return redirect("screening:questionnaire", visit.key)


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def stop(request: HttpRequest, questionnaire: str) -> HttpResponse:
    """Drop a correction that was begun, after a question. What was sent stands."""
    visit = Visit.of(request, questionnaire)
    if visit is None or visit.attempt.amends_id is None:
        return redirect("screening:questionnaire", questionnaire)
    if request.method != "POST":
        context = {"visit": visit, "questionnaire": questionnaire, "sender": host().sender(request.user)}
        return render(request, "screening/stop.html", context)
    try:
        amended = answering.stop_amending(patient=request.user, questionnaire=visit.attempt.questionnaire)
    except AnswersInProgress.DoesNotExist:  # sent or stopped in another window, just now
        return redirect("screening:questionnaire", questionnaire)
    messages.success(request, _("You stopped correcting. What you sent is unchanged."))
    return redirect("screening:sent", amended.pk)
