"""One door to a patient's data: a manager that offers nothing but `visible_to(user)` and `create`.

A model with patients' data declares

    objects = Scoped.from_queryset(ItsQuerySet)()
    unscoped = models.Manager()
    class Meta: default_manager_name = "unscoped"

so that Django's own machinery (validation, related rows, deletion checks) keeps working through `unscoped`,
while code that wants rows has to say for whom. `.unscoped` outside of models and named commands fails a test.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows of patients. A subclass says who sees which."""

    def visible_to(self, user: Any) -> Any:
        """The rows that this user may see. None, unless a subclass says otherwise."""
        return self.none()


class Scoped(models.Manager[Row], Generic[Row]):
    """Refuses every way to rows except `visible_to` and `create`."""

    _doors = frozenset({"visible_to", "create"})

    def get_queryset(self) -> models.QuerySet[Row]:
        raise AttributeError(
            f"{self.model.__name__}.objects has no rows of its own: say {self.model.__name__}.objects.visible_to(user)"
        )

    def visible_to(self, user: Any) -> Any:
        queryset = self._queryset_class(self.model, using=self._db)  # type: ignore[attr-defined]
        return queryset.visible_to(user)

    def create(self, **fields: Any) -> Row:
        return models.QuerySet(self.model, using=self._db).create(**fields)
