from django.contrib import admin
from django.urls import include, path

from portal import breaking_glass, covering, language, reminders, views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_now, name="help"),
    path("language/", language.choose, name="set_language"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("accounts/", include("allauth.urls")),
    path("learn/", include("education.urls")),
    path("screening/", include("screening.urls")),
    path("messages/", include("screening.urls_messages")),
    path("review/another/", breaking_glass.another, name="another"),
    path("review/cover/", covering.cover, name="cover"),
    path("review/cover/<int:cover_id>/end/", covering.end_cover, name="end_cover"),
    path("review/cover/hand-over/", covering.hand_over, name="hand_over"),
    path("review/cover/hand-over/<int:care_id>/take-back/", covering.take_back, name="take_back"),
    path("review/", include("screening.urls_review")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
