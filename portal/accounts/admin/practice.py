"""The practice's settings, whom it has on duty, and what patients are told in an emergency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from editions.readability import grade
from portal.accounts.admin.duty import KeepsSomebodyOnDuty, NeverDeleted
from portal.accounts.models import Contact, Country, NobodyOnDuty, NoticeText, Practice, User
from portal.accounts.models.practice import ACKNOWLEDGE, who_may
from portal.host import numbers
from screening.models import QuestionnaireEdition
from screening.notices import PLACEHOLDERS, filled

REVIEW = "screening.review_cases"
GRADE = 6  # patients should not need more years of school than these


@admin.register(Country)
class CountryAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ("name", "code", "emergency_number", "crisis_line", "crisis_text", "checked_on")
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()


class PracticeForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "country" in self.fields:
            self.initial["country"] = None  # chosen, never taken for granted
        if "backup" in self.fields:
            self.fields["backup"].queryset = who_may(REVIEW).order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        first, second = fields.get("remind_after"), fields.get("remind_again_after")
        if first and second and second <= first:
            self.add_error("remind_again_after", _("The second reminder comes after the first one."))
        now, same_day = fields.get("target_now"), fields.get("target_same_day")
        if now and same_day and now > same_day * 60:
            self.add_error("target_now", _("What cannot wait has less time than what has until the evening."))
        return fields


@admin.register(Practice)
class PracticeAdmin(NeverDeleted, admin.ModelAdmin):
    form = PracticeForm
    readonly_fields = ("told_now",)
    fieldsets = (
        (gettext_lazy("The practice"), {"fields": ("name", "phone", "opening_hours", "reply_days")}),
        (
            gettext_lazy("In an emergency"),
            {
                "fields": ("country", "emergency_number", "crisis_line", "told_now"),
                "description": gettext_lazy(
                    "Call each number yourself before patients are told to. A patient who lives in another country "
                    "sees that country's numbers."
                ),
            },
        ),
        (
            gettext_lazy("When an urgent answer is saved"),
            {
                "fields": ("escalate_after", "escalate_same_day_after"),
                "description": gettext_lazy(
                    "The first on-duty contact is told at once, then the next, then the administrators, until "
                    "somebody acknowledges. Each further round waits twice as long."
                ),
            },
        ),
        (
            gettext_lazy("How soon somebody should look"),
            {
                "fields": (
                    *("target_now", "target_same_day", "target_absolute", "target_possible"),
                    *("target_relative", "target_clarify", "target_none"),
                ),
                "description": gettext_lazy(
                    "The practice's own aims. The surgeons' list says what is overdue by them, and the lead's page "
                    "how often they are kept. Patients do not see them."
                ),
            },
        ),
        (
            gettext_lazy("When nobody opens a case"),
            {
                "fields": ("backup", "unopened_after"),
                "description": gettext_lazy(
                    "For a case with an absolute criterion. Without a backup, whoever has the patient in care is told; "
                    "as long again later, those on duty. Choose a surgeon who is a practice lead too: others read only "
                    "with whom to speak."
                ),
            },
        ),
        (
            gettext_lazy("Reminders to patients"),
            {
                "fields": ("reminds", "remind_after", "remind_again_after"),
                "description": gettext_lazy(
                    "Days are counted from the last answer. Each patient can do without, see their details."
                ),
            },
        ),
        (gettext_lazy("Assessment"), {"fields": ("assesses",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Practice.objects.exists()

    @admin.display(description=gettext_lazy("patients are told"))
    def told_now(self, practice: Practice) -> str:
        if not practice.pk:
            return _("Stands here once the settings are saved.")
        contacts = numbers(practice)
        told = [_("Emergency: call %(number)s") % {"number": contacts.emergency_number}]
        told.append(contacts.crisis_help or _("This country has no crisis line here: add one."))
        return " · ".join(told)


class ContactForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if self.instance.pk and not fields.get("active") and Contact.objects.is_last(self.instance.user):
            self.add_error("active", str(NobodyOnDuty()))
        return fields


class ReplaceForm(forms.Form):
    """Who takes over."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("Who takes over"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on_duty = Contact.objects.filter(active=True).values("user")
        people = who_may(ACKNOWLEDGE).exclude(pk__in=on_duty)
        self.fields["user"].queryset = people.order_by("name")  # type: ignore[attr-defined]


@admin.register(Contact)
class ContactAdmin(KeepsSomebodyOnDuty, NeverDeleted, admin.ModelAdmin):
    form = ContactForm
    list_display = ("user", "order", "active", "its_address")
    ordering = ("-active", "order", "pk")
    change_form_template = "admin/accounts/contact/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("user")

    @admin.display(description=gettext_lazy("is told at"))
    def its_address(self, contact: Contact) -> str:
        return contact.user.email or ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = who_may(ACKNOWLEDGE).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        replace = path(
            "<path:object_id>/replace/",
            self.admin_site.admin_view(self.replace),
            name="accounts_contact_replace",
        )
        return [replace, *super().get_urls()]

    def replace(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another person takes over, in one step: at no moment is nobody on duty."""
        contact = self.get_object(request, object_id)
        if contact is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        form = ReplaceForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and contact.active and form.is_valid():
            taken = contact.replace(form.cleaned_data["user"])
            self.log_change(request, contact, f"Replaced by {taken.user} (account {taken.user_id}).")
            self.log_addition(request, taken, f"In the place of {contact.user} (account {contact.user_id}).")
            messages.success(request, _("%(name)s is on duty now.") % {"name": taken.user})
            return redirect("admin:accounts_contact_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Replace %(name)s") % {"name": contact.user},
            "opts": self.opts,
            "original": contact,
            "form": form,
        }
        status = 200 if request.method != "POST" else 422 if contact.active else 409
        return render(request, "admin/accounts/contact/replace.html", context, status=status)


class NoticeTextForm(forms.ModelForm):
    """What can be chosen for `key` are the notices of the published questionnaires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        names.setdefault(self.instance.language, self.instance.language)
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=list(names.items())
        )
        if notices := _published_notices():
            notices.setdefault(self.instance.key, self.instance.key)
            choices = [(key, f"{key}: {title}" if key else "---------") for key, title in notices.items()]
            self.fields["key"] = forms.ChoiceField(
                label=self.fields["key"].label,
                choices=sorted(choices),
                help_text=self.fields["key"].help_text,
            )
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        self.fields["body"].help_text = _(
            "The portal fills in %(known)s. A step or a paragraph that needs a number which the practice or the "
            "country does not have is left out. Write plainly, and never that somebody knows or was told."
        ) % {"known": known}


def _published_notices() -> dict[str, str]:
    """Key and title of each notice that patients may be shown."""
    editions = QuestionnaireEdition.objects.current().select_related("questionnaire")
    return {key: each.title for edition in editions for key, each in edition.definition.notices.items()}


@admin.register(NoticeText)
class NoticeTextAdmin(NeverDeleted, admin.ModelAdmin):
    form = NoticeTextForm
    list_display = ("key", "language", "its_country", "title", "in_use", "reading_grade")
    list_filter = ("in_use", "language")
    readonly_fields = ("reading_grade",)
    fields = ("key", "country", "language", "title", "body", "actions", "in_use", "reading_grade")
    change_form_template = "admin/accounts/noticetext/change_form.html"

    @admin.display(description=gettext_lazy("country"))
    def its_country(self, text: NoticeText) -> str:
        return text.country.name if text.country else _("every country")

    @admin.display(description=gettext_lazy("reading grade"))
    def reading_grade(self, text: NoticeText) -> str:
        if not text.body:
            return _("Stands here once the text is saved.")
        if text.language != "en":
            return _("Measured in English only.")
        words = filled(text.as_dict(), numbers(_practice_for(text.country)))
        years = round(grade("\n\n".join([words["title"], words["body"], *words["actions"]])))
        said = ngettext("%(years)d year of school", "%(years)d years of school", years) % {"years": years}
        return said if years <= GRADE else _("%(said)s: too hard, aim at six") % {"said": said}

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "preview/", self.admin_site.admin_view(self.preview), name="accounts_noticetext_preview"
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is typed, not yet saved, as patients would read it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.get_form(request)(request.POST)
        form.instance.validate_constraints = lambda exclude=None: (
            None
        )  # it may be this very text that is there
        if not form.is_valid():
            context = {**self.admin_site.each_context(request), "title": _("Preview"), "form": form}
            return render(request, "admin/accounts/noticetext/preview_errors.html", context, status=422)
        text = form.instance
        contacts = numbers(_practice_for(text.country))
        context = {
            "notice": {"key": text.key, **filled(text.as_dict(), contacts)},
            "contacts": contacts,
            "offers_call": text.key == "crisis",
            "preview": True,
        }
        return render(request, "screening/notice.html", context)


def _practice_for(country: Country | None) -> Practice | None:
    """The practice, as somebody who lives in that country meets it."""
    practice = Practice.objects.of(None)
    if practice and country:
        practice.lives_in = country.pk  # type: ignore[attr-defined]
    return practice
