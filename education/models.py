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
        }

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
