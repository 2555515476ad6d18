"""What is kept by a person's key (``Identity.key``): it goes along with whoever has another one, or is erased.

Somebody has another key once they come by another identity provider. Whoever holds a seat by a redeem code holds it
still. What rules of the mapping gave them is theirs still, so that it is taken back where a rule says so; their next
sign-in says what is to be had. What was never given is not moved.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, select, update

from gateway.database import clock
from gateway.database.tables import (
    ACCOUNT_LINKS,
    ASSIGNED_PEOPLE,
    ASSIGNMENTS,
    ENTITLEMENTS,
    FAILED_PROOFS,
    REDEEM_CODES,
    SCIM_USERS,
    SIGN_UPS,
)

_RENAMED = (ENTITLEMENTS.c.person, REDEEM_CODES.c.redeemed_by)
_ERASED = (ACCOUNT_LINKS, ASSIGNMENTS, ASSIGNED_PEOPLE, SIGN_UPS, FAILED_PROOFS)
"""Tables whose rows are a person's alone."""
_TOLD = ("role", "rule", "on_lost", "is_wanted", "origin")
"""What a rule of the new provider's claims says of an assignment; the rest says what was done about it."""


def move(connection: sqlalchemy.Connection, before: str, after: str) -> None:
    """Let everything that is kept by a person's key go along with them, within a transaction.

    Args:
        connection: within a transaction.
        before: their former key (``Identity.key``).
        after: their key from now on.
    """
    for column in _RENAMED:
        connection.execute(update(column.table).where(column == before).values({column.name: after}))
    if _move_assignments(connection, before, after):
        _make_due(connection, before, after)
    connection.execute(delete(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.person == before))


def erase(connection: sqlalchemy.Connection, people: Collection[str]) -> int:
    """Erase people, within a transaction; what was given to which account stays as a fact without them.

    Of somebody whom SCIM has deleted, a row without names goes on keeping them out. The audit trail is apart.

    Args:
        connection: within a transaction.
        people: their keys.

    Returns:
        How many rows were theirs.
    """
    number = 0
    for table in _ERASED:
        number += connection.execute(delete(table).where(table.c.person.in_(people))).rowcount
    entitled = update(ENTITLEMENTS).where(ENTITLEMENTS.c.person.in_(people))
    redeemed = update(REDEEM_CODES).where(REDEEM_CODES.c.redeemed_by.in_(people))
    names = {"former_name": "", "display_name": "", "family_name": "", "given_name": "", "resource": "{}"}
    is_deleted = SCIM_USERS.c.is_deleted == sqlalchemy.true()
    deleted = update(SCIM_USERS).where(SCIM_USERS.c.person.in_(people), is_deleted, SCIM_USERS.c.resource != "{}")
    for emptied in (entitled.values(person="", note=""), redeemed.values(redeemed_by=""), deleted.values(**names)):
        number += connection.execute(emptied).rowcount
    return number


def _move_assignments(connection: sqlalchemy.Connection, before: str, after: str) -> bool:
    """Move what was given, or may have been; return whether there is any."""
    columns = ASSIGNMENTS.c
    rows = connection.execute(select(ASSIGNMENTS).where(columns.person == before)).mappings().all()
    connection.execute(delete(ASSIGNMENTS).where(columns.person == before))
    given = [row for row in rows if row["tried_at"] or row["ours"]]
    for row in given:
        done: dict[str, Any] = {name: value for name, value in row.items() if name not in ("person", *_TOLD)}
        same = (columns.person == after) & (columns.kind == row["kind"]) & (columns.name == row["name"])
        if not connection.execute(update(ASSIGNMENTS).where(same).values(**done)).rowcount:
            connection.execute(insert(ASSIGNMENTS).values(**dict(row) | {"person": after}))
    return bool(given)


def _make_due(connection: sqlalchemy.Connection, before: str, after: str) -> None:
    """Have the person looked at, and have their next sign-in say anew what is to be had."""
    people = ASSIGNED_PEOPLE.c
    due = {
        "digest": "",
        "directory_digest": "",
        "due_at": clock.now(connection.dialect),
        "revision": people.revision + 1,
        "tries": 0,
        "state": "waiting",
    }
    if not connection.execute(update(ASSIGNED_PEOPLE).where(people.person == after).values(**due)).rowcount:
        kept = {"person": after, "lease": "", "lease_until": 0}
        connection.execute(update(ASSIGNED_PEOPLE).where(people.person == before).values(**due | kept))
