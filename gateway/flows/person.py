"""Somebody, and what may be believed of what is told about them."""

from dataclasses import dataclass, replace

from gateway.flows.profile import Profile, profile_of
from gateway.flows.trust import Objection, Trust
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.user import User


@dataclass(frozen=True)
class Person:
    """Somebody for whom an account is looked for, by word of an identity provider, a shop, a directory.

    Attributes:
        identity: who it is.
        trust: what the one that tells it is trusted with.
    """

    identity: Identity
    trust: Trust

    @property
    def key(self) -> str:
        """``Identity.key``."""
        return self.identity.key

    @property
    def has_own_email(self) -> bool:
        """Whether the address is known to be this person's own."""
        return self.trust.vouches_for_email(self.identity)

    @property
    def objection(self) -> Objection:
        """What keeps the address from counting as this person's own."""
        return self.trust.objection(self.identity)

    @property
    def profile(self) -> Profile:
        """What TalentLMS may be told of an account that exists already."""
        profile = profile_of(self.identity)
        return profile if self.trust.may_tell_email(self.identity) else replace(profile, email="")

    def link_to(self, user: User, password_key: str, *, pending: bool) -> AccountLink:
        """Return a link to an account; its profile is empty, since TalentLMS has not been told of the person yet."""
        return AccountLink(
            self.identity.issuer,
            self.identity.subject,
            user.user_id,
            user.login,
            password_key=password_key,
            pending=pending,
            email=self.identity.email,
        )
