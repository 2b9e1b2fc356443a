"""The reviewers' pages."""

from django.urls import path

from screening.views import alert, review

app_name = "review"
urlpatterns = [
    path("", review.cases, name="cases"),
    path("alerts/<uuid:alert_id>/", alert.alert, name="alert"),
    path("<uuid:case_id>/", review.case, name="case"),
    path("<uuid:case_id>/take/", review.take, name="take"),
    path("<uuid:case_id>/decide/", review.decide, name="decide"),
]
