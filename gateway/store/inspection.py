"""What Redis says of itself; managed ones often say nothing."""

from dataclasses import dataclass

from gateway.errors import StoreUnavailable
from gateway.store.connection import Store


@dataclass(frozen=True)
class ServerFacts:
    """A Redis server.

    Attributes:
        version: of Redis, or of the Redis that it is compatible with, such as ``7.2.4``; empty where it is not told.
        eviction: the policy by which it throws keys away, such as ``noeviction``; empty where it is not told.
        memory: bytes from which on it does so; 0: it never does.
        appends: whether each change is appended to a file.
    """

    version: str
    eviction: str
    memory: int
    appends: bool


def inspected(store: Store) -> ServerFacts | None:
    """Return what the server says of itself; ``None`` where it tells nobody.

    Args:
        store: it, of which it is known that it answers.
    """
    try:
        told = store.ask("INFO")
    except StoreUnavailable:
        return None
    text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    facts = dict(line.split(":", 1) for line in text.splitlines() if ":" in line and not line.startswith("#"))
    memory = facts.get("maxmemory", "0")
    return ServerFacts(
        facts.get("redis_version", ""),
        facts.get("maxmemory_policy", ""),
        int(memory) if memory.isdecimal() else 0,
        facts.get("aof_enabled") == "1",
    )
