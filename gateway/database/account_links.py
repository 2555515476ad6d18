"""Which TalentLMS account is whose: (issuer, subject) → user id, and back. No account has two owners."""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy
from sqlalchemy import delete, insert, or_, select, update

from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import ACCOUNT_LINKS, FAILED_PROOFS, SIGN_UPS
from schemas.learner import AccountLink

SIGN_UP_SECONDS = 24 * 3600
"""How long a sign-up whose answer was lost is remembered."""
PROOF_SECONDS = 3600
"""How long a failed proof by password keeps from another one."""
_TRIES = 3
_ID = re.compile(r"[0-9]{1,10}")
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Listed:
    """A link with when it was made, as an operator sees it.

    Attributes:
        link: whose account it is.
        linked_at: epoch seconds, UTC.
    """

    link: AccountLink
    linked_at: int


class AccountLinks:
    """Account links.

    Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, person: str) -> AccountLink | None:
        """Return the link of a person (``Identity.key``)."""
        return self._one(ACCOUNT_LINKS.c.person == person)

    def owner_of(self, user_id: int) -> AccountLink | None:
        """Return whose an account is."""
        return self._one(ACCOUNT_LINKS.c.user_id == user_id)

    def _one(self, wanted: sqlalchemy.ColumnElement[bool]) -> AccountLink | None:
        with self._database.reading() as connection:
            row = connection.execute(select(ACCOUNT_LINKS).where(wanted)).one_or_none()
        return None if row is None else _link(row)

    def claim(self, link: AccountLink) -> bool:
        """Connect a person with an account, unless the account is another person's.

        Returns:
            Whether it is this person's now. Of two who claim one account at once, one gets it.
        """
        for _ in range(_TRIES):
            try:
                with self._database.transaction() as connection:
                    owner = connection.execute(
                        select(ACCOUNT_LINKS.c.person).where(ACCOUNT_LINKS.c.user_id == link.user_id)
                    ).scalar()
                    if owner not in (None, link.person):
                        return False
                    _write(connection, link)
                    return True
            except AlreadyThere:
                continue  # somebody else wrote in between: look again
        return False

    def own(self, link: AccountLink) -> None:
        """Connect a person with the account that was just made for them; an older link to its id is obsolete."""
        for _ in range(_TRIES):
            try:
                with self._database.transaction() as connection:
                    dead = (ACCOUNT_LINKS.c.user_id == link.user_id) & (ACCOUNT_LINKS.c.person != link.person)
                    connection.execute(delete(ACCOUNT_LINKS).where(dead))
                    _write(connection, link)
                    connection.execute(delete(SIGN_UPS).where(SIGN_UPS.c.person == link.person))
                    return
            except AlreadyThere:
                continue

    def update(self, link: AccountLink) -> None:
        """Write what is remembered of a person's account, unless the account is another person's by now."""
        with self._database.transaction() as connection:
            connection.execute(update(ACCOUNT_LINKS).where(*_is(link)).values(**asdict(link)))

    def change(self, before: AccountLink, after: AccountLink) -> None:
        """Write what is remembered anew, unless something else was written since ``before`` was read."""
        with self._database.transaction() as connection:
            same = [ACCOUNT_LINKS.c[name] == value for name, value in asdict(before).items()]
            connection.execute(update(ACCOUNT_LINKS).where(*same).values(**asdict(after)))

    def forget(self, link: AccountLink) -> None:
        """Forget a link; an account that is another person's by now stays theirs."""
        self._forgotten(*_is(link))

    def forget_account(self, user_id: int) -> bool:
        """Forget whose an account is; return whether it was anybody's."""
        return self._forgotten(ACCOUNT_LINKS.c.user_id == user_id) > 0

    def forget_issuer(self, issuer: str) -> int:
        """Forget the accounts of everybody whom one provider has signed in; return how many there were."""
        return self._forgotten(ACCOUNT_LINKS.c.issuer == issuer)

    def _forgotten(self, *which: sqlalchemy.ColumnElement[bool]) -> int:
        with self._database.transaction() as connection:
            return connection.execute(delete(ACCOUNT_LINKS).where(*which)).rowcount

    def listed(self, wanted: str = "", *, after: str = "", at_most: int = 100) -> Sequence[Listed]:
        """Return links, by their persons' keys.

        Args:
            wanted: an e-mail address, a user name, a subject, a person's key or a TalentLMS id; empty for all.
            after: the person's key after which the list goes on.
            at_most: how many.
        """
        question = (
            select(ACCOUNT_LINKS).where(ACCOUNT_LINKS.c.person > after).order_by(ACCOUNT_LINKS.c.person).limit(at_most)
        )
        if wanted:
            question = question.where(or_(*_named(wanted)))
        with self._database.reading() as connection:
            return [Listed(_link(row), row.linked_at) for row in connection.execute(question)]

    # --- sign-ups and proofs -----------------------------------------------------------------------------------

    def intend(self, person: str, login: str) -> None:
        """Remember for a day that a sign-up of this person with this user name is being sent."""
        self._put(SIGN_UPS, person, SIGN_UP_SECONDS, login=login)

    def intended(self, person: str) -> str:
        """Return the user name of a sign-up that was sent and of which nothing more is known; empty for none."""
        return str(self._unexpired(SIGN_UPS, SIGN_UPS.c.login, person) or "")

    def proof_failed(self, person: str) -> None:
        """Remember for an hour that a proof by password failed for this person."""
        self._put(FAILED_PROOFS, person, PROOF_SECONDS)

    def may_prove(self, person: str) -> bool:
        """Return whether a proof by password may be tried for this person."""
        return self._unexpired(FAILED_PROOFS, FAILED_PROOFS.c.person, person) is None

    def _put(self, table: sqlalchemy.Table, person: str, seconds: int, **values: str) -> None:
        now = int(time.time())
        try:
            with self._database.transaction() as connection:
                connection.execute(delete(table).where((table.c.person == person) | (table.c.expires_at <= now)))
                connection.execute(insert(table).values(person=person, expires_at=now + seconds, **values))
        except AlreadyThere:
            return  # another click of the same person wrote the same in this moment

    def _unexpired(self, table: sqlalchemy.Table, column: Any, person: str) -> Any:
        valid = (table.c.person == person) & (table.c.expires_at > int(time.time()))
        with self._database.reading() as connection:
            return connection.execute(select(column).where(valid)).scalar()


def _named(wanted: str) -> list[sqlalchemy.ColumnElement[bool]]:
    """Return what makes a link the one that an operator means."""
    links = ACCOUNT_LINKS.c
    named = [column == wanted.lower() for column in (links.email, links.login)]
    named += [links.subject == wanted, links.person == wanted]
    if _ID.fullmatch(wanted) and int(wanted) <= _LARGEST_ID:
        named.append(links.user_id == int(wanted))
    return named


def _is(link: AccountLink) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    """Return what makes a row the one of this person and this account."""
    return ACCOUNT_LINKS.c.person == link.person, ACCOUNT_LINKS.c.user_id == link.user_id


def _write(connection: sqlalchemy.Connection, link: AccountLink) -> None:
    values = {"person": link.person, **asdict(link)}
    changed = connection.execute(update(ACCOUNT_LINKS).where(ACCOUNT_LINKS.c.person == link.person).values(**values))
    if not changed.rowcount:
        connection.execute(insert(ACCOUNT_LINKS).values(**values, linked_at=int(time.time())))


def _link(row: Any) -> AccountLink:
    return AccountLink(**{field.name: getattr(row, field.name) for field in fields(AccountLink)})
