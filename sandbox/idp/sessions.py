"""Who is signed in here, and what was granted: sessions, codes, access tokens, pushed requests."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sandbox.idp.misbehaviour import Misbehaviour
from sandbox.idp.person import Person

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Session:
    """A browser's session at the provider. `auth_time` is in seconds since the epoch, UTC."""

    person: Person
    auth_time: int = field(default_factory=lambda: int(time.time()))
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Grant:
    """What one authorization gave: to whom, for which request, and how it will be falsified."""

    session: Session
    request: Mapping[str, str]
    misbehaviours: tuple[Misbehaviour, ...] = ()
    at: float = field(default_factory=time.time)

    @property
    def scopes(self) -> list[str]:
        """The granted scopes: those asked for."""
        return self.request.get("scope", "").split()


class Shelf(Generic[Kept]):
    """Things under unguessable names."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}

    def put(self, thing: Kept) -> str:
        """Keep a thing; returns the name that it got."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._kept[name] = thing
        return name

    def get(self, name: str) -> Kept | None:
        """The thing, which stays."""
        with self._lock:
            return self._kept.get(name)

    def take(self, name: str) -> Kept | None:
        """The thing, which is gone afterwards."""
        with self._lock:
            return self._kept.pop(name, None)

    def all(self) -> list[Kept]:
        """Everything, oldest first."""
        with self._lock:
            return list(self._kept.values())

    def discard(self, unwanted: Callable[[Kept], bool]) -> None:
        """Forget the things that answer yes."""
        with self._lock:
            self._kept = {name: thing for name, thing in self._kept.items() if not unwanted(thing)}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
