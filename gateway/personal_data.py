"""What people are called and written to, read the same way whoever tells of them."""

import re

from gateway.hosts import ascii_domain

NAME_LENGTH = 100
EMAIL_LENGTH = 254

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
    """Return printable text of reasonable length; control characters become spaces, and what is no text is empty."""
    if not isinstance(value, str):
        return ""
    letters = "".join(letter if letter.isprintable() else " " for letter in value)
    return " ".join(letters.split())[:length].strip()


def first_and_last(name: str) -> tuple[str, str]:
    """Return a whole name as first and last name, parted at its first blank."""
    first, _, last = name.partition(" ")
    return first, last.strip()
