from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import PatientProfile, User
from portal.accounts.roles import PERMISSIONS, Role

ACTIONS = ("view", "add", "change", "delete")


def test_there_is_no_superuser(patient):
    assert patient.is_superuser is False
    assert "is_superuser" not in [field.name for field in User._meta.get_fields()]
    with pytest.raises(CommandError, match="create_administrator"):
        call_command("createsuperuser")


def test_every_role_holds_exactly_its_permissions(db):
    held = {
        group.name: {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in group.permissions.select_related("content_type")
        }
        for group in Group.objects.all()
    }
    assert held == {str(role): set(permissions) for role, permissions in PERMISSIONS.items()}


def test_nobody_may_delete_an_account_or_touch_an_answer_in_the_admin():
    everything = {permission for permissions in PERMISSIONS.values() for permission in permissions}
    records = (
        "submission",
        "finding",
        "answersinprogress",
        "urgentanswer",
        "case",
        "decision",
        "accessrecord",
    )
    assert [p for p in everything if p.startswith("accounts.delete")] == []
    stock = {
        f"{app}.{action}_{model}"
        for app in ("screening", "ledger")
        for model in records
        for action in ACTIONS
    }
    assert everything & stock == set()


def test_a_permission_granted_by_hand_counts_for_nothing(patient):
    patient.user_permissions.add(Permission.objects.get(codename="review_cases"))
    assert not User.objects.get(pk=patient.pk).has_perm("screening.review_cases")


def test_an_address_in_capitals_is_the_same_account(db):
    User.objects.create_user("Alice@Example.org", name="Alice")
    assert User.objects.get_by_natural_key("ALICE@example.ORG").email == "alice@example.org"
    with pytest.raises(IntegrityError):
        User.objects.create_user("alice@example.org", name="Another Alice")


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1960, 6, 15), date(2026, 6, 14), 65),
        (date(1960, 6, 15), date(2026, 6, 15), 66),
        (date(1960, 2, 29), date(2026, 2, 28), 65),
        (date(1960, 2, 29), date(2026, 3, 1), 66),
    ],
)
def test_age_is_in_completed_years(born, on, age):
    assert PatientProfile(date_of_birth=born).age_on(on) == age


def test_a_patients_details_have_one_door(
    patient, other_patient, surgeon, other_surgeon, editor, administrator
):
    def seen_by(user):
        return set(PatientProfile.objects.visible_to(user).values_list("user__name", flat=True))

    assert seen_by(patient) == {"Alice Adams"}
    assert seen_by(surgeon) == {"Alice Adams", "Charlie Cole"}  # her own, and one whom nobody has in care
    assert seen_by(other_surgeon) == {"Charlie Cole"}
    assert seen_by(editor) == set()
    assert seen_by(administrator) == {"Alice Adams", "Charlie Cole"}
    with pytest.raises(AttributeError, match="visible_to"):
        PatientProfile.objects.all()


def test_permissions_cost_one_statement_a_request(surgeon):
    user = User.objects.get(pk=surgeon.pk)
    with CaptureQueriesContext(connection) as queries:
        user.has_perm("screening.review_cases")
        user.has_perm("screening.decide_case")
        assert user.is_staff is False
    assert len(queries) == 1


def test_roles_are_what_the_table_says():
    assert set(PERMISSIONS) == set(Role)
