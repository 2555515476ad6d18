"""The directory that identity providers push by SCIM: people and groups, read from our own database alone.

Whatever is written is there at once, and TalentLMS follows in the background: the database notes whom it has to follow
for (``database.directory_connections.Due``) in the transaction that changes the directory. Who is deactivated is signed
out before the provider is answered; where that fails the provider is told so, and tries again.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from gateway import log
from gateway.database.directory import Change, DirectoryUsers
from gateway.database.directory_connections import DirectoryConnections
from gateway.scim import answers, patch, people, resources, search
from gateway.scim.answers import Selection
from gateway.scim.definitions import USER
from gateway.scim.errors import ScimError, not_found, taken
from schemas.directory import DeactivationRefused, Deactivations, DirectoryUser, Taken, UserDraft
from schemas.identity import person_key

SCIM_PATH = "/scim/v2"

MANY = 50
"""Deactivations within an hour up to which nobody asks what share of the people they are."""
SHARE = 10
"""Per cent of the people who may be deactivated within an hour, where they are more than ``MANY``."""
STOPPED_SECONDS = 3600

T = TypeVar("T")


class Directory:
    """People.

    Every method raises ``ScimError`` for what the client has to change, and ``DatabaseUnavailable``.

    Args:
        users: where they are.
        connections: who may deactivate people.
        issuers: each identity provider's issuer, by its name; with a person's ``externalId`` it says whose sessions
            and account theirs are.
        end_sessions: ends every session of a person, by their key.
        base: the address that all addresses of resources begin with.
    """

    def __init__(
        self,
        users: DirectoryUsers,
        connections: DirectoryConnections,
        issuers: Mapping[str, str],
        end_sessions: Callable[[str], int],
        base: str,
    ) -> None:
        self._users = users
        self._connections = connections
        self._issuers = issuers
        self._end_sessions = end_sessions
        self.base = base

    def create(self, provider: str, body: object) -> dict[str, Any]:
        """Store a person.

        Args:
            provider: whose connection.
            body: the resource as it was sent.
        """
        draft = self._draft(provider, resources.read(USER, body))
        if draft.person and not draft.active:
            self._end_sessions(draft.person)  # where that fails nothing is written, and the client can send it again
        create = partial(self._users.create, provider, draft, may_deactivate)
        found = self._guarded(provider, lambda: _unless_taken(create))
        if not found.active:
            self._end_sessions(found.person)
        _audit(provider, "create", found)
        return answers.user(self.base, found)

    def read(self, provider: str, own_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a person; ``given`` are the query's parameters."""
        found = self._users.find(provider, own_id)
        if found is None:
            raise not_found("such user")
        return Selection.of(USER, given).of_resource(answers.user(self.base, found))

    def search(self, provider: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a list of people; ``given`` are the query's parameters, or a ``SearchRequest``."""
        question = search.query(USER, given)
        selection = Selection.of(USER, given)
        found = self._users.search(provider, question)
        items = [selection.of_resource(answers.user(self.base, one)) for one in found.items]
        return answers.page(USER, given, question, found, items)

    def replace(self, provider: str, own_id: str, body: object) -> dict[str, Any]:
        """Replace a person; one of whom the client does not say whether they are active stays what they are."""
        resource = resources.read(USER, body)
        return self._change(provider, own_id, lambda before: {"active": before.active} | resource)

    def patch(self, provider: str, own_id: str, body: object) -> dict[str, Any]:
        """Change parts of a person."""
        wanted = patch.operations(body)

        def changed(before: DirectoryUser) -> dict[str, Any]:
            resource = {**before.resource, "active": before.active}
            return {"active": before.active} | patch.applied(USER, resource, wanted, own_id)

        return self._change(provider, own_id, changed)

    def delete(self, provider: str, own_id: str) -> None:
        """Delete a person: they are deactivated, and forgotten by the connection until it tells of them again."""
        change = self._guarded(provider, lambda: self._users.delete(provider, own_id, may_deactivate))
        if change is None:
            for person in self._users.deleted(provider, own_id):
                self._end_sessions(person)  # a client that was told that this failed deletes them once more
            raise not_found("such user")
        self._follow(change)
        _audit(provider, "delete", change.before)

    def _draft(self, provider: str, resource: Mapping[str, Any]) -> UserDraft:
        external_id = resource.get("externalId", "")
        return people.draft_of_user(resource, person_key(self._issuers[provider], external_id) if external_id else "")

    def _change(self, provider: str, own_id: str, changed: Callable[[DirectoryUser], dict[str, Any]]) -> dict[str, Any]:
        def drafted(before: DirectoryUser) -> UserDraft:
            return self._draft(provider, changed(before))

        change = self._guarded(
            provider, lambda: _unless_taken(lambda: self._users.change(provider, own_id, drafted, may_deactivate))
        )
        if change is None or change.after is None:
            raise not_found("such user")
        self._follow(change)
        if change.is_one:
            _audit(provider, "deactivate" if change.deactivates else "change", change.after)
        return answers.user(self.base, change.after)

    def _follow(self, change: Change) -> None:
        """Sign out who may not come in, also where that is no news: the first time it may have failed."""
        if change.after is None or not change.after.active:
            for person in {change.before.person, change.after.person if change.after else change.before.person}:
                self._end_sessions(person)

    def _guarded(self, provider: str, step: Callable[[], T]) -> T:
        try:
            return step()
        except DeactivationRefused:
            self._refuse(provider)

    def _refuse(self, provider: str) -> NoReturn:
        if self._connections.stop(provider):
            log.event("scim.stopped", level=logging.ERROR, provider=provider)
        detail = (
            f"More than {MANY} people and {SHARE} % of all would be deactivated within an hour. If that is meant, the "
            f"gateway's operator runs: talentlms-gateway scim resume {provider}"
        )
        raise ScimError(detail, status=HTTPStatus.SERVICE_UNAVAILABLE, retry_after=STOPPED_SECONDS)


def may_deactivate(lately: Deactivations) -> bool:
    """Return whether one more person of a connection may be deactivated."""
    number = lately.within_hour + 1
    return not lately.is_stopped and (number <= MANY or number * 100 <= SHARE * (lately.active + lately.within_hour))


def _unless_taken(step: Callable[[], T]) -> T:
    try:
        return step()
    except Taken as error:
        raise taken(error.attribute) from None


def _audit(provider: str, action: str, user: DirectoryUser) -> None:
    log.audit(
        "scim_user",
        outcome="success",
        provider=provider,
        action=action,
        id=user.id,
        person=user.person,
        active=user.active,
    )
