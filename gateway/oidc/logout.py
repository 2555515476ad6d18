"""Leaving: to the provider (RP-Initiated Logout 1.0), and when the provider says so (Back-Channel Logout 1.0)."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from gateway import log
from gateway.errors import SignInError, SignInNotTrusted
from gateway.oidc.end_session import end_session_address
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.registration import Registration
from gateway.oidc.tokens import (
    AGE_SECONDS,
    SKEW_SECONDS,
    check_issuer_and_audience,
    check_times,
    header_of,
    signed_claims,
)
from schemas.transaction import Departure

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_BYTES = 16 * 1024
"""Anybody can send one, and it holds nothing of a person but ``sub`` and ``sid``."""
TOKEN_SECONDS = AGE_SECONDS + 2 * SKEW_SECONDS
"""How long a logout token could be replayed, and so how long its ``jti`` is remembered."""


@dataclass(frozen=True)
class LogoutNotice:
    """Whose sessions end (Back-Channel Logout 1.0, 2.4).

    Attributes:
        sub: the subject, or empty: then one session.
        sid: the provider's session, or empty: then all of the subject's. With both, that session and those of the
            subject of which no ``sid`` is known.
        jti: the notice's own id; it may be used once.
    """

    sub: str
    sid: str
    jti: str


class Logout:
    """The end, with one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
    """

    def __init__(self, registration: Registration, directory: ProviderDirectory) -> None:
        self._registration = registration
        self._directory = directory

    @property
    def issuer(self) -> str:
        """The provider's issuer."""
        return self._registration.issuer

    def end_session_url(self, departure: Departure) -> str | None:
        """Return where the browser ends its session at the provider (RP-Initiated Logout 1.0, 2).

        Returns:
            The address, of ``ADDRESS_BYTES`` at most; ``None`` where the provider's session cannot be ended: it has no
            end session endpoint, its metadata cannot be had, or the endpoint's own address is too long.
        """
        endpoint = self._end_session_endpoint()
        return end_session_address(endpoint, self._registration, departure) if endpoint else None

    def origin(self) -> str:
        """Return the provider's own origin."""
        issuer = urlsplit(self._registration.issuer)
        return f"{issuer.scheme}://{issuer.netloc}"

    def notice(self, token: str) -> LogoutNotice:
        """Return what a logout token says, after every check of Back-Channel Logout 1.0, 2.6.

        An unknown ``kid`` is looked up from an allowance of its own: whoever floods this address with made-up tokens
        must not use up the one that a key rotation needs.

        Raises:
            SignInNotTrusted: a check failed.
            ProviderUnavailable: its keys cannot be had.
        """
        if len(token) > LOGOUT_TOKEN_BYTES:
            raise SignInNotTrusted(f"logout token: longer than {LOGOUT_TOKEN_BYTES} bytes")
        kind = header_of(token).get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in ("logout+jwt", "jwt"):
            raise SignInNotTrusted("logout token: typ is another kind of token's")
        keys = partial(self._directory.keys, allowance="logout")
        claims = signed_claims(token, keys, self._registration.algorithms, "logout token")
        check_issuer_and_audience(claims, self._registration.issuer, self._registration.client_id)
        check_times(claims)
        return _read(claims)

    def _end_session_endpoint(self) -> str:
        try:
            return self._directory.metadata().end_session_endpoint
        except SignInError as error:
            log.event("sign_out.provider_unavailable", issuer=self._registration.issuer, why=error.note)
            return ""


def _read(claims: dict[str, Any]) -> LogoutNotice:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise SignInNotTrusted("logout token: events lacks the logout event")
    if "nonce" in claims:
        raise SignInNotTrusted("logout token: it has a nonce, so it is an ID token")
    sub, sid, jti = (claims.get(name, "") for name in ("sub", "sid", "jti"))
    if not all(isinstance(value, str) for value in (sub, sid, jti)) or not jti or not (sub or sid):
        raise SignInNotTrusted("logout token: jti, or both sub and sid, are missing")
    return LogoutNotice(sub, sid, jti)
