"""The doctor's check of Redis: whether it takes what every click needs, its version, and what it throws away."""

import re
from collections.abc import Iterator
from functools import partial

from gateway.errors import StoreUnavailable
from gateway.flows.doctor import Row
from gateway.flows.reaching import remedy_of
from gateway.store.connection import Store
from gateway.store.inspection import ServerFacts, inspected

SETTING = "GATEWAY_REDIS_URL"
OLDEST = (7, 0)
_KEEPS_EVERYTHING = "noeviction"

_VERSION = re.compile(r"([0-9]+)\.([0-9]+)")
_REMEDIES = tuple(
    (re.compile(words), remedy)
    for words, remedy in (
        ("password", f"Check user and password in {SETTING}; / ? # @ and % are percent-encoded there."),
        ("no database of this number", f"End {SETTING} with a number that the server has, such as /0."),
        (
            r"\(ACL\)",
            f"Allow the user of {SETTING} all keys, and @read, @write, @connection, @transaction and @scripting.",
        ),
        ("ReadOnlyError", f"{SETTING} leads to a replica: name the primary, or an address that follows it."),
        ("OutOfMemory", "Give Redis more memory (maxmemory); nothing that the gateway writes stays for ever."),
        ("BusyLoading|MasterDown|ClusterDown|NOREPLICAS", "Wait until Redis serves again, or mend its replication."),
    )
)


class StoreCheck:
    """Asks Redis.

    Args:
        store: the connection to it; ``None`` for the embedded one.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def __call__(self) -> Iterator[Row]:
        """Walk what is found."""
        if self._store is None:
            finding = "is not set: one process has to serve all, and forgets every session when it ends"
            yield Row("redis", SETTING, "warning", finding, "Name a Redis server, unless this is for trying out.")
            return
        try:
            self._store.check()
        except StoreUnavailable as error:
            yield Row("redis: writes", SETTING, "fault", error.note, _remedy(error.note))
            return
        yield Row("redis: writes", SETTING, "ok", "takes scripts that write, in the database that is named")
        yield from _told(inspected(self._store))


def _remedy(note: str) -> str:
    own = (remedy for words, remedy in _REMEDIES if words.search(note))
    return next(own, "") or remedy_of(note, SETTING) or "See Redis's own log."


def _told(facts: ServerFacts | None) -> Iterator[Row]:
    if facts is None:
        yield Row("redis: version", SETTING, "unknown", "the server does not tell of itself (INFO)")
        return
    yield _version(facts.version)
    yield _eviction(facts)
    survives = (
        "survives a restart" if facts.appends else "is lost with a restart unless it is saved: people sign in again"
    )
    yield Row("redis: persistence", SETTING, "ok", f"what it remembers {survives}")


def _version(version: str) -> Row:
    told = partial(Row, "redis: version", SETTING)
    number = _VERSION.match(version)
    if number is None:
        return told("unknown", "the server does not tell its version")
    if (int(number[1]), int(number[2])) < OLDEST:
        return told("fault", f"is {version}", "Update it to 7.0 or newer.")
    return told("ok", f"is {version}")


def _eviction(facts: ServerFacts) -> Row:
    told = partial(Row, "redis: eviction", SETTING)
    if not facts.eviction:
        return told("unknown", "the server does not tell its eviction policy")
    if facts.eviction == _KEEPS_EVERYTHING:
        return told("ok", "it throws nothing away (noeviction)")
    if not facts.memory:
        return told("ok", f"it throws nothing away: without maxmemory, {facts.eviction} does nothing")
    finding = f"when memory is short it throws sessions away, and forgets what must happen once ({facts.eviction})"
    return told("warning", finding, "Set maxmemory-policy noeviction there.")
