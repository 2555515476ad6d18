"""Real Sentinels, and a real cluster: the Redis that takes commands is lost, and another one takes over."""

import threading
import time

import pytest

from gateway.errors import StoreUnavailable
from gateway.store.connection import connect
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from gateway.store.transactions import Departures, UsedStates
from schemas.identity import Identity
from schemas.secret import Secret
from schemas.transaction import Departure
from tests.gateway.store.contents import filled
from tests.gateway.store.redis_groups import GROUPS
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS, wait_until
from tests.ports import HOST, free_port

PASSWORD = "hunter2-hunter2"
PEOPLE = 8


@pytest.fixture(params=GROUPS)
def group(request, tmp_path):
    """Servers of which one takes over; all want a password."""
    begun = GROUPS[request.param](tmp_path, password=PASSWORD)
    try:
        yield begun.start()
    finally:
        begun.stop()


@pytest.fixture
def store(group):
    return connect(Secret(group.url.reveal().replace("//", f"//:{PASSWORD}@")))


def processed(server):
    """Return how many commands a server has carried out for clients, by name."""
    return {name: told["calls"] for name, told in server.tell("INFO", "COMMANDSTATS").items()}


def person(number):
    return Identity("https://id.acme.example", f"person-{number}", "acme")


class Clicking(threading.Thread):
    """Somebody who looks up their session again and again, as clicks do.

    Attributes:
        found: whom each look-up found; ``None`` for nobody, or what it raised.
    """

    def __init__(self, sessions, number):
        super().__init__(daemon=True)
        self._sessions, self._id = sessions, sessions.create(person(number), Secret("token")).reveal()
        self.expected, self.found = person(number).key, []
        self._ended = threading.Event()

    def run(self):
        while not self._ended.is_set():
            try:
                session = self._sessions.find(self._id)
            except StoreUnavailable as error:
                self.found.append(error)
            else:
                self.found.append(session and session.identity.key)
            time.sleep(0.005)

    def end(self):
        self._ended.set()
        self.join()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("leave", ["lose", "hang"])
def test_clicks_wait_for_whoever_takes_over_and_find_their_own_session(group, store, leave):
    sessions, used_states, departures = Sessions(store, 100, 1000), UsedStates(store), Departures(store)
    with filled(store):
        assert group.primary().tell("DBSIZE") > 20, "all that the store writes, it writes there"
    departures.remember(Departure("acme", "token", "state"), "browser")
    people = [Clicking(sessions, number) for number in range(PEOPLE)]
    for one in people:
        one.start()
    wait_until(lambda: all(len(one.found) > 20 for one in people), what="all click")
    former = group.primary()

    store.check()
    getattr(group, leave)()
    with pytest.raises(StoreUnavailable):
        store.check()  # which waits for nobody
    before = [len(one.found) for one in people]
    used = at_once(5, lambda number: used_states.use(f"state-{number}", 60))
    taken = departures.take("browser")
    wait_until(group.has_taken_over, what="somebody takes over")
    wait_until(
        lambda: all(len(one.found) > many + 20 for one, many in zip(people, before, strict=True)), what="all click"
    )
    for one in people:
        one.end()

    assert [set(one.found) for one in people] == [{one.expected} for one in people]
    assert used == [True] * 5, "whoever comes back from their sign-in is not refused"
    assert taken == Departure("acme", "token", "state")
    assert [used_states.use(f"state-{number}", 60) for number in range(5)] == [False] * 5
    assert departures.take("browser") is None
    assert group.primary() is not former
    store.check()


def test_each_command_is_one_question_to_the_server_that_has_the_keys(group, store):
    sessions = Sessions(store, 100, 1000)
    session_id = sessions.create(person(1), Secret("token")).reveal()
    before = processed(group.primary())

    for _ in range(50):
        assert sessions.find(session_id) is not None

    more = {name: calls - before.get(name, 0) for name, calls in processed(group.primary()).items()}
    of_the_gateway = {name: calls for name, calls in more.items() if calls > 0}
    own = {"cmdstat_info", "cmdstat_ping", "cmdstat_publish", "cmdstat_replconf", "cmdstat_hello", "cmdstat_auth"}
    assert {name: calls for name, calls in of_the_gateway.items() if name not in own} == {"cmdstat_getex": 50}


def test_a_lock_is_held_by_one_of_many_while_another_server_takes_over(group, store):
    locks, holding, most = Locks(store), [], []

    def hold(number):
        with locks.hold("person:kim", wait=PATIENT_SECONDS):
            holding.append(number)
            most.append(len(holding))
            holding.remove(number)
        return "held"

    assert at_once(3, hold) == ["held"] * 3
    group.lose()
    assert at_once(3, hold) == ["held"] * 3
    assert max(most) == 1


@pytest.mark.parametrize("url", ["redis+sentinel://{}/mymaster", "redis+cluster://{}"])
def test_where_nobody_knows_a_primary_it_is_unavailable_and_tells_no_password(url, monkeypatch):
    monkeypatch.setattr("gateway.store.failover.TAKE_OVER_SECONDS", 0.2)
    store = connect(Secret(url.format(f":{PASSWORD}@{HOST}:{free_port()},{HOST}:{free_port()}")))
    with pytest.raises(StoreUnavailable) as caught:
        store.ask("PING")
    assert PASSWORD not in repr(caught.value) + caught.value.note
    assert caught.value.retry_after > 0


def test_sentinels_may_have_a_password_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.store.failover.TAKE_OVER_SECONDS", 0.2)
    group = GROUPS["sentinel"](tmp_path, password=PASSWORD)
    group.sentinel_password = "s/p%"
    try:
        url = group.start().url.reveal().replace("//", f"//:{PASSWORD}@")
        assert connect(Secret(f"{url}?sentinel_password=s%2Fp%25")).ask("PING") == b"PONG"
        with pytest.raises(StoreUnavailable):
            connect(Secret(url)).ask("PING")
    finally:
        group.stop()


def test_a_service_that_the_sentinels_do_not_watch_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.store.failover.TAKE_OVER_SECONDS", 0.2)
    group = GROUPS["sentinel"](tmp_path)
    try:
        url = group.start().url.reveal().replace("mymaster", "other")
        with pytest.raises(StoreUnavailable) as caught:
            connect(Secret(url)).ask("PING")
    finally:
        group.stop()
    assert caught.value.note == "MasterNotFoundError"
