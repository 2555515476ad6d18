"""How far another machine's clock is from ours, by what its answer says of when it was made."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}")


def seconds_ahead(headers: Mapping[str, str], asked_at: float, answered_at: float) -> float | None:
    """Return how many seconds its clock is ahead of ours; below zero: behind it.

    Args:
        headers: of its answer; ``Date`` counts, and of one that a cache kept ``Age`` (RFC 9110, 6.6.1; RFC 9111, 5.1).
        asked_at: when it was asked, in epoch seconds of our clock.
        answered_at: when the answer was there.

    Returns:
        Zero where both may have the same time, as far as an answer of whole seconds can tell; ``None`` without a date.
    """
    try:
        date = parsedate_to_datetime(headers.get("Date", "")).replace(tzinfo=UTC).timestamp()  # always GMT
    except (ValueError, TypeError, OverflowError):
        return None
    age = headers.get("Age", "")
    earliest = date + (int(age) if _SECONDS.fullmatch(age) else 0)
    latest = earliest + 1  # it names whole seconds
    if latest < asked_at:
        return latest - asked_at
    return max(0.0, earliest - answered_at)
