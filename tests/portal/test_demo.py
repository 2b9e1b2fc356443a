"""The demo shows every kind of case, adds nothing the second time, and stays away from real patients."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from education.models import ArticleEdition
from portal import demo
from portal.accounts.models import User
from screening.models import Case, QuestionnaireEdition
from tests.conftest import make_patient


@pytest.fixture
def built(db, settings):
    settings.DEBUG = True
    demo.build(lambda line: None)


def numbers():
    models = (User, ArticleEdition, QuestionnaireEdition)
    return [*(model.objects.count() for model in models), Case.unscoped.count()]


def test_a_second_time_nothing_is_doubled(built):
    before = numbers()
    demo.build(lambda line: None)
    assert numbers() == before
    assert min(before) > 0


def test_the_patient_with_cancer_and_a_weak_leg_is_first_on_the_list(built, login):
    surgeon = User.objects.get(email="surgeon@demo.example")
    page = login(surgeon).get(reverse("review:cases")).content.decode()
    names = ("Walter Brandt", "Agnes Nowak", "Rosa Alvarez", "Mei Tanaka", "George Papas", "Hannah Fischer")
    places = [page.index(name) for name in names]
    assert places == sorted(places)
    assert "Luis Romero" not in page  # in the care of the other surgeon


def test_whoever_was_decided_on_reads_it_at_home(built, login):
    page = login(User.objects.get(email="omar@demo.example")).get("/").content.decode()
    assert "Well done for stopping smoking" in page
    assert "Cotinine" not in page  # the note is the surgeon's own


def test_the_logins_that_are_printed_work(built, client):
    for _role, email, password in demo.logins():
        assert client.login(email=email, password=password)


def test_it_is_refused_where_debug_is_off(db):
    with pytest.raises(CommandError, match="only where DEBUG is on"):
        call_command("demo", "--no-server", stdout=io.StringIO())


def test_it_is_refused_beside_other_patients_and_changes_nothing(db, settings):
    settings.DEBUG = True
    make_patient("Real Person")
    with pytest.raises(demo.Refused, match="not of the demo"):
        demo.build(lambda line: None)
    assert User.objects.count() == 1
