from django.apps import AppConfig


class NotesConfig(AppConfig):
    """A guest with the smallest draft there can be, for the tests of editions and of kept rows."""

    name = "tests.editions.app"
    label = "notes"
    default_auto_field = "django.db.models.BigAutoField"
