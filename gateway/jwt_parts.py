"""The parts of a signed JWT, read strictly and before anything is known of its signature (RFC 7515, 7.1)."""

import base64
import json
from typing import Any

SEGMENTS = 3
"""Header, claims, signature."""


def part(token: str, position: int) -> dict[str, Any] | None:
    """Return the header (0) or the claims (1) of a token in its compact serialization.

    Args:
        token: of a length that the caller has checked; the work is in proportion to it.
        position: which part.

    Returns:
        ``None`` for what is not three parts, or whose part is not a JSON object in base64url.
    """
    parts = token.split(".")
    if len(parts) != SEGMENTS:
        return None
    try:
        segment = parts[position].encode("ascii")
        content = json.loads(
            base64.b64decode(segment + b"=" * (-len(segment) % 4), altchars=b"-_", validate=True),
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
