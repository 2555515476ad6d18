"""User name and password → Link, through ``userlogin``; off unless ``GATEWAY_PASSWORD_SIGN_IN`` is on."""

import hashlib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from gateway import context, log
from gateway.admission import QueueEntry
from gateway.errors import (
    AccountInactive,
    Gone,
    NotFound,
    PasswordRefused,
    ProvisioningBusy,
    TooManyAttempts,
    Unwritable,
    WrongPassword,
)
from gateway.flows.destinations import Destinations
from gateway.keyring import Keyring
from gateway.store.attempts import network_of
from gateway.store.locks import Locks
from gateway.store.password_attempts import Admission, Attempt, PasswordAttempts
from gateway.talentlms.client import TalentLMS
from schemas.link import Link
from schemas.secret import Secret

WAIT_SECONDS = 12.0
_PURPOSE = "password sign-in"


class PasswordSignIn:
    """Sign-in with a TalentLMS user name and password.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        locks: one attempt per person and network at a time, so that twenty at once are no more than the limit, and
            nobody elsewhere is kept waiting.
        attempts: who may try; ``None`` for no limits.
        keyring: with it addresses are made unreadable before anything is kept of them.
        logout_redirect: where TalentLMS's sign-out leads.
    """

    def __init__(
        self,
        lms: TalentLMS,
        destinations: Destinations,
        locks: Locks,
        attempts: PasswordAttempts | None,
        keyring: Keyring,
        logout_redirect: str,
    ) -> None:
        self._lms = lms
        self._destinations = destinations
        self._locks = locks
        self._attempts = attempts
        self._keyring = keyring
        self._logout_redirect = logout_redirect

    def link(self, username: str, password: Secret, address: str) -> Link:
        """Return a link that signs the person in.

        Args:
            username: as typed.
            password: as typed; goes to TalentLMS and nowhere else.
            address: of the browser, for the limits.

        Raises:
            PasswordRefused: whatever the reason; nobody learns which accounts exist.
            TooManyAttempts: too many failures of this person from this address, of this person from addresses they
                never used, or from this address; or too many attempts at once.
        """
        attempt = self._attempt(username, address)
        self._admitted(attempt, count=False)  # an attempt over the limit does not even wait
        # nobody is known yet: a stranger elsewhere who tries this name spends nothing of its owner's
        context.queue_as(QueueEntry(person=_digest(attempt.pair)))
        with self._one_at_a_time(attempt):
            return self._tried(username.strip(), password, attempt, self._admitted(attempt, count=True))

    def _attempt(self, username: str, address: str) -> Attempt:
        person, network = person_of(username), network_of(address)
        pair = self._keyring.sign(_PURPOSE, f"{person}\n{network}")
        return Attempt(person, self._keyring.sign(_PURPOSE, network), pair)

    def _admitted(self, attempt: Attempt, *, count: bool) -> Admission:
        if self._attempts is None:
            return Admission(wait=0, counted=False)
        allowed = self._attempts.admission(attempt, count=count)
        if allowed.wait:
            raise self._too_many(attempt, "too many have failed", allowed.wait)
        return allowed

    @contextmanager
    def _one_at_a_time(self, attempt: Attempt) -> Iterator[None]:
        try:
            with self._locks.hold(f"password:{attempt.pair}", wait=context.remaining(WAIT_SECONDS)):
                yield
        except ProvisioningBusy as busy:
            # that speaks of an account which is being set up; here it is an earlier attempt that has not ended
            raise self._too_many(attempt, "an earlier attempt has not ended", busy.retry_after) from None

    def _too_many(self, attempt: Attempt, note: str, retry_after: int | None) -> TooManyAttempts:
        log.audit("password_sign_in", outcome="refused", reason=TooManyAttempts.code, person=attempt.person)
        return TooManyAttempts(note, retry_after=retry_after)

    def _tried(self, username: str, password: Secret, attempt: Attempt, admission: Admission) -> Link:
        try:
            link = self._destinations.sign_in(
                self._lms.users.log_in(username, password.reveal(), logout_redirect=self._logout_redirect)
            )
        except (WrongPassword, AccountInactive, Gone, NotFound, Unwritable) as error:
            if self._attempts is not None:
                self._attempts.failed(attempt)
            log.audit("password_sign_in", outcome="refused", reason=error.code, person=attempt.person)
            raise PasswordRefused(error.note) from None
        except Exception:
            if self._attempts is not None:
                self._attempts.not_made(attempt, admission)
            raise
        if self._attempts is not None:
            self._attempts.succeeded(attempt, admission)
        log.audit("password_sign_in", outcome="success", person=attempt.person)
        return link


def person_of(username: str) -> str:
    """Return the key of whom a user name means: TalentLMS need not tell upper case, blanks around or accents apart."""
    letters = unicodedata.normalize("NFKD", username.strip().casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _digest(plain)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:32]
