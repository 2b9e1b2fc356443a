"""Accounts and care. Nothing here shows an answer, and nothing is deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts import people
from portal.accounts.admin.duty import KeepsSomebodyOnDuty, NeverDeleted
from portal.accounts.models import Care, Contact, JoinedRecord, NobodyOnDuty, PatientProfile, User
from portal.accounts.models.practice import ACKNOWLEDGE, somebody_stays_on_duty
from portal.accounts.roles import PERMISSIONS, Role

admin.site.unregister(Group)  # roles are code, see portal.accounts.roles


class UserForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=_("roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Roles add up. A practice lead sees the figures, in which no patient is named; one who is a surgeon "
            "too sees all patients of the practice."
        ),
    )
    password = forms.CharField(
        label=_("first password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Leave it empty to send the person an e-mail with a link to choose their own. Without an e-mail "
            "address nobody can log in."
        ),
    )

    class Meta:
        model = User
        fields = ("name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["password"]
            self.initial["roles"] = list(self.instance.groups.values_list("name", flat=True))

    def clean_email(self) -> str | None:
        return (self.cleaned_data["email"] or "").strip().lower() or None

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if "email" in fields and not fields["email"] and set(fields.get("roles", ())) != {Role.PATIENT}:
            self.add_error("email", _("Only a patient can do without one: staff have to log in."))
        if (
            fields.get("is_active")
            and JoinedRecord.objects.in_force().filter(other=self.instance.pk).exists()
        ):
            self.add_error(
                "is_active", _("This record is joined to another one. Part them, and it opens again.")
            )
        may_open_alerts = any(ACKNOWLEDGE in PERMISSIONS[role] for role in fields.get("roles", ()))
        stays = fields.get("is_active") and may_open_alerts
        if self.instance.pk and not stays and Contact.objects.is_last(self.instance):
            self.add_error("is_active" if may_open_alerts else "roles", str(NobodyOnDuty()))
        return fields

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                raise forms.ValidationError(error.messages) from error
        return password


class PatientProfileInline(NeverDeleted, admin.StackedInline):
    model = PatientProfile
    verbose_name = _("patient's details")
    verbose_name_plural = _("patient's details (for patients only)")
    extra = 0
    max_num = 1


@admin.register(User)
class UserAdmin(KeepsSomebodyOnDuty, NeverDeleted, admin.ModelAdmin):
    form = UserForm
    inlines = (PatientProfileInline,)
    fields = ("name", "email", "roles", "password", "is_active")
    list_display = ("name", "email", "its_roles", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("name", "email")
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return [name for name in self.fields or () if obj is None or name != "password"]

    @admin.display(description=_("roles"))
    def its_roles(self, user: User) -> str:
        return ", ".join(str(Role(group.name).label) for group in user.groups.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_password(form.cleaned_data["password"] or None)
        with somebody_stays_on_duty():
            super().save_model(request, obj, form, change)
            obj.groups.set(Group.objects.filter(name__in=form.cleaned_data["roles"]))
        people.confirm_address(obj)
        if not obj.email:
            messages.info(request, _("Without an e-mail address they will be called or written to."))
        elif not change and not form.cleaned_data["password"]:
            people.invite(obj, request)
            messages.info(request, _("We sent them an e-mail with a link to choose a password."))


@admin.register(Care)
class CareAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ("patient", "surgeon", "start", "end", "made_by", "ended_by")
    readonly_fields = ("made_by", "ended_by")
    list_filter = ("surgeon",)
    search_fields = ("patient__name", "surgeon__name")
    autocomplete_fields = ("patient",)
    ordering = ("-start",)
    actions = ("end_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Care]:
        """Without what follows from joined records: that is kept in step, and not written by hand."""
        rows = super().get_queryset(request).filter(by_join=None)
        return rows.select_related("patient", "surgeon", "made_by", "ended_by")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        role = {"patient": Role.PATIENT, "surgeon": Role.SURGEON}[db_field.name]
        kwargs["queryset"] = User.objects.filter(groups__name=role)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Care, form: Any, change: bool) -> None:
        if not change:
            obj.made_by = request.user  # type: ignore[assignment]
        elif "end" in form.changed_data:
            obj.ended_by = request.user if obj.end else None  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        people.care_changed(obj.patient)

    @admin.action(permissions=["change"], description=_("End the chosen care now"))
    def end_now(self, request: HttpRequest, queryset: QuerySet[Care]) -> None:
        current = queryset.current()  # type: ignore[attr-defined]
        for care in current:
            people.end_care(care, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The chosen care has ended."))
