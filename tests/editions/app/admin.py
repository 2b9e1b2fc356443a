from django.contrib import admin

from editions.admin import DraftAdmin, EditionAdmin
from tests.editions.app.models import Line, Note, NoteEdition


class LineInline(admin.TabularInline):
    model = Line
    extra = 0


@admin.register(Note)
class NoteAdmin(DraftAdmin):
    inlines = (LineInline,)


admin.site.register(NoteEdition, EditionAdmin)
