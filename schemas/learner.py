"""A learner: the person, once it is known which TalentLMS account is theirs."""

from dataclasses import dataclass

from schemas.identity import person_key

SIGNED_UP = "signed-up"
"""The ``profile`` of an account that has just been signed up, and of which TalentLMS has not been told everything."""


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
