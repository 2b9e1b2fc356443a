"""Which role may do what. Views ask for a permission; this is the only place that knows a role's name.

Roles are Django groups with stable names. They add up: a surgeon who also writes articles holds both roles.
"""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PATIENT = "patient", _("patient")
    EDITOR = "editor", _("editor")
    APPROVER = "approver", _("clinical approver")
    SURGEON = "surgeon", _("surgeon")
    LEAD = "lead", _("practice lead")
    ADMINISTRATOR = "administrator", _("administrator")


AUTHORING = (
    *("section", "question", "choice", "threshold", "calculation", "criterion", "source", "rule"),
    *("urgentrule", "extra", "notice", "investigation", "investigationfield", "translation"),
)


def _may(app: str, actions: str, *models_: str) -> tuple[str, ...]:
    return tuple(f"{app}.{action}_{model}" for model in models_ for action in actions.split())


WRITING = (
    "accounts.use_admin",
    "education.preview_article",
    *_may("education", "view add change", "article"),
    *_may("education", "view add change delete", "articlesource", "articlequestion", "topic"),
    "screening.preview_questionnaire",
    *_may("screening", "view add change", "questionnaire"),
    *_may("screening", "view add change delete", *AUTHORING),
    *_may("screening", "view add change", "messagetemplate"),
)

PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.PATIENT: ("screening.answer_questionnaire",),
    Role.EDITOR: WRITING,
    Role.APPROVER: (
        *WRITING,
        *_may("education", "approve publish withdraw", "article"),
        *_may("screening", "approve publish withdraw", "questionnaire"),
        "screening.check_translation",
    ),
    Role.SURGEON: (
        "screening.review_cases",
        "screening.decide_case",
        "screening.acknowledge_alert",
        "screening.enter_answers",
        "screening.enter_results",
        "screening.assign_case",
        "screening.export_cases",
        "accounts.break_glass",
    ),
    # Alone: the practice's figures, in which nobody is named. With surgeon: the whole practice's list.
    Role.LEAD: ("screening.view_figures", "screening.review_practice"),
    Role.ADMINISTRATOR: (
        "accounts.use_admin",
        *_may(
            "accounts", "view add change", "user", "patientprofile", "care", "practice", "contact", "cover"
        ),
        "accounts.join_records",
        *_may("accounts", "view", "emergencyaccess", "joinedrecord"),
        *_may("accounts", "view add change", "country", "noticetext"),
    ),
}


def synchronise(sender: Any = None, using: str = "default", **kwargs: Any) -> None:
    """Make the groups and their permissions equal to this file. Runs after every migrate."""
    if getattr(sender, "label", None) != "accounts":
        return
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.using(using).values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for role, permissions in PERMISSIONS.items():
        group, _created = Group.objects.using(using).get_or_create(name=str(role))
        wanted = {known[permission] for permission in permissions}
        if wanted != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)
