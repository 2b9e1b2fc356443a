"""The patients' pages."""

from django.urls import path

from screening.views import amending, moving, patient, sent

app_name = "screening"
urlpatterns = [
    path("", patient.start, name="start"),
    path("sent/<uuid:submission_id>/", sent.sent, name="sent"),
    path("sent/<uuid:submission_id>/download/", sent.download, name="download"),
    path("sent/<uuid:submission_id>/correct/", amending.correct, name="correct"),
    path("<slug:questionnaire>/", patient.questionnaire, name="questionnaire"),
    path("<slug:questionnaire>/check/", sent.check, name="check"),
    path("<slug:questionnaire>/changes/", moving.changes, name="changes"),
    path("<slug:questionnaire>/stop/", amending.stop, name="stop"),
    path("<slug:questionnaire>/blank/", sent.blank, name="blank"),
    path("<slug:questionnaire>/notice/<slug:key>/", patient.notice, name="notice"),
    path("<slug:questionnaire>/<slug:section>/", patient.section, name="section"),
    path("<slug:questionnaire>/<slug:section>/save/", patient.save, name="save"),
]
