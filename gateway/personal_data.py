"""What people are called and written to, read the same way whoever tells of them."""

import re
import unicodedata

from gateway.hosts import ascii_domain

NAME_LENGTH = 100
EMAIL_LENGTH = 254

_JOINERS = "\u200c\u200d"
_AFTER_A_NAME = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "m.d", "phd", "ph.d", "esq", "mba", "cpa"})
"""What may stand after a comma although the name before it is whole."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_ONE_ADDRESS = re.compile(
    r"[^\s@\"(),:;<>\[\]\\\x00-\x20\x7f]{1,64}@([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)


def email_address(value: object) -> str:
    """Return one e-mail address in lower case, its domain in IDNA form; empty for anything that is not just one.

    ``a@evil.example@corp.example`` and the like are nobody's address.
    """
    if not isinstance(value, str) or value.count("@") != 1 or len(value) > EMAIL_LENGTH:
        return ""
    local, _, domain = value.partition("@")
    address = f"{local.lower()}@{ascii_domain(domain)}"
    return address if local.isascii() and _ONE_ADDRESS.fullmatch(address) else ""


def masked_address(address: str) -> str:
    """Return an e-mail address as its owner knows it again and nobody else learns it: ``k…@example.com``."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


def printable(value: object, length: int = NAME_LENGTH) -> str:
    """Return printable text of reasonable length, in NFC; control characters become spaces, what is no text is empty.

    Zero-width joiners and non-joiners stay where Persian and Indic spelling has them: between two letters beyond ASCII.
    """
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFC", value)
    letters = "".join(letter if _stays(text, at) else " " for at, letter in enumerate(text))
    return " ".join(letters.split())[:length].strip(f" {_JOINERS}")


def first_and_last(name: str) -> tuple[str, str]:
    """Return a whole name as first and last name: ``Müller, Jürgen`` by its comma, others parted at the first blank."""
    last, comma, first = (part.strip() for part in name.partition(","))
    if comma and last and first and first.lower().rstrip(".") not in _AFTER_A_NAME:
        return first, last
    first, _, last = name.partition(" ")
    return first, last.strip()


def language_tag(value: object) -> str:
    """Return a language tag (BCP 47) such as ``de-AT``; empty for anything else."""
    return value.replace("_", "-") if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""


def _stays(text: str, at: int) -> bool:
    return text[at].isprintable() or (
        text[at] in _JOINERS and all(not letter.isascii() and letter.isprintable() for letter in _beside(text, at))
    )


def _beside(text: str, at: int) -> tuple[str, str]:
    """Return the letters before and after one; a blank where there is none."""
    return text[at - 1] if at else " ", text[at + 1] if at + 1 < len(text) else " "
