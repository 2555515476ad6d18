"""Which TalentLMS account is whose: (issuer, subject) → user id, and back. No account has two owners."""

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy
from sqlalchemy import delete, func, insert, or_, select, union, update

from gateway.database import person_rows
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


@dataclass(frozen=True)
class LookAlikes:
    """People who look like the same one.

    Attributes:
        name: the address or the user name that they share, in lower case.
        people: they, by their keys.
    """

    name: str
    people: Sequence[Listed]


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

    def claim(self, link: AccountLink, instead_of: AccountLink | None = None, *, is_moved: bool = False) -> bool:
        """Connect a person with an account, unless the account is another person's.

        Args:
            link: the person, and the account.
            instead_of: the link that ends for it, in the same transaction; where it is gone already, nothing is done.
            is_moved: whether that is the same person before they came to another provider: what is kept of them by
                their former key goes along.

        Returns:
            Whether it is this person's now. Of two who claim one account at once, one gets it.
        """
        may_have_it = {None, link.person, instead_of.person if instead_of else None}
        for _ in range(_TRIES):
            try:
                with self._database.transaction() as connection:
                    owner = connection.execute(
                        select(ACCOUNT_LINKS.c.person).where(ACCOUNT_LINKS.c.user_id == link.user_id)
                    ).scalar()
                    if owner not in may_have_it:
                        return False
                    if instead_of and not connection.execute(delete(ACCOUNT_LINKS).where(*_is(instead_of))).rowcount:
                        return False
                    _write(connection, link)
                    if instead_of and is_moved:
                        person_rows.move(connection, instead_of.former_person, link.person)
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

    def listed(self, wanted: str = "", *, issuer: str = "", after: str = "", at_most: int = 100) -> Sequence[Listed]:
        """Return links, by their persons' keys; each condition that is not empty has to hold.

        Args:
            wanted: an e-mail address, a user name, a subject, a person's key or a TalentLMS id.
            issuer: the provider's or the storefront's.
            after: the person's key after which the list goes on.
            at_most: how many.
        """
        links = ACCOUNT_LINKS.c
        question = select(ACCOUNT_LINKS).where(links.person > after).order_by(links.person).limit(at_most)
        if wanted:
            question = question.where(or_(*_named(wanted)))
        if issuer:
            question = question.where(links.issuer == issuer)
        with self._database.reading() as connection:
            return [_listed(row) for row in connection.execute(question)]

    def shared_emails(self, issuers: Collection[str]) -> Collection[str]:
        """Return the addresses that more than one person of these issuers has."""
        links = ACCOUNT_LINKS.c
        question = select(links.email).where(links.issuer.in_(issuers), links.email != "").group_by(links.email)
        with self._database.reading() as connection:
            return set(connection.execute(question.having(func.count() > 1)).scalars())

    def look_alikes(self, *, after: str = "", at_most: int = 100) -> Sequence[LookAlikes]:
        """Return the people who share an address, or whose user name is another one's address; by what they share.

        Args:
            after: the address or user name after which the list goes on.
            at_most: how many groups.
        """
        links = ACCOUNT_LINKS.c
        names = union(  # each person once with each of their names
            select(links.email.label("name"), links.person), select(func.lower(links.login), links.person)
        ).subquery()
        shared = select(names.c.name).where(names.c.name != "", names.c.name > after).group_by(names.c.name)
        shared = shared.having(func.count() > 1).order_by(names.c.name).limit(at_most)
        with self._database.reading() as connection:
            return [
                LookAlikes(name, [_listed(row) for row in connection.execute(_with_name(name))])
                for name in connection.execute(shared).scalars().all()
            ]

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


def _with_name(name: str) -> sqlalchemy.Select[Any]:
    links = ACCOUNT_LINKS.c
    return select(ACCOUNT_LINKS).where(or_(links.email == name, func.lower(links.login) == name)).order_by(links.person)


def _is(link: AccountLink) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    """Return what makes a row the one of this person and this account."""
    return ACCOUNT_LINKS.c.person == link.person, ACCOUNT_LINKS.c.user_id == link.user_id


def _write(connection: sqlalchemy.Connection, link: AccountLink) -> None:
    values = {"person": link.person, **asdict(link)}
    changed = connection.execute(update(ACCOUNT_LINKS).where(ACCOUNT_LINKS.c.person == link.person).values(**values))
    if not changed.rowcount:
        connection.execute(insert(ACCOUNT_LINKS).values(**values, linked_at=int(time.time())))


def _listed(row: Any) -> Listed:
    return Listed(_link(row), row.linked_at)


def _link(row: Any) -> AccountLink:
    return AccountLink(**{field.name: getattr(row, field.name) for field in fields(AccountLink)})
