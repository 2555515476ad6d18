"""A learner: the person, once it is known which TalentLMS account is theirs."""

from dataclasses import dataclass, replace

from schemas.identity import person_key

SIGNED_UP = "signed-up"
"""The ``profile`` of an account that has just been signed up, and of which TalentLMS has not been told everything."""
_EXPECTED_AT = "expected-at:"
"""Begins the issuer of whoever is expected at another provider; no provider's and no storefront's begins like this."""


@dataclass(frozen=True)
class Learner:
    """Whom a link is asked for.

    Attributes:
        user_id: TalentLMS's id of the account.
        login: the account's user name.
        person: ``Identity.key`` of the person whose account it is.
        password_key: the fingerprint of the key whose managed password the account carries; empty for none.
    """

    user_id: int
    login: str
    person: str
    password_key: str = ""


@dataclass(frozen=True)
class AccountLink:
    """What is remembered of a person's account, in the database.

    Attributes:
        issuer: of the person's identity.
        subject: of the person's identity.
        user_id: TalentLMS's id of the account.
        login: the account's user name.
        profile: a digest of what TalentLMS was last told, whether or not it took it; ``SIGNED_UP`` while it has not
            been told everything that belongs to a sign-up.
        password_key: the fingerprint of the key whose managed password the account carries; empty where the
            person has a password of their own.
        pending: whether the account was signed up and still has to be activated.
        email: the person's address as their provider last told it, in lower case; empty where it told none. A shop's
            customer has the one for which the account was made, or the one that the shop last told as verified.
        retry_at: when TalentLMS is told again what it refused of a change, epoch seconds; 0 where it took all of it.
    """

    issuer: str
    subject: str
    user_id: int
    login: str
    profile: str = ""
    password_key: str = ""
    pending: bool = False
    email: str = ""
    retry_at: int = 0

    @property
    def person(self) -> str:
        """``Identity.key`` of the person."""
        return person_key(self.issuer, self.subject)

    @property
    def learner(self) -> Learner:
        """What a click has to know of it."""
        return Learner(self.user_id, self.login, self.person, self.password_key)

    @property
    def expected_at(self) -> str:
        """The issuer whose person with the account's verified address is to have it, after a move; empty otherwise."""
        return self.issuer.removeprefix(_EXPECTED_AT) if self.issuer.startswith(_EXPECTED_AT) else ""

    @property
    def former_identity(self) -> tuple[str, str]:
        """Issuer and subject of the person from before the move; their own without one."""
        if not self.expected_at:
            return self.issuer, self.subject
        issuer, _, subject = self.subject.partition(" ")  # an issuer is a URL, which has no blank
        return issuer, subject

    @property
    def former_person(self) -> str:
        """``Identity.key`` of ``former_identity``."""
        return person_key(*self.former_identity)

    def moved(self, issuer: str) -> "AccountLink":
        """Return the link that keeps the account for its owner until they sign in at another provider.

        Args:
            issuer: the other provider's.
        """
        subject = " ".join(self.former_identity)
        return replace(self, issuer=expected_at(issuer), subject=subject, profile="", retry_at=0)


def expected_at(issuer: str) -> str:
    """Return the issuer of the links whose owners are expected at a provider."""
    return f"{_EXPECTED_AT}{issuer}"
