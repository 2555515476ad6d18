import time

import pytest
from sqlalchemy import func, select, update

from gateway.database.tables import USED_HANDOFFS
from gateway.database.used_handoffs import UsedHandoffs
from schemas.handover import Claim
from tests.gateway.threads import at_once

TOKEN, BROWSER, OTHER = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def used(database):
    return UsedHandoffs(database)


def later():
    return int(time.time()) + 100


def grow_old(database, seconds):
    with database.transaction() as connection:
        older = {"used_at": USED_HANDOFFS.c.used_at - seconds, "expires_at": USED_HANDOFFS.c.expires_at - seconds}
        connection.execute(update(USED_HANDOFFS).values(older))


def rows(database):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(USED_HANDOFFS)).scalar()


def test_a_token_is_used_once_and_again_by_the_same_browser_within_a_minute(used, database):
    assert used.claim("shop", TOKEN, BROWSER, later())
    assert used.claim("shop", TOKEN, BROWSER, later())
    assert not used.claim("shop", TOKEN, OTHER, later())
    grow_old(database, 58)
    assert used.claim("shop", TOKEN, BROWSER, later())
    grow_old(database, 3)
    assert not used.claim("shop", TOKEN, BROWSER, later())
    assert rows(database) == 1


def test_to_ask_uses_nothing(used, database):
    assert used.may_be_used("shop", TOKEN, BROWSER)
    assert rows(database) == 0
    assert used.claim("shop", TOKEN, OTHER, later())
    assert not used.may_be_used("shop", TOKEN, BROWSER)


def test_a_token_of_which_nothing_came_is_given_back_by_its_browser_alone(used):
    used.claim("shop", TOKEN, BROWSER, later())
    used.release("shop", TOKEN, OTHER)
    assert not used.may_be_used("shop", TOKEN, OTHER)
    used.release("shop", TOKEN, BROWSER)
    assert used.claim("shop", TOKEN, OTHER, later())


def test_a_token_that_was_used_is_not_given_back(used, database):
    assert used.claim("shop", TOKEN, BROWSER, later()) == Claim(is_first=True)
    used.used("shop", TOKEN, BROWSER, later())
    assert used.claim("shop", TOKEN, BROWSER, later()) == Claim(is_first=False)
    used.release("shop", TOKEN, BROWSER)
    assert used.claim("shop", TOKEN, OTHER, later()) is None
    assert rows(database) == 1


def test_a_token_of_which_something_came_is_used_although_its_claim_was_given_back(used, database):
    for claimed_by in (None, OTHER):
        used.claim("shop", TOKEN, BROWSER, later())
        used.release("shop", TOKEN, BROWSER)
        if claimed_by:
            used.claim("shop", TOKEN, claimed_by, later())
        used.used("shop", TOKEN, BROWSER, later())
        used.release("shop", TOKEN, OTHER)
        assert used.claim("shop", TOKEN, "d" * 64, later()) is None
        assert rows(database) == 1
        grow_old(database, 102)


def test_of_many_browsers_at_once_one_uses_a_token(used):
    browsers = [f"{number:064}" for number in range(8)]
    answers = at_once(8, lambda number: used.claim("shop", TOKEN, browsers[number - 1], later()) is not None)
    assert sorted(answers) == [False] * 7 + [True]


def test_the_same_id_at_another_storefront_is_another_token(used):
    assert used.claim("shop", TOKEN, BROWSER, later())
    assert used.claim("other", TOKEN, OTHER, later())


def test_what_has_expired_is_not_kept(used, database):
    for number in range(5):
        used.claim("shop", f"{number:064}", BROWSER, later())
    grow_old(database, 102)
    used.claim("shop", TOKEN, BROWSER, later())
    assert rows(database) == 1


def fill(used, number):
    for each in range(number):
        used.used("shop", f"{each:064}", BROWSER, later() + each)


def test_what_has_expired_is_cleared_away_a_few_at_a_time_the_oldest_first(used, database):
    fill(used, 5)
    grow_old(database, 103)
    assert (used.clear(2), rows(database)) == (2, 3)
    assert (used.clear(2), rows(database)) == (1, 2)
    assert (used.clear(2), rows(database)) == (0, 2)


def test_what_has_not_expired_is_used_still_once_others_were_cleared_away(used, database):
    fill(used, 3)
    grow_old(database, 102)
    assert used.clear(100) == 2
    assert not used.may_be_used("shop", f"{2:064}", OTHER)


def test_two_that_clear_at_once_clear_each_row_once(used, database):
    fill(used, 40)
    grow_old(database, 200)
    assert sum(at_once(4, lambda _: used.clear(40))) == 40
    assert rows(database) == 0


def test_expired_rows_are_found_by_an_index(database):
    question = "SELECT jti FROM used_handoffs WHERE expires_at < 7 ORDER BY expires_at LIMIT 9"
    with database.reading() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table this small is read as a whole
        plan = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        told = str(connection.exec_driver_sql(f"{plan} {question}").all())
    assert "ix_used_handoffs_expires_at" in told
