from django.urls import path, re_path

from education import views

app_name = "education"

urlpatterns = [
    path("", views.articles, name="articles"),
    re_path(r"^diagrams/(?P<name>[a-z0-9-]+)\.svg$", views.diagram, name="diagram"),
    path("<slug:slug>/", views.article, name="article"),
]
