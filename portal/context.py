from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def practice(request: HttpRequest) -> dict[str, Any]:
    """The practice, and the numbers of the country where the reader lives; asked for by pages that show them."""
    from portal.accounts.models import Practice
    from portal.host import numbers

    @cache
    def found() -> Practice | None:
        return Practice.objects.of(getattr(request, "user", None))

    return {
        "practice": SimpleLazyObject(lambda: found() or Practice(name="Spine Portal")),
        "contacts": SimpleLazyObject(lambda: numbers(found())),
    }
