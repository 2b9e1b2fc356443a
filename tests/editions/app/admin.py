from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from editions.admin import DraftAdmin, EditionAdmin
from editions.checks import Check
from editions.differences import is_small
from tests.editions.app.models import Line, Note, NoteEdition


class LineInline(admin.TabularInline):
    model = Line
    extra = 0


@admin.register(Note)
class NoteAdmin(DraftAdmin):
    inlines = (LineInline,)

    def checks(self, request: HttpRequest, draft: Any) -> list[Check]:
        """A note with TODO in it is not ready; one that shouts may have its reasons."""
        found = []
        if "TODO" in draft.body:
            found.append(Check("unfinished", "It says TODO.", True, "/admin/", "body", "Not finished"))
        found += [
            Check("loud", f"{word} shouts.", where="body", title="Loud words")
            for word in draft.body.split()
            if word.endswith("!")
        ]
        if "!" in draft.title:
            found.append(Check("title", "The title shouts.", where="title", title="Loud title"))
        return found

    def is_small(self, live: dict[str, Any], content: dict[str, Any]) -> bool:
        same = {**live, "body": ""} == {**content, "body": ""}
        return same and is_small([(live["body"], content["body"])], words_a_text=2, words_in_all=2)


admin.site.register(NoteEdition, EditionAdmin)
