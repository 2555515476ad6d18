"""People of the directory: what each identity provider pushed, apart from what any other did.

A person who is deleted stays as a row until they are told of again: then they are the same person as before.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, select, update

from gateway.database.directory_connections import DirectoryConnections, DirectoryTransaction, Due, new_id
from gateway.database.directory_search import position, rows
from gateway.database.directory_tables import SCIM_EMAILS, SCIM_MEMBERS, SCIM_USERS
from gateway.database.directory_users import user_of, with_groups
from gateway.database.tables import ACCOUNT_LINKS
from schemas.directory import Deactivations, DirectoryUser, ListQuery, ListResult, Taken, UserDraft
from schemas.identity import person_key

_ATTRIBUTES = {"user_name": "userName", "external_id": "externalId", "email": "e-mail address"}


@dataclass(frozen=True)
class Change:
    """What became of a person: ``after`` is ``None`` where they were deleted."""

    before: DirectoryUser
    after: DirectoryUser | None

    @property
    def is_one(self) -> bool:
        """Whether anything is different."""
        return self.before != self.after

    @property
    def deactivates(self) -> bool:
        """Whether the person may not come in any more."""
        return self.before.active and (self.after is None or not self.after.active)


class DirectoryUsers:
    """People. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        connections: who writes when.
        due: who is told of changes.
    """

    def __init__(self, connections: DirectoryConnections, due: Due) -> None:
        self._connections = connections
        self._due = due

    def create(
        self, provider: str, draft: UserDraft, may_deactivate: Callable[[Deactivations], bool] = lambda _: True
    ) -> DirectoryUser:
        """Store a new person, or one who was deleted and is told of again.

        Somebody new who is inactive and has an account, since they signed in before, is deactivated by that.

        Raises:
            Taken: somebody of the connection has the user name, external id or address.
            DeactivationRefused: as ``change``.
        """

        def create(writing: DirectoryTransaction) -> DirectoryUser:
            former = _former(writing, draft)
            _check_free(writing, draft, "" if former is None else former.id)
            own_id = new_id(writing.now) if former is None else former.id
            row = _values(writing, own_id, draft, "" if former is None else former.person)
            row |= {"former_name": "", "is_deleted": False, "deactivated_seconds": 0}
            if former is None and not draft.active and _has_account(writing, row["person"]):
                writing.check_deactivation(may_deactivate)
                row["deactivated_seconds"] = writing.now // 1000
            if former is None:
                writing.connection.execute(insert(SCIM_USERS).values(**row, created_at=writing.now))
            else:
                writing.connection.execute(update(SCIM_USERS).where(*_is(writing.provider, own_id)).values(**row))
            _write_emails(writing, own_id, draft)
            writing.count(users=1, active=int(draft.active))
            self._due.due(writing.connection, provider, [row["person"]], first=not draft.active)
            return user_of(_row(writing.connection, writing.provider, own_id))

        return self._connections.write(provider, create)

    def find(self, provider: str, own_id: str) -> DirectoryUser | None:
        """Return a person with their groups."""
        with self._connections.database.reading() as connection:
            row = _live(connection, provider, own_id)
            return None if row is None else with_groups(connection, provider, [row])[0]

    def search(self, provider: str, question: ListQuery) -> ListResult:
        """Return people with their groups."""
        with self._connections.database.reading() as connection:
            total, found = rows(connection, SCIM_USERS, provider, question)
            wanted = found[: question.count]
            people = with_groups(connection, provider, wanted)
        return ListResult(total, people, position(question, wanted[-1]) if len(found) > len(wanted) else None)

    def change(
        self,
        provider: str,
        own_id: str,
        drafted: Callable[[DirectoryUser], UserDraft],
        may_deactivate: Callable[[Deactivations], bool],
    ) -> Change | None:
        """Change a person; where nothing is different nothing is written, and nobody is told.

        Args:
            provider: whose directory.
            own_id: whom.
            drafted: returns what becomes of the person; what it raises, ends the change.
            may_deactivate: whether one more may be deactivated.

        Returns:
            What it did; ``None`` where there is no such person.

        Raises:
            Taken: as ``create``.
            DeactivationRefused: nothing was changed.
        """

        def change(writing: DirectoryTransaction) -> Change | None:
            row = _live(writing.connection, provider, own_id)
            if row is None:
                return None
            before = with_groups(writing.connection, provider, [row])[0]
            draft = drafted(before)
            if draft.resource == before.resource and draft.active == before.active:
                return Change(before, before)
            _check_free(writing, draft, own_id)
            if before.active and not draft.active:
                writing.check_deactivation(may_deactivate)
            values = _values(writing, own_id, draft, before.person)
            if before.active != draft.active:
                values["deactivated_seconds"] = 0 if draft.active else writing.now // 1000
            writing.connection.execute(update(SCIM_USERS).where(*_is(provider, own_id)).values(**values))
            if before.person != values["person"] and not (before.active and draft.active):
                _keep_out(writing, own_id, before.person)
            _write_emails(writing, own_id, draft)
            writing.count(active=draft.active - before.active)
            people = sorted({before.person, values["person"]})
            self._due.due(writing.connection, provider, people, first=before.active and not draft.active)
            return Change(
                before, with_groups(writing.connection, provider, [_row(writing.connection, provider, own_id)])[0]
            )

        return self._connections.write(provider, change)

    def delete(self, provider: str, own_id: str, may_deactivate: Callable[[Deactivations], bool]) -> Change | None:
        """Delete a person; returns and raises as ``change``."""

        def remove(writing: DirectoryTransaction) -> Change | None:
            row = _live(writing.connection, provider, own_id)
            if row is None:
                return None
            if row.active:
                writing.check_deactivation(may_deactivate)
            values: dict[str, Any] = {"user_name": None, "external_id": None, "email": None, "active": False}
            values |= {"former_name": row.user_name, "is_deleted": True, "modified_at": writing.now}
            if row.active:
                values["deactivated_seconds"] = writing.now // 1000
            writing.connection.execute(update(SCIM_USERS).where(*_is(provider, own_id)).values(**values))
            for table in (SCIM_EMAILS, SCIM_MEMBERS):
                its = (table.c.provider == provider) & (table.c.user_id == own_id)
                writing.connection.execute(delete(table).where(its))
            writing.count(users=-1, active=-int(row.active))
            self._due.due(writing.connection, provider, [row.person], first=True)
            return Change(user_of(row), None)

        return self._connections.write(provider, remove)

    def deleted(self, provider: str, own_id: str) -> Sequence[str]:
        """Return the key of a person who was deleted; of anybody else none."""
        gone = SCIM_USERS.c.is_deleted == sqlalchemy.true()
        with self._connections.database.reading() as connection:
            return connection.execute(select(SCIM_USERS.c.person).where(*_is(provider, own_id), gone)).scalars().all()

    def of_person(self, person: str) -> Sequence[tuple[str, DirectoryUser]]:
        """Return what connections say of a person, each with its provider; of a deleted one that they are inactive.

        Args:
            person: ``DirectoryUser.person``.
        """
        with self._connections.database.reading() as connection:
            found = connection.execute(select(SCIM_USERS).where(SCIM_USERS.c.person == person)).all()
            return [(row.provider, with_groups(connection, row.provider, [row])[0]) for row in found]


def _is(provider: str, own_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return SCIM_USERS.c.provider == provider, SCIM_USERS.c.id == own_id


def _row(connection: sqlalchemy.Connection, provider: str, own_id: str) -> Any:
    return connection.execute(select(SCIM_USERS).where(*_is(provider, own_id))).one()


def _live(connection: sqlalchemy.Connection, provider: str, own_id: str) -> Any:
    is_live = SCIM_USERS.c.is_deleted == sqlalchemy.false()
    return connection.execute(select(SCIM_USERS).where(*_is(provider, own_id), is_live)).one_or_none()


def _former(writing: DirectoryTransaction, draft: UserDraft) -> Any:
    """Return the row of a person who was deleted: by what the provider calls them for ever, else by their name.

    By a name nobody is found of whom it is known who they are at a sign-in: somebody else may have the name by now.
    """
    columns = SCIM_USERS.c
    same = columns.person == draft.person if draft.person else columns.former_name == draft.user_name
    wanted = (columns.provider == writing.provider) & (columns.is_deleted == sqlalchemy.true()) & same
    found = writing.connection.execute(select(SCIM_USERS).where(wanted).order_by(columns.modified_at.desc())).all()
    return next((row for row in found if draft.person or row.person == _own_key(writing, row.id)), None)


def _has_account(writing: DirectoryTransaction, person: str) -> bool:
    links = select(ACCOUNT_LINKS.c.person).where(ACCOUNT_LINKS.c.person == person)
    return writing.connection.execute(links).first() is not None


def _keep_out(writing: DirectoryTransaction, own_id: str, person: str) -> None:
    """Keep a leaver's key as that of somebody deleted, of whom nothing else is known: another has their row now."""
    theirs = (SCIM_USERS.c.provider == writing.provider) & (SCIM_USERS.c.person == person)
    has_row = writing.connection.execute(select(SCIM_USERS.c.id).where(theirs)).first() is not None
    if has_row or person == _own_key(writing, own_id):
        return
    names = {"former_name": "", "display_name": "", "family_name": "", "given_name": "", "resource": "{}"}
    is_gone = {"active": False, "is_deleted": True, "deactivated_seconds": 0}
    times = {"created_at": writing.now, "modified_at": writing.now}
    row = {"provider": writing.provider, "id": new_id(writing.now), "person": person, **names, **is_gone, **times}
    writing.connection.execute(insert(SCIM_USERS).values(**row))


def _check_free(writing: DirectoryTransaction, draft: UserDraft, own_id: str) -> None:
    for name, attribute in _ATTRIBUTES.items():
        value = getattr(draft, name)
        same = (SCIM_USERS.c.provider == writing.provider) & (SCIM_USERS.c[name] == value)
        owner = writing.connection.execute(select(SCIM_USERS.c.id).where(same)).scalar() if value else None
        if owner not in (None, own_id):
            raise Taken(attribute)


def _values(writing: DirectoryTransaction, own_id: str, draft: UserDraft, person: str) -> dict[str, Any]:
    return {
        "provider": writing.provider,
        "id": own_id,
        "user_name": draft.user_name,
        "external_id": draft.external_id or None,
        "email": draft.email or None,
        "person": draft.person or person or _own_key(writing, own_id),
        "active": draft.active,
        "display_name": draft.display_name,
        "family_name": draft.family_name,
        "given_name": draft.given_name,
        "modified_at": writing.now,
        "resource": json.dumps(draft.resource),
    }


def _own_key(writing: DirectoryTransaction, own_id: str) -> str:
    """Return the key of somebody of whom it is not known who they are at a sign-in."""
    return person_key(f"scim:{writing.provider}", own_id)


def _write_emails(writing: DirectoryTransaction, own_id: str, draft: UserDraft) -> None:
    its = {"provider": writing.provider, "user_id": own_id}
    columns = SCIM_EMAILS.c
    writing.connection.execute(delete(SCIM_EMAILS).where(*(columns[name] == value for name, value in its.items())))
    if draft.emails:
        new = [{**its, "value": one.value, "type": one.type} for one in draft.emails]
        writing.connection.execute(insert(SCIM_EMAILS), new)
