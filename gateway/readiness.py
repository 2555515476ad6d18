"""Whether the gateway can serve clicks; no part of the answer spends a call of TalentLMS."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.database.connection import Database
from gateway.errors import DatabaseUnavailable, StoreUnavailable
from gateway.oidc.metadata import ProviderDirectory
from gateway.store.connection import Store


@dataclass(frozen=True)
class State:
    """How it stands.

    Attributes:
        is_ready: whether clicks of people who are signed in can be served, and somebody can sign in.
        parts: of what it is made, for an operator.
    """

    is_ready: bool
    parts: Mapping[str, Any] = field(default_factory=dict)


class Readiness:
    """The state of what the gateway depends on.

    Args:
        store: what readiness depends on.
        database: what is told of, but does not decide: without it clicks of people who are signed in go on.
        directories: what is cached of each provider, by its name.
    """

    def __init__(self, store: Store, database: Database, directories: Mapping[str, ProviderDirectory]) -> None:
        self._store = store
        self._database = database
        self._directories = directories

    def look(self) -> State:
        """Return the state; the store is asked, the database is not."""
        try:
            self._store.check()
            providers = {name: directory.state() for name, directory in self._directories.items()}
        except StoreUnavailable:
            return State(
                is_ready=False, parts={"store": "unavailable", "database": self._database.state, "providers": {}}
            )
        usable = not providers or any(state != "unavailable" for state in providers.values())
        return State(is_ready=usable, parts={"store": "ok", "database": self._database.state, "providers": providers})

    def look_deeper(self, last_diagnosis: Callable[[], object] = lambda: None) -> State:
        """Return the same, once the database was asked as well, and with what a diagnosis last found.

        Args:
            last_diagnosis: returns that, as JSON can hold it; ``None`` where there was none. It may raise
                ``StoreUnavailable``.
        """
        with contextlib.suppress(DatabaseUnavailable):  # its state says so
            self._database.check()
        found = self.look()
        diagnosis = None
        with contextlib.suppress(StoreUnavailable):  # so does the store's
            diagnosis = last_diagnosis()
        return State(is_ready=found.is_ready, parts={**found.parts, "diagnosis": diagnosis})
