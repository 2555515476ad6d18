"""Sign-in at an identity provider: from the request with which it begins to the session with which it ends."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway import log
from gateway.errors import (
    BadRequest,
    GatewayError,
    PageNotFound,
    SignInDenied,
    SignInError,
    SignInInterrupted,
    SignInNotTrusted,
    TooManyAttempts,
)
from gateway.flows.claim_mapping import ClaimMapping
from gateway.flows.failed_codes import FailedCodes
from gateway.oidc.refusals import expired_at_provider, refused
from gateway.oidc.registration import SignedIn
from gateway.oidc.relying_party import RelyingParty
from gateway.store.sessions import Sessions
from gateway.store.transactions import UsedStates
from schemas.secret import Secret
from schemas.session import Session
from schemas.transaction import Hints, Transaction

TRANSACTION_SECONDS = 15 * 60
"""How long a sign-in that was begun can be completed."""
JUST_NOW_SECONDS = 60
"""How old a session may be, at most, that another tab has just begun, where nobody knows when this sign-in began."""


@dataclass(frozen=True)
class Browser:
    """Who comes.

    Attributes:
        session: looks up whom the browser is signed in as; asked only where that matters.
        address: where it is.
        left_open: whether somebody's session at the provider could not be ended in it.
    """

    session: Callable[[], Session | None]
    address: str
    left_open: bool = False


@dataclass(frozen=True)
class NextStep:
    """Where the browser goes next, and what it is given.

    Attributes:
        url: an address at the provider, or a path of our own.
        transaction: the sign-in that has begun, if one has.
        session_id: the id of the session that has begun, if one has.
    """

    url: str
    transaction: Transaction | None = None
    session_id: Secret | None = None


class SignIn:
    """The two halves of a sign-in.

    A person who has signed in since, in another tab, goes where a sign-in that fails was to lead.

    Args:
        providers: relying parties by the provider's name.
        sessions: where a session begins.
        used_states: what makes a sign-in be completed once.
        failed_codes: how many may fail.
        mapping: what claims become, and who may come in.
        check: raises ``PersonDeactivated`` for a person (``Identity.key``) who may not come in any more.
    """

    def __init__(
        self,
        providers: Mapping[str, RelyingParty],
        sessions: Sessions,
        used_states: UsedStates,
        failed_codes: FailedCodes,
        mapping: ClaimMapping,
        check: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._check = check
        self._providers = providers
        self._sessions = sessions
        self._used_states = used_states
        self._failed_codes = failed_codes
        self._mapping = mapping

    def begin(self, provider: str, target: str, hints: Hints, browser: Browser) -> NextStep:
        """Begin a sign-in.

        Args:
            provider: its name, as it was asked for.
            target: our own path where it is to lead.
            hints: how to ask the person.
            browser: who comes.

        Raises:
            PageNotFound: there is no such provider.
            SignInError: as ``RelyingParty.begin``.
        """
        try:
            return self._begun(provider, target, hints, browser)
        except SignInError as error:
            return self._failed(provider, error, target, browser)

    def complete(
        self, provider: str, answer: Mapping[str, str], transaction: Transaction | None, browser: Browser
    ) -> NextStep:
        """Complete a sign-in.

        Args:
            provider: its name, as it was asked for.
            answer: the parameters of the authorization response, each once.
            transaction: the sign-in that this browser began with this state at this provider; ``None`` for none.
            browser: who comes.

        Raises:
            PageNotFound: there is no such provider.
            SignInInterrupted: the sign-in is unknown, expired or used up.
            TooManyAttempts: too many codes have failed.
            SignInError: as ``RelyingParty.code``, ``RelyingParty.complete`` and ``ClaimMapping.mapped``.
        """
        try:
            if transaction is None:
                raise self._unexpected(provider, answer)
            return self._completed(transaction, answer, browser)
        except (SignInError, TooManyAttempts) as error:
            target, since = (transaction.target, transaction.begun_at) if transaction else ("/", None)
            return self._failed(provider, error, target, browser, since)

    def named_by(self, issuer: str | None) -> str:
        """Return the name of the provider with this issuer.

        Raises:
            BadRequest: none of ours; nobody can send a person to a provider that we do not know.
        """
        for name, relying_party in self._providers.items():
            if relying_party.issuer == issuer:
                return name
        raise BadRequest("iss is not the issuer of a configured identity provider")

    def _begun(self, provider: str, target: str, hints: Hints, browser: Browser, *, again: bool = False) -> NextStep:
        asked = self._provider(provider)
        return NextStep(*asked.begin(target, hints, reauthenticate=browser.left_open, again=again))

    def _completed(self, transaction: Transaction, answer: Mapping[str, str], browser: Browser) -> NextStep:
        seconds = transaction.begun_at + TRANSACTION_SECONDS - int(time.time())
        if seconds <= 0:
            raise SignInInterrupted("expired")
        if not self._used_states.use(transaction.state, seconds):  # the back button, a reload or a double click
            if browser.session() is None:
                raise SignInInterrupted("used before")
            return NextStep(transaction.target)
        if expired_at_provider(answer) and not transaction.again:
            return self._begun_again(transaction, browser)
        return self._entered(transaction, self._signed_in(transaction, answer, browser), browser.session())

    def _begun_again(self, transaction: Transaction, browser: Browser) -> NextStep:
        """Begin anew, once, where the person took too long at the provider; unless another tab has signed in."""
        if self._has_signed_in(browser, transaction.begun_at):
            return NextStep(transaction.target)
        log.event("sign_in.begun_again", provider=transaction.provider)
        return self._begun(transaction.provider, transaction.target, transaction.hints, browser, again=True)

    def _signed_in(self, transaction: Transaction, answer: Mapping[str, str], browser: Browser) -> SignedIn:
        """Return what the sign-in brought; a code that fails counts for the address that it comes from."""
        relying_party = self._provider(transaction.provider)
        code = relying_party.code(answer)
        session = browser.session()
        person = session.identity.key if session else ""
        self._failed_codes.check(browser.address, person)
        try:
            return relying_party.complete(transaction, code)
        except (SignInInterrupted, SignInNotTrusted):
            self._failed_codes.count(browser.address, person)
            raise

    def _entered(self, transaction: Transaction, signed_in: SignedIn, before: Session | None) -> NextStep:
        identity = self._mapping.mapped(signed_in.identity, signed_in.claims)
        session_id = self._sessions.create(
            identity, signed_in.id_token, signed_in.sub, signed_in.sid, signed_in.logout_hint
        )
        try:
            self._check(identity.key)  # whoever was deactivated since had the sessions ended that there were
        except GatewayError:
            self._sessions.end_of_person(identity.key)
            raise
        if before is not None:
            self._sessions.replace(before, identity, session_id)
        log.audit(
            "sign_in",
            outcome="success",
            provider=transaction.provider,
            issuer=identity.issuer,
            person=identity.key,
        )
        return NextStep(transaction.target, session_id=session_id)

    def _failed(
        self, provider: str, error: GatewayError, target: str, browser: Browser, since: int | None = None
    ) -> NextStep:
        audit_refusal(provider, error)
        if self._has_signed_in(browser, since):
            return NextStep(target)
        raise error

    def _has_signed_in(self, browser: Browser, since: int | None) -> bool:
        """Return whether this browser has a session that began since this time, or just now."""
        session = browser.session()
        earliest = time.time() - JUST_NOW_SECONDS if since is None else since
        return session is not None and self._sessions.began_at(session) >= earliest

    def _unexpected(self, provider: str, answer: Mapping[str, str]) -> SignInError:
        """Return what a callback means that is no answer to a sign-in of this browser, but perhaps a denial.

        Some providers leave the state out of an error. Anybody can make such a callback up, so nothing but the page
        that is shown depends on it, and whatever is not a denial is no fault that an operator is woken for.
        """
        asked = self._providers.get(provider)
        if asked is None or "error" not in answer or answer.get("iss", asked.issuer) != asked.issuer:
            return SignInInterrupted("nothing that this browser began")
        where = "authorization response to nothing that this browser began"
        error = refused(where, answer["error"], answer.get("error_description"))
        return error if isinstance(error, SignInDenied) else SignInInterrupted(error.note)

    def _provider(self, name: str) -> RelyingParty:
        if name not in self._providers:
            raise PageNotFound(f"no identity provider named {name[:40]!r}")
        return self._providers[name]


def audit_refusal(provider: str, error: GatewayError) -> None:
    """Write down that a sign-in was refused, and why."""
    log.audit("sign_in", outcome="refused", reason=error.code, provider=provider, note=error.note)
