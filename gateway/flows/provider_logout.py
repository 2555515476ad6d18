"""Sessions end because the provider says so, over the back channel or in a frame of its own page.

TalentLMS's own session is not ended by a notice, because nobody's browser is there to end it with; it lasts until its
time-out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gateway import log
from gateway.errors import BadRequest, PageNotFound, SignInError, SignInNotTrusted, StoreUnavailable
from gateway.oidc.logout import Logout, LogoutNotice
from gateway.store.sessions import Sessions
from gateway.store.used_tokens import UsedTokens


class ProviderLogout:
    """What the providers' logout notices do. Of each parameter they bring all values; it has to be exactly one.

    Args:
        logouts: the end with each provider, by its name.
        sessions: where sessions end.
        used_tokens: which notices were seen.
    """

    def __init__(self, logouts: Mapping[str, Logout], sessions: Sessions, used_tokens: UsedTokens) -> None:
        self._logouts = logouts
        self._sessions = sessions
        self._used_tokens = used_tokens

    def back_channel(self, provider: str, tokens: Sequence[str]) -> None:
        """Carry a logout token out (Back-Channel Logout 1.0, 2.7).

        Raises:
            PageNotFound: there is no such provider.
            BadRequest: there is not one token.
            SignInNotTrusted: the token was used before.
            SignInError: as ``Logout.notice``.
            StoreUnavailable: it was not carried out; the provider may send it again.
        """
        logout = self._named(provider)
        with _audited(provider):
            ended = self._carried_out(logout, logout.notice(_one(tokens)))
        log.audit("provider_logout", outcome="success", provider=provider, sessions=ended)

    def front_channel(self, provider: str, issuers: Sequence[str], sids: Sequence[str]) -> str:
        """End what began in a session at the provider (Front-Channel Logout 1.0, 2).

        Returns:
            The provider's origin, which may show the answer in a frame. Anybody can write such an address, so one that
            ends nothing is no success; nor is it answered differently.

        Raises:
            PageNotFound: there is no such provider.
            BadRequest: it is another issuer's, or names none, or no session.
        """
        logout = self._named(provider)
        with _audited(provider):
            issuer, sid = _one(issuers), _one(sids)
            if issuer != logout.issuer:
                raise BadRequest("iss is not this provider's issuer")
            ended = self._sessions.end_of_provider_session(issuer, sid)
        log.audit("provider_logout", outcome="success" if ended else "nothing", provider=provider, sessions=ended)
        return logout.origin()

    def _carried_out(self, logout: Logout, notice: LogoutNotice) -> int:
        if not self._used_tokens.claim(logout.issuer, notice.jti):
            raise SignInNotTrusted("logout token: used before")
        try:
            ended = self._ended(logout.issuer, notice)
            self._used_tokens.remember(logout.issuer, notice.jti, notice.replayable)
        except StoreUnavailable:
            self._used_tokens.release(logout.issuer, notice.jti)  # the provider's next try still has to be carried out
            raise
        return ended

    def _ended(self, issuer: str, notice: LogoutNotice) -> int:
        if notice.sid:
            return self._sessions.end_of_provider_session(issuer, notice.sid, notice.sub)
        return self._sessions.end_of_subject(issuer, notice.sub)

    def _named(self, provider: str) -> Logout:
        if provider not in self._logouts:
            raise PageNotFound(f"no identity provider named {provider[:40]!r}")
        return self._logouts[provider]


@contextmanager
def _audited(provider: str) -> Iterator[None]:
    """Write down that a notice was not carried out, and why."""
    try:
        yield
    except (SignInError, BadRequest, StoreUnavailable) as error:
        log.audit("provider_logout", outcome="refused", reason=error.code, provider=provider, note=error.note)
        raise


def _one(values: Sequence[str]) -> str:
    if len(values) != 1 or not values[0]:
        raise BadRequest("a parameter is missing, empty or there twice")
    return values[0]
