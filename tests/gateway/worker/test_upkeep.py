import threading
import time

import pytest
from sqlalchemy import func, select

from gateway.config import load
from gateway.database.tables import USED_HANDOFFS
from gateway.database.used_handoffs import UsedHandoffs
from gateway.errors import DatabaseUnavailable
from gateway.services import Services
from gateway.worker import due_worker, upkeep
from gateway.worker.order_worker import OrderWorker, worker_of
from gateway.worker.upkeep import Upkeep
from tests.databases import new_database
from tests.gateway.test_factory import clean_environment
from tests.gateway.worker.test_order_worker import eventually, logged  # noqa: F401


@pytest.fixture
def used(database):
    return UsedHandoffs(database)


@pytest.fixture
def minutes(monkeypatch):
    """Let minutes pass for whoever clears away."""

    def pass_by(number):
        now = time.monotonic() + 60 * number
        monkeypatch.setattr(upkeep.time, "monotonic", lambda: now)

    return pass_by


def expire(used, number, first=0):
    for each in range(first, first + number):
        used.used("shop", f"{each:064}", "b" * 64, int(time.time()) - 1)


def rows(database):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(USED_HANDOFFS)).scalar()


def test_a_worker_clears_away_what_has_expired_and_nothing_else(shop, used, database, monkeypatch):
    monkeypatch.setattr(due_worker, "LOOK_SECONDS", 0.05)
    expire(used, 3)
    used.used("shop", "f" * 64, "b" * 64, int(time.time()) + 600)
    worker = OrderWorker(shop.queue, None, threading.Event(), 1, Upkeep(used).look)
    worker.start()
    eventually(lambda: rows(database) == 1)
    worker.stop(5)
    assert not used.may_be_used("shop", "f" * 64, "c" * 64)


def test_so_does_the_worker_of_the_gateway_and_of_the_command(tmp_path):
    services = Services(load(clean_environment(GATEWAY_DATABASE_URL=new_database(tmp_path))))
    expire(services.used_handoffs, 2)
    worker = worker_of(services)
    worker.start()
    eventually(lambda: rows(services.database) == 0)
    worker.stop(5)


def test_it_is_looked_once_a_minute(used, database, minutes):
    one = Upkeep(used)
    expire(used, 1)
    one.look()
    expire(used, 1)
    one.look()
    assert rows(database) == 1
    minutes(1.01)
    one.look()
    assert rows(database) == 0


def test_what_is_more_than_fits_into_one_transaction_goes_with_the_next_look(used, database, monkeypatch):
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 2)
    one = Upkeep(used)
    expire(used, 5)
    left = []
    for _ in range(3):
        one.look()
        left.append(rows(database))
    assert left == [3, 1, 0]


def test_a_database_that_is_away_is_asked_again_a_minute_later(logged, minutes):  # noqa: F811
    class Away:
        asked = 0

        def clear(self, _at_most):
            self.asked += 1
            raise DatabaseUnavailable("away")

    away = Away()
    one = Upkeep(away)
    for minute in (0, 0.5, 1.1):
        minutes(minute)
        one.look()
    assert away.asked == 2
    assert [each["note"] for each in logged("handoffs.not_cleared")] == ["away", "away"]
