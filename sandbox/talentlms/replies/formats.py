"""How the API writes times, durations, prices and yes and no."""

from datetime import UTC, datetime

from sandbox.talentlms.portal import Portal

DAYS = {"DDMMYYYY": "%d/%m/%Y", "MMDDYYYY": "%m/%d/%Y", "YYYYMMDD": "%Y/%m/%d"}
UNITS = ((3600, "h"), (60, "m"), (1, "s"))


def time(portal: Portal, seconds: int | None) -> str:
    """Return a time in the domain's format, ``17/07/2012, 15:29:25``; empty for never."""
    return _written(portal, seconds, ", %H:%M:%S")


def minute(portal: Portal, seconds: int | None) -> str:
    """Return a time without its seconds, ``25/07/2013, 16:11``."""
    return _written(portal, seconds, ", %H:%M")


def day(portal: Portal, seconds: int | None) -> str:
    """Return a day in the domain's format, ``17/07/2012``; empty for never."""
    return _written(portal, seconds, "")


def _written(portal: Portal, seconds: int | None, rest: str) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime(DAYS[portal.quirks.date_format] + rest)


def read_day(portal: Portal, text: str) -> int:
    """Return the first second of a day in the domain's format; ``ValueError`` if it is none."""
    moment = datetime.strptime(text, DAYS[portal.quirks.date_format]).replace(tzinfo=UTC)
    return int(moment.timestamp())


def stamp(seconds: int | None) -> str:
    """Return a time as digits; empty for never."""
    return "" if seconds is None else str(seconds)


def duration(seconds: int) -> str:
    """Return a duration as people say it: ``3m 33s``."""
    parts = []
    for length, letter in UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{letter}")
    return " ".join(parts) or "0s"


def price(cents: int) -> str:
    """Return a price as the API writes it, its dollar sign as an HTML entity: ``&#36;49.00``."""
    return f"&#36;{cents // 100}.{cents % 100:02d}"


def bit(value: object) -> str:
    """Return ``1`` or ``0``."""
    return "1" if value else "0"


def yes(value: object) -> str:
    """Return ``yes`` or ``no``."""
    return "yes" if value else "no"


def number_or_none(value: int | None) -> str | None:
    """Return a number as digits; ``None`` stays ``None``."""
    return None if value is None else str(value)


def number_or_empty(value: int | None) -> str:
    """Return a number as digits; nothing or 0 is empty."""
    return str(value) if value else ""
