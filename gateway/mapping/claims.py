"""Claims by their names, also nested ones, whose names may have dots themselves."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

Claims = Mapping[str, Any]


def claim_at(claims: Claims, name: str) -> Any:
    """Return the claim of a name; ``None`` where there is none.

    A claim of the very name goes first, such as ``https://acme.com/groups``; then dots lead into nested ones, the
    longest name first, so that ``resource_access.training.v2.roles`` finds the roles of the client ``training.v2``.
    """
    if name in claims:
        return claims[name]
    for head, rest in _parted(name):
        inner = claims.get(head)
        found = claim_at(inner, rest) if isinstance(inner, Mapping) else None
        if found is not None:
            return found
    return None


def same_text(text: str) -> str:
    """Return a text as it is compared: in NFC, and exact otherwise; neither case nor blanks are evened out."""
    return unicodedata.normalize("NFC", text)


def is_equal(told: object, wanted: str | int) -> bool:
    """Return whether a claim's value is exactly what is wanted; ``true`` is not ``1`` and not ``"true"``."""
    if isinstance(told, str) and isinstance(wanted, str):
        return same_text(told) == same_text(wanted)
    return type(told) is type(wanted) and told == wanted


def _parted(name: str) -> Iterator[tuple[str, str]]:
    head, dot, _ = name.rpartition(".")
    while dot:
        yield head, name[len(head) + 1 :]
        head, dot, _ = head.rpartition(".")
