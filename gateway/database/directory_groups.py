"""Groups of the directory, and who is in them; a change of members costs what it changes, not what there are."""

import itertools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy
from sqlalchemy import delete, func, insert, select, update

from gateway.database.directory_connections import DirectoryConnections, DirectoryTransaction, Due, new_id
from gateway.database.directory_search import Rows, position, rows
from gateway.database.directory_tables import SCIM_GROUPS, SCIM_MEMBERS, SCIM_USERS
from schemas.directory import (
    DirectoryGroup,
    GroupDraft,
    GroupRef,
    ListQuery,
    ListResult,
    MemberChange,
    NoSuchMember,
    Taken,
)

MOST_MEMBERS = 100_000
"""Members of all groups of an answer: a list ends before the group with which there would be more."""
_TOGETHER = 500
"""Values of one statement."""
_ATTRIBUTES = {"display_name": "displayName", "external_id": "externalId"}


class DirectoryGroups:
    """Groups. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        connections: who writes when.
        due: who is told of changes.
    """

    def __init__(self, connections: DirectoryConnections, due: Due) -> None:
        self._connections = connections
        self._due = due

    def create(self, provider: str, draft: GroupDraft, members: MemberChange) -> DirectoryGroup:
        """Store a new group with its members.

        Raises:
            Taken: another group of the connection has the name or the external id.
            NoSuchMember: a member is nobody of the connection; nothing was stored.
        """

        def create(writing: DirectoryTransaction) -> DirectoryGroup:
            own_id = new_id(writing.now)
            _check_free(writing, draft, own_id)
            row = _values(writing, own_id, draft)
            writing.connection.execute(insert(SCIM_GROUPS).values(**row, created_at=writing.now))
            writing.count(groups=1)
            self._tell(writing, _apply(writing, own_id, members))
            return _found(writing.connection, provider, own_id)

        return self._connections.write(provider, create)

    def find(self, provider: str, own_id: str, *, with_members: bool = True) -> DirectoryGroup | None:
        """Return a group."""
        with self._connections.database.reading() as connection:
            row = _row(connection, provider, own_id)
            return None if row is None else _with_members(connection, provider, [row], wanted=with_members)[0]

    def search(self, provider: str, question: ListQuery) -> ListResult:
        """Return groups; fewer than are wanted where they have very many members."""
        with self._connections.database.reading() as connection:
            total, found = rows(connection, SCIM_GROUPS, provider, question)
            wanted = found[: question.count]
            if question.with_members:
                wanted = _within_bounds(connection, provider, wanted)
            groups = _with_members(connection, provider, wanted, wanted=question.with_members)
        return ListResult(total, groups, position(question, wanted[-1]) if len(found) > len(wanted) else None)

    def change(
        self,
        provider: str,
        own_id: str,
        drafted: Callable[[DirectoryGroup], GroupDraft],
        members: Collection[MemberChange] = (),
    ) -> bool | None:
        """Change a group; where nothing is different nothing is written, and nobody is told.

        Args:
            provider: whose directory.
            own_id: which group.
            drafted: returns what becomes of it; what it raises, ends the change.
            members: what becomes of its members, in order.

        Returns:
            Whether anything is different; ``None`` where there is no such group.

        Raises:
            Taken, NoSuchMember: as ``create``.
        """

        def change(writing: DirectoryTransaction) -> bool | None:
            row = _row(writing.connection, provider, own_id)
            if row is None:
                return None
            before = _group(row, None)
            draft = drafted(before)
            is_renamed = draft.display_name != row.display_name
            people = {one for each in members for one in _apply(writing, own_id, each)}
            if draft.resource != before.resource:
                _check_free(writing, draft, own_id)
            if people or draft.resource != before.resource:
                values = _values(writing, own_id, draft)
                writing.connection.execute(update(SCIM_GROUPS).where(*_is(provider, own_id)).values(**values))
            self._tell(writing, people | set(_member_ids(writing, own_id)) if is_renamed else people)
            return bool(people) or draft.resource != before.resource

        return self._connections.write(provider, change)

    def delete(self, provider: str, own_id: str) -> bool:
        """Delete a group; return whether there was one."""

        def remove(writing: DirectoryTransaction) -> bool:
            if _row(writing.connection, provider, own_id) is None:
                return False
            people = set(_member_ids(writing, own_id))
            writing.connection.execute(delete(SCIM_MEMBERS).where(*_of_group(provider, own_id)))
            writing.connection.execute(delete(SCIM_GROUPS).where(*_is(provider, own_id)))
            writing.count(groups=-1)
            self._tell(writing, people)
            return True

        return self._connections.write(provider, remove)

    def _tell(self, writing: DirectoryTransaction, ids: Iterable[str]) -> None:
        """Tell of people, by their ids in the directory."""
        users = SCIM_USERS.c
        for some in _parts(sorted(ids)):
            question = select(users.person).where(users.provider == writing.provider, users.id.in_(some))
            people = sorted(writing.connection.execute(question).scalars())
            self._due.due(writing.connection, writing.provider, people, first=False)


def _is(provider: str, own_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return SCIM_GROUPS.c.provider == provider, SCIM_GROUPS.c.id == own_id


def _of_group(provider: str, own_id: str) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return SCIM_MEMBERS.c.provider == provider, SCIM_MEMBERS.c.group_id == own_id


def _row(connection: sqlalchemy.Connection, provider: str, own_id: str) -> Any:
    return connection.execute(select(SCIM_GROUPS).where(*_is(provider, own_id))).one_or_none()


def _found(connection: sqlalchemy.Connection, provider: str, own_id: str) -> DirectoryGroup:
    return _with_members(connection, provider, [_row(connection, provider, own_id)], wanted=True)[0]


def _check_free(writing: DirectoryTransaction, draft: GroupDraft, own_id: str) -> None:
    for name, attribute in _ATTRIBUTES.items():
        value = getattr(draft, name)
        same = (SCIM_GROUPS.c.provider == writing.provider) & (SCIM_GROUPS.c[name] == value)
        owner = writing.connection.execute(select(SCIM_GROUPS.c.id).where(same)).scalar() if value else None
        if owner not in (None, own_id):
            raise Taken(attribute)


def _values(writing: DirectoryTransaction, own_id: str, draft: GroupDraft) -> dict[str, Any]:
    return {
        "provider": writing.provider,
        "id": own_id,
        "display_name": draft.display_name,
        "external_id": draft.external_id or None,
        "modified_at": writing.now,
        "resource": json.dumps(draft.resource),
    }


def _apply(writing: DirectoryTransaction, own_id: str, change: MemberChange) -> set[str]:
    """Carry out a change of members; return the ids of those who are members and were not, or the other way round."""
    wanted = set(change.ids)
    if change.word == "remove":
        present = _present(writing, own_id, wanted)
        _remove(writing, own_id, present)
        return present
    present = set(_member_ids(writing, own_id)) if change.word == "replace" else _present(writing, own_id, wanted)
    new, gone = wanted - present, present - wanted if change.word == "replace" else set()
    _check_known(writing, new)
    its = {"provider": writing.provider, "group_id": own_id}
    if new:
        writing.connection.execute(insert(SCIM_MEMBERS), [{**its, "user_id": one} for one in sorted(new)])
    _remove(writing, own_id, gone)
    return new | gone


def _member_ids(writing: DirectoryTransaction, own_id: str) -> Iterator[str]:
    yield from writing.connection.execute(
        select(SCIM_MEMBERS.c.user_id).where(*_of_group(writing.provider, own_id))
    ).scalars()


def _present(writing: DirectoryTransaction, own_id: str, ids: Collection[str]) -> set[str]:
    user_id = SCIM_MEMBERS.c.user_id
    questions = (select(user_id).where(*_of_group(writing.provider, own_id), user_id.in_(some)) for some in _parts(ids))
    return {one for question in questions for one in writing.connection.execute(question).scalars()}


def _check_known(writing: DirectoryTransaction, ids: Collection[str]) -> None:
    users = SCIM_USERS.c
    live = (users.provider == writing.provider, users.is_deleted == sqlalchemy.false())
    questions = (select(users.id).where(*live, users.id.in_(some)) for some in _parts(ids))
    if len({one for question in questions for one in writing.connection.execute(question).scalars()}) < len(ids):
        raise NoSuchMember


def _remove(writing: DirectoryTransaction, own_id: str, ids: Collection[str]) -> None:
    for some in _parts(ids):
        its = SCIM_MEMBERS.c.user_id.in_(some)
        writing.connection.execute(delete(SCIM_MEMBERS).where(*_of_group(writing.provider, own_id), its))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    yield from (listed[start : start + _TOGETHER] for start in range(0, len(listed), _TOGETHER))


def _within_bounds(connection: sqlalchemy.Connection, provider: str, found: Rows) -> Rows:
    """Return as many groups as have ``MOST_MEMBERS`` members at most, and one at least."""
    members = SCIM_MEMBERS.c
    its = (members.provider == provider) & members.group_id.in_([row.id for row in found])
    question = select(members.group_id, func.count().label("number")).where(its).group_by(members.group_id)
    numbers = {row.group_id: row.number for row in connection.execute(question)}
    sums = itertools.accumulate(numbers.get(row.id, 0) for row in found)
    return [
        row for index, (row, number) in enumerate(zip(found, sums, strict=True)) if not index or number <= MOST_MEMBERS
    ]


def _with_members(
    connection: sqlalchemy.Connection, provider: str, found: Iterable[Any], *, wanted: bool
) -> list[DirectoryGroup]:
    groups = list(found)
    if not wanted or not groups:
        return [_group(row, None) for row in groups]
    members = _members_of(connection, provider, [row.id for row in groups])
    return [_group(row, members.get(row.id, ())) for row in groups]


def _members_of(
    connection: sqlalchemy.Connection, provider: str, ids: Collection[str]
) -> Mapping[str, tuple[GroupRef, ...]]:
    members = SCIM_MEMBERS.c
    question = select(members.group_id, members.user_id).where(members.provider == provider, members.group_id.in_(ids))
    found: dict[str, list[GroupRef]] = {}
    for row in connection.execute(question.order_by(members.group_id, members.user_id)):
        found.setdefault(row.group_id, []).append(GroupRef(row.user_id, ""))
    return {group_id: tuple(refs) for group_id, refs in found.items()}


def _group(row: Any, members: tuple[GroupRef, ...] | None) -> DirectoryGroup:
    return DirectoryGroup(row.id, json.loads(row.resource), row.created_at, row.modified_at, members)
