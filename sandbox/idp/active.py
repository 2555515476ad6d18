"""Which misbehaviours are switched on, and for how long."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.idp.misbehaviour import Misbehaviour


@dataclass
class _Switched:
    misbehaviour: Misbehaviour
    times: int | None


class Active:
    """The misbehaviours that are on, in the order in which they were switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switched: list[_Switched] = []
        self._of_the_sign_in: tuple[Misbehaviour, ...] = ()

    def switch_on(self, misbehaviour: Misbehaviour, times: int | None) -> None:
        """Apply a misbehaviour to the next `times` requests; None: every one until it is switched off."""
        with self._lock:
            self._switched.append(_Switched(misbehaviour, times))

    def switch_off(self) -> None:
        """Behave again."""
        with self._lock:
            self._switched, self._of_the_sign_in = [], ()

    def for_sign_in(self) -> tuple[Misbehaviour, ...]:
        """Those that befall the sign-in that completes now.

        What they do to metadata and keys goes on until the next sign-in, because that is when those are read.
        """
        self._of_the_sign_in = self._taken(lambda one: one.counts == "sign-in")
        return self._of_the_sign_in

    def for_logout(self) -> tuple[Misbehaviour, ...]:
        """Those that befall the logout that happens now."""
        return self._taken(lambda one: one.counts == "logout")

    def for_document(self, affects: Callable[[Misbehaviour], bool]) -> tuple[Misbehaviour, ...]:
        """Those that befall a fetched document, e.g. the JWK Set; each that counts fetches is used once."""
        fetched = self._taken(lambda one: one.counts == "fetch" and affects(one))
        with self._lock:
            standing = [each.misbehaviour for each in self._switched if each.misbehaviour.counts != "fetch"]
        return (*fetched, *{one.name: one for one in (*standing, *self._of_the_sign_in) if affects(one)}.values())

    def _taken(self, wanted: Callable[[Misbehaviour], bool]) -> tuple[Misbehaviour, ...]:
        with self._lock:
            hit = [each for each in self._switched if wanted(each.misbehaviour)]
            for each in hit:
                each.times = None if each.times is None else each.times - 1
            self._switched = [each for each in self._switched if each.times != 0]
            return tuple(each.misbehaviour for each in hit)

    def as_dict(self) -> list[dict[str, Any]]:
        """What is on and how many times it will still happen (null: until switched off)."""
        with self._lock:
            return [{"name": each.misbehaviour.name, "times": each.times} for each in self._switched]
