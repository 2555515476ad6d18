"""Another server takes over behind the one address while old connections still lead to the former one."""

import pytest
import redis

from gateway.errors import StoreUnavailable
from gateway.store.connection import CHECK_MILLISECONDS, connect
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from schemas.identity import Identity
from schemas.secret import Secret
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.store.tcp_endpoint import TcpEndpoint
from tests.gateway.threads import at_once
from tests.patience import wait_until
from tests.ports import HOST, free_port

KIM = Identity("https://id.acme.example", "kim", "acme")


@pytest.fixture
def server(tmp_path):
    """Start Redis servers that end with the test."""
    started = []

    def begun(*options):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(RedisServer(folder, "--repl-diskless-sync-delay", "0", *options))
        return started[-1].start()

    yield begun
    for each in started:
        each.stop()


@pytest.fixture
def endpoint():
    """Open addresses that end with the test."""
    opened = []

    def begun(target):
        opened.append(TcpEndpoint(target.port))
        return opened[-1]

    yield begun
    for each in opened:
        each.stop()


def store_at(endpoint):
    return connect(Secret(f"redis://{HOST}:{endpoint.port}/0"))


def follow(replica, primary):
    """Let a server follow another, and return once it does."""
    replica.tell("REPLICAOF", HOST, primary.port)
    wait_until(lambda: replica.tell("ROLE")[:4:3] == [b"slave", b"connected"], what="the replica does not follow")


def held(locks):
    with locks.hold("person:kim", wait=0):
        return "held"


WAYS = {
    "a command": lambda store: store.ask("SET", "key", "value"),
    "a transaction": lambda store: store.ask_all([("SET", "key", "value"), ("GET", "key")]),
    "a transaction that begins with a question": lambda store: store.ask_all([("GET", "key"), ("SET", "key", "value")]),
    "a script": lambda store: store.script("return redis.call('SET', KEYS[1], 'value')")(["key"], []),
    "a script that asks first": lambda store: store.script(
        "redis.call('GET', KEYS[1]) return redis.call('SET', KEYS[1], 'value')"
    )(["key"], []),
    "a check": lambda store: store.check(),
    "a session": lambda store: Sessions(store, 100, 1000).create(KIM, Secret("token")),
    "a lock": lambda store: held(Locks(store)),
}


def outcome(way, store):
    try:
        way(store)
    except StoreUnavailable as error:
        return f"unavailable: {error.note}"
    return "done"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_primary_that_was_demoted_costs_nobody_anything_once_the_address_leads_to_the_new_one(server, endpoint, way):
    old, new = server(), server()
    follow(new, old)
    address = endpoint(old)
    store = store_at(address)
    assert outcome(way, store) == "done"
    written = old.tell("DBSIZE")
    new.tell("REPLICAOF", "NO", "ONE")
    new.tell("FLUSHALL")
    follow(old, new)
    address.target = new.port

    assert outcome(way, store) == "done"

    assert address.opened == [old.port, new.port]
    assert new.tell("DBSIZE") == written
    assert outcome(way, store) == "done"
    assert address.opened == [old.port, new.port], "and the new connection stays"


def test_of_many_connections_to_a_demoted_primary_each_is_opened_anew_once(server, endpoint):
    old, new = server(), server()
    address = endpoint(old)
    store = store_at(address)
    slow = store.script("local n = redis.call('INCR', KEYS[1]) for i = 1, 200000 do n = n + 0 end return n")
    at_once(10, lambda _: slow(["number"], []))
    before = len(address.opened)
    follow(old, new)
    address.target = new.port

    numbers = at_once(10, lambda _: slow(["number"], []))

    assert sorted(numbers) == list(range(1, 11)), "nothing was carried out twice, nothing was lost"
    assert set(address.opened[:before]) == {old.port}
    assert set(address.opened[before:]) == {new.port}
    assert len(address.opened[before:]) <= 10


def test_while_the_address_leads_to_a_replica_every_answer_is_unavailable_and_nothing_piles_up(server, endpoint):
    old, new = server(), server()
    address = endpoint(old)
    store = store_at(address)
    assert store.ask("SET", "key", "value") == b"OK"
    follow(old, new)

    assert [outcome(way, store) for way in WAYS.values()] == ["unavailable: ReadOnlyError"] * len(WAYS)
    assert store.ask("PING") == b"PONG", "which is why a ping tells nothing"
    assert len(old.tell("CLIENT", "LIST", "TYPE", "NORMAL").splitlines()) <= 2  # the store's, and who asks

    address.target = new.port
    assert [outcome(way, store) for way in WAYS.values()] == ["done"] * len(WAYS)


def not_enough_replicas(server):
    return server("--min-replicas-to-write", "1")


def no_slot(server):
    # Without a port of its own, the cluster's bus takes the server's port plus 10,000, which may be in use.
    return server("--cluster-enabled", "yes", "--cluster-port", str(free_port()))


def no_primary(server):
    primary = server()
    replica = server("--replica-serve-stale-data", "no", "--replica-read-only", "no")
    follow(replica, primary)
    primary.stop()
    wait_until(lambda: replica.tell("ROLE")[3] != b"connected")
    return replica


def loading(server):
    """A server that has begun to read 2,000 keys, one every 10 ms."""
    begun = server("--enable-debug-command", "yes", "--rdbcompression", "no")
    begun.tell("DEBUG", "POPULATE", "2000", "key", "1024")
    begun.tell("SAVE")
    begun.stop()
    begun.options += ("--key-load-delay", "10000", "--loading-process-events-interval-bytes", "1024")
    begun.start()
    with pytest.raises(redis.BusyLoadingError):
        begun.tell("GET", "key")
    return begun


@pytest.mark.parametrize(
    ("not_serving", "note"),
    [
        (not_enough_replicas, "NOREPLICAS"),
        (no_slot, "ClusterDownError"),
        (no_primary, "MasterDownError"),
        (loading, "BusyLoadingError"),
    ],
)
def test_whoever_says_that_they_do_not_serve_is_left_for_whoever_does(server, endpoint, not_serving, note):
    former, new = not_serving(server), server()
    address = endpoint(former)
    store = store_at(address)
    assert [outcome(way, store) for way in WAYS.values()] == [f"unavailable: {note}"] * len(WAYS)
    connections = len(address.opened)

    address.target = new.port

    assert [outcome(way, store) for way in WAYS.values()] == ["done"] * len(WAYS)
    assert address.opened[connections:] == [new.port]


def test_an_answer_that_is_an_error_of_its_own_keeps_the_connection(server, endpoint):
    address = endpoint(server())
    store = store_at(address)
    store.ask("SET", "text", "value")
    mistakes = {
        "a command": lambda store: store.ask("SADD", "text", "member"),
        "a transaction": lambda store: store.ask_all([("SET", "other", "1"), ("SADD", "text", "member")]),
        "an unknown command": lambda store: store.ask_all([("SET", "other", "1"), ("NONSENSE",), ("GET", "other")]),
        "a script": lambda store: store.script("return redis.call('SADD', KEYS[1], 'member')")(["text"], []),
    }
    assert {outcome(mistake, store) for mistake in mistakes.values()} == {"unavailable: ResponseError"}
    assert store.ask_all([("GET", "text"), ("GET", "other")]) == [b"value", b"1"], "and no answer is left over in it"
    assert len(address.opened) == 1


def test_what_a_check_writes_goes_by_itself(server, endpoint):
    primary = server()
    store_at(endpoint(primary)).check()
    (key,) = primary.tell("KEYS", "*")
    assert 0 < primary.tell("PTTL", key) <= CHECK_MILLISECONDS
