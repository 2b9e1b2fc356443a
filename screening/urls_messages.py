"""What patients are told, and what they ask."""

from django.urls import path

from screening.views import messages

app_name = "messages"
urlpatterns = [
    path("", messages.letters, name="letters"),
    path("<uuid:message_id>/", messages.letter, name="letter"),
]
