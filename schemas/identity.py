"""Who somebody is, as an identity provider says it: the same for every provider."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from schemas.mapped import NOTHING_MAPPED, Mapped, mapped_from

EmailDoubt = Literal[
    "",
    "missing",
    "blanks-around",
    "malformed",
    "email_verified-absent",
    "email_verified-false",
    "email_verified-text",
    "email_verified-not-boolean",
    "email_verified-elsewhere",
    "xms_edov-absent",
    "xms_edov-not-true",
    "hd-absent",
    "hd-differs",
    "mapped",
    "directory",
]
"""What is to be said against an e-mail address: the claim that is meant, and what came in its place;
``mapped`` for an address that the mapping took from another claim than ``email``, ``directory`` for one that only the
directory has which the provider pushes."""


@dataclass(frozen=True)
class Identity:
    """A person as one issuer knows them. The key is (issuer, subject) and nothing else (Core 5.7).

    Attributes:
        issuer: the provider's issuer, byte for byte.
        subject: the provider's ``sub`` or what its preset uses in its place.
        provider: the name of the provider's entry in the settings.
        email: lower-case, or empty where the provider told none.
        email_verified: whether the provider vouches for the address; ``None`` where it does not say.
        username: the preferred user name, or empty.
        given_name: or empty.
        family_name: or empty.
        language: a language tag such as ``de`` or ``pt-BR``, or empty.
        email_doubt: why the address does not count as verified, or why there is none; empty where it counts.
        mapped: what the mapping made of further claims.
    """

    issuer: str
    subject: str
    provider: str
    email: str = ""
    email_verified: bool | None = None
    username: str = ""
    given_name: str = ""
    family_name: str = ""
    language: str = ""
    email_doubt: EmailDoubt = ""
    mapped: Mapped = NOTHING_MAPPED

    @property
    def key(self) -> str:
        """(issuer, subject) as one short text of fixed length, for keys in the store and for the audit trail."""
        return person_key(self.issuer, self.subject)

    @property
    def display_name(self) -> str:
        """What to call the person on a page."""
        return " ".join(filter(None, (self.given_name, self.family_name))) or self.username or self.email or "you"


def identity_from_record(*, mapped: Any = None, **record: Any) -> Identity:
    """Return an identity again from what ``dataclasses.asdict`` and JSON made of it."""
    return Identity(**record, mapped=mapped_from(mapped))


def person_key(issuer: str, subject: str) -> str:
    """Return the key of (issuer, subject): 32 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:32]
