"""What goes along with a person who is known at another identity provider from now on, by another key.

Whoever holds a seat by a redeem code holds it still. What rules of the mapping gave them is theirs still, so that it
is taken back where a rule says so; their next sign-in says what is to be had. What was never given is not moved.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, select, update

from gateway.database import clock
from gateway.database.tables import ASSIGNED_PEOPLE, ASSIGNMENTS, ENTITLEMENTS, REDEEM_CODES

_RENAMED = (ENTITLEMENTS.c.person, REDEEM_CODES.c.redeemed_by)
_TOLD = ("role", "rule", "on_lost", "is_wanted")
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
        "due_at": clock.now(connection.dialect),
        "revision": people.revision + 1,
        "tries": 0,
        "state": "waiting",
    }
    if not connection.execute(update(ASSIGNED_PEOPLE).where(people.person == after).values(**due)).rowcount:
        kept = {"person": after, "lease": "", "lease_until": 0}
        connection.execute(update(ASSIGNED_PEOPLE).where(people.person == before).values(**due | kept))
