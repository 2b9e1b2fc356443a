"""What the draft would have changed in what patients have sent. Counts; and cases, for those who may open them."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening import reviewing
from screening.admin.pages import Tool
from screening.admin.tried import CHANGE, METHODS, PREVIEW, TriedPages
from screening.engine.definition import DefinitionError
from screening.models import Case, ImpactRun, Submission
from screening.trying import impact, impact_report

REVIEW = "screening.review_cases"
LATEST, EXAMPLES, LOOKED_AT = 20, 5, 400


class AskForm(forms.Form):
    since = forms.DateField(
        label=gettext_lazy("Sent on or after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Sent on or before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day has to come after the first."))
        return cleaned


class ImpactPages(TriedPages):
    """`/impact/`."""

    def pages(self) -> list[URLPattern]:
        base = "<path:object_id>/impact/"
        return [
            self._path(base, self.impact_view, "impact"),
            self._path(f"{base}<int:run>/", self.impact_run_view, "impact_run"),
            *super().pages(),
        ]

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        tools = super().tools(request, draft)
        if not request.user.has_perm(PREVIEW):
            return tools
        return [Tool(_("Impact"), self._url("impact", draft.pk)), *tools]

    def impact_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The runs, and the form that asks for one."""
        may_ask = request.user.has_perm(CHANGE)
        if not request.user.has_perm(PREVIEW) or (request.method == "POST" and not may_ask):
            raise PermissionDenied
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        draft: Any = self._draft(request, object_id)
        form = AskForm(request.POST if request.method == "POST" else None, use_required_attribute=False)
        if form.is_bound and form.is_valid():
            try:
                run = impact.ask(draft, by=request.user, **form.cleaned_data)
            except DefinitionError as error:
                return self._unfit(request, draft, error)
            except impact.TooMany:
                said = _("You have asked for %(number)s runs within a day. Please wait until tomorrow.")
                form.add_error(None, said % {"number": impact.RUNS_A_DAY})
            else:
                self.log_change(request, draft, f"{_('Impact')} {run.pk}, {run.digest[:12]}")
                return redirect(self._url("impact_run", draft.pk, run.pk))
        digest = draft.digest()
        runs = (
            ImpactRun.objects.filter(questionnaire=draft)
            .select_related("asked_by")
            .defer("document", "result")
        )
        context = {
            "form": form,
            "may_ask": may_ask,
            "runs": [
                (run, self._url("impact_run", draft.pk, run.pk), run.digest == digest)
                for run in runs[:LATEST]
            ],
        }
        status = 422 if form.errors else 200
        return self._page(request, draft, "admin/screening/trying/impact.html", _("Impact"), context, status)

    def impact_run_view(self, request: HttpRequest, object_id: str, run: int) -> HttpResponse:
        """How far a run is, and what it came to."""
        if not request.user.has_perm(PREVIEW):
            raise PermissionDenied
        if request.method not in METHODS[:2]:
            return HttpResponseNotAllowed(METHODS[:2])
        draft: Any = self._draft(request, object_id)
        row = ImpactRun.objects.filter(questionnaire=draft, pk=run).select_related("asked_by").first()
        if row is None:
            raise Http404
        exact = request.user.has_perm(REVIEW)
        done = row.state == ImpactRun.State.DONE
        context = {
            "run": row,
            "exact": exact,
            "percent": 100 * row.done // row.total if row.total else 0,
            "few": impact_report.FEW,
            "current": row.digest == draft.digest(),
            "report": impact_report.report(row, exact=exact) if done else None,
            "examples": self._examples(request, row) if done and exact else [],
            "back_url": self._url("impact", draft.pk),
        }
        title = _("Impact, run %(number)s") % {"number": row.pk}
        return self._page(request, draft, "admin/screening/trying/impact_run.html", title, context)

    def _examples(self, request: HttpRequest, run: ImpactRun) -> list[tuple[str, list[tuple[str, Any]]]]:
        """For each change, some of the cases that this reader may open. That they are named here is recorded."""
        named = {name: ids[:LOOKED_AT] for name, ids in run.result["examples"].items()}
        visible: dict[str, Any] = {}
        wanted = sorted({id_ for ids in named.values() for id_ in ids})
        for start in range(0, len(wanted), LOOKED_AT):
            rows = Submission.objects.visible_to(request.user).filter(
                pk__in=wanted[start : start + LOOKED_AT]
            )
            visible |= {
                str(pk): (patient, at)
                for pk, patient, at in rows.values_list("pk", "patient", "submitted_at")
            }
        chosen = {name: [id_ for id_ in ids if id_ in visible][:EXAMPLES] for name, ids in named.items()}
        patients = {visible[id_][0] for ids in chosen.values() for id_ in ids}
        cases = Case.objects.visible_to(request.user).filter(
            questionnaire=run.questionnaire_id, patient__in=patients
        )
        of = {case.patient_id: case for case in cases.only("pk", "patient")}
        if not of:
            return []
        reviewing.record_list(user=request.user, cases=list(of.values()), searched=False)
        labels = {each["key"]: each["label"] for each in json.loads(run.document)["criteria"]}
        return [
            (
                impact_report.change_in_words(name, labels),
                [
                    (f"{reverse('review:case', args=[of[patient].pk])}?submission={id_}", at)
                    for id_ in ids
                    for patient, at in [visible[id_]]
                    if patient in of
                ],
            )
            for name, ids in sorted(chosen.items())
            if ids
        ]
