"""The call log: what was asked of the API, in order, with secrets redacted."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

KEPT = 10_000
REDACTED = "***"
SECRET = ("password",)


@dataclass(frozen=True)
class Call:
    """One call of the API.

    Attributes:
        sequence: counts from 1 since the log was last cleared.
        operation: as ``OPERATIONS`` names it, or what stood there instead.
        method: the HTTP method.
        arguments: names and values; passwords redacted.
        status: the answer's status; 0 where the connection was dropped instead.
        cost: what it took from the rate limit, 0 or 1.
        time: when it came in, seconds since 1970.
        milliseconds: how long the answer took.
        cookie: whether the client sent a cookie, which an API client should not.
        fault: the kind of fault that met it; empty if none did.
        message: the error's text; empty if it was none.
    """

    sequence: int
    operation: str
    method: str
    arguments: Mapping[str, str]
    status: int
    cost: int
    time: float
    milliseconds: float
    cookie: bool
    fault: str = ""
    message: str = ""


def redacted(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments with secret values replaced."""
    return {name: REDACTED if name in SECRET else value for name, value in arguments.items()}


class Calls:
    """The latest calls, at most ten thousand."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._count = 0

    def next_sequence(self) -> int:
        """Return the number for the call that is being logged."""
        self._count += 1
        return self._count

    def add(self, call: Call) -> None:
        """Write a call down."""
        self._calls.append(call)

    def all(self, operation: str = "") -> list[Call]:
        """Return the calls, oldest first; of one operation if it is named."""
        return [call for call in self._calls if operation in ("", call.operation)]

    def clear(self) -> None:
        """Forget every call and count from 1 again."""
        self._calls.clear()
        self._count = 0
