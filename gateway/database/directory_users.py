"""Rows of the directory's people as what they stand for, with the groups that each is in."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy
from sqlalchemy import select

from gateway.database.directory_tables import SCIM_GROUPS, SCIM_MEMBERS
from schemas.directory import DirectoryUser, GroupRef


def with_groups(connection: sqlalchemy.Connection, provider: str, found: Iterable[Any]) -> list[DirectoryUser]:
    """Return people by their rows."""
    people = list(found)
    groups = _groups_of(connection, provider, [row.id for row in people]) if people else {}
    return [user_of(row, groups.get(row.id, ())) for row in people]


def _groups_of(
    connection: sqlalchemy.Connection, provider: str, ids: Collection[str]
) -> Mapping[str, tuple[GroupRef, ...]]:
    members, groups = SCIM_MEMBERS.c, SCIM_GROUPS.c
    same = (groups.provider == members.provider) & (groups.id == members.group_id)
    question = (
        select(members.user_id, groups.id, groups.resource)
        .join_from(SCIM_MEMBERS, SCIM_GROUPS, same)
        .where(members.provider == provider, members.user_id.in_(ids))
    )
    found: dict[str, tuple[GroupRef, ...]] = {}
    for row in sorted(connection.execute(question), key=lambda row: row.id):
        ref = GroupRef(row.id, json.loads(row.resource)["displayName"])
        found[row.user_id] = (*found.get(row.user_id, ()), ref)
    return found


def user_of(row: Any, groups: tuple[GroupRef, ...] = ()) -> DirectoryUser:
    """Return somebody by their row."""
    return DirectoryUser(
        row.id,
        row.person,
        row.active,
        json.loads(row.resource),
        row.created_at,
        row.modified_at,
        groups,
        is_deleted=row.is_deleted,
    )
