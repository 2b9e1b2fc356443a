"""One text for one content, so that a digest says whether two contents are the same."""

import hashlib
import json
from typing import Any


def canonical(content: dict[str, Any]) -> str:
    """JSON with its keys in order and no spaces. Numbers that must be exact are texts in it, or integers."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
