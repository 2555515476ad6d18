"""Requests by their reference codes, for ``talentlms-gateway trace``: for a week, and so many at most.

What strangers ask has a share of its own: however many requests they send, they do not push out what happened to people
who are known. Within a share the oldest goes first.
"""

from collections.abc import Sequence

from gateway.store.connection import Store
from gateway.store.keys import tagged
from schemas.request_trace import RequestTrace, trace_from_text, trace_text

SECONDS = 7 * 24 * 3600
MOST = 100_000
"""How many requests are kept."""
OF_STRANGERS = 20_000
"""How many of them may be of nobody known."""
AT_ONCE = 200
"""How many are written by one command, which lets others wait meanwhile."""

_WRITE = """
local index, prefix, most, seconds = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
for number = 4, #ARGV, 2 do
    redis.call('SET', prefix .. ARGV[number], ARGV[number + 1], 'EX', seconds)
    redis.call('LPUSH', index, ARGV[number])
end
redis.call('EXPIRE', index, seconds)
for _ = 1, redis.call('LLEN', index) - most do
    redis.call('DEL', prefix .. redis.call('RPOP', index))
end
return 0
"""


PackedTrace = tuple[str, str, str]
"""A request as it is kept: its code, its text, and which share it belongs to, ``known`` or ``strangers``."""


def packed(trace: RequestTrace) -> PackedTrace:
    """Return a request as it is kept."""
    return trace.reference, trace_text(trace), "known" if _is_of_somebody_known(trace) else "strangers"


class Traces:
    """Requests that have been answered.

    Args:
        store: where they are.
        most: how many are kept.
        of_strangers: how many of them may be of nobody known.
    """

    def __init__(self, store: Store, most: int = MOST, of_strangers: int = OF_STRANGERS) -> None:
        self._store = store
        self._script = store.script(_WRITE)
        self._shares = {"known": most - of_strangers, "strangers": of_strangers}

    def write(self, traces: Sequence[PackedTrace]) -> None:
        """Write requests, one round trip for ``AT_ONCE`` of them and share.

        Raises:
            StoreUnavailable: those that are not written yet are not.
        """
        for share, most in self._shares.items():
            found = [(reference, text) for reference, text, theirs in traces if theirs == share]
            for first in range(0, len(found), AT_ONCE):
                pairs = [each for pair in found[first : first + AT_ONCE] for each in pair]
                self._script([tagged(f"traces:{share}")], [tagged("trace:"), most, SECONDS, *pairs])

    def find(self, reference: str) -> RequestTrace | None:
        """Return a request by its code; ``None`` where there is none.

        Raises:
            StoreUnavailable: nobody knows.
        """
        text = self._store.ask("GET", tagged(f"trace:{reference}"))
        try:
            return None if text is None else trace_from_text(text)
        except ValueError:
            return None


def _is_of_somebody_known(trace: RequestTrace) -> bool:
    """Return whether a request is about somebody, and not only by a name that a stranger typed."""
    if trace.signed_in or not trace.person:
        return bool(trace.person)
    return not any(told["event"] == "password_sign_in" and told.get("outcome") == "refused" for told in trace.events)
