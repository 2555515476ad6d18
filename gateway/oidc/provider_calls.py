"""Calls to identity providers: how long, how large, how many at once, and what it means when no answer comes."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from gateway import context
from gateway.errors import ProviderUnavailable, ProviderUnreachable
from gateway.in_flight import InFlight
from gateway.outbound.adapter import Answer, Failure, OutboundAdapter, OutboundFailed
from gateway.outbound.client import HttpClient
from gateway.outbound.errors import NotConnected, OutboundError, Reason

AT_ONCE = 48
"""Calls to one address under way; the others go on serving clicks, pages and other providers' people."""
READ_SECONDS = 6.0
"""How long a call takes at most, its connection included."""
BODY_BYTES = 512 * 1024
"""The largest answer that is read."""

_UNREACHABLE: Mapping[Reason, str] = {
    "name not found": "DNS: the host name cannot be resolved",
    "connection refused": "the connection is refused",
    "not reachable": "no connection",
    "timed out": "no connection in time",
    "certificate not accepted": "TLS: the certificate is not accepted",
    "TLS failed": "TLS: no secure connection",
    "proxy failed": "no connection through the outbound proxy",
}
_UNANSWERED: Mapping[Reason, str] = {
    "timed out": "no answer in time",
    "redirected": "a redirect, which is not followed",
    "closed without an answer": "the connection ended before the answer",
    "broke off": "the answer broke off",
    "too large": "the answer is too large",
    "not HTTP": "the answer is not HTTP",
}
_TOLD_WITH_DETAIL: frozenset[Reason] = frozenset({"certificate not accepted", "proxy failed", "broke off"})


class ProviderAdapter(OutboundAdapter):
    """The transport of every session that speaks with a provider, with our own bounds, whatever the caller asks for.

    One object serves all threads of a process and all its sessions, so that a connection outlives the sign-in that
    opened it.

    Args:
        client: the way out.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__(client, _seconds_left, BODY_BYTES)
        self._in_flight: dict[str, InFlight] = {}

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Answer:
        """Send one request; see ``requests.adapters.BaseAdapter.send``.

        Raises:
            OutboundFailed: no whole answer came, or a redirect.
            ProviderUnavailable: too many calls to this address are under way, and they hang.
        """
        address = urlsplit(request.url or "").netloc
        refusal = partial(_too_many, address)
        with self._in_flight.setdefault(address, InFlight(AT_ONCE, refusal)).one():
            return super().send(request, *args, **kwargs)


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body holds; ``None`` for anything else, however it is nested."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def failed(endpoint: str, url: str, error: Failure) -> ProviderUnavailable:
    """Return what it means that a call to a provider ended without an answer.

    Args:
        endpoint: which one, for the note: ``token endpoint``, ``metadata``, ``keys`` and the like.
        url: of the call; its host stands in the note.
        error: what the session says.
    """
    where = f"{endpoint} at {urlsplit(url).netloc}"
    if not isinstance(error, OutboundFailed):
        return ProviderUnavailable(f"{where}: {type(error).__name__}")  # an address that cannot be asked at all
    cause = error.cause
    if isinstance(cause, NotConnected):
        return ProviderUnreachable(f"{where}: {_told(_UNREACHABLE, cause)}")
    return ProviderUnavailable(f"{where}: {_told(_UNANSWERED, cause)}")


def _told(words: Mapping[Reason, str], cause: OutboundError) -> str:
    detail = f": {cause.detail}" if cause.detail and cause.reason in _TOLD_WITH_DETAIL else ""
    return words.get(cause.reason, cause.reason) + detail


def _too_many(address: str, note: str) -> ProviderUnavailable:
    return ProviderUnavailable(f"{address}: {note}")


def _seconds_left() -> float:
    return context.remaining(READ_SECONDS)
