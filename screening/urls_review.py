"""The reviewers' pages."""

from django.urls import path

from screening.views import alert, assigning, cases, deciding, entering, marking, review, saved

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
    path("alerts/<uuid:alert_id>/", alert.alert, name="alert"),
    path("<uuid:case_id>/", review.case, name="case"),
    path("<uuid:case_id>/findings/<slug:criterion>/", marking.mark, name="mark"),
    path("<uuid:case_id>/take/", deciding.take, name="take"),
    path("<uuid:case_id>/decide/", deciding.decide, name="decide"),
]
