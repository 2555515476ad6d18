"""People who cannot be given an account: written down for the operator, and counted."""

from gateway import log
from gateway.errors import GatewayError, TooManyAttempts
from gateway.flows.person import Person
from gateway.store.attempts import Attempts
from schemas.user import User

REFUSAL_SECONDS = 600
REFUSALS = 20
"""Refusals of one person, within that window, after which TalentLMS is not asked again."""


class AccountRefusals:
    """Refusals.

    Args:
        attempts: refused people, counted in windows of ``REFUSAL_SECONDS``; ``None`` for no limit.
    """

    def __init__(self, attempts: Attempts | None) -> None:
        self._attempts = attempts

    def check(self, person: Person) -> None:
        """Spend no more calls on somebody who was refused again and again.

        Raises:
            TooManyAttempts: they were.
        """
        if self._attempts and self._attempts.count(_name(person))[0] >= REFUSALS:
            raise TooManyAttempts(f"person {person.key} was refused {REFUSALS} times", retry_after=REFUSAL_SECONDS)

    def because_of_email(self, kind: type[GatewayError], person: Person, user: User | None) -> GatewayError:
        """Return the error for somebody whose address counts for nothing; written down as ``because`` does."""
        objection = person.objection
        return self.because(kind, person, user, objection.remedy, condition=objection.condition)

    def because(
        self, kind: type[GatewayError], person: Person, user: User | None, remedy: str, *, condition: str = ""
    ) -> GatewayError:
        """Write a refusal down, and return the error to raise.

        Args:
            kind: of the error.
            person: who is refused.
            user: the account that it is about, if there is one.
            remedy: what an operator can do.
            condition: what exactly is the matter, where that is not the remedy's first half.
        """
        self.write(kind, person, user, remedy, condition=condition)
        return kind(f"{condition}: {remedy}" if condition else remedy)

    def write(
        self,
        kind: type[GatewayError],
        person: Person,
        user: User | None,
        remedy: str,
        *,
        condition: str = "",
        linked_issuer: str = "",
    ) -> None:
        """Write a refusal down; ``linked_issuer`` is the provider to whose identity the account is linked."""
        if self._attempts:
            self._attempts.failed(_name(person))
        log.audit(
            "provisioning",
            outcome="refused",
            reason=kind.code,
            provider=person.identity.provider,
            person=person.key,
            user_id=user.user_id if user else None,
            condition=condition or None,
            linked_issuer=linked_issuer or None,
            remedy=remedy,
        )


def _name(person: Person) -> str:
    return f"provisioning:person:{person.key}"
