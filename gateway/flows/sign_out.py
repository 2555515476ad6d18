"""Sign-out: the gateway's session ends first, then TalentLMS's, then the provider's.

The browser goes from the one to the other. The ID token waits here meanwhile, in a single-use record that is bound to
the browser; it never travels through TalentLMS.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway import context, log
from gateway.admission import QueueEntry
from gateway.errors import (
    DatabaseUnavailable,
    ForeignLink,
    Gone,
    NotOnline,
    StoreUnavailable,
    TalentLMSError,
    UserNotFound,
)
from gateway.flows.accounts import Accounts
from gateway.flows.destinations import Destinations
from gateway.oidc.logout import Logout
from gateway.store.sessions import Sessions
from gateway.store.transactions import Departures
from gateway.talentlms.client import TalentLMS
from schemas.link import Link
from schemas.order import is_customer
from schemas.session import Session
from schemas.transaction import Departure

CONTINUE_PATH = "/logout/continue"
"""The address of ours to which TalentLMS sends the browser afterwards."""


@dataclass(frozen=True)
class SignedOut:
    """A sign-out whose first part, ours, is done.

    Attributes:
        browser: the secret by which the browser continues it; the provider's name stands in front of it.
        link: ends the person's session at TalentLMS when the browser follows it; ``None`` where there is none to end,
            and where none could be had.
        left_open: whether there may be a session at TalentLMS that nothing here ends.
    """

    browser: str
    link: Link | None = None
    left_open: bool = False


@dataclass(frozen=True)
class AtProvider:
    """The last part of a sign-out.

    Attributes:
        url: where the browser ends its session at the provider; ``None`` where there is no such address.
        left_open: the provider's name where the session there may go on; empty for none.
    """

    url: str | None = None
    left_open: str = ""


class SignOut:
    """The way out.

    Args:
        sessions: where the session ends.
        departures: sign-outs under way.
        logouts: the end with each provider, by its name.
        accounts: whose account is known.
        lms: TalentLMS.
        destinations: where its link may lead.
        continue_url: where TalentLMS sends the browser afterwards.
    """

    def __init__(
        self,
        sessions: Sessions,
        departures: Departures,
        logouts: Mapping[str, Logout],
        accounts: Accounts,
        lms: TalentLMS,
        destinations: Destinations,
        continue_url: str,
    ) -> None:
        self._sessions = sessions
        self._departures = departures
        self._logouts = logouts
        self._accounts = accounts
        self._lms = lms
        self._destinations = destinations
        self._continue_url = continue_url

    @property
    def providers(self) -> Collection[str]:
        """The names of the providers at which sessions end."""
        return self._logouts.keys()

    def begin(self, session: Session) -> SignedOut:
        """End the gateway's session, and say how TalentLMS's ends.

        The way on is written down first: once the session has ended, nothing may stand in the way of the other two, be
        it that TalentLMS or the database is away, or that the budget has no call for now or cannot be asked.
        """
        identity = session.identity
        provider = "" if is_customer(identity.issuer) else identity.provider  # a shop has no session of ours to end
        browser, state = f"{provider}.{secrets.token_urlsafe(24)}", secrets.token_urlsafe(16)
        departure = Departure(provider, session.id_token.reveal(), state, session.logout_hint)
        self._departures.remember(departure, browser)
        self._sessions.end(session)
        log.audit("sign_out", outcome="success", provider=identity.provider, person=identity.key)
        context.queue_as(QueueEntry(person=identity.key))
        try:
            return SignedOut(browser, self._link(session))
        except (TalentLMSError, ForeignLink, StoreUnavailable, DatabaseUnavailable) as error:
            log.event("sign_out.talentlms_skipped", why=error.code, note=error.note)
            return SignedOut(browser, left_open=True)

    def proceed(self, browser: str | None) -> AtProvider:
        """Say how the provider's session ends, once.

        A store that fails on the way may have taken the record already, so there may be no second try: the session at
        the provider then counts as left open.

        Args:
            browser: the secret that ``begin`` returned; ``None`` where the browser has none.

        Raises:
            StoreUnavailable: and the secret names no provider that is in the settings.
        """
        try:
            return self._at_provider(browser)
        except StoreUnavailable as error:
            provider = (browser or "").partition(".")[0]
            if provider not in self._logouts:
                raise
            log.event("sign_out.provider_skipped", provider=provider, why=error.code, note=error.note)
            return AtProvider(left_open=provider)

    def _at_provider(self, browser: str | None) -> AtProvider:
        departure = self._departures.take(browser) if browser else None
        if departure is None:
            return AtProvider()
        logout = self._logouts.get(departure.provider)
        url = logout.end_session_url(departure) if logout else None
        return AtProvider(url, "" if url else departure.provider)

    def _link(self, session: Session) -> Link | None:
        learner = session.learner or self._accounts.known(session.identity.key)
        if learner is None:
            return None
        try:
            return self._destinations.sign_in(self._lms.users.log_out(learner.user_id, next_url=self._continue_url))
        except (NotOnline, UserNotFound, Gone):
            return None
