"""Articles: the working copy that editors keep, and the editions that patients read."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import EDITION_SET_ONCE, Draft, Edition, EditionQuerySet
from education.cleaning import clean
from ledger.protect import kept

TEXTS = ("slug", "title", "summary", "body", "author", "clinical_reviewer")
DAYS = ("last_reviewed", "next_review_due")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class Topic(models.Model):
    """What an article is about. The slug is what findings of a questionnaire are matched with, by the host."""

    slug = models.SlugField(_("slug"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name


class Article(Draft):
    """The working copy of an article. Patients never meet it: they read its editions."""

    slug = models.SlugField(
        _("address"), max_length=80, unique=True, help_text=_("The last part of its address.")
    )
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(
        _("summary"), max_length=400, help_text=_("What a reader will know afterwards, in two sentences.")
    )
    body = models.TextField(_("text"))
    topics = models.ManyToManyField(Topic, related_name="+", blank=True, verbose_name=_("topics"))
    author = models.CharField(_("author"), max_length=150, help_text=_("Name and role, as readers see it."))
    clinical_reviewer = models.CharField(_("clinical reviewer"), max_length=150, blank=True)
    last_reviewed = models.DateField(_("last reviewed"), null=True, blank=True)
    next_review_due = models.DateField(_("next review due"), null=True, blank=True)

    class Meta(Draft.Meta):
        ordering: ClassVar[list[str]] = ["title"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [
            ("preview_article", _("Can preview an article that is not published")),
            ("approve_article", _("Can approve an article that somebody else wrote")),
            ("publish_article", _("Can publish an approved article")),
            ("withdraw_article", _("Can withdraw a published article")),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Cleaned here too: importers and shells pass no form."""
        self.body = clean(self.body)
        super().save(*args, **kwargs)

    def content(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in TEXTS},
            **{name: _iso(getattr(self, name)) for name in DAYS},
            "topics": [{"slug": topic.slug, "name": topic.name} for topic in self.topics.all()],
            "sources": [
                {
                    "title": source.title,
                    "author": source.author,
                    "year": source.year,
                    "address": source.address,
                    "accessed": _iso(source.accessed),
                }
                for source in self.sources.all()
            ],
            **self._asked(),
        }

    def _asked(self) -> dict[str, Any]:
        """No member where nothing is asked: what was frozen before there were questions stays the same."""
        questions = [question.content() for question in self.questions.all()]
        return {"questions": questions} if questions else {}

    def restore(self, content: dict[str, Any]) -> None:
        """Make the working copy say what the content says. The caller holds the transaction."""
        for name in TEXTS:
            setattr(self, name, content[name])
        for name in DAYS:
            setattr(self, name, _day(content[name]))
        self.save()
        self.topics.set(
            [
                Topic.objects.get_or_create(slug=topic["slug"], defaults={"name": topic["name"]})[0]
                for topic in content["topics"]
            ]
        )
        self.sources.all().delete()
        for position, source in enumerate(content["sources"], 1):
            fields = {**source, "accessed": _day(source["accessed"])}
            self.sources.create(position=position, **fields)
        self.questions.all().delete()
        for position, question in enumerate(content.get("questions", ()), 1):
            self.questions.create(position=position, **ArticleQuestion.fields_of(question))


class ArticleSource(models.Model):
    """Where a fact of the article was read."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(_("number"), default=1)
    title = models.CharField(_("title"), max_length=300)
    author = models.CharField(_("author"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    address = models.URLField(_("address"), blank=True)
    accessed = models.DateField(_("accessed"), null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.title


CHOICES = (1, 2, 3, 4)  # a question has at least the first two


class ArticleQuestion(models.Model):
    """With what readers see for themselves whether the text made sense to them. Nobody is scored."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("number"), default=1)
    text = models.CharField(_("question"), max_length=200)
    choice_1 = models.CharField(_("answer 1"), max_length=150)
    explanation_1 = models.TextField(_("explanation of answer 1"), max_length=400)
    choice_2 = models.CharField(_("answer 2"), max_length=150)
    explanation_2 = models.TextField(_("explanation of answer 2"), max_length=400)
    choice_3 = models.CharField(_("answer 3"), max_length=150, blank=True)
    explanation_3 = models.TextField(_("explanation of answer 3"), max_length=400, blank=True)
    choice_4 = models.CharField(_("answer 4"), max_length=150, blank=True)
    explanation_4 = models.TextField(_("explanation of answer 4"), max_length=400, blank=True)
    right = models.PositiveSmallIntegerField(
        _("the right answer"),
        choices=[(1, _("answer 1")), (2, _("answer 2")), (3, _("answer 3")), (4, _("answer 4"))],
        default=1,
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        verbose_name = _("question at the end")
        verbose_name_plural = _("two questions at the end: did this make sense?")

    def __str__(self) -> str:
        return self.text

    def content(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "choices": [
                {"text": text, "explanation": explanation, "right": number == self.right}
                for number, text, explanation in self.choices()
                if text
            ],
        }

    def choices(self) -> list[tuple[int, str, str]]:
        """Number, answer and explanation of each, empty ones too."""
        return [(n, getattr(self, f"choice_{n}"), getattr(self, f"explanation_{n}")) for n in CHOICES]

    @staticmethod
    def fields_of(content: dict[str, Any]) -> dict[str, Any]:
        """The columns that say what the content says."""
        fields = {"text": content["text"]}
        for number, choice in enumerate(content["choices"], 1):
            fields |= {
                f"choice_{number}": choice["text"],
                f"explanation_{number}": choice["explanation"],
            }
            if choice["right"]:
                fields["right"] = number
        return fields


@kept(set_once=EDITION_SET_ONCE)
class ArticleEdition(Edition):
    """A frozen, numbered, approved article, as patients read it."""

    draft_field = "article"
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")

    objects: ClassVar[Any] = EditionQuerySet.as_manager()

    class Meta(Edition.Meta):
        verbose_name = _("edition of an article")
        verbose_name_plural = _("editions of articles")

    def __str__(self) -> str:
        return f"Article {self.article_id}, edition {self.number}"


class ArticleReadManager(models.Manager["ArticleRead"]):
    def meet(self, *, edition: ArticleEdition, reader: Any) -> None:
        """Note that this reader met the edition, once."""
        self.get_or_create(edition=edition, reader=reader)


@kept()
class ArticleRead(models.Model):
    """Someone met an edition: kept once a person and edition, so that a withdrawn one stays readable to them."""

    edition = models.ForeignKey(ArticleEdition, models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    first_read_at = models.DateTimeField(_("first read"), auto_now_add=True)

    objects = ArticleReadManager()

    class Meta:
        verbose_name = _("read article")
        verbose_name_plural = _("read articles")
        constraints = [models.UniqueConstraint(fields=["edition", "reader"], name="education_read_once")]

    def __str__(self) -> str:
        return f"Read {self.pk}"
