"""What is peculiar about each provider: the identity key, and when an e-mail address counts as verified.

Everything else about a provider is in its metadata. How to set each of them up, click by click, stands in
``docs/providers/``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gateway.errors import SignInNotTrusted

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """A product's peculiarities.

    Attributes:
        subject: from validated claims to the part of the identity key that stands beside the issuer.
        vouches: from validated claims to whether the e-mail address is verified; ``None`` where it is not said.
    """

    subject: Callable[[Claims], str]
    vouches: Callable[[Claims], bool | None]


def _sub(claims: Claims) -> str:
    return str(claims["sub"])


def _object_id(claims: Claims) -> str:
    """Return Entra ID's ``oid``; its ``sub`` differs from one registration to the next, in the same tenant."""
    oid, tid = claims.get("oid"), claims.get("tid")
    if not (
        isinstance(oid, str) and oid and isinstance(tid, str) and tid in urlsplit(claims["iss"]).path.split("/")[1:2]
    ):
        raise SignInNotTrusted("oid or tid is missing, or tid is not the issuer's tenant")
    return oid


def _email_verified(claims: Claims) -> bool | None:
    """Return ``email_verified`` if it is a boolean (Core 5.1); the string ``"true"`` vouches for nothing."""
    verified = claims.get("email_verified")
    return verified if isinstance(verified, bool) else None


def _domain_owner_verified(claims: Claims) -> bool | None:
    """Return whether Entra ID says that the address's domain is the tenant's own: the optional ``xms_edov``.

    Entra ID has no ``email_verified``, and its ``email`` can be typed in by a tenant's administrator.
    """
    return True if claims.get("xms_edov") in (True, "1", 1) else None


def _google_owns(claims: Claims) -> bool | None:
    """Return whether Google is the authority over the address: Gmail's own, or a Workspace domain (``hd``)."""
    domain = str(claims.get("email", "")).rpartition("@")[2].lower()
    if domain == "gmail.com" or (domain and claims.get("hd") == domain):
        return _email_verified(claims)
    return None


_STANDARD = Preset(_sub, _email_verified)

PRESETS: Mapping[str, Preset] = {
    "generic": _STANDARD,
    "okta": _STANDARD,
    "keycloak": _STANDARD,
    "auth0": _STANDARD,
    "jumpcloud": _STANDARD,
    "google": Preset(_sub, _google_owns),
    "entra": Preset(_object_id, _domain_owner_verified),
}
