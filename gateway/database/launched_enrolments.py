"""Enrolments by launches and hand-offs: which storefront's was about to enrol which account, and when.

A customer may come before their order is looked at. What that click gave counts as the order's, and ends with it.
"""

import time
from collections.abc import Collection

from sqlalchemy import insert, select, update

from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import LAUNCHED_ENROLMENTS


class LaunchedEnrolments:
    """Enrolments by launches. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, storefront: str, user_id: int, course_id: int) -> None:
        """Write down that a launch is about to enrol an account; the newest one counts.

        Args:
            storefront: which sent the customer, and sells the course.
            user_id: their account.
            course_id: the course.
        """
        columns, key = LAUNCHED_ENROLMENTS.c, {"storefront": storefront, "user_id": user_id, "course_id": course_id}
        again = update(LAUNCHED_ENROLMENTS).where(*(columns[name] == value for name, value in key.items()))
        now = int(time.time())
        try:
            with self._database.transaction() as connection:
                if not connection.execute(again.values(begun_at=now)).rowcount:
                    connection.execute(insert(LAUNCHED_ENROLMENTS).values(**key, begun_at=now))
        except AlreadyThere:
            return  # two clicks in one moment

    def begun_at(self, storefront: str, user_id: int, course_id: int) -> int | None:
        """Return when that was, epoch seconds, UTC; ``None`` for never."""
        columns = LAUNCHED_ENROLMENTS.c
        same = (columns.storefront == storefront) & (columns.user_id == user_id) & (columns.course_id == course_id)
        with self._database.reading() as connection:
            return connection.execute(select(columns.begun_at).where(same)).scalar()

    def courses(self, storefront: str, user_id: int) -> Collection[int]:
        """Return the courses in which a storefront's launches were about to enrol an account."""
        columns = LAUNCHED_ENROLMENTS.c
        question = select(columns.course_id).where(columns.storefront == storefront, columns.user_id == user_id)
        with self._database.reading() as connection:
            return set(connection.execute(question).scalars())
