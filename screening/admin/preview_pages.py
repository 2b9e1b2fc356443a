"""A questionnaire as its patients will meet it, tried with made-up answers. Nothing is stored, and nobody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from screening.admin.tried import CHANGE, METHODS, PREVIEW, TriedPages, definition_of
from screening.engine.answers import ADULT, OLDEST
from screening.engine.definition import DefinitionError, Section
from screening.engine.translating import languages
from screening.forms.section import SectionForm
from screening.host import host
from screening.models import Case
from screening.notices import notice_text
from screening.readable import answered
from screening.trying import samples
from screening.trying.preview import Found, Preview, Saved, TooLong, Trial, found
from screening.urgent import CRISIS

STATE = "state"  # the parameter of the addresses that holds the answers


class SettingsForm(forms.Form):
    """What is tried, and the facts that nobody is asked about."""

    edition = forms.TypedChoiceField(label=gettext_lazy("Try"), coerce=int)
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    age = forms.IntegerField(label=gettext_lazy("Age"), min_value=ADULT, max_value=OLDEST)
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[("female", gettext_lazy("female")), ("male", gettext_lazy("male"))],
    )
    on_duty = forms.BooleanField(
        label=gettext_lazy("Somebody is on duty, so that mood is asked about"), required=False
    )
    today = forms.DateField(
        label=gettext_lazy("The day it plays on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any, *, editions: list[Any], spoken: list[str], **options: Any) -> None:
        super().__init__(data, use_required_attribute=False, **options)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-check-input" if name == "on_duty" else "form-control"
        choices: Any = [(0, _("the draft, as it is now"))]
        choices += [(each, _("edition %(number)s") % {"number": each}) for each in editions]
        self.fields["edition"].choices = choices  # type: ignore[attr-defined]
        self.fields["language"].choices = [(each, _name(each)) for each in spoken]  # type: ignore[attr-defined]

    def preview(self) -> Preview:
        given = self.cleaned_data
        facts = {"age": given["age"], "sex": given["sex"], "on_duty_contact": given["on_duty"]}
        return Preview(given["edition"], given["language"], facts, given["today"])


def _name(language: str) -> str:
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


class SampleForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("What is special about these answers. Never a person's name."),
    )
    note = forms.CharField(
        label=gettext_lazy("What it is for"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )


class PreviewPages(TriedPages):
    """`/preview/`: the patients' own templates, with the answers in the address."""

    def pages(self) -> list[URLPattern]:
        base = "<path:object_id>/preview/"
        return [
            self._path(base, self.preview_view, "preview"),
            self._path(f"{base}page/<slug:section>/", self.preview_page_view, "preview_page"),
            self._path(f"{base}notice/<slug:notice>/", self.preview_notice_view, "preview_notice"),
            self._path(f"{base}check/", self.preview_check_view, "preview_check"),
            self._path(f"{base}outcome/", self.preview_outcome_view, "preview_outcome"),
            *super().pages(),
        ]

    def preview_url(self, obj: Any) -> str:
        return self._url("preview", obj.pk)

    # The pages

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is tried, and the page that patients begin on."""
        draft = self._tried(request, object_id)
        if isinstance(draft, HttpResponse):
            return draft
        form = self._settings(request, draft)
        try:
            preview = self._read(request, draft)
        except signing.BadSignature:
            return self._begin_again(request, draft)
        if preview is None:
            preview = form.preview() if form.is_valid() else _first(draft)
        trial = self._trial(request, draft, preview)
        if isinstance(trial, HttpResponse):
            return trial
        if request.method == "POST":
            return redirect(self._next(draft, trial))
        context = {
            "visit": trial if trial.answers or trial.preview.done else None,
            "contacts": host().contacts(),
        }
        return self._show(request, draft, trial, "start", context, settings=form)

    def preview_page_view(self, request: HttpRequest, object_id: str, section: str) -> HttpResponse:
        def show(draft: Any, trial: Trial) -> HttpResponse:
            page = trial.section(section)
            if page is None:
                raise Http404
            if request.method == "POST":
                return self._save_page(request, draft, trial, page)
            return self._show_page(request, draft, trial, page, trial.form(page))

        return self._with_trial(request, object_id, show)

    def preview_notice_view(self, request: HttpRequest, object_id: str, notice: str) -> HttpResponse:
        def show(draft: Any, trial: Trial) -> HttpResponse:
            if notice not in trial.definition.notices:
                raise Http404
            then = request.GET.get("then", "")
            links = self._links(draft, trial)
            onwards = links("section", 0, then) if trial.section(then) else links("check", 0)
            asked = request.method == "POST" and request.POST.get("call_me") == "yes"
            if request.method == "POST" and not asked:
                return redirect(onwards)
            contacts = host().contacts()
            context = {
                "notice": notice_text(trial.definition, notice, contacts),
                "contacts": contacts,
                "offers_call": notice == CRISIS,
                "standing": "sent" if asked else "",
                "then": onwards,
            }
            return self._show(request, draft, trial, "notice", context)

        return self._with_trial(request, object_id, show)

    def preview_check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def show(draft: Any, trial: Trial) -> HttpResponse:
            if request.method == "POST":
                return redirect(self._at(draft, "outcome", trial.preview))
            definition, progress = trial.definition, trial.progress
            pages = answered(definition, trial.answers, progress.shown, trial.units)
            context = {"pages": pages, "missing": progress.open_questions()}
            return self._show(request, draft, trial, "check", context)

        return self._with_trial(request, object_id, show)

    def preview_outcome_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a surgeon would see; and the answers kept as a sample, where the author may."""

        def show(draft: Any, trial: Trial) -> HttpResponse:
            came_to = found(trial)
            if request.method != "POST":
                return self._show_outcome(request, draft, trial, came_to, SampleForm())
            if not request.user.has_perm(CHANGE):
                raise PermissionDenied
            form = SampleForm(request.POST)
            if form.is_valid():
                try:
                    sample = samples.keep(
                        draft,
                        answers=trial.answers,
                        facts=dict(trial.preview.facts),
                        today=trial.preview.today,
                        expected=came_to.outcome.as_dict(),
                        **form.cleaned_data,
                    )
                except samples.NameTaken:
                    form.add_error("name", _("There is a sample of this name already."))
                else:
                    messages.success(request, _("Kept as a sample: %(name)s") % {"name": sample.name})
                    self.log_change(request, draft, f"{_('Sample')}: {sample.name}")
                    return redirect(self._url("samples", draft.pk))
            return self._show_outcome(request, draft, trial, came_to, form, status=422)

        return self._with_trial(request, object_id, show)

    # How they are made

    def _tried(self, request: HttpRequest, object_id: str) -> Any:
        """The draft, or the answer to who asks otherwise."""
        if not request.user.has_perm(PREVIEW):
            raise PermissionDenied
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self._draft(request, object_id)

    def _with_trial(
        self, request: HttpRequest, object_id: str, show: Callable[[Any, Trial], HttpResponse]
    ) -> HttpResponse:
        draft = self._tried(request, object_id)
        if isinstance(draft, HttpResponse):
            return draft
        try:
            preview = self._read(request, draft) or _first(draft)
        except signing.BadSignature:
            return self._begin_again(request, draft)
        trial = self._trial(request, draft, preview)
        return trial if isinstance(trial, HttpResponse) else show(draft, trial)

    def _read(self, request: HttpRequest, draft: Any) -> Preview | None:
        """From the address, or from a sample; None where neither is named. Raises BadSignature."""
        if STATE in request.GET:
            return Preview.read(request.GET[STATE])
        if not request.GET.get("sample", "").isdigit():
            return None
        sample = draft.samples.filter(pk=request.GET["sample"]).first()
        if sample is None:
            raise Http404
        done = tuple(draft.sections.values_list("key", flat=True))
        answers = samples.answers_of(sample)
        return Preview(0, draft.source_language, sample.facts, sample.today, answers, done)

    def _begin_again(self, request: HttpRequest, draft: Any) -> HttpResponse:
        messages.warning(request, _("The address of that preview was cut off. This is a new one."))
        return redirect(self._url("preview", draft.pk))

    def _settings(self, request: HttpRequest, draft: Any) -> SettingsForm:
        editions = list(draft.editions.order_by("-number").values_list("number", flat=True))
        spoken = [draft.source_language, *languages(draft.content())]
        first = _first(draft)
        initial = {"edition": 0, "language": first.language, "age": first.facts["age"], "sex": "female",
                   "on_duty": True, "today": first.today}  # fmt: skip
        data = request.GET if "age" in request.GET else None
        return SettingsForm(data, editions=editions, spoken=list(dict.fromkeys(spoken)), initial=initial)

    def _trial(self, request: HttpRequest, draft: Any, preview: Preview) -> Any:
        """With the definition; a page with what is wrong where there is none. Raises Http404."""
        document = self._edition(draft, preview.edition).document if preview.edition else draft.content()
        try:
            definition, text = definition_of(document, preview.language)
        except DefinitionError as error:
            return self._unfit(request, draft, error)
        return Trial(preview, definition, text)

    def _save_page(self, request: HttpRequest, draft: Any, trial: Trial, page: Section) -> HttpResponse:
        """As for a patient: what fits is taken, what does not is said, and a notice comes before anything else."""
        form = trial.form(page, request.POST)
        form.is_valid()
        goes_on = not (request.POST.get("leave") or request.POST.get("units"))
        saved = trial.save(form.given(), page.key if goes_on else "")
        after = Trial(saved.preview, trial.definition, trial.digest)
        form.show(after.answers, after.progress.shown, {})
        _say(form, saved, with_missing=goes_on)
        try:
            return self._onwards(request, draft, after, page, form, saved)
        except TooLong:
            messages.error(request, _("These answers are too long for a preview. Shorten them."))
            return self._show_page(request, draft, trial, page, form)

    def _onwards(
        self, request: HttpRequest, draft: Any, trial: Trial, page: Section, form: SectionForm, saved: Saved
    ) -> HttpResponse:
        links = self._links(draft, trial)
        if saved.notice:
            done = page.key in trial.preview.done and not saved.revealed
            after = trial.progress.after(page) if done else page
            return redirect(links("notice", 0, saved.notice, then=after.key if after else "check"))
        if form.errors:
            return self._show_page(request, draft, trial, page, form)
        if wanted := request.POST.get("units"):
            measure, _colon, system = wanted.partition(":")
            units = {**trial.preview.units, measure: system}
            switched = Trial(replace(trial.preview, units=units), trial.definition, trial.digest)
            first = next((each.key for each in page.questions if each.measure == measure), "")
            return redirect(f"{self._links(draft, switched)('section', 0, page.key)}#q-{first}")
        if request.POST.get("leave"):
            return redirect(links("questionnaire", 0))
        here = [question.key for question in page.questions if question.key in saved.revealed]
        if here:
            more = ngettext(
                "There is one more question on this page. With JavaScript it shows at once.",
                "There are %(count)s more questions on this page. With JavaScript they show at once.",
                len(here),
            )
            messages.info(request, more % {"count": len(here)})
            return redirect(f"{links('section', 0, page.key)}#q-{here[0]}")
        following = trial.progress.after(page)
        if following is None or request.POST.get("return") == "check":
            return redirect(links("check", 0))
        return redirect(links("section", 0, following.key))

    def _next(self, draft: Any, trial: Trial) -> str:
        first = trial.progress.first_open
        links = self._links(draft, trial)
        return links("section", 0, first.key) if first else links("check", 0)

    def _at(self, draft: Any, page: str, preview: Preview, *args: Any, **query: Any) -> str:
        name = f"preview_{page}" if page else "preview"
        return f"{self._url(name, draft.pk, *args)}?{urlencode({**query, STATE: preview.state()})}"

    def _links(self, draft: Any, trial: Trial) -> Callable[..., str]:
        """Where the links of the patients' pages lead here."""
        names = {"section": "page", "notice": "notice", "check": "check", "questionnaire": ""}

        def link_to(page: str, questionnaire: Any, *args: Any, **query: Any) -> str:
            return self._at(draft, names[page], trial.preview, *args, **query)

        link_to.do_not_call_in_templates = True  # type: ignore[attr-defined]
        return link_to

    def _show_page(
        self, request: HttpRequest, draft: Any, trial: Trial, page: Section, form: SectionForm
    ) -> HttpResponse:
        progress, links = trial.progress, self._links(draft, trial)
        shown = page in progress.pages
        before = progress.before(page) if shown else None
        context = {
            "section": page,
            "form": form,
            "number": progress.number(page) if shown else 0,
            "total": len(progress.pages),
            "back": links("section", 0, before.key) if before else links("questionnaire", 0),
            "return": "check" if "check" in (request.GET.get("return"), request.POST.get("return")) else "",
            "help_notice": next(iter(trial.definition.notices), ""),
        }
        return self._show(request, draft, trial, "section", context, status=422 if form.errors else 200)

    def _show_outcome(
        self,
        request: HttpRequest,
        draft: Any,
        trial: Trial,
        came_to: Found,
        form: SampleForm,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "found": came_to,
            "headline": Case.Headline(came_to.outcome.headline).label,
            "form": form if request.user.has_perm(CHANGE) else None,
            "samples_url": self._url("samples", draft.pk),
        }
        return self._show(request, draft, trial, "outcome", context, status=status)

    def _show(
        self,
        request: HttpRequest,
        draft: Any,
        trial: Trial,
        page: str,
        context: dict[str, Any],
        *,
        settings: SettingsForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """On the patients' own template, in the patients' language, below a banner in the author's."""
        context = {
            "definition": trial.definition,
            "questionnaire": draft.pk,
            "links": self._links(draft, trial),
            "banner": self._banner(request, draft, trial, page, settings),
            **context,
        }
        language = get_language() if page == "outcome" else trial.definition.shown_in
        with override(language):
            return render(request, f"screening/preview/{page}.html", context, status=status)

    def _banner(
        self, request: HttpRequest, draft: Any, trial: Trial, page: str, settings: SettingsForm | None
    ) -> SafeString:
        links, preview = self._links(draft, trial), trial.preview
        context = {
            "draft": draft,
            "what": _("edition %(number)s") % {"number": preview.edition}
            if preview.edition
            else _("the draft"),
            "language": _name(trial.definition.shown_in),
            "facts": preview.facts,
            "today": preview.today,
            "page": page,
            "settings": settings,
            "pages": [(each.title, links("section", 0, each.key)) for each in trial.progress.pages],
            "check_url": links("check", 0),
            "outcome_url": self._at(draft, "outcome", preview),
            "begin_url": self._url("preview", draft.pk),
            "change_url": self._url("change", draft.pk),
        }
        return render_to_string("screening/preview/_banner.html", context, request)


def _first(draft: Any) -> Preview:
    """What is tried unless the author says otherwise."""
    facts = {"age": 60, "sex": "female", "on_duty_contact": True}
    return Preview(0, draft.source_language, facts, timezone.localdate())


def _say(form: SectionForm, saved: Saved, *, with_missing: bool) -> None:
    """Tell the form what did not fit, and what is missing."""
    for key, problem in saved.errors.items():
        if key in form.fields:
            form.refuse(key, problem.message)
    if not with_missing:
        return
    for question in form.section.questions:
        open_ = question.key in saved.missing and question.key not in saved.revealed
        if open_ and question.key not in form.errors:
            form.add_error(question.key, _("Please answer this question."))
