"""What Redis says of itself, and what is made of a Redis that says nothing."""

import pytest

from gateway.flows.doctor_store import StoreCheck
from gateway.store.connection import connect
from gateway.store.inspection import ServerFacts, inspected
from schemas.secret import Secret
from tests.gateway.store.redis_server import RedisServer


@pytest.fixture
def server(tmp_path):
    running = RedisServer(tmp_path).start()
    yield running
    running.stop()


def test_its_facts_are_read(server):
    server.tell("CONFIG", "SET", "maxmemory", "64mb", "maxmemory-policy", "volatile-lru", "appendonly", "yes")
    facts = inspected(connect(server.url))
    assert facts == ServerFacts(facts.version, "volatile-lru", 64 * 1024 * 1024, appends=True)
    assert int(facts.version.partition(".")[0]) >= 7


def test_a_managed_one_that_tells_nothing_is_no_fault(server):
    server.tell("ACL", "SETUSER", "gateway", "on", ">hunter2", "allkeys", "+@all", "-info")
    url = Secret(server.url.reveal().replace("redis://", "redis://gateway:hunter2@"))
    rows = list(StoreCheck(connect(url))())
    assert [(row.what, row.state) for row in rows] == [("redis: writes", "ok"), ("redis: version", "unknown")]


def test_a_policy_that_does_nothing_without_a_limit_is_well(server):
    server.tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    (row,) = [row for row in StoreCheck(connect(server.url))() if row.what == "redis: eviction"]
    assert row.state == "ok"
