"""User name and password → Link, through ``userlogin``; off unless ``GATEWAY_PASSWORD_SIGN_IN`` is on."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gateway import admission, deadline, log
from gateway.admission import QueueEntry
from gateway.errors import (
    Gone,
    Inactive,
    NotFound,
    PasswordRefused,
    ProvisioningBusy,
    TooManyAttempts,
    Unwritable,
    WrongPassword,
)
from gateway.flows.destinations import Destinations
from gateway.store.attempts import Attempts, network_of
from gateway.store.locks import Locks
from gateway.talentlms.client import TalentLMS
from schemas.link import Link
from schemas.secret import Secret

WAIT_SECONDS = 12.0
WINDOW_SECONDS = 900
PER_PERSON = 5
PER_ADDRESS = 50
"""Failures in a window after which the next attempt is refused without asking TalentLMS."""


class PasswordSignIn:
    """Sign-in with a TalentLMS user name and password.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        locks: one attempt per person at a time, so that twenty at once are no more than the limit.
        attempts: failures, counted in windows of ``WINDOW_SECONDS``; ``None`` for no limits.
        logout_redirect: where TalentLMS's sign-out leads.
    """

    def __init__(
        self,
        lms: TalentLMS,
        destinations: Destinations,
        locks: Locks,
        attempts: Attempts | None,
        logout_redirect: str,
    ) -> None:
        self._lms = lms
        self._destinations = destinations
        self._locks = locks
        self._attempts = attempts
        self._logout_redirect = logout_redirect

    def link(self, username: str, password: Secret, address: str) -> Link:
        """Return a link that signs the person in.

        Args:
            username: as typed.
            password: as typed; goes to TalentLMS and nowhere else.
            address: of the browser, for the rate limit.

        Raises:
            PasswordRefused: whatever the reason; nobody learns which accounts exist.
            TooManyAttempts: too many failures of this person or from this address, or too many attempts at once.
        """
        person = _digest(username.strip().lower())
        counters = (f"password:person:{person}", f"password:{network_of(address)}")
        self._check_limits(counters)  # whoever is over the limit does not even wait
        # nobody is known yet: a stranger elsewhere who tries this name spends nothing of its owner's
        admission.begin(QueueEntry(person=_digest(f"{person}\n{network_of(address)}")))
        with self._one_at_a_time(person):
            self._check_limits(counters)
            return self._checked(username.strip(), password, person, counters)

    @contextmanager
    def _one_at_a_time(self, person: str) -> Iterator[None]:
        try:
            with self._locks.hold(f"password:{person}", wait=deadline.remaining(WAIT_SECONDS)):
                yield
        except ProvisioningBusy as busy:
            # that speaks of an account which is being set up; here it is an earlier attempt that has not ended
            log.audit("password_sign_in", outcome="refused", reason=TooManyAttempts.code, person=person)
            raise TooManyAttempts("an earlier attempt has not ended", retry_after=busy.retry_after) from None

    def _checked(self, username: str, password: Secret, person: str, counters: Sequence[str]) -> Link:
        try:
            link = self._lms.users.log_in(username, password.reveal(), logout_redirect=self._logout_redirect)
        except (WrongPassword, Inactive, Gone, NotFound, Unwritable) as error:
            self._count(counters)
            log.audit("password_sign_in", outcome="refused", reason=error.code, person=person)
            raise PasswordRefused(error.note) from None
        log.audit("password_sign_in", outcome="success", person=person)
        return self._destinations.sign_in(link)

    def _check_limits(self, counters: Sequence[str]) -> None:
        if self._attempts is None:
            return
        of_person, of_address = self._attempts.count(*counters)
        if of_person >= PER_PERSON or of_address >= PER_ADDRESS:
            log.audit("password_sign_in", outcome="refused", reason=TooManyAttempts.code)
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)

    def _count(self, counters: Sequence[str]) -> None:
        if self._attempts is not None:
            for counter in counters:
                self._attempts.failed(counter)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
