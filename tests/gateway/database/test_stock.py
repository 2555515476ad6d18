"""How much is left to do, as metrics tell it."""

import sqlalchemy
from sqlalchemy import insert

from gateway.database import clock
from gateway.database.assigned_people import PersonQueue
from gateway.database.due_rows import Stock
from gateway.database.tables import ASSIGNED_PEOPLE

NEW = {
    "provider": "acme",
    "digest": "",
    "rules": "{}",
    "user_id": 0,
    "told_at": 0,
    "retry_at": 0,
    "lease": "",
    "lease_until": 0,
    "revision": 1,
    "error": "",
    "note": "",
}


def put(database, *rows):
    with database.transaction() as connection:
        now = connection.execute(sqlalchemy.select(clock.now(database.engine.dialect))).scalar_one()
        for number, (due_in, state, tries) in enumerate(rows):
            due_at = None if due_in is None else max(0, now + due_in)
            row = {**NEW, "person": f"person-{number}", "due_at": due_at, "state": state, "tries": tries}
            connection.execute(insert(ASSIGNED_PEOPLE).values(row))


def test_where_nothing_is_left_there_is_none(database):
    assert PersonQueue(database).stock() == Stock(due=0, oldest_seconds=0, retrying=0, dead=0)


def test_what_is_due_what_is_tried_again_and_what_waits_for_a_person_is_told_apart(database):
    put(
        database,
        (-100, "waiting", 0),
        (-7000, "waiting", 2),
        (-(10**12), "waiting", 0),  # before everybody else
        (3000, "waiting", 1),
        (None, "done", 0),
        (None, "dead", 0),
        (None, "dead", 3),
        (None, "review", 0),
    )
    stock = PersonQueue(database).stock()
    assert (stock.due, stock.retrying, stock.dead) == (3, 2, 2)
    assert 7000 <= stock.oldest_seconds < 7120
