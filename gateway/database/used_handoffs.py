"""Hand-off tokens that were used: each counts once, until nobody could use it any more."""

import time

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import USED_HANDOFFS
from schemas.handover import Claim

REPEAT_SECONDS = 60
"""How long the browser that used a token may use it again: a button is pressed twice, an answer gets lost."""
CLEARED_WITH_A_CLAIM = 100
"""How many expired ones a claim clears away at most; a person waits for it."""


class UsedHandoffs:
    """Used tokens.

    Every method raises ``DatabaseUnavailable`` where the database cannot be asked: nothing is used by guess.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, storefront: str, token_id: str, browser: str, expires_at: int) -> Claim | None:
        """Take a token, before anything comes of it; of two browsers at the same instant exactly one gets it.

        Args:
            storefront: whose token it is.
            token_id: a digest of its ``jti``, 64 characters at most.
            browser: a digest of what tells this browser from others, 64 characters at most.
            expires_at: until when it has to be remembered, epoch seconds.

        Returns:
            That this browser may use it, for the first time or again within ``REPEAT_SECONDS``; ``None`` if it may not.
        """
        try:
            with self._database.transaction() as connection:
                _clear(connection, CLEARED_WITH_A_CLAIM)
                _keep(connection, storefront, token_id, browser, expires_at, is_done=False)
        except AlreadyThere:
            return Claim(is_first=False) if self.may_be_used(storefront, token_id, browser) else None
        return Claim(is_first=True)

    def release(self, storefront: str, token_id: str, browser: str) -> None:
        """Give a token back of which nothing came, although this browser claimed it; one that was used stays so."""
        is_its = {"storefront": storefront, "jti": token_id, "browser": browser, "is_done": False}
        with self._database.transaction() as connection:
            connection.execute(delete(USED_HANDOFFS).where(*(USED_HANDOFFS.c[name] == is_its[name] for name in is_its)))

    def used(self, storefront: str, token_id: str, browser: str, expires_at: int) -> None:
        """Remember that a token was used, whatever has become of its claim; arguments as for ``claim``."""
        is_it = (USED_HANDOFFS.c.storefront == storefront) & (USED_HANDOFFS.c.jti == token_id)
        done = update(USED_HANDOFFS).where(is_it).values(is_done=True)
        try:
            with self._database.transaction() as connection:
                if not connection.execute(done).rowcount:
                    _keep(connection, storefront, token_id, browser, expires_at, is_done=True)
        except AlreadyThere:
            with self._database.transaction() as connection:
                connection.execute(done)

    def may_be_used(self, storefront: str, token_id: str, browser: str) -> bool:
        """Return whether ``claim`` would let a browser use it; nothing is used by that."""
        is_it = (USED_HANDOFFS.c.storefront == storefront) & (USED_HANDOFFS.c.jti == token_id)
        with self._database.reading() as connection:
            used = connection.execute(
                select(USED_HANDOFFS.c.browser, USED_HANDOFFS.c.used_at).where(is_it)
            ).one_or_none()
        return used is None or (used.browser == browser and time.time() - used.used_at < REPEAT_SECONDS)

    def clear(self, at_most: int) -> int:
        """Clear away tokens that have expired, the oldest first; return how many.

        Args:
            at_most: how many in this one transaction.
        """
        with self._database.transaction() as connection:
            return _clear(connection, at_most)


def _clear(connection: Connection, at_most: int) -> int:
    """Clear away what has expired; what another transaction is clearing away just now is left to it."""
    its = USED_HANDOFFS.c
    expired = select(its.storefront, its.jti).where(its.expires_at < int(time.time())).order_by(its.expires_at)
    rows = connection.execute(expired.limit(at_most).with_for_update(skip_locked=True)).all()
    if rows:
        these = tuple_(its.storefront, its.jti).in_([(row.storefront, row.jti) for row in rows])
        connection.execute(delete(USED_HANDOFFS).where(these))
    return len(rows)


def _keep(
    connection: Connection, storefront: str, token_id: str, browser: str, expires_at: int, *, is_done: bool
) -> None:
    row = {"storefront": storefront, "jti": token_id, "browser": browser, "expires_at": expires_at}
    connection.execute(insert(USED_HANDOFFS).values(row | {"used_at": int(time.time()), "is_done": is_done}))
