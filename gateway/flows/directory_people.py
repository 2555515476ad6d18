"""People whom a directory has: whether they may come in, and what it tells of them, as claims."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.database.directory_store import DirectoryStore
from gateway.errors import PersonDeactivated
from gateway.mapping.claims import Claims
from gateway.personal_data import email_address, first_and_last, language_tag, printable
from gateway.scim.claims import claims_of
from schemas.directory import DirectoryUser
from schemas.identity import Identity


@dataclass(frozen=True)
class PushingProvider:
    """An identity provider that pushes people.

    Attributes:
        issuer: its issuer.
        groups_claim: the claim in which the mapping looks for groups.
    """

    issuer: str
    groups_claim: str


@dataclass(frozen=True)
class KnownPerson:
    """Somebody whom a directory has.

    Attributes:
        identity: who it is; ``None`` for somebody who may not come in.
        claims: what the directory tells of them.
        is_deleted: whether every connection that had them has forgotten them; not where that is all that is known.
    """

    identity: Identity | None
    claims: Claims
    is_deleted: bool = False


class DirectoryPeople:
    """People of directories. Every method raises ``DatabaseUnavailable`` where nobody can tell.

    Args:
        store: the directory.
        providers: who pushes, by the provider's name; what others once pushed counts for nothing.
    """

    def __init__(self, store: DirectoryStore, providers: Mapping[str, PushingProvider]) -> None:
        self._store = store
        self._providers = providers

    def find(self, person: str) -> KnownPerson | None:
        """Return what the directory says of a person; ``None`` for somebody whom it does not have.

        Whom several connections have is active as long as one of them says so.

        Args:
            person: ``Identity.key``.
        """
        if not self._providers:
            return None
        found = sorted(self._store.users.of_person(person), key=lambda one: one[0])
        found = [(provider, user) for provider, user in found if provider in self._providers and _is_known(user)]
        if not found:
            return None
        for provider, user in found:
            if user.active:
                return self._known(provider, user)
        users = [user for _, user in found]
        is_deleted = all(user.is_deleted for user in users) and any(user.resource for user in users)
        return KnownPerson(None, {}, is_deleted=is_deleted)

    def check(self, person: str) -> None:
        """Check that a person may come in.

        Raises:
            PersonDeactivated: the directory has them, and nowhere as active.
        """
        known = self.find(person)
        if known is not None and known.identity is None:
            raise PersonDeactivated("the directory says that the person is not active")

    def joined(self, identity: Identity, claims: Claims) -> tuple[Identity, Claims]:
        """Return somebody who signs in with what the directory tells of them, which goes before the sign-in's claims.

        An address that only the directory has vouches for nothing; it says nothing of who verified it.

        Raises:
            PersonDeactivated: as ``check``.
        """
        known = self.find(identity.key)
        if known is None:
            return identity, claims
        own = known.identity
        if own is None:
            raise PersonDeactivated("the directory says that the person is not active")
        given, family = own.given_name, own.family_name
        if given or family:
            identity = replace(identity, given_name=given, family_name=family)
        identity = replace(
            identity, username=own.username or identity.username, language=own.language or identity.language
        )
        if own.email and own.email != identity.email:
            identity = replace(identity, email=own.email, email_verified=None, email_doubt="directory")
        return identity, {**claims, **known.claims, "sub": claims.get("sub", own.subject), "email": identity.email}

    def _known(self, provider: str, user: DirectoryUser) -> KnownPerson:
        entry = self._providers[provider]
        names = [group.display for group in user.groups]
        has_groups = bool(names) or self._store.connections.has_groups(provider)
        claims = claims_of(user.resource, names if has_groups else None, entry.groups_claim)
        return KnownPerson(_identity(entry.issuer, provider, claims), claims)


def _is_known(user: DirectoryUser) -> bool:
    """Return whether it is known who a user is at a sign-in; for nobody else an account can be made.

    Of somebody who was erased, or whose ``externalId`` was left out when they were deactivated, nothing has to be known
    but that they may not come in.
    """
    return not user.active or bool(user.resource.get("externalId"))


def _identity(issuer: str, provider: str, claims: Mapping[str, Any]) -> Identity:
    given, family = printable(claims.get("given_name")), printable(claims.get("family_name"))
    if not (given or family):
        given, family = first_and_last(printable(claims.get("name")))
    written = claims.get("email")
    email = email_address(written)
    return Identity(
        issuer,
        claims["sub"],
        provider,
        email=email,
        email_verified=True if email else None,
        username=printable(claims.get("preferred_username")),
        given_name=given,
        family_name=family,
        language=language_tag(claims.get("locale")),
        email_doubt="" if email else "malformed" if written else "missing",
    )
