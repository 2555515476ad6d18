"""Names as people look for them: ``Part 2`` before ``Part 10``, and whoever types ``ethique`` finds ``Éthique``."""

import re
import unicodedata

LENGTH = 400
"""Characters of a name that count; Unicode's normalization takes more than linear time for some long texts."""

_DIGITS = re.compile(r"(\d{1,15})")


def folded(text: str) -> str:
    """Return a text without what case, accents and spelling variants of characters (Unicode's NFKD) tell apart."""
    decomposed = unicodedata.normalize("NFKD", text[:LENGTH].casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.split())


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Return what puts names in order: numbers by their value, letters whatever their case and accents.

    Of names that are alike but for case and accents, the second part makes an order that is always the same.
    """
    parts = _DIGITS.split(folded(name))  # texts and numbers take turns in it
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name[:LENGTH]


def has_words(text: str, query: str) -> bool:
    """Return whether every word of a query stands in a text; a query without words is in every text."""
    searched = folded(text)
    return all(word in searched for word in folded(query).split())
