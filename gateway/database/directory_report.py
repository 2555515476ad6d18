"""The directory as an operator sees it: how many people each provider has pushed, and how TalentLMS follows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import case, func, or_, select

from gateway.database.connection import Database
from gateway.database.directory_tables import SCIM_CONNECTIONS, SCIM_USERS
from gateway.database.tables import ASSIGNED_PEOPLE


@dataclass(frozen=True)
class ConnectionReport:
    """A provider's connection.

    Attributes:
        provider: its name.
        people: how many it has.
        active: how many of them are active.
        groups: how many it has.
        stopped_at: since when it may deactivate nobody, epoch seconds, UTC; 0 where it may.
        due: people for whom TalentLMS has something left to be told.
        failed: people for whom that cannot be done.
    """

    provider: str
    people: int
    active: int
    groups: int
    stopped_at: int
    due: int
    failed: int


@dataclass(frozen=True)
class PersonReport:
    """Somebody whom a provider pushed.

    Attributes:
        provider: its name.
        user_name: as it was sent; the last one of somebody who is deleted, and empty for whom was erased.
        external_id: who they are at a sign-in; empty where the provider did not say so, and of whom is deleted.
        person: ``Identity.key``.
        is_active: whether they may come in.
        is_deleted: whether the provider has deleted them.
        state: how it stands with their account: ``waiting``, ``done`` or ``dead``; empty where nothing was to be done.
        error: the code of what keeps it from being done; or empty.
        note: the same as a sentence.
    """

    provider: str
    user_name: str
    external_id: str
    person: str
    is_active: bool
    is_deleted: bool
    state: str
    error: str
    note: str


class DirectoryReport:
    """The directory. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def connections(self) -> Sequence[ConnectionReport]:
        """Return every connection that has ever pushed something, by its provider's name."""
        people, rows = ASSIGNED_PEOPLE.c, SCIM_CONNECTIONS.c
        due, failed = people.due_at.is_not(None), people.state == "dead"
        counted = (
            select(
                SCIM_USERS.c.provider,
                func.sum(case((due, 1), else_=0)).label("due"),
                func.sum(case((failed & ~due, 1), else_=0)).label("failed"),
            )
            .join_from(SCIM_USERS, ASSIGNED_PEOPLE, people.person == SCIM_USERS.c.person)
            .where(or_(due, failed))
            .group_by(SCIM_USERS.c.provider)
        )
        with self._database.reading() as connection:
            numbers = {row.provider: (row.due, row.failed) for row in connection.execute(counted)}
            found = connection.execute(select(SCIM_CONNECTIONS).order_by(rows.provider)).all()
        return [
            ConnectionReport(
                row.provider,
                row.users,
                row.active_users,
                row.groups,
                row.stopped_seconds,
                *numbers.get(row.provider, (0, 0)),
            )
            for row in found
        ]

    def failed(self, provider: str, at_most: int) -> Sequence[PersonReport]:
        """Return people of a provider for whom something cannot be done, those first that were told of last."""
        its = (SCIM_USERS.c.provider == provider) & (ASSIGNED_PEOPLE.c.state == "dead")
        return self._found(its, at_most)

    def named(self, who: str, at_most: int) -> Sequence[PersonReport]:
        """Return people by their ``userName`` or address in any case, their ``externalId``, id or key."""
        columns, name = SCIM_USERS.c, who.lower()
        meant = or_(
            columns.user_name == name,
            columns.former_name == name,
            columns.email == name,
            columns.external_id == who,
            columns.id == who,
            columns.person == who,
        )
        return self._found(meant, at_most)

    def _found(self, which: sqlalchemy.ColumnElement[bool], at_most: int) -> Sequence[PersonReport]:
        people, users = ASSIGNED_PEOPLE.c, SCIM_USERS.c
        question = (
            select(SCIM_USERS, people.state, people.error, people.note)
            .join_from(SCIM_USERS, ASSIGNED_PEOPLE, people.person == users.person, isouter=True)
            .where(which)
            .order_by(users.modified_at.desc(), users.id)
            .limit(at_most)
        )
        with self._database.reading() as connection:
            rows = connection.execute(question).all()
        return [
            PersonReport(
                row.provider,
                json.loads(row.resource).get("userName", ""),
                row.external_id or "",
                row.person,
                is_active=row.active,
                is_deleted=row.is_deleted,
                state=row.state or "",
                error=row.error or "",
                note=row.note or "",
            )
            for row in rows
        ]
