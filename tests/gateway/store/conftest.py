import pytest

from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from tests.gateway.store.clicks import LONGEST, PREFIX, let_pass


@pytest.fixture(params=["embedded", "redis"])
def store(request):
    """An empty store, first the embedded one, then a real Redis: one suite for both."""
    if request.param == "embedded":
        return connect(None)
    opened = connect(request.getfixturevalue("redis_server").url)
    opened.ask("FLUSHALL")
    return opened


@pytest.fixture
def budget(store):
    """Return a budget with these limits, and of it another worker's view each time."""

    def made(per_5_seconds=3, per_hour=0, per_person=None):
        return SharedBudget(store, "portal", per_5_seconds, per_hour, LONGEST, per_person)

    return made


@pytest.fixture
def later(store):
    """Let so many seconds pass."""
    return lambda seconds: let_pass(store, PREFIX, seconds)


@pytest.fixture
def everything(store):
    """Return all that the store holds, keys and values, as one text."""

    def dumped():
        return repr([(key, _value(store, key)) for key in store.ask("KEYS", "*")])

    return dumped


def _value(store, key):
    ways = {b"string": ("GET", key), b"set": ("SMEMBERS", key), b"zset": ("ZRANGE", key, 0, -1)}
    return store.ask(*ways[store.ask("TYPE", key)])
