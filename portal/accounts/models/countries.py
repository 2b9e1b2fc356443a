"""Whom to call in an emergency, by country."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

CALLABLE = RegexValidator(
    r"^\+?[0-9][0-9 ()/.-]*$", _("Write a number that a telephone can dial: digits, blanks and hyphens.")
)


class CountryQuerySet(models.QuerySet["Country"]):
    def ship(self) -> None:
        """Add the countries that come with the portal and are not here. What somebody changed stays."""
        here = set(self.values_list("code", flat=True))
        for row in SHIPPED:
            if row["code"] not in here:
                self.create(**row)


class Country(models.Model):
    """The numbers that people call there. A practice checks them before patients read them."""

    code = models.CharField(
        _("code"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, as in US."))],
        help_text=_(
            "Two capital letters (ISO 3166), as in US. EU stands for the rest of the European Union."
        ),
    )
    name = models.CharField(_("name"), max_length=80)
    emergency_number = models.CharField(_("emergency number"), max_length=32, validators=[CALLABLE])
    crisis_name = models.CharField(
        _("name of the crisis line"),
        max_length=64,
        blank=True,
        help_text=_("Stands before the number, as in “Call Samaritans 116 123”. Empty: the number alone."),
    )
    crisis_line = models.CharField(
        _("crisis line"),
        max_length=32,
        blank=True,
        validators=[CALLABLE],
        help_text=_("Answered day and night, for people who think of hurting themselves."),
    )
    crisis_text = models.CharField(
        _("crisis line for text messages"),
        max_length=32,
        blank=True,
        validators=[CALLABLE],
        help_text=_("The same number again where it takes texts too. Empty: patients are told to call."),
    )
    medical_line = models.CharField(
        _("medical advice by telephone"),
        max_length=32,
        blank=True,
        validators=[CALLABLE],
        help_text=_("For what is urgent and no emergency, as 111 in the United Kingdom."),
    )
    source = models.CharField(_("where the numbers are from"), max_length=300, blank=True)
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("When somebody of the practice last made sure that these numbers are right."),
    )

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries and their numbers")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.code = self.code.upper()


# Check before use: these were right, as far as the source said, when they were written down in November 2026.
SHIPPED: tuple[dict[str, Any], ...] = (
    {
        "code": "US",
        "name": "United States",
        "emergency_number": "911",
        "crisis_line": "988",
        "crisis_text": "988",
        "source": "988 Suicide & Crisis Lifeline, samhsa.gov and 988lifeline.org",
    },
    {
        "code": "CA",
        "name": "Canada",
        "emergency_number": "911",
        "crisis_line": "988",
        "crisis_text": "988",
        "source": "9-8-8 Suicide Crisis Helpline, canada.ca and 988.ca",
    },
    {
        "code": "GB",
        "name": "United Kingdom",
        "emergency_number": "999",
        "crisis_name": "Samaritans",
        "crisis_line": "116 123",
        "medical_line": "111",
        "source": "nhs.uk (999, 111) and samaritans.org; NHS 111 has a mental health option",
    },
    {
        "code": "IE",
        "name": "Ireland",
        "emergency_number": "112",
        "crisis_name": "Samaritans",
        "crisis_line": "116 123",
        "source": "European emergency number 112 (999 works too); samaritans.org",
    },
    {
        "code": "AU",
        "name": "Australia",
        "emergency_number": "000",
        "crisis_name": "Lifeline",
        "crisis_line": "13 11 14",
        "crisis_text": "0477 13 11 14",
        "source": "Triple Zero; lifeline.org.au",
    },
    {
        "code": "NZ",
        "name": "New Zealand",
        "emergency_number": "111",
        "crisis_line": "1737",
        "crisis_text": "1737",
        "source": "111.govt.nz; 1737.org.nz",
    },
    {
        "code": "DE",
        "name": "Germany",
        "emergency_number": "112",
        "crisis_name": "TelefonSeelsorge",
        "crisis_line": "0800 111 0 111",
        "medical_line": "116117",
        "source": "European emergency number 112; telefonseelsorge.de; 116117.de",
    },
    {
        "code": "FR",
        "name": "France",
        "emergency_number": "112",
        "crisis_line": "3114",
        "source": "European emergency number 112 (15 for an ambulance); 3114.fr",
    },
    {
        "code": "ES",
        "name": "Spain",
        "emergency_number": "112",
        "crisis_line": "024",
        "source": "European emergency number 112; line 024 of the Ministry of Health, sanidad.gob.es",
    },
    {
        "code": "EU",
        "name": "European Union, another country",
        "emergency_number": "112",
        "source": "European emergency number 112. Add the country with its own crisis line instead.",
    },
)
