"""Readable names in addresses."""

import re
from collections.abc import Mapping

from gateway.errors import NotFound

_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def id_of(name: str, slugs: Mapping[str, int], missing: type[NotFound]) -> int:
    """Return the TalentLMS id that an address means.

    Args:
        name: an id or a slug.
        slugs: ids by slug.
        missing: what to raise for a name that is neither.
    """
    if _ID.fullmatch(name):
        return int(name)
    if name in slugs:
        return slugs[name]
    raise missing(f"neither an id nor one of {len(slugs)} slugs: {name[:60]!r}")
