"""The benchmark's side of ``bench.upstream``: where it is, and how it is steered and asked."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from bench.ports import HOST

_SECONDS = 10


@dataclass(frozen=True)
class Seen:
    """What the stand-in saw since it was set or reset.

    Attributes:
        calls: calls that count against the limit.
        throttled: how many of them it refused for the limit.
        other: how many of them asked for something that it does not have.
        served: when and for whom a link was given out: seconds of the monotonic clock, user id.
        enrolled: user ids, in the order in which they were enrolled.
        moments: when each call came that counted and was not refused for the limit: seconds of the monotonic clock.
    """

    calls: int
    throttled: int
    other: int
    served: list[tuple[float, int]]
    enrolled: list[int]
    moments: list[float]


@dataclass(frozen=True)
class StandIn:
    """A running stand-in.

    Attributes:
        plain: its port without TLS.
        secure: its port with TLS.
    """

    plain: int
    secure: int

    def origin(self, *, tls: bool) -> str:
        """Return its address, which its links begin with as well."""
        return f"https://{HOST}:{self.secure}" if tls else f"http://{HOST}:{self.plain}"

    def set(self, *, latency: float = 0.0, limit: int = 0) -> None:
        """Set the latency in seconds and the limit per five seconds (0: none), and forget what was seen."""
        self._ask(f"set?latency={latency}&limit={limit}")

    def reset(self) -> None:
        """Forget what was seen."""
        self._ask("reset")

    def seen(self) -> Seen:
        """Return what was seen."""
        told = self._ask("state")
        return Seen(**{**told, "served": [(moment, user) for moment, user in told["served"]]})

    def _ask(self, what: str) -> Any:
        url = f"{self.origin(tls=False)}/_bench/{what}"
        with urllib.request.urlopen(url, timeout=_SECONDS) as reply:  # noqa: S310 - our own stand-in on loopback
            return json.load(reply)
