"""Whatever Redis does, this package says ``StoreUnavailable``, and goes on as soon as Redis is back."""

import subprocess
import sys
import threading
import time

import fakeredis
import pytest

from gateway.errors import StoreUnavailable
from gateway.store import connection
from gateway.store.attempts import Attempts
from gateway.store.connection import AT_ONCE, connect
from gateway.store.locks import Locks
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.transactions import Departures, UsedStates
from schemas.identity import Identity
from schemas.secret import Secret
from schemas.transaction import Departure
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.threads import at_once
from tests.ports import free_port

KIM = Identity("https://id.acme.example", "kim", "acme")


@pytest.fixture
def own_redis(tmp_path):
    """A Redis of this test alone, which it may mistreat."""
    server = RedisServer(tmp_path).start()
    yield server
    server.stop()


@pytest.mark.parametrize("size", [connection.BUFFER_BYTES, 100_000])
def test_a_record_may_be_longer_than_what_is_read_at_once(own_redis, size):
    store = connect(own_redis.url)
    record = bytes(number % 251 for number in range(size))
    store.ask("SET", "long", record)
    assert store.ask_all([("GET", "long"), ("GET", "long")]) == [record, record]


def held(locks):
    with locks.hold("person:kim", wait=1):
        return "held"


def actions(store):
    """Return one way of using the store for each of its modules."""
    sessions, used_states, departures = Sessions(store, 100, 1000), UsedStates(store), Departures(store)
    attempts, documents, locks = Attempts(store, 9), ProviderDocuments(store, 9), Locks(store)
    return {
        "begin a session": lambda: sessions.create(KIM, Secret("token")),
        "find a session": lambda: sessions.find("some-id"),
        "end all sessions": lambda: sessions.end_all_of_user("kim"),
        "use a state": lambda: used_states.use("s", 60),
        "remember a departure": lambda: departures.remember(Departure("acme", "t", "s"), "browser"),
        "count a failure": lambda: attempts.failed("person:kim"),
        "take a lock": lambda: held(locks),
        "keep a document": lambda: documents.put("https://id.acme.example", {}),
    }


def outcome(action):
    try:
        action()
    except StoreUnavailable:
        return "unavailable"
    return "done"


def test_redis_may_be_killed_and_come_back_and_the_same_objects_work_on(own_redis):
    ways = actions(connect(own_redis.url))
    assert {name: outcome(action) for name, action in ways.items()} == dict.fromkeys(ways, "done")
    own_redis.stop()
    assert {name: outcome(action) for name, action in ways.items()} == dict.fromkeys(ways, "unavailable")
    own_redis.start()
    assert {name: outcome(action) for name, action in ways.items()} == dict.fromkeys(ways, "done")


def test_connections_that_a_restart_left_half_open_cost_nobody_a_click(own_redis):
    store = connect(own_redis.url)
    assert at_once(20, lambda _: store.ask("PING")) == [b"PONG"] * 20
    own_redis.stop()
    own_redis.start()
    assert at_once(20, lambda _: store.ask("PING")) == [b"PONG"] * 20


@pytest.mark.timeout(10)
def test_a_redis_that_hangs_is_given_up_before_the_browser_gives_up(own_redis):
    store = connect(own_redis.url)
    locks = Locks(store)
    assert held(locks) == "held"
    own_redis.hang()
    assert outcome(lambda: store.ask("PING")) == "unavailable"
    assert outcome(lambda: held(locks)) == "unavailable"


def test_more_than_there_are_connections_wait_for_one_and_all_are_answered(own_redis):
    store = connect(own_redis.url)
    own_redis.hang()
    threading.Timer(0.3, own_redis.go_on).start()
    answers = at_once(5 * AT_ONCE, lambda number: store.ask("SET", f"key-{number}", number))
    assert answers == [b"OK"] * 5 * AT_ONCE
    assert len(store.ask("CLIENT", "LIST").splitlines()) == AT_ONCE


def test_a_redis_that_hangs_is_asked_once_by_each_connection_and_all_who_wait_are_told_then(own_redis, monkeypatch):
    asked, ask = [], connection._asked
    monkeypatch.setattr(connection, "_asked", lambda *given: asked.append(1) or ask(*given))
    store = connect(own_redis.url)
    own_redis.hang()
    outcomes = at_once(5 * AT_ONCE, lambda _: outcome(lambda: store.ask("PING")))
    assert outcomes == ["unavailable"] * 5 * AT_ONCE
    assert len(asked) == AT_ONCE
    own_redis.go_on()
    assert at_once(5 * AT_ONCE, lambda number: store.ask("ECHO", number)) == [
        str(number).encode() for number in range(5 * AT_ONCE)
    ]


def test_scripts_survive_a_flush(own_redis):
    store = connect(own_redis.url)
    locks = Locks(store)
    assert held(locks) == "held"
    store.ask("SCRIPT", "FLUSH")
    assert held(locks) == "held"
    assert store.ask("KEYS", "*") == []


def test_threads_that_come_and_go_leave_no_connection_behind(own_redis):
    store = connect(own_redis.url)
    count = store.script("return redis.call('INCR', KEYS[1])")
    for _ in range(20):
        assert at_once(1, lambda _: count(["threads"], [])) != [None]
    assert store.ask("GET", "threads") == b"20"
    assert len(store.ask("CLIENT", "LIST").splitlines()) == 1


def test_the_store_can_be_made_while_redis_is_away(tmp_path):
    server = RedisServer(tmp_path)
    ways = actions(connect(server.url))
    assert set(map(outcome, ways.values())) == {"unavailable"}
    server.start()
    try:
        assert set(map(outcome, ways.values())) == {"done"}
    finally:
        server.stop()


def test_what_is_told_of_a_failure_holds_no_password_and_says_when_to_come_back():
    store = connect(Secret(f"redis://:hunter2-hunter2@127.0.0.1:{free_port()}/0"))
    with pytest.raises(StoreUnavailable) as caught:
        store.ask("PING")
    assert "hunter2" not in repr(caught.value) + caught.value.note
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert caught.value.retry_after > 0


def test_tls_towards_a_redis_that_speaks_none_is_unavailable(redis_server):
    store = connect(Secret(redis_server.url.reveal().replace("redis://", "rediss://")))
    assert outcome(lambda: store.ask("PING")) == "unavailable"


def test_a_command_that_redis_refuses_is_unavailable_and_not_a_foreign_error(store):
    store.ask("SET", "text", "value")
    assert outcome(lambda: store.ask("SADD", "text", "member")) == "unavailable"
    assert outcome(lambda: store.ask_all([("SADD", "text", "member")])) == "unavailable"


def test_those_who_ask_an_embedded_store_first_and_all_at_once_meet(monkeypatch):
    begin = fakeredis.FakeServer.__init__

    def slowly(*given, **named):
        time.sleep(0.05)
        begin(*given, **named)

    monkeypatch.setattr(fakeredis.FakeServer, "__init__", slowly)
    store = connect(None)
    assert sorted(at_once(8, lambda _: store.ask("INCR", "number"))) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_two_embedded_stores_share_nothing():
    first, second = connect(None), connect(None)
    first.ask("SET", "key", "value")
    assert second.ask("GET", "key") is None


def test_a_worker_with_a_redis_does_not_carry_the_embedded_store(redis_server):
    program = (
        "import sys; import gateway; from gateway.store import connection; from schemas.secret import Secret; "
        "connection.CONNECT_SECONDS = connection.REPLY_SECONDS = 30; "
        f"print(connection.connect(Secret({redis_server.url.reveal()!r})).ask('PING'), 'fakeredis' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "b'PONG' False"


def test_several_commands_are_one_transaction_with_answers_in_order(store):
    at_once(20, lambda number: store.ask_all([("SET", "a", number), ("SET", "b", number)]))
    assert store.ask("GET", "a") == store.ask("GET", "b")
    assert store.ask_all([("SET", "a", "1"), ("GET", "a"), ("DEL", "nothing")])[1:] == [b"1", 0]
