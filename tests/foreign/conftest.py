"""The people of a project with stock accounts: permissions are granted by hand there."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command

from editions import publishing
from education.models import Article
from screening.models import Questionnaire


def make(name, *codenames):
    user = User.objects.create_user(name, f"{name}@example.org", "a-long-password", first_name=name.title())
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def patient(db):
    return make("alice", "answer_questionnaire")


@pytest.fixture
def surgeon(db):
    return make("dana", "review_cases", "decide_case", "acknowledge_alert")


@pytest.fixture
def published(db):
    """The texts that come with the apps, approved by a second person and published."""
    editor, approver = make("finn"), make("grace")
    call_command("load_articles", by="finn")
    call_command("load_questionnaire", by="finn")
    for draft in [*Article.objects.all(), *Questionnaire.objects.all()]:
        publishing.submit(draft, by=editor)
        publishing.approve(draft, by=approver, digest=draft.digest())
        publishing.publish(draft, by=approver)
