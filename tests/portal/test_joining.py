"""Two records of one person become one, and are parted again. No answer moves, and nobody sees more than they should."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portal.accounts import joining, people
from portal.accounts.models import Care, JoinedRecord, PatientProfile, User
from screening import deciding
from screening.host import host
from screening.models import AnswersInProgress, Case, Submission
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case, make_edition

JOIN = "/admin/accounts/joinedrecord/join/"
LIST = "/admin/accounts/joinedrecord/"
BORN = date(1961, 5, 4)
SEEN = "Both numbers stand on the identity card"


@pytest.fixture
def into(db):
    return make_patient("Alice Adams", BORN, record_number="H-1001")


@pytest.fixture
def other(db):
    return make_patient("Alice Adams-Roe", BORN, record_number="H-2002")


@pytest.fixture
def joined(into, other, administrator):
    return joining.join(into=into, other=other, reason=SEEN, by=administrator)


@pytest.fixture
def desk(login, administrator):
    return login(administrator)


def sees(surgeon, *patients):
    visible = host().patients_visible_to(surgeon).filter(pk__in=[patient.pk for patient in patients])
    return set(visible.values_list("pk", flat=True))


def state():
    """Everything that joining could touch."""
    return (
        list(User.objects.order_by("pk").values("pk", "is_active", "email")),
        list(
            Care.objects.order_by("patient", "surgeon", "start").values("patient", "surgeon", "start", "end")
        ),
        list(Case.unscoped.order_by("pk").values("pk", "patient", "unassigned")),
        list(Submission.unscoped.order_by("pk").values("pk", "patient")),
    )


def test_the_host_knows_both_the_one_to_log_in_with_first(joined, into, other):
    assert host().records_of(other.pk) == host().records_of(into.pk) == [into.pk, other.pk]
    assert [host().person(into).same_as, host().person(other).same_as] == [("H-2002",), ("H-1001",)]


def test_whoever_has_one_in_care_sees_both_and_nobody_else_does(into, other, administrator, other_surgeon):
    surgeon = make_user("Sam Stone", "surgeon")
    people.begin_care(patient=into, surgeon=surgeon)
    make_case(other, unassigned=True)
    assert sees(other_surgeon, into, other) == {other.pk}
    joining.join(into=into, other=other, reason=SEEN, by=administrator)
    assert sees(surgeon, into, other) == {into.pk, other.pk}
    assert sees(other_surgeon, into, other) == set()
    assert not Case.unscoped.get(patient=other).unassigned


def test_care_that_changes_later_changes_for_both(joined, into, other, surgeon, other_surgeon):
    care = people.begin_care(patient=other, surgeon=other_surgeon)
    assert sees(other_surgeon, into, other) == {into.pk, other.pk}
    people.begin_care(patient=into, surgeon=surgeon)
    people.end_care(care)
    assert sees(other_surgeon, into, other) == set()
    assert sees(surgeon, into, other) == {into.pk, other.pk}


def test_care_that_ends_by_itself_ends_for_both(joined, into, other, surgeon, other_surgeon, time_machine):
    people.begin_care(patient=other, surgeon=surgeon)
    later = timezone.now() + timedelta(hours=1)
    people.begin_care(patient=into, surgeon=other_surgeon, end=later)
    assert sees(other_surgeon, into, other) == {into.pk, other.pk}
    time_machine.move_to(later)
    assert sees(other_surgeon, into, other) == set()


def test_parting_them_leaves_everything_as_it_was(into, other, administrator, surgeon, other_surgeon):
    people.begin_care(patient=into, surgeon=surgeon)
    people.begin_care(patient=other, surgeon=other_surgeon)
    make_case(into)
    make_case(other)
    before = state()
    joined = joining.join(into=into, other=other, reason=SEEN, by=administrator)
    assert state() != before
    assert joining.part(joined, by=administrator)
    assert state() == before
    assert not joining.part(joined, by=administrator)
    joined.refresh_from_db()
    assert joined.undone_by == administrator


def test_an_account_that_was_closed_before_stays_closed(into, other, administrator):
    User.objects.filter(pk=other.pk).update(is_active=False)
    joined = joining.join(into=into, other=other, reason=SEEN, by=administrator)
    joining.part(joined, by=administrator)
    assert not User.objects.get(pk=other.pk).is_active


def test_the_patient_reads_what_was_sent_under_both(joined, into, other):
    mine, theirs = make_case(into).submission, make_case(other).submission
    assert set(Submission.objects.visible_to(into)) == {mine, theirs}
    stranger = make_patient("Sue Stranger")
    make_case(stranger)
    assert set(Submission.objects.visible_to(into)) == {mine, theirs}


def test_the_closed_account_is_logged_out_at_once(into, other, administrator, login):
    browser = login(other)
    assert browser.get("/").status_code == 200
    joining.join(into=into, other=other, reason=SEEN, by=administrator)
    assert browser.get("/").status_code == 302


def refusal(into, other):
    with pytest.raises(joining.NotJoined) as refused:
        joining.pair(into, other)
    return str(refused.value)


def test_what_is_no_pair_is_refused_in_words(into, other, db):
    make_patient("Yves Young", date(1990, 1, 1), record_number="H-3003")
    assert [
        refusal("H-1001", "H-9999"),
        refusal("H-1001", "H-1001"),
        refusal("H-1001", "H-3003"),
    ] == [
        "There is no patient with the record number H-9999.",
        "These are one record. Write the two record numbers of the person.",
        "H-1001 and H-3003 have different dates of birth. Correct the wrong one first.",
    ]


def test_chains_and_cycles_are_refused(joined, into, other):
    make_patient("Alice Adams", BORN, record_number="H-3003")
    assert [refusal("H-2002", "H-3003"), refusal("H-3003", "H-1001"), refusal("H-2002", "H-1001")] == [
        "H-2002 is joined to another record. Join H-3003 to that one instead.",
        "H-1001 is joined with a record already. Part these first.",
        "H-2002 is joined to another record. Join H-1001 to that one instead.",
    ]


def test_a_third_record_is_joined_to_the_one_that_stays(joined, into, other, administrator, surgeon):
    third = make_patient("Alice Adams", BORN, record_number="H-3003")
    people.begin_care(patient=other, surgeon=surgeon)
    joining.join(into=into, other=third, reason=SEEN, by=administrator)
    assert sees(surgeon, into, other, third) == {into.pk, other.pk, third.pk}
    joining.part(joined, by=administrator)
    assert sees(surgeon, other) == {other.pk}
    assert host().records_of(third.pk) == [into.pk, third.pk]


def test_whoever_works_here_too_is_not_locked_out(into, other):
    other.groups.add(*make_user("Any", "editor").groups.all())
    assert refusal("H-1001", "H-2002") == (
        "Whoever has H-2002 works here too, and would be locked out. Keep that account open."
    )


def test_a_surgeon_is_not_joined_with_a_patient_of_theirs(into, other, administrator):
    into.groups.add(Group.objects.get(name="surgeon"))
    Care.objects.create(patient=other, surgeon=into)
    with pytest.raises(joining.NotJoined, match="they are two people"):
        joining.join(into=into, other=other, reason=SEEN, by=administrator)
    assert not JoinedRecord.objects.exists()


def test_nobody_joins_a_record_to_their_own(desk, into, other, administrator):
    make_case(other)
    PatientProfile.unscoped.filter(user=into).update(user=administrator)
    administrator.groups.add(*other.groups.all())
    refused = ask(desk, confirmed="on")
    assert refused.status_code == 422
    assert "One of these is your own record." in refused.content.decode()
    assert not Submission.objects.visible_to(administrator).exists()


def ask(desk, **more):
    return desk.post(JOIN, {"into": "H-1001", "other": "H-2002", "reason": SEEN, **more})


def test_the_administrator_checks_and_confirms(desk, into, other, administrator):
    make_case(other)
    check = ask(desk)
    assert (check.status_code, JoinedRecord.objects.count()) == (200, 0)
    page = check.content.decode()
    assert [word in page for word in ("Alice Adams-Roe", "H-2002", "The names differ.", "May 4, 1961")] == [
        True
    ] * 4
    assert ask(desk, confirmed="on").status_code == 302
    joined = JoinedRecord.objects.get()
    assert (joined.into, joined.other, joined.reason, joined.by) == (into, other, SEEN, administrator)
    assert [entry.user for entry in LogEntry.objects.all()] == [administrator]


def test_answers_that_were_begun_under_the_other_are_told_of_first(desk, into, other):
    AnswersInProgress.objects.create(
        patient=other, questionnaire=make_edition().questionnaire, edition=make_edition()
    )
    assert "begun under H-2002" in ask(desk).content.decode()
    assert ask(desk, confirmed="on").status_code == 422
    assert not JoinedRecord.objects.exists()
    assert ask(desk, confirmed="on", unsent="on").status_code == 302
    assert AnswersInProgress.objects.visible_to(other).exists()


def test_a_reason_is_needed_and_what_is_refused_stays_typed(desk, into, other):
    assert list(ask(desk, reason=" ").context["form"].errors) == ["reason"]
    refused = ask(desk, other="H-9999")
    assert (refused.status_code, refused.context["form"]["into"].value()) == (422, "H-1001")


def test_it_is_parted_from_its_page(desk, joined, other):
    assert "H-2002" in desk.get(f"{LIST}{joined.pk}/change/").content.decode()
    assert desk.get(f"{LIST}{joined.pk}/part/").status_code == 200
    assert desk.post(f"{LIST}{joined.pk}/part/").status_code == 302
    assert desk.post(f"{LIST}{joined.pk}/part/").status_code == 409
    assert User.objects.get(pk=other.pk).is_active
    assert desk.get(f"{LIST}999999/part/").status_code == 404


def test_a_joined_account_is_not_opened_by_its_tick(desk, joined, other):
    page = desk.get(f"/admin/accounts/user/{other.pk}/change/")
    prefix = page.context["inline_admin_formsets"][0].formset.prefix
    fields = {"name": other.name, "email": other.email, "roles": ["patient"], "is_active": "on"}
    sent = desk.post(
        f"/admin/accounts/user/{other.pk}/change/",
        {**fields, f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"},
    )
    assert "Part them" in str(sent.context["adminform"].form.errors["is_active"])


def test_a_surgeon_does_not_decide_on_a_second_record_of_their_own(into, other, administrator):
    into.groups.add(*make_user("Any", "surgeon").groups.all())
    joining.join(into=into, other=other, reason=SEEN, by=administrator)
    case = make_case(other)
    surgeon = User.objects.get(pk=into.pk)
    with pytest.raises(PermissionDenied):
        deciding.decide(user=surgeon, case=case, version=case.version, state="discuss", plan="Talk")
