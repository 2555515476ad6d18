"""A directory that a provisioner has filled by SCIM, written by the thousand: people, and a group of them.

TalentLMS has followed: nobody is due.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, insert, text

from bench.people import ISSUER
from bench.scim_client import PROVIDER, external_id, group_resource, user_resource
from gateway.database.assignment_tables import ASSIGNED_PEOPLE
from gateway.database.connection import Database
from gateway.database.directory_tables import SCIM_CONNECTIONS, SCIM_EMAILS, SCIM_GROUPS, SCIM_MEMBERS, SCIM_USERS
from gateway.scim.people import draft_of_group, draft_of_user
from schemas.identity import person_key

AT_ONCE = 5_000
"""How many rows a transaction writes, so that each is over in time."""
LARGEST_GROUP = 10_000
FIRST_AT = 1_700_000_000_000
"""When the first person was created, milliseconds since the epoch; the others follow a second apart."""
GROUP = f"{FIRST_AT:012x}{'0' * 20}"
"""The id of the group."""
_CREATED_MS = 1000

Row = dict[str, Any]


def fill(database: Database, number: int) -> None:
    """Write people, all of them active, and a group of the first of them.

    Args:
        database: with tables, and nobody in its directory.
        number: how many people; the group has as many members, and ``LARGEST_GROUP`` at most.
    """
    connection = {"provider": PROVIDER, "users": number, "active_users": number, "groups": 1}
    _write(database, SCIM_CONNECTIONS, range(1), lambda _: connection | {"stopped_seconds": 0, "resumed_seconds": 0})
    _write(database, SCIM_USERS, range(1, number + 1), _user)
    _write(database, SCIM_EMAILS, range(1, number + 1), _email)
    _write(database, ASSIGNED_PEOPLE, range(1, number + 1), _followed)
    _write(database, SCIM_GROUPS, range(1), _group)
    _write(database, SCIM_MEMBERS, range(1, min(number, LARGEST_GROUP) + 1), _member)
    if database.engine.dialect.name == "postgresql":
        with database.transaction() as writing:
            writing.execute(text("ANALYZE"))  # it does that by itself within a minute


def user_id(number: int) -> str:
    """Return the id of a person; ids grow with the numbers, as they do with time."""
    return f"{FIRST_AT + number * _CREATED_MS:012x}{number:020x}"


def _write(database: Database, table: Table, numbers: Sequence[int], row: Callable[[int], Row]) -> None:
    for part in _parts(numbers):
        with database.transaction() as connection:
            connection.execute(insert(table), [row(number) for number in part])


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def _person(number: int) -> str:
    return person_key(ISSUER, external_id(number))


def _user(number: int) -> Row:
    draft = draft_of_user(user_resource(number), _person(number))
    names = ("user_name", "external_id", "email", "active", "display_name", "family_name", "given_name", "person")
    at = FIRST_AT + number * _CREATED_MS
    state: Row = {"former_name": "", "is_deleted": False, "deactivated_seconds": 0, "created_at": at, "modified_at": at}
    its: Row = {"provider": PROVIDER, "id": user_id(number), "resource": json.dumps(draft.resource)}
    return its | state | {name: getattr(draft, name) for name in names}


def _email(number: int) -> Row:
    (email,) = draft_of_user(user_resource(number), "").emails
    return {"provider": PROVIDER, "value": email.value, "type": email.type, "user_id": user_id(number)}


def _followed(number: int) -> Row:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    told: Row = {"digest": "", "directory_digest": digest, "rules": "{}", "told_at": FIRST_AT // 1000, "retry_at": 0}
    queued: Row = {"revision": 2, "due_at": None, "tries": 0, "lease": "", "lease_until": 0, "state": "done"}
    account: Row = {"user_id": number, "inactive_user_id": 0, "error": "", "note": ""}
    return {"person": _person(number), "provider": PROVIDER, **told, **queued, **account}


def _group(_: int) -> Row:
    draft = draft_of_group(group_resource())
    its: Row = {"provider": PROVIDER, "id": GROUP, "created_at": FIRST_AT, "modified_at": int(time.time() * 1000)}
    return its | {"display_name": draft.display_name, "external_id": None, "resource": json.dumps(draft.resource)}


def _member(number: int) -> Row:
    return {"provider": PROVIDER, "group_id": GROUP, "user_id": user_id(number)}
