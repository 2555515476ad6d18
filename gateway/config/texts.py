"""Rules for short texts, keys and paths of files."""

import re
from collections.abc import Callable
from pathlib import Path

from gateway.config.faults import Refused
from schemas.secret import Secret

SHORTEST_KEY = 32  # bytes
LONGEST_TEXT = 2000


def matching(pattern: str, wrong: str, remedy: str) -> Callable[[str], str]:
    """Return the rule that a text matches the whole pattern."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Refused.because(wrong, remedy, text)
        return text

    return read


def plain(text: str) -> str:
    """Return a text of printable characters that neither begins nor ends with a blank."""
    if len(text) > LONGEST_TEXT or not text.isprintable() or text != text.strip():
        remedy = f"write up to {LONGEST_TEXT} printable characters, without blanks at the ends"
        raise Refused.because("has blanks at its ends, control characters, or too many", remedy, text)
    return text


def secret(text: str) -> Secret:
    """Return a secret of printable characters."""
    return Secret(plain(text))


def talentlms_key(text: str) -> Secret:
    """Return an API key that can stand as the user name of HTTP Basic authentication (RFC 7617, section 2)."""
    if not re.fullmatch(r"[!-9;-~]+", text):
        remedy = "copy the key alone: letters, digits and signs, no colon"
        raise Refused.because("has blanks or characters that no API key has", remedy, text)
    return Secret(text)


def signing_keys(text: str) -> tuple[Secret, ...]:
    """Return the keys of a list that is separated by commas or, in a file, by lines."""
    keys = [key.strip() for key in re.split(r"[,\n]", text) if key.strip()]
    if not keys or any(not key.isprintable() or " " in key for key in keys):
        raise Refused.because("holds no key, or one with blanks in it", "separate keys by commas", text)
    short = sum(len(key.encode()) < SHORTEST_KEY for key in keys)
    if short:
        remedy = f"make each {SHORTEST_KEY} bytes or longer, for example with: openssl rand -hex 32"
        raise Refused.because(f"holds {short} of {len(keys)} keys that are too short", remedy, text)
    if len(set(keys)) < len(keys):
        raise Refused.because("holds the same key twice", "remove one of the two", text)
    return tuple(Secret(key) for key in keys)


def pem_key(text: str) -> Secret:
    """Return a private key in PEM, which is read whole where it is used."""
    if not re.search(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----\s", text) or "ENCRYPTED" in text:
        remedy = "give one that begins with -----BEGIN PRIVATE KEY----- and is not encrypted"
        raise Refused.because("is not a private key in PEM", remedy, text)
    return Secret(text)


def path(text: str) -> Path:
    """Return the path of a file, which is opened where it is used."""
    return Path(plain(text))
