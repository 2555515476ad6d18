"""What a diagnosis last found, for whichever process is asked for it."""

import json
from collections.abc import Mapping
from typing import Any

from gateway.store.connection import Store
from gateway.store.keys import tagged

SECONDS = 7 * 24 * 3600
"""How long it is kept: an older one says nothing of today."""


class Diagnoses:
    """The last one of a TalentLMS domain. Every method raises ``StoreUnavailable`` where Redis cannot be asked.

    Args:
        store: Redis.
        domain: the domain's host.
    """

    def __init__(self, store: Store, domain: str) -> None:
        self._store = store
        self._key = tagged(f"diagnosis:{domain}")

    def keep(self, found: Mapping[str, Any]) -> None:
        """Keep what was found, as JSON can hold it, in place of what was found before."""
        self._store.ask("SET", self._key, json.dumps(found, separators=(",", ":")), "EX", SECONDS)

    def last(self) -> dict[str, Any] | None:
        """Return what was found last; ``None`` where nothing is kept, or another version wrote it differently."""
        record = self._store.ask("GET", self._key)
        try:
            found = json.loads(record) if record is not None else None
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
