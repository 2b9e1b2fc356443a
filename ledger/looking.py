"""Whether a request comes from somebody who looks at the page."""

from __future__ import annotations

from django.http import HttpRequest


def is_read(request: HttpRequest) -> bool:
    """False for HEAD, and for a browser that fetches ahead: nobody has read anything then."""
    asked = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method != "HEAD" and not any("prefetch" in value.lower() for value in asked)
