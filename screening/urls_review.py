"""The reviewers' pages."""

from django.urls import path

from screening.views import (
    alert,
    assigning,
    calling,
    cases,
    composing,
    deciding,
    entering,
    exporting,
    figures,
    marking,
    results,
    review,
    saved,
)

app_name = "review"
urlpatterns = [
    path("", cases.cases, name="cases"),
    path("assign/", assigning.assign, name="assign"),
    path("views/", saved.views, name="views"),
    path("views/<int:view_id>/remove/", saved.remove, name="remove_view"),
    path("enter/", entering.begin, name="enter"),
    path("enter/<uuid:attempt_id>/", entering.go_on, name="enter_go"),
    path("enter/<uuid:attempt_id>/check/", entering.check, name="enter_check"),
    path("enter/<uuid:attempt_id>/discard/", entering.discard, name="enter_discard"),
    path("enter/<uuid:attempt_id>/notice/<slug:key>/", entering.notice, name="enter_notice"),
    path("enter/<uuid:attempt_id>/page/<slug:section>/", entering.section, name="enter_section"),
    path("to-call/", calling.to_call, name="to_call"),
    path("to-call/<int:to_call_id>/", calling.note, name="to_call_note"),
    path("alerts/<uuid:alert_id>/", alert.alert, name="alert"),
    path("figures/", figures.show, name="figures"),
    path("export/cases/", exporting.cases, name="export_cases"),
    path("export/case/<uuid:case_id>/", exporting.case, name="export_case"),
    path("export/<uuid:export_id>/", exporting.export, name="export"),
    path("export/<uuid:export_id>/file/", exporting.file, name="export_file"),
    path("<uuid:case_id>/", review.case, name="case"),
    path("<uuid:case_id>/findings/<slug:criterion>/", marking.mark, name="mark"),
    path("<uuid:case_id>/results/", results.of_case, name="results"),
    path("<uuid:case_id>/take/", deciding.take, name="take"),
    path("<uuid:case_id>/decide/", deciding.decide, name="decide"),
    path("<uuid:case_id>/message/", composing.message, name="message"),
]
