"""From claims to an ``Identity``: nothing behind it depends on the provider."""

from collections.abc import Mapping
from typing import Any

from gateway.oidc.presets import SAID_ELSEWHERE
from gateway.oidc.registration import Registration
from gateway.personal_data import email_address, first_and_last, language_tag, printable
from schemas.identity import EmailDoubt, Identity

_VERIFICATION_CLAIMS = ("email_verified", "xms_edov", "hd")
"""Claims that say whether the address beside them is verified; see ``presets``."""

_SAID: Mapping[EmailDoubt, bool] = {"": True, "email_verified-false": False}
"""Whether an address is verified, where somebody says so."""


def identity_from(claims: Mapping[str, Any], registration: Registration) -> Identity:
    """Return who the claims speak of (Core 5.1).

    Args:
        claims: of the ID token, completed by UserInfo; already validated.
        registration: at which provider; its preset says what counts as the subject and as verified.

    Returns:
        The identity. A claim that is malformed counts as absent; nothing is guessed but names, which only a
        page shows. Of an e-mail address it says as well why it does not count.
    """
    given_name, family_name = _names(claims)
    written = claims.get("email")
    email = email_address(written)
    doubt = registration.preset.doubt(claims) if email else _without_address(written)
    return Identity(
        issuer=registration.issuer,
        subject=registration.preset.subject(claims),
        provider=registration.name,
        email=email,
        email_verified=_SAID.get(doubt),
        username=printable(claims.get("preferred_username")),
        given_name=given_name,
        family_name=family_name,
        language=language_tag(claims.get("locale")),
        email_doubt=doubt,
    )


def together(id_token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of the ID token, completed by UserInfo's.

    The e-mail address and whether it is verified come from the same source, the ID token's first: a "verified" that
    was said of one address must not vouch for another. What only the other source says vouches for nothing, but it is
    not absent either.

    Args:
        id_token: its claims, which win.
        userinfo: UserInfo's claims, of the same subject; empty where it was not asked.

    Returns:
        All claims. ``email`` and what vouches for it are always among them, ``None`` where no source has them.
    """
    both = [source for source in (id_token, userinfo) if "email" in source and set(_VERIFICATION_CLAIMS) & set(source)]
    source = both[0] if both else id_token if "email" in id_token else userinfo
    other = userinfo if source is id_token else id_token
    verification = {name: _said_of_address(source.get(name), other.get(name)) for name in _VERIFICATION_CLAIMS}
    return {**userinfo, **id_token, "email": source.get("email"), **verification}


def _said_of_address(said: object, elsewhere: object) -> object:
    return SAID_ELSEWHERE if said is None and elsewhere is not None else said


def _without_address(written: object) -> EmailDoubt:
    """Return why there is no address; blanks around one are not removed: nobody knows who else does."""
    if written is None or written == "":
        return "missing"
    return "blanks-around" if isinstance(written, str) and email_address(written.strip()) else "malformed"


def _names(claims: Mapping[str, Any]) -> tuple[str, str]:
    given, family = printable(claims.get("given_name")), printable(claims.get("family_name"))
    if given or family:
        return given, family
    return first_and_last(printable(claims.get("name")))
