"""Hand-off tokens that were used: each counts once, until nobody could use it any more."""

import time

from sqlalchemy import delete, insert, select

from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import USED_HANDOFFS

REPEAT_SECONDS = 60
"""How long the browser that used a token may use it again: a button is pressed twice, an answer gets lost."""


class UsedHandoffs:
    """Used tokens.

    Every method raises ``DatabaseUnavailable`` where the database cannot be asked: nothing is used by guess.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def use(self, storefront: str, token_id: str, browser: str, expires_at: int) -> bool:
        """Use a token; of two browsers at the same instant exactly one does.

        Args:
            storefront: whose token it is.
            token_id: a digest of its ``jti``, 64 characters at most.
            browser: a digest of what tells this browser from others, 64 characters at most.
            expires_at: until when it has to be remembered, epoch seconds.

        Returns:
            Whether it may be used by this browser: for the first time, or again within ``REPEAT_SECONDS``.
        """
        now = int(time.time())
        row = {"storefront": storefront, "jti": token_id, "browser": browser, "used_at": now, "expires_at": expires_at}
        try:
            with self._database.transaction() as connection:
                connection.execute(delete(USED_HANDOFFS).where(USED_HANDOFFS.c.expires_at < now))
                connection.execute(insert(USED_HANDOFFS).values(row))
        except AlreadyThere:
            return self.may_be_used(storefront, token_id, browser)
        return True

    def release(self, storefront: str, token_id: str, browser: str) -> None:
        """Give a token back of which nothing came, although this browser used it."""
        is_its = {"storefront": storefront, "jti": token_id, "browser": browser}
        with self._database.transaction() as connection:
            connection.execute(delete(USED_HANDOFFS).where(*(USED_HANDOFFS.c[name] == is_its[name] for name in is_its)))

    def may_be_used(self, storefront: str, token_id: str, browser: str) -> bool:
        """Return what ``use`` would; nothing is used by that."""
        is_it = (USED_HANDOFFS.c.storefront == storefront) & (USED_HANDOFFS.c.jti == token_id)
        with self._database.reading() as connection:
            used = connection.execute(
                select(USED_HANDOFFS.c.browser, USED_HANDOFFS.c.used_at).where(is_it)
            ).one_or_none()
        return used is None or (used.browser == browser and time.time() - used.used_at < REPEAT_SECONDS)
