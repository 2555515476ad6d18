"""What can go wrong on the way out. The packages that send requests turn these into errors of their own.

OutboundError
├── NotConnected   no connection, so nothing was sent
├── NoAnswer       sent, or partly sent, and no answer came: it may have been carried out
└── BadAnswer      an answer that broke off, is too large, or is not HTTP
"""

from typing import Literal

Reason = Literal[
    "name not found",
    "connection refused",
    "not reachable",
    "certificate not accepted",
    "TLS failed",
    "proxy failed",
    "timed out",
    "closed without an answer",
    "broke off",
    "too large",
    "not HTTP",
    "redirected",
]


class OutboundError(Exception):
    """No whole answer came.

    Args:
        reason: what happened, in words for the log.
        host: whom the request was for, with its port where that is not the default.
        detail: what the library said, without addresses of the request; may be empty.
    """

    def __init__(self, reason: Reason, host: str, detail: str = "") -> None:
        super().__init__(f"{host}: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.host = host
        self.detail = detail


class NotConnected(OutboundError):
    """There was no connection: nothing was sent."""


class NoAnswer(OutboundError):
    """The request, or a part of it, was sent, and there was no answer: it may have been carried out."""


class BadAnswer(OutboundError):
    """There was an answer, but not a whole one that can be read."""
