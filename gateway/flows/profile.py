"""What TalentLMS is told about a person: claims as TalentLMS's fields."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from schemas.identity import Identity
from schemas.user import User

NO_NAME = "-"
"""Stands where TalentLMS demands a name and the provider knows none."""

_NOT_IN_A_LOGIN = re.compile(r"[^a-z0-9@._-]+")


@dataclass(frozen=True)
class Profile:
    """A person's details.

    Attributes:
        first_name: never empty.
        last_name: never empty; a dash for people who have one name.
        email: or empty; also empty where the provider says that the address is not verified.
        language: a primary language subtag such as ``de``, or empty.
    """

    first_name: str
    last_name: str
    email: str
    language: str

    @property
    def digest(self) -> str:
        """A short text that changes with every detail: what TalentLMS was last told."""
        return hashlib.sha256("\n".join(astuple(self)).encode()).hexdigest()[:16]

    def changes_to(self, user: User) -> tuple[str | None, str | None, str | None]:
        """Return what is different in TalentLMS: first name, last name, e-mail; ``None`` for what may stay."""
        return (
            _change(self.first_name, user.first_name),
            _change(self.last_name, user.last_name),
            _change(self.email, user.email),
        )


def _change(wanted: str, present: str) -> str | None:
    """Return what to write; nothing unknown is written over something."""
    return None if wanted in ("", NO_NAME) or wanted.casefold() == present.casefold() else wanted


def profile_of(identity: Identity) -> Profile:
    """Return what TalentLMS is told about a person."""
    first = identity.given_name or identity.username or identity.email.partition("@")[0] or NO_NAME
    return Profile(
        first_name=first,
        last_name=identity.family_name or NO_NAME,
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
