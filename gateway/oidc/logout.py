"""Leaving: to the provider (RP-Initiated Logout 1.0), and when the provider says so (Back-Channel Logout 1.0)."""

import time
from collections.abc import Collection, Mapping, Sequence
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
    one_name,
    signed_claims,
)
from schemas.transaction import Departure

ADDRESS_BYTES = 2000
"""The longest address that is sent to a provider; several, and what stands before them, refuse longer ones."""
HINT_LENGTH = 255
"""The longest ``logout_hint``; a ``sub`` is no longer (Core 2)."""
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_BYTES = 16 * 1024
"""Anybody can send one, and it holds nothing of a person but ``sub`` and ``sid``."""
TOKEN_SECONDS = AGE_SECONDS + 2 * SKEW_SECONDS
"""How long a logout token could be replayed, and so how long its ``jti`` is remembered."""
AGE_WITHOUT_EXP_SECONDS = 300
"""How old a logout token may be that says no ``exp``: draft 06 of the specification had none (Keycloak up to 23)."""
TOKEN_WITHOUT_EXP_SECONDS = 600
"""How long the ``jti`` of such a token is remembered."""


@dataclass(frozen=True)
class LogoutNotice:
    """Whose sessions end (Back-Channel Logout 1.0, 2.4).

    Attributes:
        sub: the subject, or empty: then one session.
        sid: the provider's session, or empty: then all of the subject's. With both, that session and those of the
            subject of which no ``sid`` is known.
        jti: the notice's own id; it may be used once.
        replayable: for how many seconds the id has to be remembered.
    """

    sub: str
    sid: str
    jti: str
    replayable: int


class Logout:
    """The end, with one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
        algorithms: what signs ID tokens, as sign-ins have shown; a ``gateway.store.signing_algorithms``.
    """

    def __init__(self, registration: Registration, directory: ProviderDirectory, algorithms: Any) -> None:
        self._registration = registration
        self._directory = directory
        self._algorithms = algorithms

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

        It has to be signed by an algorithm by which this provider signs our ID tokens. Of those that are allowed, only
        those count that sign-ins have shown lately; if none has, no session can be left that began with one.

        Keys are fetched anew from an allowance of its own: a flood of made-up tokens must not use
        up the one that sign-ins need.

        Raises:
            SignInNotTrusted: a check failed.
            ProviderUnavailable: its keys cannot be had, or not soon enough.
        """
        if len(token) > LOGOUT_TOKEN_BYTES:
            raise SignInNotTrusted(f"logout token: longer than {LOGOUT_TOKEN_BYTES} bytes")
        kind = header_of(token).get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in ("logout+jwt", "jwt"):
            raise SignInNotTrusted("logout token: typ is another kind of token's")
        us = self._registration
        keys = partial(self._directory.candidates, purpose="logout")
        claims = signed_claims(token, keys, self._signs_id_tokens(), "logout token")
        with speaking_of("logout token"):
            check_issuer_and_audience(claims, us.issuer, us.client_id, us.trusted_audiences)
            _check_times(claims)
        return _read(claims)

    def _signs_id_tokens(self) -> Collection[str]:
        """Return the algorithms that may sign a logout token (Back-Channel Logout 1.0, 2.6, items 2 and 3)."""
        us = self._registration
        pinned = {str(one_name(algorithm)): algorithm for algorithm in reversed(us.algorithms)}
        shown = self._algorithms.remembered(us.issuer, us.client_id, pinned)
        return [pinned[name] for name in shown] or us.algorithms

    def _end_session_endpoint(self) -> str:
        try:
            return self._directory.metadata().end_session_endpoint
        except SignInError as error:
            log.event("sign_out.provider_unavailable", issuer=self._registration.issuer, why=error.note)
            return ""


def _check_times(claims: dict[str, Any]) -> None:
    """Check the times as an ID token's; without ``exp`` the token has to be younger."""
    if "exp" in claims:
        check_times(claims)
        return
    now = time.time()
    check_times({**claims, "exp": now})
    if claims["iat"] < now - AGE_WITHOUT_EXP_SECONDS:
        raise SignInNotTrusted("logout token: it has no exp, and iat is too long ago for that")


def _read(claims: dict[str, Any]) -> LogoutNotice:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise SignInNotTrusted("logout token: events lacks the logout event")
    if "nonce" in claims:
        raise SignInNotTrusted("logout token: it has a nonce, so it is an ID token")
    sub, sid, jti = (claims.get(name, "") for name in ("sub", "sid", "jti"))
    if not all(isinstance(value, str) for value in (sub, sid, jti)) or not jti or not (sub or sid):
        raise SignInNotTrusted("logout token: jti, or both sub and sid, are missing")
    return LogoutNotice(sub, sid, jti, TOKEN_SECONDS if "exp" in claims else TOKEN_WITHOUT_EXP_SECONDS)


def id_token_hint(id_token: str) -> str:
    """Return the ID token to keep for the logout; empty for one that no address has room for."""
    return id_token if len(id_token) < ADDRESS_BYTES else ""


def logout_hint(claims: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return what to send as ``logout_hint``, should the ID token be too long; empty for nothing.

    What it means is the provider's to say: Entra ID takes the value of its claim ``login_hint``, Auth0 its ``sid``.

    Args:
        claims: of the ID token.
        names: of claims, the best first.
    """
    return next((claims[name] for name in names if _is_hint(claims.get(name))), "")


def end_session_address(endpoint: str, registration: Registration, departure: Departure) -> str | None:
    """Return the address, of ``ADDRESS_BYTES`` at most.

    It says whose session ends by the first of these for which there is room: the ID token, the hint, nothing. The
    provider may then ask the person.

    Args:
        endpoint: the provider's ``end_session_endpoint``.
        registration: how we are registered there.
        departure: what is known of the person who leaves.

    Returns:
        The address; ``None`` where even the shortest is too long.
    """
    always = {
        "client_id": registration.client_id,
        "post_logout_redirect_uri": registration.signed_out_uri,
        "state": departure.state,
    }
    hints = [{"id_token_hint": departure.id_token}, {"logout_hint": departure.logout_hint}]
    given = [hint for hint in hints if all(hint.values())]
    addresses = (_with_query(endpoint, hint | always) for hint in (*given, {}))
    return next((address for address in addresses if len(address) <= ADDRESS_BYTES), None)


def _with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(parameters)


def _is_hint(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= HINT_LENGTH and value.isascii() and value.isprintable()
