"""The texts of a questionnaire in other languages, beside their source: written, kept fresh and checked here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import global_settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from editions.canonical import canonical, digest
from screening.admin import together
from screening.admin.pages import Pages, Tool
from screening.engine import rewording, translating
from screening.models import Questionnaire, QuestionnaireEdition, Translation

CHECK = "screening.check_translation"
EARLIER = 20  # editions that are searched for the text that a translation was made from

STANDINGS = {
    translating.MISSING: gettext_lazy("missing"),
    translating.INCOMPLETE: gettext_lazy("incomplete"),
    translating.STALE: gettext_lazy("stale: the source has changed"),
    translating.NEEDS_CHECK: gettext_lazy("needs clinical check"),
    translating.CHECKED: gettext_lazy("checked"),
}
MEMBERS = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    "intro": gettext_lazy("Introduction"),
    "sent_title": gettext_lazy("Title after sending"),
    "sent_body": gettext_lazy("Text after sending"),
    "text": gettext_lazy("Text"),
    "short": gettext_lazy("Short name"),
    "help": gettext_lazy("Help"),
    "why": gettext_lazy("Why we ask"),
    "credit": gettext_lazy("Credit"),
    "body": gettext_lazy("Text"),
    "actions": gettext_lazy("What to do, one on each line"),
}


def name_of(language: str) -> str:
    """ "Spanish"; the code itself where Django has no name for it."""
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


def flat(members: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """A part's texts one by one: the field's name, what it is called, and the text."""
    for name, value in members.items():
        if name == "choices":
            for choice, text in value.items():
                yield f"choices.{choice}", _("Choice: %(value)s") % {"value": choice}, text
        else:
            yield name, str(MEMBERS.get(name, name)), "\n".join(value) if isinstance(value, list) else value


class PartForm(forms.Form):
    """The texts of one part in another language, each field beside its source."""

    seen = forms.CharField(
        widget=forms.HiddenInput, required=False
    )  # a digest of the texts as they were opened

    def __init__(self, data: Any = None, *, members: dict[str, Any], row: Translation | None) -> None:
        super().__init__(data)
        self.members, self.row = members, row
        texts = dict(row.texts) if row else {}
        self.initial["seen"] = seen_of(row)
        present = {name: text for name, _label, text in flat({m: texts[m] for m in members if m in texts})}
        for name, label, text in flat(members):
            rows = min(12, 1 + text.count("\n") + len(text) // 70)
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                widget=forms.Textarea({"rows": rows}),
                initial=present.get(name, ""),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        texts = self.texts
        for name in self.members.keys() & {"actions"}:
            if len(texts.get(name, [])) not in (0, len(self.members[name])):
                many = _("Give %(count)d lines, one for each line of the source.")
                self.add_error(name, ValidationError(many % {"count": len(self.members[name])}, code="lines"))
        return cleaned

    @property
    def texts(self) -> dict[str, Any]:
        """As a document holds them, without what is empty."""
        found: dict[str, Any] = {}
        for name, source in self.members.items():
            if name == "choices":
                choices = {value: self.cleaned_data.get(f"choices.{value}", "") for value in source}
                found[name] = {value: text for value, text in choices.items() if text}
            elif isinstance(source, list):
                lines = (line.strip() for line in self.cleaned_data.get(name, "").splitlines())
                found[name] = [line for line in lines if line]
            else:
                found[name] = translating.tidy(self.cleaned_data.get(name, ""))
        return {name: value for name, value in found.items() if value}

    @property
    def pairs(self) -> list[tuple[str, forms.BoundField]]:
        """Each source text with the field of its translation."""
        return [(text, self[name]) for name, _label, text in flat(self.members)]


def seen_of(row: Translation | None) -> str:
    if row is None:
        return ""
    return digest(canonical({"texts": row.texts, "state": row.state, "source": row.source}))[:16]


@dataclass(frozen=True)
class Line:
    """One part in the list: its texts in both languages, and where it stands."""

    part: str
    url: str
    standing: str
    texts: list[tuple[str, str, str]]  # what it is called, source, translation
    row: Translation | None
    may_check: bool

    @property
    def words(self) -> str:
        return str(STANDINGS[self.standing])


@dataclass(frozen=True)
class Count:
    language: str
    name: str
    url: str
    counts: list[tuple[str, int]]
    offered: bool


class TranslationPages(Pages):
    languages_template = "admin/screening/translating/languages.html"
    language_template = "admin/screening/translating/language.html"
    part_template = "admin/screening/translating/part.html"

    def pages(self) -> list[URLPattern]:
        one = "<path:object_id>/translations/"
        return [
            self._path(one, self.languages_view, "translations"),
            self._path(f"{one}<slug:language>/", self.language_view, "translation"),
            self._path(f"{one}<slug:language>/<str:part>/", self.part_view, "translation_part"),
            *super().pages(),
        ]

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        own = Tool(_("Translations"), self._url("translations", draft.pk))
        return [
            *([own] if self.has_view_or_change_permission(request) else []),
            *super().tools(request, draft),
        ]

    # The languages

    def languages_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Each language with how much of it is ready. A language is added by translating its first part."""
        questionnaire = self._translated(request, object_id, {"GET", "HEAD"})
        if isinstance(questionnaire, HttpResponse):
            return questionnaire
        document = questionnaire.content()
        if added := request.GET.get("language", ""):
            if translating.LANGUAGE.fullmatch(added) and added != questionnaire.source_language:
                return redirect(self._url("translation", questionnaire.pk, added))
            messages.error(request, _("Choose another language than that of the questionnaire."))
        there = translating.languages(document)
        offered = translating.offered(document)
        context = {
            "languages": [self._count(questionnaire, document, each, each in offered) for each in there],
            "source": name_of(questionnaire.source_language),
            "others": sorted(
                (str(name), code)
                for code, name in global_settings.LANGUAGES
                if code not in (*there, questionnaire.source_language)
            ),
        }
        return self._page(request, questionnaire, self.languages_template, _("Translations"), context)

    def _count(
        self, questionnaire: Questionnaire, document: dict[str, Any], language: str, offered: bool
    ) -> Count:
        found = Counter(translating.standings(document, language).values())
        return Count(
            language,
            name_of(language),
            self._url("translation", questionnaire.pk, language),
            [(str(words), found[standing]) for standing, words in STANDINGS.items() if found[standing]],
            offered,
        )

    # The parts of one language

    def language_view(self, request: HttpRequest, object_id: str, language: str) -> HttpResponse:
        """All parts side by side. POST says of some that they are still right, or checked."""
        questionnaire = self._translated(request, object_id, {"GET", "HEAD", "POST"}, language)
        if isinstance(questionnaire, HttpResponse):
            return questionnaire
        if request.method == "POST":
            with transaction.atomic():
                self._confirm(request, together.locked(questionnaire.pk), language)
            back = self._url("translation", questionnaire.pk, language)
            part = request.POST.get("part", "")
            return redirect(f"{back}#part-{part}" if part else back)
        lines = self._lines(request, questionnaire, language)
        only = request.GET.get("standing", "")
        context = {
            "language": language,
            "language_name": name_of(language),
            "source_language": questionnaire.source_language,
            "source": name_of(questionnaire.source_language),
            "lines": [line for line in lines if only in ("", line.standing)],
            "standings": [
                (standing, words, sum(line.standing == standing for line in lines))
                for standing, words in STANDINGS.items()
            ],
            "only": only,
            "may_change": self.has_change_permission(request),
            "languages_url": self._url("translations", questionnaire.pk),
            "unchecked": sum(line.may_check for line in lines),
        }
        title = _("Translation: %(language)s") % {"language": name_of(language)}
        return self._page(request, questionnaire, self.language_template, title, context)

    def _lines(self, request: HttpRequest, questionnaire: Questionnaire, language: str) -> list[Line]:
        rows = self._rows(questionnaire, language)
        return [
            self._line(request, questionnaire, language, part, members, rows.get(part))
            for part, members in translating.parts(questionnaire.content()).items()
        ]

    def _line(
        self,
        request: HttpRequest,
        questionnaire: Questionnaire,
        language: str,
        part: str,
        members: dict[str, Any],
        row: Translation | None,
    ) -> Line:
        texts = {name: row.texts[name] for name in members if name in row.texts} if row else {}
        told = {name: text for name, _label, text in flat(texts)}
        standing = standing_of(members, row)
        return Line(
            part,
            self._url("translation_part", questionnaire.pk, language, part),
            standing,
            [(label, text, told.get(name, "")) for name, label, text in flat(members)],
            row,
            standing == translating.NEEDS_CHECK and self._may_check(request, row),
        )

    def _rows(self, questionnaire: Questionnaire, language: str) -> dict[str, Translation]:
        rows = questionnaire.translations.filter(language=language)
        return {row.part: row for row in rows.select_related("written_by", "checked_by")}

    def _may_check(self, request: HttpRequest, row: Translation | None) -> bool:
        """Nobody checks what they wrote themselves."""
        return row is not None and request.user.has_perm(CHECK) and row.written_by_id != request.user.pk

    def _confirm(self, request: HttpRequest, questionnaire: Questionnaire, language: str) -> None:
        """One part is checked, or still right; `version` is the draft's that the reader saw."""
        part = request.POST.get("part", "")
        row = self._rows(questionnaire, language).get(part)
        members = translating.parts(questionnaire.content()).get(part)
        if request.POST.get("version") != str(questionnaire.version):
            messages.warning(
                request, _("Somebody else saved the questionnaire meanwhile. Please look again.")
            )
            return
        checking = "checked" in request.POST
        take = self._check if checking else self._freshen
        if row is None or members is None or not take(request, row, members):
            messages.warning(
                request, _("Nothing was changed. What one wrote oneself is checked by somebody else.")
            )
            return
        what = _("checked") if checking else _("still right")
        # Who checks a text adds no word to it, so they may still approve the whole.
        together.save(request, questionnaire, f"{language} {part}: {what}", wrote=not checking)
        messages.success(request, f"{part}: {what}")

    def _check(self, request: HttpRequest, row: Translation, members: dict[str, Any]) -> bool:
        if standing_of(members, row) != translating.NEEDS_CHECK or not self._may_check(request, row):
            return False
        row.state, row.checked_by, row.checked_at = Translation.State.CHECKED, request.user, timezone.now()
        row.save()
        return True

    def _freshen(self, request: HttpRequest, row: Translation, members: dict[str, Any]) -> bool:
        """It fits the changed source too. Whether it stays checked depends on who says so."""
        if standing_of(members, row) != translating.STALE or not self.has_change_permission(request):
            return False
        row.source = translating.source_of(members)
        if row.state == Translation.State.CHECKED and self._may_check(request, row):
            row.checked_by, row.checked_at = request.user, timezone.now()
        else:
            row.state, row.checked_by, row.checked_at = Translation.State.NEEDS_CHECK, None, None
        row.save()
        return True

    # One part

    def part_view(self, request: HttpRequest, object_id: str, language: str, part: str) -> HttpResponse:
        """The source on the left, its translation on the right."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        questionnaire = self._translated(request, object_id, {"GET", "HEAD", "POST"}, language)
        if isinstance(questionnaire, HttpResponse):
            return questionnaire
        members = translating.parts(questionnaire.content()).get(part)
        if members is None:
            raise Http404
        if request.method != "POST":
            row = self._rows(questionnaire, language).get(part)
            return self._part_page(request, questionnaire, language, part, PartForm(members=members, row=row))
        with transaction.atomic():
            questionnaire = together.locked(questionnaire.pk)
            members = translating.parts(questionnaire.content()).get(part, members)
            row = self._rows(questionnaire, language).get(part)
            form = PartForm(request.POST, members=members, row=row)
            valid = form.is_valid()
            if valid and form.cleaned_data["seen"] != seen_of(row):
                form.add_error(None, together.changed_meanwhile(questionnaire))
                posted: Any = form.data
                form.data = data = posted.copy()
                data["seen"] = seen_of(row)
            elif valid:
                self._write(request, questionnaire, language, part, form)
                return redirect(f"{self._url('translation', questionnaire.pk, language)}#part-{part}")
        return self._part_page(request, questionnaire, language, part, form)

    def _write(
        self, request: HttpRequest, questionnaire: Questionnaire, language: str, part: str, form: PartForm
    ) -> None:
        texts, source = form.texts, translating.source_of(form.members)
        row = form.row or Translation(questionnaire=questionnaire, language=language, part=part)
        if (row.texts, row.source if texts else "") == (texts, source if texts else ""):
            messages.info(request, _("Nothing was changed."))
            return
        if row._state.adding:
            row.position = questionnaire.translations.count() + 1
        if row.texts != texts:
            row.written_by = request.user
        row.texts, row.source, row.state = texts, source, Translation.State.NEEDS_CHECK
        row.checked_by = row.checked_at = None
        row.save()
        together.save(request, questionnaire, f"{language} {part}")
        lacks = translating.lacking(form.members, texts)
        if lacks:
            messages.warning(request, _("Saved. Still missing: %(what)s.") % {"what": ", ".join(lacks)})
        else:
            messages.success(request, _("Saved. Somebody else has to check it."))

    def _part_page(
        self, request: HttpRequest, questionnaire: Questionnaire, language: str, part: str, form: PartForm
    ) -> HttpResponse:
        standing = standing_of(form.members, form.row)
        context = {
            "form": form,
            "part": part,
            "language": language,
            "language_name": name_of(language),
            "source": name_of(questionnaire.source_language),
            "source_language": questionnaire.source_language,
            "standing": STANDINGS[standing],
            "stale": standing == translating.STALE,
            "was": _was(questionnaire, part, form) if standing == translating.STALE else None,
            "row": form.row,
            "language_url": self._url("translation", questionnaire.pk, language),
            "languages_url": self._url("translations", questionnaire.pk),
        }
        status = 409 if form.has_error("__all__", "stale") else 422 if form.errors else 200
        title = _("%(language)s: %(part)s") % {"language": name_of(language), "part": part}
        return self._page(request, questionnaire, self.part_template, title, context, status)

    def _translated(
        self, request: HttpRequest, object_id: str, methods: Iterable[str], language: str = ""
    ) -> Any:
        """The questionnaire for those who may see it; Http404 for a language that cannot be."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if str(request.method) not in methods:
            return HttpResponseNotAllowed(sorted(methods))
        questionnaire: Any = self._draft(request, object_id)
        if language and (
            not translating.LANGUAGE.fullmatch(language) or language == questionnaire.source_language
        ):
            raise Http404
        return questionnaire


def standing_of(members: dict[str, Any], row: Translation | None) -> str:
    if row is None:
        return translating.MISSING
    return translating.standing(members, {"texts": row.texts, "source": row.source, "state": row.state})


def _was(questionnaire: Questionnaire, part: str, form: PartForm) -> list[tuple[str, Any]] | None:
    """What has changed in the source since, word by word; None where no edition holds the earlier text."""
    earlier = QuestionnaireEdition.objects.for_draft(questionnaire).order_by("-number")[:EARLIER]
    for edition in earlier:
        members = translating.parts(edition.document).get(part)
        if members and form.row and translating.source_of(members) == form.row.source:
            before, now = dict(_texts(members)), dict(_texts(form.members))
            labels = {name: label for name, label, _text in (*flat(members), *flat(form.members))}
            return [
                (label, rewording.words(before.get(name, ""), now.get(name, "")))
                for name, label in labels.items()
                if before.get(name) != now.get(name)
            ]
    return None


def _texts(members: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, _label, text in flat(members):
        yield name, text
