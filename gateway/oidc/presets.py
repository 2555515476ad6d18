"""What is peculiar about each provider: the identity key, verified addresses, where groups are, which logout there is.

Everything else about a provider is in its metadata. How to set each of them up, click by click, stands in
``docs/providers/``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from gateway.errors import SignInNotTrusted
from schemas.identity import EmailDoubt

Claims = Mapping[str, Any]
Logout = Literal["rp-initiated", "back-channel", "front-channel"]

OUR_CLIENT_ID = "{client_id}"
"""Stands in the way to a nested claim for the gateway's own client id."""

SAID_ELSEWHERE = "said elsewhere"
"""Stands for a claim about an address that came apart from the address; a text, which vouches for nothing."""


@dataclass(frozen=True)
class Preset:
    """A product's peculiarities.

    Attributes:
        subject: from validated claims to the part of the identity key that stands beside the issuer.
        doubt: from validated claims with an e-mail address to why it does not count as verified; empty where it does.
        groups: the claim in which the product, once set up for it, sends a person's groups; empty where who sets
            it up names the claim, ``None`` where there is none.
        logout: what can end a session on the other side, at best: ours ends the product's (``rp-initiated``), the
            product's ends ours (``back-channel``, ``front-channel``).
        metadata_parameter: the query parameter in which the product is told our client id when its metadata is asked
            for; empty for none. Entra ID publishes an application's own signing key to nobody who does not say
            ``appid``, and ignores it for applications without one.
        logout_hint: claims of the ID token, the best first, of which the product takes one as ``logout_hint``.
        reauthentication: the ``prompt`` with which the product asks a person anew who is signed in there.
        roles: the ways to further, nested claims whose roles count as groups; ``OUR_CLIENT_ID`` stands for our own.
        namespaced_groups: whether groups are in claims whose names are addresses, unless the settings name a claim.
    """

    subject: Callable[[Claims], str]
    doubt: Callable[[Claims], EmailDoubt]
    groups: str | None
    logout: tuple[Logout, ...]
    metadata_parameter: str = ""

    def metadata_query(self, client_id: str) -> str:
        """Return the query of the metadata's address, without its question mark; empty for none."""
        return urlencode({self.metadata_parameter: client_id}) if self.metadata_parameter else ""

    logout_hint: tuple[str, ...] = ("login_hint", "sub")
    reauthentication: str = "login"
    roles: tuple[tuple[str, ...], ...] = ()
    namespaced_groups: bool = False


_NOT_ENTRA = "the preset entra needs it: ask for the scope profile, or name the preset of the provider's product"


def _sub(claims: Claims) -> str:
    return str(claims["sub"])


def _object_id(claims: Claims) -> str:
    """Return Entra ID's ``oid``; its ``sub`` differs from one registration to the next, in the same tenant."""
    oid, tid = claims.get("oid"), claims.get("tid")
    if not (isinstance(oid, str) and oid):
        raise SignInNotTrusted(f"oid is {_instead_of_text(oid)}; {_NOT_ENTRA}")
    if not (isinstance(tid, str) and tid in urlsplit(claims["iss"]).path.split("/")[1:2]):
        is_text = isinstance(tid, str) and tid
        raise SignInNotTrusted(
            f"tid is {'not the tenant of the issuer' if is_text else _instead_of_text(tid)}; {_NOT_ENTRA}"
        )
    return oid


def _instead_of_text(value: object) -> str:
    return "missing" if value is None else "no text" if value else "empty"


def _email_verified(claims: Claims) -> EmailDoubt:
    """Demand ``email_verified``, a boolean (Core 5.1); the string ``"true"`` vouches for nothing."""
    verified = claims.get("email_verified")
    if verified is True:
        return ""
    if verified is False:
        return "email_verified-false"
    if verified is None:
        return "email_verified-absent"
    if verified == SAID_ELSEWHERE:
        return "email_verified-elsewhere"
    return "email_verified-text" if isinstance(verified, str) else "email_verified-not-boolean"


def _domain_owner_verified(claims: Claims) -> EmailDoubt:
    """Demand that Entra ID says that the address's domain is the tenant's own: the optional ``xms_edov``.

    Entra ID has no ``email_verified``, and its ``email`` can be typed in by a tenant's administrator.
    """
    verified = claims.get("xms_edov")
    if verified in (True, "1", 1):
        return ""
    if verified is not None:
        return "xms_edov-not-true"
    said = _email_verified(claims)
    return "xms_edov-absent" if said in ("", "email_verified-absent") else said


def _google_owns(claims: Claims) -> EmailDoubt:
    """Demand that Google is the authority over the address: Gmail's own, or a Workspace domain (``hd``)."""
    domain = str(claims.get("email", "")).rpartition("@")[2].lower()
    if domain == "gmail.com" or (domain and claims.get("hd") == domain):
        return _email_verified(claims)
    return "hd-absent" if claims.get("hd") is None else "hd-differs"


PRESETS: Mapping[str, Preset] = {
    "entra": Preset(_object_id, _domain_owner_verified, "groups", ("rp-initiated",), "appid", roles=(("roles",),)),
    "okta": Preset(_sub, _email_verified, "groups", ("rp-initiated", "front-channel")),
    "google": Preset(_sub, _google_owns, None, (), reauthentication="select_account"),
    "keycloak": Preset(
        _sub,
        _email_verified,
        "groups",
        ("rp-initiated", "back-channel", "front-channel"),
        roles=(("realm_access", "roles"), ("resource_access", OUR_CLIENT_ID, "roles")),
    ),
    "auth0": Preset(
        _sub,
        _email_verified,
        "",
        ("rp-initiated", "back-channel"),
        logout_hint=("sid", "sub"),
        namespaced_groups=True,
    ),
    "jumpcloud": Preset(_sub, _email_verified, "", ("rp-initiated",)),
    "generic": Preset(_sub, _email_verified, "", ("rp-initiated", "back-channel", "front-channel")),
}
"""By the name in the settings; ``generic`` is the standard, and may use whatever its metadata offers."""
