"""Those who write and those who approve notes."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

WRITING = ("accounts.use_admin", "notes.view_note", "notes.add_note", "notes.change_note")
WRITING += tuple(f"notes.{action}_line" for action in ("view", "add", "change", "delete"))
APPROVING = (*WRITING, "notes.approve_note", "notes.publish_note", "notes.withdraw_note")

_numbers = itertools.count(1)


def person(name: str, *permissions: str) -> Any:
    number = next(_numbers)
    user = get_user_model()._default_manager.create_user(
        f"{number}@example.org", "a-long-password", name=name
    )
    group = Group.objects.create(name=f"tests {number}")
    for permission in permissions:
        app, codename = permission.split(".")
        group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    user.groups.add(group)
    return user
