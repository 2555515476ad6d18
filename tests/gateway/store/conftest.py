import pytest

from gateway.store.connection import connect


@pytest.fixture(params=["embedded", "redis"])
def store(request):
    """An empty store, first the embedded one, then a real Redis: one suite for both."""
    if request.param == "embedded":
        return connect(None)
    opened = connect(request.getfixturevalue("redis_server").url)
    opened.ask("FLUSHALL")
    return opened


@pytest.fixture
def everything(store):
    """Return all that the store holds, keys and values, as one text."""

    def dumped():
        return repr([(key, _value(store, key)) for key in store.keys("*")])

    return dumped


def _value(store, key):
    ways = {b"string": ("GET", key), b"set": ("SMEMBERS", key), b"zset": ("ZRANGE", key, 0, -1)}
    return store.ask(*ways[store.ask("TYPE", key)])
