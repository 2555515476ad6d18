"""The signatures of the four dialects, written from their documents and not from what verifies them."""

import base64
import hashlib
import hmac


def digest(key: bytes, message: bytes) -> bytes:
    """Return an HMAC with SHA-256."""
    return hmac.new(key, message, hashlib.sha256).digest()


def in_base64(key: bytes, message: bytes) -> str:
    """Return it in base64, as Shopify, WooCommerce and Standard Webhooks write it."""
    return base64.b64encode(digest(key, message)).decode()


def in_hex(key: bytes, message: bytes) -> str:
    """Return it in hexadecimal digits, as Stripe writes it."""
    return digest(key, message).hex()


def forged(secret: str) -> str:
    """Return a secret of the same form that is not the right one."""
    prefix, mark, rest = secret.rpartition("_")
    other = base64.b64encode(hashlib.sha256(rest.encode()).digest()).decode()
    return f"{prefix}{mark}{other}"
