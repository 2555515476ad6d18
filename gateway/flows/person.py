"""Somebody, and what may be believed of what is told about them."""

from dataclasses import dataclass, replace

from gateway.flows.profile import Profile, profile_of
from gateway.flows.trust import Objection, Trust
from schemas.identity import Identity
from schemas.learner import AccountLink, Learner
from schemas.order import is_customer, is_guest
from schemas.user import User

_NOTHING = Profile("", "", "", "")


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
    def is_anybody(self) -> bool:
        """Whether it may be whoever typed the address at a checkout: a guest, whose address is not verified."""
        return is_guest(self.identity.issuer, self.identity.subject) and self.identity.email_verified is not True

    def kept_email(self, before: str) -> str:
        """Return the address that is remembered as this person's; a shop's customer keeps the one from ``before``.

        What a shop has not verified may be anybody's: it is remembered only with the account that was signed up for it.
        """
        told = self.identity.email
        return before if self.trust.is_shop and not self.trust.may_tell_email(self.identity) else told

    def may_open(self, learner: Learner) -> bool:
        """Return whether this person may open the account that is remembered as theirs.

        Whoever may be anybody opens an account alone that was signed up for that address, as long as it carries the
        gateway's password: not one that exists for another reason, and none whose owner has set a password.
        """
        return not self.is_anybody or bool(learner.password_key)

    def displaces(self, owner: AccountLink) -> bool:
        """Return whether another person's link to an account with this person's address ends for this person's.

        An identity provider's word counts more than a shop's, and any more than an address that was typed.
        """
        if not self.has_own_email:
            return False
        is_shops = is_customer(self.identity.issuer)
        return is_guest(owner.issuer, owner.subject) or (is_customer(owner.issuer) and not is_shops)

    def succeeds(self, owner: AccountLink) -> bool:
        """Return whether an account with this person's address was kept for them when they moved to their provider."""
        return self.has_own_email and owner.expected_at == self.identity.issuer

    @property
    def profile(self) -> Profile:
        """What TalentLMS may be told of an account that exists already; nothing by whoever may be anybody."""
        if self.is_anybody:
            return _NOTHING
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
