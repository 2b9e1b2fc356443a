from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def practice(request: HttpRequest) -> dict[str, Any]:
    """The practice's name and telephone numbers, asked of the database only by pages that show them."""
    from portal.accounts.models import Practice

    return {"practice": SimpleLazyObject(lambda: Practice.objects.first() or Practice(name="Spine Portal"))}
