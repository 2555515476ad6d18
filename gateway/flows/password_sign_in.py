"""User name and password → Link, through ``userlogin``; off unless ``GATEWAY_PASSWORD_SIGN_IN`` is on."""

import hashlib

from gateway import log
from gateway.errors import (
    Gone,
    Inactive,
    NotFound,
    PasswordRefused,
    TalentLMSError,
    TooManyAttempts,
    Unwritable,
    WrongPassword,
)
from gateway.flows.destinations import Destinations
from gateway.store.attempts import Attempts, network_of
from gateway.talentlms.client import TalentLMS
from schemas.link import Link
from schemas.secret import Secret

WINDOW_SECONDS = 900
PER_PERSON = 5
PER_ADDRESS = 50
"""Failures in a window after which the next attempt is refused without asking TalentLMS."""


class PasswordSignIn:
    """Sign-in with a TalentLMS user name and password.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        attempts: failures, counted in windows of ``WINDOW_SECONDS``; ``None`` for no limits.
        logout_redirect: where TalentLMS's sign-out leads.
    """

    def __init__(
        self, lms: TalentLMS, destinations: Destinations, attempts: Attempts | None, logout_redirect: str
    ) -> None:
        self._lms = lms
        self._destinations = destinations
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
            TooManyAttempts: too many failures of this person or from this address.
        """
        person = hashlib.sha256(username.strip().lower().encode()).hexdigest()[:32]
        counters = (f"password:person:{person}", f"password:{network_of(address)}")
        self._count(counters)
        try:
            link = self._lms.users.log_in(username.strip(), password.reveal(), logout_redirect=self._logout_redirect)
        except (WrongPassword, Inactive, Gone, NotFound, Unwritable) as error:
            log.audit("password_sign_in", outcome="refused", reason=error.code, person=person)
            raise PasswordRefused(error.note) from None
        except TalentLMSError:
            self._uncount(counters)
            raise
        self._uncount(counters)
        log.audit("password_sign_in", outcome="success", person=person)
        return self._destinations.sign_in(link)

    def _count(self, counters: tuple[str, str]) -> None:
        """Count the attempt before its outcome is known, so that twenty at once are no more than the limit."""
        if self._attempts is None:
            return
        of_person, of_address = (self._attempts.failed(counter) for counter in counters)
        if of_person > PER_PERSON or of_address > PER_ADDRESS:
            self._uncount(counters)
            log.audit("password_sign_in", outcome="refused", reason=TooManyAttempts.code)
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)

    def _uncount(self, counters: tuple[str, str]) -> None:
        if self._attempts is not None:
            for counter in counters:
                self._attempts.undo(counter)
