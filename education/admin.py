"""Where editors write articles. The form says how readable the text is, and what cleaning took away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import CharField, ManyToManyField, TextField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorFormField
from js_asset import Media

from editions.admin import DraftAdmin, EditionAdmin
from editions.checks import Check
from editions.differences import is_small
from editions.forms import DraftForm
from editions.readability import measure, plain_text
from education import questions
from education.cleaning import LONGEST, PICTURES, clean, removed
from education.models import CHOICES, Article, ArticleEdition, ArticleQuestion, ArticleSource, Topic

# Complete, with what each extension needs: a missing one fails only in the browser.
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Heading": {"levels": [2, 3]},
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Image": True,
    "Figure": True,
    "Caption": True,
    "History": True,
    "HTML": True,
}
CORRECTED = ("title", "summary", "body")  # what a small correction may touch, and
WORDS = 10  # how many words of it


class ArticleForm(DraftForm):
    body = ProseEditorFormField(
        label=gettext_lazy("Text"),
        config={"extensions": EXTENSIONS},
        max_length=LONGEST,
        help_text=format_lazy(
            gettext_lazy(
                "Short sentences, plain words, “about 2 in 100” for numbers. Pictures are those under {place}."
            ),
            place=PICTURES,
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if body := self.fields.get("body"):
            # The editor shows a box of its own; this names it for screen readers.
            body.widget.attrs["aria-label"] = _("Text")
        self.taken_away: list[str] = []

    def clean_body(self) -> str:
        typed = str(self.cleaned_data["body"])
        cleaned = clean(typed)
        self.taken_away = removed(typed, cleaned)
        if typed.strip() and not cleaned.strip():
            raise ValidationError(
                _("Nothing of this text may be shown. Write it anew, without pasting."), code="unclean"
            )
        return cleaned

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        last, due = cleaned.get("last_reviewed"), cleaned.get("next_review_due")
        if last and due and not last < due:
            self.add_error(
                "next_review_due", ValidationError(_("Give a day after the last review."), code="order")
            )
        elif last and due and (due.year - last.year) * 12 + due.month - last.month > 36:
            self.add_error(
                "next_review_due", ValidationError(_("Review it within 36 months."), code="too_late")
            )
        return cleaned


class SourceForm(forms.ModelForm):
    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        if address and not address.startswith(("https://", "http://")):
            raise ValidationError(_("An address begins with https://."), code="scheme")
        return address


class SourceInline(admin.StackedInline):
    model = ArticleSource
    form = SourceForm
    extra = 0
    fields = (("position", "year"), "title", "author", ("address", "accessed"))


class QuestionForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """An answer and its explanation go together, and the right one is one of those that are given."""
        cleaned: dict[str, Any] = super().clean() or {}
        for number in CHOICES:
            answer, explanation = cleaned.get(f"choice_{number}"), cleaned.get(f"explanation_{number}")
            if answer == "" and explanation:
                self._refuse(f"choice_{number}", _("Write the answer that this explains."))
            if answer and explanation == "":
                self._refuse(
                    f"explanation_{number}", _("Explain it kindly: most people choose in good faith.")
                )
        if cleaned.get(f"choice_{cleaned.get('right')}") == "":
            self._refuse("right", _("This answer is empty."))
        return cleaned

    def _refuse(self, field: str, message: str) -> None:
        if field not in self.errors:
            self.add_error(field, ValidationError(message, code="incomplete"))


class QuestionInline(admin.StackedInline):
    model = ArticleQuestion
    form = QuestionForm
    extra = 0
    max_num = questions.ENOUGH
    fields = ("position", "text", *((f"choice_{n}", f"explanation_{n}") for n in CHOICES), "right")
    formfield_overrides = {
        CharField: {"widget": forms.TextInput(attrs={"size": 60})},
        TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 60})},
    }


@admin.register(Article)
class ArticleAdmin(DraftAdmin):
    form = ArticleForm
    inlines = (QuestionInline, SourceInline)
    list_display = ("title", "state", "last_reviewed", "next_review_due")
    list_filter = ("state", "topics")
    search_fields = ("title", "summary")
    readonly_fields = ("readability",)
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body", "readability", "topics")}),
        (
            gettext_lazy("Who stands for it"),
            {"fields": ("author", "clinical_reviewer", "last_reviewed", "next_review_due")},
        ),
    )

    markup = ("body",)

    class Media:
        css = {"all": ["education/editor.css"]}
        js = ["education/editor.js"]

    def preview_url(self, obj: Any) -> str:
        return reverse("education:article", args=[obj.slug]) + "?preview" if obj.slug else ""

    def checks(self, request: HttpRequest, draft: Any) -> list[Check]:
        return questions.checks(draft.content())

    def is_small(self, live: dict[str, Any], content: dict[str, Any]) -> bool:
        """A few words of its texts; who stands for it, sources, questions, days and topics stay as they are."""
        others = (live.keys() | content.keys()) - set(CORRECTED)
        if any(live.get(name) != content.get(name) for name in others):
            return False
        changed = [(live[name], content[name]) for name in CORRECTED if live[name] != content[name]]
        return is_small(changed, words_a_text=WORDS, words_in_all=WORDS, markup=True)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address stays what readers know once it has been published."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "slug") if obj is not None and obj.editions.exists() else fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {"slug": ("title",)} if obj is None else {}

    @admin.display(description=gettext_lazy("readability"))
    def readability(self, article: Any) -> str:
        """How hard the saved text is to read."""
        if not article or not article.body:
            return _("Save the text to see how easily it reads.")
        found = measure(plain_text(article.body))
        words = ", ".join(word for word, _count in found.hard_words[:12])
        sentence = _("Reading grade %(grade).1f (aim for %(aim)d or lower), %(minutes)d minutes.") % {
            "grade": found.grade,
            "aim": questions.GRADE,
            "minutes": found.reading_minutes,
        }
        return sentence + (" " + _("Hard words: %(words)s.") % {"words": words} if words else "")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.taken_away:
            what = ", ".join(form.taken_away[:20])
            messages.warning(
                request, _("These parts are not allowed and were taken away: %(what)s.") % {"what": what}
            )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The editor's import map needs the page's nonce."""
        nonce = getattr(request, "csp_nonce", None)
        if nonce is not None:  # it is false, not None, until somebody asks for its text
            context["media"] = Media.from_media(context["media"], nonce=str(nonce))
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "position")
    prepopulated_fields = {"slug": ("name",)}


admin.site.register(ArticleEdition, EditionAdmin)
