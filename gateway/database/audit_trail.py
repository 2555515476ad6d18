"""The audit trail: entries are added, found, and cleared once they are old; a person can be taken out of them."""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, or_, select, update

from gateway.database.connection import Database
from gateway.database.tables import AUDIT_TRAIL
from schemas.audit_entry import AuditEntry

ERASURE = "erasure"
"""The event that a person was taken out of entries."""
_NOBODY = {"person": "", "user_id": 0, "client": "", "note": ""}
_TEXTS = ("event", "outcome", "reason", "reference", "person", "origin", "client", "note")


@dataclass(frozen=True)
class Whose:
    """Which entries are meant: those that have any of these.

    Attributes:
        persons: ``Identity.key`` of each identity that somebody has.
        user_ids: TalentLMS's ids of their accounts.
        reference: the code of one request; empty for none.
    """

    persons: Collection[str] = ()
    user_ids: Collection[int] = ()
    reference: str = ""


class AuditTrail:
    """The audit trail. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: AuditEntry) -> None:
        """Write an entry; one statement, in a transaction of its own."""
        with self._database.transaction() as connection:
            connection.execute(insert(AUDIT_TRAIL).values(**_row(entry)))

    def listed(
        self,
        whose: Whose | None = None,
        *,
        since: int = 0,
        until: int | None = None,
        outcome: str = "",
        at_most: int = 100,
    ) -> Sequence[AuditEntry]:
        """Return entries, the newest first; each condition that is given has to hold.

        Args:
            whose: which are meant; default: all.
            since: epoch seconds, UTC, of the oldest.
            until: epoch seconds, UTC, before which they are.
            outcome: ``success`` or ``refused``; empty for either.
            at_most: how many.
        """
        columns = AUDIT_TRAIL.c
        question = select(AUDIT_TRAIL).order_by(columns.at.desc(), columns.id.desc()).limit(at_most)
        if whose is not None:
            question = question.where(_are(whose))
        if since:
            question = question.where(columns.at >= since)
        if until is not None:
            question = question.where(columns.at < until)
        if outcome:
            question = question.where(columns.outcome == outcome)
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(question)]

    def erase(self, whose: Whose) -> int:
        """Take a person out of the entries that are meant; that it was done is an entry of its own, which names nobody.

        Returns:
            Of how many entries; with none, nothing is written.
        """
        names_somebody = or_(*(AUDIT_TRAIL.c[name] != nothing for name, nothing in _NOBODY.items()))
        with self._database.transaction() as connection:
            erased = connection.execute(update(AUDIT_TRAIL).where(_are(whose), names_somebody).values(**_NOBODY))
            number = erased.rowcount
            if number:
                entry = AuditEntry(at=int(time.time()), event=ERASURE, outcome="success", facts={"entries": number})
                connection.execute(insert(AUDIT_TRAIL).values(**_row(entry)))
        return number

    def clear(self, before: int, at_most: int) -> int:
        """Delete the oldest entries.

        Args:
            before: epoch seconds, UTC; younger ones stay. The database refuses to delete what is not six days old.
            at_most: how many.

        Returns:
            How many were deleted; those that another process is just deleting are left to it.
        """
        columns = AUDIT_TRAIL.c
        old = select(columns.id).where(columns.at < before).order_by(columns.at, columns.id).limit(at_most)
        with self._database.transaction() as connection:
            numbers = old.with_for_update(skip_locked=True)
            return connection.execute(delete(AUDIT_TRAIL).where(columns.id.in_(numbers))).rowcount


def _are(whose: Whose) -> sqlalchemy.ColumnElement[bool]:
    columns = AUDIT_TRAIL.c
    references = [whose.reference] if whose.reference else []
    return or_(
        columns.person.in_(whose.persons), columns.user_id.in_(whose.user_ids), columns.reference.in_(references)
    )


def _row(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as the table has it: a text column takes neither NUL nor half a character, whoever wrote them."""
    texts = {name: _writable(getattr(entry, name)) for name in _TEXTS}
    return {"at": entry.at, "user_id": entry.user_id, "facts": json.dumps(dict(entry.facts)), **texts}


def _writable(text: str) -> str:
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)


def _entry(row: Any) -> AuditEntry:
    texts = {name: getattr(row, name) for name in _TEXTS}
    return AuditEntry(at=row.at, user_id=row.user_id, facts=json.loads(row.facts), **texts)
