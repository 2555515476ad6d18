"""One HTTP request with the standard library, redirects not followed, as shops send theirs."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

LONGEST = 1_000_000


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing did, and the body says why."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether a shop would not send again."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own numbers


def call(method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
    """Ask once.

    Args:
        method: GET or POST.
        url: an http or https address.
        headers: what is sent beside it.
        body: what is sent, if anything.
        seconds: how long to wait for the connection and for each read.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=seconds)) as connection:
        try:
            connection.request(method, parts.path or "/", body, dict(headers))
            response = connection.getresponse()
            content = response.read(LONGEST).decode(errors="replace")
        except (OSError, HTTPException) as fault:
            return Answer(0, f"No answer: {fault or type(fault).__name__}")
        return Answer(response.status, content, dict(response.getheaders()))
