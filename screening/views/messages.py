"""What a patient was told, and what they ask about it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ledger.looking import is_read
from screening import messaging
from screening.forms.messages import QuestionForm
from screening.host import host
from screening.messaging import Told
from screening.models import Message
from screening.views.access import patients


@require_safe
@patients
def letters(request: HttpRequest) -> HttpResponse:
    """All messages of the care team, with what was asked and answered."""
    context = {
        "letters": messaging.messages_for(request.user),
        "contacts": host().contacts(request.user),
    }
    return render(request, "screening/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients
def letter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Read one, and ask about it."""
    told = _own_or_404(request, message_id)
    if request.method == "POST":
        return _ask(request, told)
    if not is_read(request):
        return _show(request, told, QuestionForm())
    messaging.mark_read(patient=request.user, message=told.message)
    typed = host().recovered(request)
    if typed is not None:
        messages.info(
            request, _("You had been logged out. Your question is not sent yet. Please send it now.")
        )
    return _show(request, told, QuestionForm(typed))


def _own_or_404(request: HttpRequest, message_id: UUID) -> Told:
    """The same for a message of somebody else and for none."""
    try:
        return messaging.message_for(request.user, message_id)
    except Message.DoesNotExist:
        raise Http404 from None


def _ask(request: HttpRequest, told: Told) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _show(request, told, form, status=422)
    try:
        question = messaging.reply(patient=request.user, message=told.message, **form.cleaned_data)
    except messaging.TooManyWait:
        form.add_error(
            "text", _("Your earlier questions wait to be read. Please call us, or send this later.")
        )
        return _show(request, told, form, status=422)
    return redirect(f"{reverse('messages:letter', args=[told.message.pk])}#question-{question.pk}")


def _show(request: HttpRequest, told: Told, form: QuestionForm, status: int = 200) -> HttpResponse:
    context = {
        "told": told,
        "form": form,
        "contacts": host().contacts(request.user),
        "sender": host().sender(request.user),
    }
    return render(request, "screening/message.html", context, status=status)
