"""What editors write. Publishing compiles these rows into one frozen document, an edition.

The document is described in `screening.engine.definition`; the members of the rows carry the same names.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import EDITION_SET_ONCE, Draft, Edition, EditionQuerySet
from ledger.protect import kept

KEY = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and underscores, a letter first."))


class KeyField(models.CharField):
    """The stable name of a row in expressions, answers and exports."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("validators", [KEY])
        super().__init__(*args, **kwargs)


class Questionnaire(Draft):
    key = models.SlugField(_("key"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(_("summary"), blank=True, help_text=_("What it is for, in a sentence or two."))
    intro = models.TextField(
        _("introduction"), blank=True, help_text=_("What patients read before they start.")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes it takes"), default=20)
    source_language = models.CharField(_("language it is written in"), max_length=8, default="en")
    sent_title = models.CharField(_("title after sending"), max_length=150, blank=True)
    sent_body = models.TextField(_("text after sending"), blank=True)

    class Meta(Draft.Meta):
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        permissions = [
            ("preview_questionnaire", _("Can preview a questionnaire that is not published")),
            ("approve_questionnaire", _("Can approve a questionnaire that somebody else wrote")),
            ("publish_questionnaire", _("Can publish an approved questionnaire")),
            ("withdraw_questionnaire", _("Can withdraw a published questionnaire")),
            ("check_translation", _("Can confirm that a translation somebody else wrote is right")),
        ]

    def __str__(self) -> str:
        return self.title

    def content(self) -> dict[str, Any]:
        from screening.models.document import compile_rows

        return compile_rows(self)

    def restore(self, content: dict[str, Any]) -> None:
        from screening.models.document import write_rows

        write_rows(self, content)


@kept(set_once=EDITION_SET_ONCE)
class QuestionnaireEdition(Edition):
    """A frozen, numbered, approved questionnaire. `content` is the JSON document that the engine reads."""

    draft_field = "questionnaire"
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")

    objects: ClassVar[Any] = EditionQuerySet.as_manager()

    class Meta(Edition.Meta):
        verbose_name = _("edition of a questionnaire")
        verbose_name_plural = _("editions of questionnaires")

    def __str__(self) -> str:
        return f"Questionnaire {self.questionnaire_id}, edition {self.number}"

    @property
    def definition(self) -> Any:
        """The compiled definition in the language it was written in, read once per process and edition."""
        return self.definition_in("")

    def definition_in(self, language: str) -> Any:
        """The same in another language, where patients are offered it. `shown_in` says which one it is."""
        from screening.models.document import definition_of

        return definition_of(self, language)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that patients are offered, the source language first."""
        from screening.models.document import definitions_of

        return tuple(definitions_of(self))


class Row(models.Model):
    """A row of a questionnaire, in its place."""

    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "pk"]


class QuestionnaireRow(Row):
    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="%(class)ss")

    class Meta(Row.Meta):
        abstract = True


class Section(QuestionnaireRow):
    key = KeyField(_("key"))
    title = models.CharField(_("title"), max_length=150)
    intro = models.TextField(_("introduction"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_section_key")]

    def __str__(self) -> str:
        return self.title


class Question(Row):
    class Type(models.TextChoices):
        YES_NO = "yes_no", _("yes, no or not sure")
        CHOICE = "choice", _("one of several")
        SEVERAL = "several", _("any of several")
        SCALE = "scale", _("one of several that count as numbers")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        MONTH = "month", _("month and year")
        TEXT = "text", _("free text")

    class Measure(models.TextChoices):
        NONE = "", _("no other unit")
        LENGTH = "length", _("length: cm, or feet and inches")
        WEIGHT = "weight", _("weight: kg, pounds, or stones and pounds")
        HBA1C = "hba1c", _("HbA1c: %, or mmol/mol")

    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    key = KeyField(_("key"))
    type = models.CharField(_("type"), max_length=8, choices=Type)
    text = models.TextField(_("question"), help_text=_("As patients read it. Short, plain words."))
    short = models.CharField(_("short label"), max_length=120, help_text=_("As surgeons read it."))
    help = models.TextField(_("help"), blank=True)
    why = models.TextField(_("why we ask"), blank=True)
    optional = models.BooleanField(_("may be left blank"), default=False)
    ask_anew = models.BooleanField(
        _("ask again each time"),
        default=False,
        help_text=_(
            "For signs of the moment: the answer is never carried over to a correction or a newer edition."
        ),
    )
    shown_when = models.TextField(
        _("shown when"), blank=True, help_text=_("An expression; empty means always.")
    )
    minimum = models.DecimalField(_("lowest"), max_digits=12, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("highest"), max_digits=12, decimal_places=4, null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    measure = models.CharField(_("other units"), max_length=8, choices=Measure, blank=True, default="")
    max_length = models.PositiveIntegerField(_("longest text"), null=True, blank=True)
    credit = models.TextField(_("credit line"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [models.UniqueConstraint(fields=["section", "key"], name="screening_question_key")]

    def __str__(self) -> str:
        return self.short or self.key


class Choice(Row):
    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    value = models.CharField(_("value"), max_length=64)
    text = models.CharField(_("text"), max_length=200)

    class Meta(Row.Meta):
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [models.UniqueConstraint(fields=["question", "value"], name="screening_choice_value")]

    def __str__(self) -> str:
        return self.text


class Threshold(QuestionnaireRow):
    key = KeyField(_("key"))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=32, blank=True)
    label = models.CharField(_("label"), max_length=150)
    source = models.TextField(_("source"), blank=True)
    minimum = models.DecimalField(_("lowest allowed"), max_digits=12, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(
        _("highest allowed"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    above = models.CharField(
        _("must be above"), max_length=64, blank=True, help_text=_("Another threshold's key, or a number.")
    )

    class Meta(Row.Meta):
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_threshold_key")
        ]

    def __str__(self) -> str:
        return self.label


class Calculation(QuestionnaireRow):
    key = KeyField(_("key"))
    expression = models.TextField(_("expression"))
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    label = models.CharField(_("label"), max_length=150)
    unit = models.CharField(_("unit"), max_length=32, blank=True)
    outcome = models.BooleanField(_("part of the outcome"), default=False)

    class Meta(Row.Meta):
        verbose_name = _("calculation")
        verbose_name_plural = _("calculations")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_calculation_key")
        ]

    def __str__(self) -> str:
        return self.label


class Criterion(QuestionnaireRow):
    class Modifiable(models.TextChoices):
        NO = "no", _("cannot be changed")
        PARTLY = "partly", _("can partly be changed")
        YES = "yes", _("can be changed")

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="criteria")
    key = KeyField(_("key"))
    label = models.CharField(_("label"), max_length=150)
    topic = models.SlugField(
        _("topic"), max_length=64, blank=True, help_text=_("The topic of articles about it.")
    )
    about = models.TextField(_("why surgeons look at it"), blank=True)
    modifiable = models.CharField(
        _("can it be changed"), max_length=6, choices=Modifiable, default=Modifiable.NO
    )
    modifiable_note = models.CharField(_("how, in what time"), max_length=200, blank=True)
    next_steps = models.TextField(_("usual next steps"), blank=True, help_text=_("One on each line."))
    settled_by = models.CharField(
        _("what would settle it"),
        max_length=300,
        blank=True,
        help_text=_(
            "A sentence, for answers that leave open whether it is there: “A DXA scan would settle this.”"
        ),
    )

    class Meta(Row.Meta):
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_criterion_key")
        ]

    def __str__(self) -> str:
        return self.label


class Source(Row):
    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="sources")
    text = models.CharField(_("source"), max_length=300)
    address = models.URLField(_("address"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.text


class Rule(Row):
    class Category(models.TextChoices):
        ABSOLUTE = "absolute", _("absolute")
        RELATIVE = "relative", _("relative")
        CLARIFY = "clarify", _("to clarify")
        INFO = "info", _("for information")

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="rules")
    reason = KeyField(_("reason"))
    category = models.CharField(_("category"), max_length=8, choices=Category)
    could_be = models.CharField(_("could be"), max_length=8, choices=Category, blank=True, default="")
    grade = models.PositiveSmallIntegerField(_("grade"), null=True, blank=True)
    when = models.TextField(_("when"), help_text=_("The expression that has to be true."))
    text = models.TextField(_("what it means"), help_text=_("As surgeons read it."))
    source = models.TextField(_("source"), blank=True, help_text=_("Empty: those of the criterion."))

    class Meta(Row.Meta):
        verbose_name = _("rule")
        verbose_name_plural = _("rules")

    def __str__(self) -> str:
        return self.reason


class UrgentRule(QuestionnaireRow):
    class Level(models.TextChoices):
        NOW = "now", _("now")
        SAME_DAY = "same_day", _("the same day")

    reason = KeyField(_("reason"))
    level = models.CharField(_("level"), max_length=8, choices=Level)
    when = models.TextField(_("when"))
    notice = models.CharField(
        _("notice"), max_length=64, help_text=_("The key of the notice that patients see.")
    )
    text = models.TextField(_("what it means"), help_text=_("As surgeons read it."))

    class Meta(Row.Meta):
        verbose_name = _("urgent rule")
        verbose_name_plural = _("urgent rules")

    def __str__(self) -> str:
        return self.reason


class Extra(QuestionnaireRow):
    reason = KeyField(_("reason"))
    when = models.TextField(_("when"))
    text = models.TextField(_("what it means"), help_text=_("As surgeons read it."))

    class Meta(Row.Meta):
        verbose_name = _("extra")
        verbose_name_plural = _("extras")

    def __str__(self) -> str:
        return self.reason


class Notice(QuestionnaireRow):
    key = KeyField(_("key"))
    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(_("text"))
    actions = models.TextField(_("what to do"), blank=True, help_text=_("One on each line."))

    class Meta(Row.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["questionnaire", "key"], name="screening_notice_key")]

    def __str__(self) -> str:
        return self.title


def _account() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )


class Translation(QuestionnaireRow):
    """The texts of one part of a questionnaire in another language; see `screening.engine.translating`."""

    class State(models.TextChoices):
        NEEDS_CHECK = "needs_check", _("needs clinical check")
        CHECKED = "checked", _("checked")

    language = models.CharField(_("language"), max_length=8)
    part = models.CharField(_("part"), max_length=160)  # "questions.cancer_ever"
    texts = models.JSONField(_("texts"), default=dict)  # member -> text, list of texts, or choice -> text
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.NEEDS_CHECK)
    source = models.CharField(_("made from"), max_length=16)  # of the texts it was made from, a short digest
    # Beside the document: who wrote a text is not the one who checks it.
    written_by = _account()
    checked_by = _account()
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Row.Meta):
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "language", "part"], name="screening_translation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part} ({self.language})"
