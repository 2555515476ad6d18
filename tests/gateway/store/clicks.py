"""Clicks on a shared budget, and time that passes for it: everything is moved into the past, so no test waits."""

from gateway.admission import Lane, QueueEntry
from gateway.store.keys import tagged

LONGEST = 12
PREFIX = tagged("budget:portal:")


def click(person="", path="12", **changes):
    """Return how a person's click queues; without a person it has no place."""
    return QueueEntry(Lane.CLICK, person, path if person else "", **changes)


def calls(budget, count, entry=None):
    return [budget.admit(entry or click()).call for _ in range(count)]


def spent(budget, count):
    """Make calls that are answered at once."""
    for call in calls(budget, count):
        assert call
        budget.answered(call)
    budget.flush()


def let_pass(store, prefix, seconds):
    """Let so many seconds pass for the budget whose keys begin with the prefix."""
    passed = int(seconds * 1000)
    for key in ("slots", "queue", "due", "unknown"):
        for member in store.ask("ZRANGE", prefix + key, 0, -1):
            store.ask("ZINCRBY", prefix + key, -passed, member)
    for field in ("ends", "frozen", "limits_at"):
        moment = int(store.ask("HGET", prefix + "account", field) or 0)
        store.ask("HSET", prefix + "account", field, max(0, moment - passed))
    for key in store.ask("KEYS", prefix + "person:*"):
        full, hour, calls, silent = map(int, store.ask("GET", key).split())
        store.ask("SET", key, f"{full - passed} {hour} {calls} {max(0, silent - passed)}", "KEEPTTL")
        _shorten(store, key, passed)
    for key in store.ask("KEYS", prefix + "places:*"):
        for path in store.ask("HKEYS", key):
            ticket, good = map(int, store.ask("HGET", key, path).split())
            store.ask("HSET", key, path, f"{ticket - passed} {good - passed}")
        _shorten(store, key, passed)


def _shorten(store, key, passed):
    """Take the time from what a key has left to live."""
    store.ask("PEXPIRE", key, int(store.ask("PTTL", key)) - passed)
