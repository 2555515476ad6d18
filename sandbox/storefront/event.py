"""An event: what happened in the shop, as a dialect tells of it."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something to tell the gateway. Told again it is the same event; its headers are signed at each telling.

    Attributes:
        number: its place among all events of the shop.
        storefront: by which storefront it is told.
        order: the number of the order; 0 for an event that has none.
        topic: what the dialect calls it.
        action: an id that all events of one action share.
        id: an id of its own.
        body: what is posted.
        at: when it happened, microseconds since 1970 UTC.
    """

    number: int
    storefront: str
    order: int
    topic: str
    action: str
    id: str
    body: bytes
    at: int

    @property
    def readable(self) -> str:
        """The body for people."""
        try:
            return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)
        except ValueError:
            return self.body.decode(errors="replace")


def as_json(content: dict[str, Any]) -> bytes:
    """Return a body."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
