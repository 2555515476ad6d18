"""Rules for short texts, keys and paths of files."""

import re
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.config.faults import Invalid
from schemas.secret import Secret

SHORTEST_RSA_KEY = 2048  # bits
SHORTEST_KEY = 32  # bytes
LONGEST_TEXT = 2000


def matching(pattern: str, wrong: str, remedy: str) -> Callable[[str], str]:
    """Return the rule that a text matches the whole pattern."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Invalid(wrong, remedy, text)
        return text

    return read


def plain(text: str) -> str:
    """Return a text of printable characters that neither begins nor ends with a blank."""
    if len(text) > LONGEST_TEXT or not text.isprintable() or text != text.strip():
        remedy = f"write up to {LONGEST_TEXT} printable characters, without blanks at the ends"
        raise Invalid("has blanks at its ends, control characters, or too many", remedy, text)
    return text


def secret(text: str) -> Secret:
    """Return a secret of printable characters."""
    return Secret(plain(text))


def talentlms_key(text: str) -> Secret:
    """Return an API key that can stand as the user name of HTTP Basic authentication (RFC 7617, section 2)."""
    if not re.fullmatch(r"[!-9;-~]+", text):
        remedy = "copy the key alone: letters, digits and signs, no colon"
        raise Invalid("has blanks or characters that no API key has", remedy, text)
    return Secret(text)


def signing_keys(text: str) -> tuple[Secret, ...]:
    """Return the keys of a list that is separated by commas or, in a file, by lines."""
    keys = [key.strip() for key in re.split(r"[,\n]", text) if key.strip()]
    if not keys or any(not key.isprintable() or " " in key for key in keys):
        raise Invalid("holds no key, or one with blanks in it", "separate keys by commas", text)
    short = sum(len(key.encode()) < SHORTEST_KEY for key in keys)
    if short:
        remedy = f"make each {SHORTEST_KEY} bytes or longer, for example with: openssl rand -hex 32"
        raise Invalid(f"holds {short} of {len(keys)} keys that are too short", remedy, text)
    if len(set(keys)) < len(keys):
        raise Invalid("holds the same key twice", "remove one of the two", text)
    return tuple(Secret(key) for key in keys)


def pem_key(text: str) -> Secret:
    """Return a private key in PEM that can sign for `private_key_jwt`: RSA, P-256 or Ed25519, not encrypted."""
    remedy = "give an RSA key of 2048 bits or more, a P-256 key or an Ed25519 key, not encrypted"
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Invalid("is not a private key in PEM", remedy, text) from None
    if not _signs(key):
        raise Invalid("is a key of a kind or length that is not used", remedy, text)
    return Secret(text)


def _signs(key: object) -> bool:
    if isinstance(key, RSAPrivateKey):
        return key.key_size >= SHORTEST_RSA_KEY
    if isinstance(key, EllipticCurvePrivateKey):
        return isinstance(key.curve, SECP256R1)
    return isinstance(key, Ed25519PrivateKey)


def path(text: str) -> Path:
    """Return the path of a file, which is opened where it is used."""
    return Path(plain(text))
