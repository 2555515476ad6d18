"""What TalentLMS is told about a person: claims as TalentLMS's fields."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.talentlms.wire import NEVER
from schemas.identity import Identity
from schemas.mapped import Detail
from schemas.reply import custom_field_number
from schemas.user import User

NO_NAME = "-"
"""Stands where TalentLMS demands a name and the provider knows none."""

LANGUAGES = {"nb": "no", "nn": "no"}
"""Languages that TalentLMS knows by another code than their primary subtag."""

_NOT_AT_SIGN_UP = frozenset({"timezone", "bio", "deactivation_date"})
"""What ``usersignup`` does not take; ``edituser`` does."""
_NOT_IN_A_LOGIN = re.compile(r"[^a-z0-9@._-]+")


@dataclass(frozen=True)
class Profile:
    """A person's details, as far as the provider tells them; what it does not tell is empty.

    Attributes:
        first_name: given name.
        last_name: family name.
        email: empty also where the provider says that the address is not verified.
        language: TalentLMS's code, such as ``de``; it takes it at the sign-up alone.
        details: what else the mapping tells.
        kept: which of the first three are told with the sign-up alone.
        user_type: of an account that is signed up; empty for the domain's own.
    """

    first_name: str
    last_name: str
    email: str
    language: str
    details: tuple[Detail, ...] = ()
    kept: tuple[str, ...] = ()
    user_type: str = ""

    @property
    def digest(self) -> str:
        """A short text that changes with everything that is told at a login: what TalentLMS was last told."""
        named = sorted(f"{detail.field}={detail.value}" for detail in self.details if detail.at_login)
        return hashlib.sha256("\n".join([*self._names.values(), *named]).encode()).hexdigest()[:16]

    @property
    def names_for_sign_up(self) -> tuple[str, str]:
        """First and last name, neither of them empty, which TalentLMS demands."""
        return self.first_name or self.email.partition("@")[0] or NO_NAME, self.last_name or NO_NAME

    @property
    def is_told_by_sign_up(self) -> bool:
        """Whether a sign-up tells all of it."""
        return _NOT_AT_SIGN_UP.isdisjoint(detail.field for detail in self.details)

    def sign_ups(self) -> Iterator[dict[str, Any]]:
        """Walk the optional arguments of a sign-up: all there are, then with less and less of what may be refused."""
        details = {one.field: one.value for one in self.details if one.field not in _NOT_AT_SIGN_UP}
        optional = [{"language": self.language}, details, {"user_type": self.user_type}]
        left = [{name: value for name, value in one.items() if value} for one in optional]
        yield arguments_of({name: value for one in left for name, value in one.items()})
        for first in range(1, len(left) + 1):
            if left[first - 1]:
                yield arguments_of({name: value for one in left[first:] for name, value in one.items()})

    def unlike(self, user: User | None, *, is_new: bool = False) -> dict[str, str]:
        """Return what to tell TalentLMS, by field; nothing unknown is written over something.

        Args:
            user: what TalentLMS knows; ``None`` where that is not known here, and everything is told.
            is_new: whether the account has just been signed up, and is told what belongs to that as well.
        """
        names = {
            name: wanted
            for name, wanted in self._names.items()
            if wanted and (user is None or wanted.casefold() != getattr(user, name).casefold())
        }
        return names | {detail.field: detail.value for detail in self.details if detail.at_login or is_new}

    @property
    def _names(self) -> dict[str, str]:
        names = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}
        return {name: "" if name in self.kept else value for name, value in names.items()}


def arguments_of(change: Mapping[str, str]) -> dict[str, Any]:
    """Return what is told, by field, as the client's ``sign_up`` and ``edit`` take it."""
    arguments: dict[str, Any] = {}
    custom_fields: dict[int, str] = {}
    for name, value in change.items():
        if number := custom_field_number(name):
            custom_fields[number] = value
        elif name == "restrict_email":
            arguments[name] = value == "on"
        elif name == "deactivation_date":
            arguments[name] = NEVER if value == NEVER else date.fromisoformat(value)
        else:
            arguments[name] = value
    return arguments | ({"custom_fields": custom_fields} if custom_fields else {})


def profile_of(identity: Identity) -> Profile:
    """Return what TalentLMS is told about a person."""
    return Profile(
        first_name=identity.given_name,
        last_name=identity.family_name,
        email=identity.email if identity.email_verified is not False else "",
        language=_language(identity.language),
        details=identity.mapped.details,
        kept=identity.mapped.kept,
        user_type=identity.mapped.user_type,
    )


def logins_for(identity: Identity) -> Sequence[str]:
    """Return user names for a new account, the nicest first; the last one is nobody else's.

    TalentLMS's user names are kept to ``[a-z0-9@._-]``, which is safe in every place where it takes them.
    """
    unique = f"{_login(identity.email.partition('@')[0]) or 'learner'}-{identity.key[:8]}"
    return tuple(dict.fromkeys(filter(None, (_login(identity.username), _login(identity.email), unique))))


def _language(tag: str) -> str:
    primary = tag.partition("-")[0].lower()
    return LANGUAGES.get(primary, primary)


def _login(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_A_LOGIN.sub("-", plain).strip("-")
