"""The demo shows every kind of case, adds nothing the second time, and stays away from real patients."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from education.models import ArticleEdition
from ledger.models import AccessRecord
from portal.accounts.models import PatientProfile, User
from portal.demo import building as demo
from screening.models import Case, QuestionnaireEdition
from tests.conftest import make_patient


def numbers():
    models = (User, ArticleEdition, QuestionnaireEdition)
    return [*(model.objects.count() for model in models), Case.unscoped.count()]


class Built(TestCase):
    """Built once for all of these: it takes some seconds."""

    @classmethod
    def setUpTestData(cls):
        with override_settings(DEBUG=True):
            demo.build(lambda line: None)

    def page(self, email, address="/"):
        self.client.force_login(User.objects.get(email=email), backend="portal.accounts.backends.Roles")
        return self.client.get(address).content.decode()

    def test_a_second_time_nothing_is_doubled(self):
        before = numbers()
        with override_settings(DEBUG=True):
            demo.build(lambda line: None)
        assert numbers() == before
        assert min(before) > 0

    def test_there_are_forty_cases_in_every_state_and_nothing_happened_tomorrow(self):
        cases = Case.unscoped.all()
        assert (
            cases.count() + 3 >= 40 <= PatientProfile.unscoped.count()
        )  # three have sent nothing urgent, or nothing
        assert set(cases.values_list("state", flat=True)) == set(Case.State)
        assert set(cases.values_list("headline", flat=True)) >= {
            "",
            "absolute",
            "relative",
            "clarify",
            "none",
        }
        assert not cases.filter(waiting_since__gt=timezone.now()).exists()
        assert cases.filter(waiting_since__lt=timezone.now() - timedelta(days=20)).exists()

    def test_what_was_done_is_on_record_in_the_order_of_time(self):
        times = list(AccessRecord.objects.order_by("id").values_list("at", flat=True))
        assert times == sorted(times)

    def test_the_patient_with_cancer_and_a_weak_leg_is_first_on_the_list(self):
        page = self.page("surgeon@demo.example", reverse("review:cases"))
        names = (
            "Walter Brandt",
            "Agnes Nowak",
            "Edith Larsen",
            "Bela Horvath",
            "Rosa Alvarez",
            "Lucia Ferri",
        )
        places = [page.index(name) for name in names]
        assert places == sorted(places)
        assert "Luis Romero" not in page  # in the care of the other surgeon

    def test_whoever_was_decided_on_reads_it_at_home(self):
        page = self.page("omar@demo.example")
        assert "Well done for stopping smoking" in page
        assert "Cotinine" not in page  # the plan is the surgeon's own

    def test_the_logins_that_are_printed_work(self):
        for _role, email, password in demo.logins():
            assert self.client.login(email=email, password=password)


def test_it_is_refused_where_debug_is_off(db):
    with pytest.raises(CommandError, match="only where DEBUG is on"):
        call_command("demo", "--no-server", stdout=io.StringIO())


def test_it_is_refused_beside_other_patients_and_changes_nothing(db, settings):
    settings.DEBUG = True
    make_patient("Real Person")
    with pytest.raises(demo.Refused, match="not of the demo"):
        demo.build(lambda line: None)
    assert User.objects.count() == 1
