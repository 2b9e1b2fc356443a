"""Several people in one questionnaire: what each of them opened, and what the others have saved since.

A page carries the questionnaire's version and a digest of the row as they were when it was opened. Only where that
very row is another now is it a conflict; what others did elsewhere is told, and stands beside what is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editions import publishing
from editions.canonical import canonical, digest
from editions.forms import Conflict
from editions.models import Change, Draft
from screening.models import Criterion, Investigation, Question, Questionnaire

LATELY = timedelta(minutes=10)
INLINES = {Question: ("choices",), Criterion: ("rules", "sources"), Investigation: ("fields",)}
NOT_SEEN = ("id", "position")  # others may put rows before this one without changing it
STANDING = [
    field.name for field in Draft._meta.get_fields() if field.name != "id"
]  # state, version, approvals


def locked(questionnaire_id: Any) -> Questionnaire:
    """The questionnaire as it is now, held until the transaction ends: one save after the other."""
    return Questionnaire.objects.select_for_update().get(pk=questionnaire_id)


def seen_of(row: Any) -> str:
    """A short digest of the stored row, with what is edited inside its form."""
    stored = type(row)._base_manager.get(pk=row.pk)
    parts = [_said(stored, (*NOT_SEEN, *STANDING))]
    for name in INLINES.get(type(row), ()):
        parts += [_said(each, ("id",)) for each in getattr(stored, name).all()]
    return digest(canonical({"row": parts}))[:16]


def _said(row: Any, without: Iterable[str]) -> dict[str, str]:
    return {f.attname: f.value_to_string(row) for f in row._meta.concrete_fields if f.name not in without}


def order_of(rows: Iterable[Any]) -> str:
    """A short digest of which rows there are, in which order."""
    return digest(",".join(str(row.pk) for row in rows))[:16]


def changed_meanwhile(questionnaire: Questionnaire) -> ValidationError:
    """In the words that articles use."""
    who = publishing.Stale(publishing.last_change(questionnaire))
    advice = _("What you typed is still here. Saving again replaces what was saved in between.")
    return ValidationError("%(who)s %(advice)s", code="stale", params={"who": who, "advice": advice})


def conflicts(form: forms.BaseForm, stored: Any) -> Iterator[Conflict]:
    """The fields of a bound form that the stored row has another value in."""
    for name, field in form.fields.items():
        model_field = next((each for each in stored._meta.concrete_fields if each.name == name), None)
        if model_field is None or name == "id" or isinstance(field, forms.models.InlineForeignKeyField):
            continue
        bound = form[name]
        if field.has_changed(model_field.value_from_object(stored), bound.data):
            yield Conflict(str(bound.label), getattr(stored, name), bound.data)


def conflicts_inside(formset: Any) -> Iterator[Conflict]:
    """The same for the rows inside a form: changed, removed or added by somebody else."""
    model, name = formset.model, str(formset.model._meta.verbose_name)
    stored = {str(row.pk): row for row in model._base_manager.filter(**{formset.fk.name: formset.instance})}
    for gone in formset.gone:
        yield Conflict(f"{name} {gone}", _("removed"), _("It comes back when you save."))
    posted = {str(form[formset.model._meta.pk.name].data or ""): form for form in formset.initial_forms}
    for pk, form in posted.items():
        for each in conflicts(form, stored[pk]) if pk in stored else ():
            yield Conflict(f"{name} {stored[pk]}, {each.label}", each.theirs, each.yours)
    for pk, row in stored.items():
        if pk not in posted:
            yield Conflict(f"{name} {row}", _("added"), _("It stays when you save."))


# What is told


def typed(request: HttpRequest, model: Any) -> list[tuple[str, str]]:
    """What was typed in a form whose row is gone, with the names of its boxes: it can be copied from the page."""
    found = []
    for name, text in request.POST.items():
        column = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if text and column is not None and column.editable and not column.is_relation:
            found.append((str(column.verbose_name), str(text)))
    return found


@dataclass(frozen=True)
class Save:
    """Somebody's save of a questionnaire, and what it was about, where that is known."""

    by: Any
    at: Any
    about: tuple[str, ...]

    def __str__(self) -> str:
        words = {"name": self.by, "time": _time(self.at), "what": "; ".join(self.about)}
        if self.about:
            return _("%(name)s saved this questionnaire at %(time)s: %(what)s") % words
        return _("%(name)s saved this questionnaire at %(time)s.") % words


def saves_since(questionnaire: Questionnaire, version: int | None, but: Any) -> list[Save]:
    """What others than `but` saved after that version, the oldest first."""
    if version is None:
        return []
    later = publishing.changes(questionnaire).filter(version__gt=version).exclude(by=but)
    changes = list(later.select_related("by").order_by("version"))
    return [Save(change.by, change.at, _about(questionnaire, change)) for change in changes]


def _about(questionnaire: Questionnaire, change: Change) -> tuple[str, ...]:
    """From the questionnaire's own history, which notes each row that was saved with the version it made."""
    notes = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Questionnaire),
        object_id=str(questionnaire.pk),
        user_id=change.by_id,
        change_message__startswith=f"{change.version}: ",
    )
    return tuple(note.change_message.partition(": ")[2] for note in notes)


def lately(questionnaire: Questionnaire, user: Any) -> str:
    """A sentence where somebody else saved in the last minutes, and may still be at work; empty where nobody did."""
    last = publishing.last_change(questionnaire)
    if last is None or last.by_id == user.pk or timezone.now() - last.at > LATELY:
        return ""
    minutes = int((timezone.now() - last.at).total_seconds()) // 60
    ago = ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    return _("%(name)s saved this questionnaire at %(time)s, %(ago)s, and may still be working on it.") % {
        "name": last.by,
        "time": _time(last.at),
        "ago": ago if minutes else _("just now"),
    }


def tell(request: HttpRequest, saves: Iterable[Save]) -> bool:
    """Say what others saved meanwhile. Whether there was anything."""
    sentences = [str(save) for save in saves]
    for sentence in sentences:
        messages.info(request, sentence)
    return bool(sentences)


def save(request: HttpRequest, questionnaire: Questionnaire, about: str, *, wrote: bool = True) -> None:
    """The next version of the draft under the user's name, and a note of what was done in its history.

    `questionnaire` has to be locked, and read after the lock.
    """
    version = questionnaire.version
    if not publishing.save_draft(questionnaire, by=request.user, expected_version=version, wrote=wrote):
        return
    LogEntry.objects.create(
        user=request.user,  # type: ignore[misc]  # the admin lets in nobody who is not logged in
        content_type=ContentType.objects.get_for_model(Questionnaire),
        object_id=str(questionnaire.pk),
        object_repr=str(questionnaire)[:200],
        action_flag=2,
        change_message=f"{questionnaire.version}: {about}",
    )


def _time(at: Any) -> str:
    local = timezone.localtime(at)
    today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if today else "DATETIME_FORMAT")
