"""Who waits for another Redis, for how long, and who asks whether it is there. What is asked is a stand-in here."""

import threading
import time

import pytest
import redis

from gateway import context
from gateway.store import failover
from gateway.store.failover import Failover, NotHere
from tests.gateway.threads import at_once

LOST = [redis.ConnectionError("lost"), redis.TimeoutError("lost"), NotHere("READONLY"), OSError("lost")]


class Server:
    """What may be away.

    Attributes:
        away: what it raises; ``None``: it answers.
        asked: how often it was asked.
        at_once: how many asked at the same time at most, while it was away.
    """

    def __init__(self, away=None):
        self.away, self.asked, self.at_once = away, 0, 0
        self._asking, self._lock = 0, threading.Lock()

    def ask(self, *commands):
        away = self.away
        with self._lock:
            self.asked += 1
        if away is None:
            return list(commands)
        self._count(1)
        time.sleep(0.002)
        self._count(-1)
        raise away

    def _count(self, more):
        with self._lock:
            self._asking += more
            self.at_once = max(self.at_once, self._asking)

    def back_in(self, seconds):
        threading.Timer(seconds, setattr, (self, "away", None)).start()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(failover, "PAUSE_SECONDS", 0.01)
    context.end()
    yield
    context.end()


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_commands_wait_until_another_server_answers(error):
    server = Server(error)
    asking = Failover(server.ask)
    server.back_in(0.1)

    assert asking.ask(("GET", "key"), ("GET", "other")) == [("GET", "key"), ("GET", "other")]
    assert server.asked > 2
    asked = server.asked
    assert asking.ask(("PING",)) == [("PING",)]
    assert server.asked == asked + 1, "and then each asks once"


def test_an_answer_that_is_an_error_of_its_own_ends_the_waiting():
    server = Server(redis.ConnectionError("lost"))
    asking = Failover(server.ask)
    threading.Timer(0.05, setattr, (server, "away", redis.ResponseError("WRONGTYPE"))).start()

    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        asking.ask(("SADD", "text", "member"))

    server.away = None
    asked = server.asked
    asking.ask(("PING",))
    assert server.asked == asked + 1


def test_of_all_who_wait_one_asks_at_a_time_and_all_are_answered():
    server = Server()
    asking = Failover(server.ask)
    server.away = redis.ConnectionError("lost")
    context.begin(seconds=0)
    with pytest.raises(redis.ConnectionError):
        asking.ask(("PING",))
    server.back_in(0.2)

    answers = at_once(30, lambda number: asking.ask(("ECHO", number)))

    assert answers == [[("ECHO", number)] for number in range(30)]
    assert server.at_once == 1


def test_nobody_waits_longer_than_the_work_at_hand_may_take():
    server = Server(redis.ConnectionError("lost"))
    asking = Failover(server.ask)
    context.begin(seconds=0.05)

    with pytest.raises(redis.ConnectionError):
        asking.ask(("PING",))


def test_nobody_waits_any_longer_where_nobody_has_taken_over_in_time(monkeypatch):
    monkeypatch.setattr(failover, "TAKE_OVER_SECONDS", 0.1)
    server = Server(redis.ConnectionError("lost"))
    asking = Failover(server.ask)
    with pytest.raises(redis.ConnectionError):
        asking.ask(("PING",))
    time.sleep(0.11)
    asked = server.asked

    for _ in range(3):
        with pytest.raises(redis.ConnectionError):
            asking.ask(("PING",))
    assert server.asked == asked + 3, "each has asked once, so that it is noticed when somebody is there again"

    server.away = None
    assert asking.ask(("PING",)) == [("PING",)]
    server.away = redis.ConnectionError("lost again")
    server.back_in(0.03)
    assert asking.ask(("PING",)) == [("PING",)], "which the next loss begins anew"


def test_those_who_wait_in_line_are_told_when_their_time_is_over(monkeypatch):
    monkeypatch.setattr(failover, "TAKE_OVER_SECONDS", 0.1)
    server = Server(redis.ConnectionError("lost"))
    asking = Failover(server.ask)

    outcomes = at_once(10, lambda _: asking.ask(("PING",)))

    assert {type(outcome) for outcome in outcomes} == {redis.ConnectionError}
