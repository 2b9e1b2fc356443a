from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("learn/", include("education.urls")),
    path("screening/", include("screening.urls")),
    path("messages/", include("screening.urls_messages")),
    path("review/", include("screening.urls_review")),
    path("admin/", admin.site.urls),
]
