"""People who cannot be given an account: why, and what an operator can do; written down, and counted."""

from typing import TypeVar

from gateway import log
from gateway.errors import (
    Conflict,
    FieldRequired,
    GatewayError,
    InvalidRequest,
    SeatsUsedUp,
    SignUpRefused,
    TalentLMSError,
    TooManyAttempts,
    WeakPassword,
)
from gateway.flows.person import Person
from gateway.store.attempts import Attempts
from gateway.talentlms.users import Users
from schemas.user import User
from schemas.user_type import LEARNERS

REFUSAL_SECONDS = 600
TYPE_DIFFERS = "user-type-differs"
"""Why the user type of an account stays another than the mapping's."""
REFUSALS = 20
"""Refusals of one person, within that window, after which TalentLMS is not asked again."""

E = TypeVar("E", bound=GatewayError)


class AccountRefusals:
    """Refusals.

    Args:
        users: where TalentLMS is asked for the custom fields that it demands.
        attempts: refused people, counted in windows of ``REFUSAL_SECONDS``; ``None`` for no limit.
    """

    def __init__(self, users: Users, attempts: Attempts | None) -> None:
        self._users = users
        self._attempts = attempts

    def check(self, person: Person) -> None:
        """Spend no more calls on somebody who was refused again and again.

        Raises:
            TooManyAttempts: they were.
        """
        if self._attempts and self._attempts.count(_name(person))[0] >= REFUSALS:
            raise TooManyAttempts(f"person {person.key} was refused {REFUSALS} times", retry_after=REFUSAL_SECONDS)

    def because(
        self,
        kind: type[E],
        person: Person,
        user: User | None,
        remedy: str,
        *,
        condition: str = "",
        linked_issuer: str = "",
    ) -> E:
        """Write a refusal down, and return the error to raise.

        Args:
            kind: of the error.
            person: who is refused.
            user: the account that it is about, if there is one.
            remedy: what an operator can do.
            condition: what exactly is the matter, where that is not the remedy's first half.
            linked_issuer: the provider to whose identity the account is linked.
        """
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
        return kind(f"{condition}: {remedy}" if condition else remedy)

    def because_of_email(self, kind: type[E], person: Person, user: User | None) -> E:
        """Return the error for somebody whose address counts for nothing."""
        objection = person.objection
        return self.because(kind, person, user, objection.remedy, condition=objection.condition)

    def by_talentlms(self, person: Person, error: InvalidRequest) -> GatewayError:
        """Return the error for somebody of whom TalentLMS does not accept something; the remedy has its own words.

        Of a mandatory custom field it may say no more than that the arguments are invalid, so it is asked for the
        fields, with one call, unless it names something else.
        """
        kind, remedy = self._explained(error)
        return self.because(kind, person, None, f"{remedy} ({error.note})")

    def of_change(self, person: Person, user_id: int, error: Conflict | InvalidRequest) -> None:
        """Write down what TalentLMS does not accept of a change; the person gets in, so it is not counted."""
        kind, remedy = self._explained(error)
        log.audit(
            "profile",
            outcome="refused",
            reason=kind.code,
            person=person.key,
            user_id=user_id,
            remedy=f"{remedy} ({error.note})",
        )

    def of_type(self, person: Person, user: User) -> None:
        """Write down that an account has another user type than the mapping says, which no call of the API changes."""
        wanted, has = person.profile.user_type, user.user_type
        if not wanted or not has or wanted == has or {wanted, has} <= LEARNERS:
            return
        log.audit(
            "profile",
            outcome="refused",
            reason=TYPE_DIFFERS,
            person=person.key,
            user_id=user.user_id,
            remedy=(
                f"the account's user type is {has!r}, the mapping says {wanted!r}; TalentLMS's API cannot change it: "
                "change it there by hand"
            ),
        )

    def _explained(self, error: Conflict | InvalidRequest) -> tuple[type[GatewayError], str]:
        if isinstance(error, Conflict):
            return Conflict, (
                "the person's new e-mail address belongs to another TalentLMS account; merge or change one"
            )
        if isinstance(error, SeatsUsedUp):
            return SeatsUsedUp, (
                "every seat of the TalentLMS plan is taken: deactivate or delete users there, or take a larger plan"
            )
        if isinstance(error, WeakPassword):
            return WeakPassword, "TalentLMS asks for more than the gateway's passwords have; relax its rule"
        fields = [] if error.names_detail else self._mandatory_fields()
        if fields or isinstance(error, FieldRequired):
            names = ", ".join(fields) or "see its words"
            return FieldRequired, (
                f"TalentLMS has mandatory custom fields that the mapping does not fill ({names}); make them optional"
            )
        return SignUpRefused, (
            "TalentLMS does not accept the person's name, address or user name; correct it at the identity provider"
        )

    def _mandatory_fields(self) -> list[str]:
        try:
            fields = self._users.custom_fields()
        except TalentLMSError:
            return []  # the refusal is told all the same
        return [field.name for field in fields if field.mandatory and field.main_domain_availability is not False]


def _name(person: Person) -> str:
    return f"provisioning:person:{person.key}"
