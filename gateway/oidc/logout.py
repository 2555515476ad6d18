"""Leaving: to the provider (RP-Initiated Logout 1.0), and when the provider says so (Back-Channel Logout 1.0)."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from gateway import log
from gateway.errors import SignInError, SignInNotTrusted
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.refusals import speaking_of
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
        """Return where the browser ends its session at the provider (RP-Initiated Logout 1.0, 2), if anywhere."""
        endpoint = self._end_session_endpoint()
        if not endpoint:
            return None
        parameters = {
            "id_token_hint": departure.id_token,
            "client_id": self._registration.client_id,
            "post_logout_redirect_uri": self._registration.signed_out_uri,
            "state": departure.state,
        }
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(parameters)

    def end_session_origin(self) -> str | None:
        """Return the origin of the provider's end session endpoint; ``None`` where there is none.

        Where its metadata cannot be had at the moment, it is the provider's own, where the endpoint mostly is.
        """
        metadata = self._directory.metadata_at_hand()
        if metadata is None:
            return self.origin()
        endpoint = urlsplit(metadata.end_session_endpoint)
        return f"{endpoint.scheme}://{endpoint.netloc}" if endpoint.netloc else None

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
        kind = header_of(token).get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in ("logout+jwt", "jwt"):
            raise SignInNotTrusted("logout token: typ is another kind of token's")
        keys = partial(self._directory.keys, allowance="logout")
        claims = signed_claims(token, keys, self._registration.algorithms, "logout token")
        with speaking_of("logout token"):
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
