"""Faults as queued data: what goes wrong with the next calls."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

KINDS = ("slow", "status", "throttled", "html", "cut", "dropped", "not_json", "foreign_link")
CARRIED_OUT = ("slow", "cut", "foreign_link")
STATUSES = range(400, 600)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: ``slow``, ``status`` (an error in JSON), ``throttled``, ``html``, ``cut`` (the connection ends in the
            middle of the body), ``dropped`` (it ends before the answer), ``not_json`` or ``foreign_link``.
        operation: the operation it waits for; empty means any.
        times: how many calls it affects, 1 or more.
        seconds: how long the answer is held back first, whatever the kind.
        status: the status of ``status`` and ``html``; 0 means 500 and 200.
        message: the error's text for ``status``; empty means the usual one for that status.
        retry_after: seconds for the ``Retry-After`` of ``throttled`` and ``status``; negative means no such header.
        carried_out: whether the operation happens nevertheless; unset means: for ``slow``, ``cut`` and
            ``foreign_link`` yes, else no.
        host: where the links of ``foreign_link`` point to.
    """

    kind: str
    operation: str = ""
    times: int = 1
    seconds: float = 0.0
    status: int = 0
    message: str = ""
    retry_after: int = -1
    carried_out: bool | None = None
    host: str = "elsewhere.example"

    @property
    def happens(self) -> bool:
        """Whether the operation is carried out although its answer is falsified."""
        return self.kind in CARRIED_OUT if self.carried_out is None else self.carried_out


def fault_from(values: Mapping[str, Any]) -> Fault:
    """Read a fault from JSON.

    Raises:
        ValueError: an unknown key or kind, or a figure out of range.
    """
    unknown = set(values) - {field.name for field in fields(Fault)}
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    if values.get("kind") not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    fault = Fault(**values)
    if fault.times < 1 or fault.seconds < 0:
        raise ValueError("times begins at 1, seconds at 0")
    if fault.kind == "status" and fault.status and fault.status not in STATUSES:
        raise ValueError("an error's status is 400 to 599")
    return fault


class Faults:
    """The queue. The first fault that fits a call is taken; one that has been used up leaves the queue."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the queue."""
        self._queue.append(fault)

    def take(self, operation: str) -> Fault | None:
        """Return the fault for this call, or ``None`` if nothing is to go wrong."""
        for place, fault in enumerate(self._queue):
            if fault.operation in ("", operation):
                self._use(place, fault)
                return fault
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times > 1:
            self._queue[place] = replace(fault, times=fault.times - 1)
        else:
            del self._queue[place]

    def waiting(self) -> list[Fault]:
        """Return what is still queued."""
        return list(self._queue)

    def clear(self) -> None:
        """Forget every fault."""
        self._queue.clear()
