"""What TalentLMS is told about a person: claims as TalentLMS's fields."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.identity import Identity
from schemas.user import User

NO_NAME = "-"
"""Stands where TalentLMS demands a name and the provider knows none."""

_NOT_IN_A_LOGIN = re.compile(r"[^a-z0-9@._-]+")


@dataclass(frozen=True)
class Profile:
    """A person's details, as far as the provider tells them; what it does not tell is empty.

    Attributes:
        first_name: given name.
        last_name: family name.
        email: empty also where the provider says that the address is not verified.
        language: a primary language subtag such as ``de``; TalentLMS takes it at the sign-up alone.
    """

    first_name: str
    last_name: str
    email: str
    language: str

    @property
    def digest(self) -> str:
        """A short text that changes with everything that ``edituser`` tells: what TalentLMS was last told."""
        return hashlib.sha256("\n".join(self._details.values()).encode()).hexdigest()[:16]

    @property
    def names_for_sign_up(self) -> tuple[str, str]:
        """First and last name, neither of them empty, which TalentLMS demands."""
        return self.first_name or self.email.partition("@")[0] or NO_NAME, self.last_name or NO_NAME

    def unlike(self, user: User | None) -> dict[str, str]:
        """Return the details to tell TalentLMS, by ``edituser``'s names; nothing unknown is written over something.

        Args:
            user: what TalentLMS knows; ``None`` where that is not known here, and everything is told.
        """
        return {
            name: wanted
            for name, wanted in self._details.items()
            if wanted and (user is None or wanted.casefold() != getattr(user, name).casefold())
        }

    @property
    def _details(self) -> dict[str, str]:
        return {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}


def profile_of(identity: Identity) -> Profile:
    """Return what TalentLMS is told about a person."""
    return Profile(
        first_name=identity.given_name,
        last_name=identity.family_name,
        email=identity.email if identity.email_verified is not False else "",
        language=identity.language.partition("-")[0].lower(),
    )


def logins_for(identity: Identity) -> Sequence[str]:
    """Return user names for a new account, the nicest first; the last one is nobody else's.

    TalentLMS's user names are kept to ``[a-z0-9@._-]``, which is safe in every place where it takes them.
    """
    unique = f"{_login(identity.email.partition('@')[0]) or 'learner'}-{identity.key[:8]}"
    return tuple(dict.fromkeys(filter(None, (_login(identity.username), _login(identity.email), unique))))


def _login(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_A_LOGIN.sub("-", plain).strip("-")
