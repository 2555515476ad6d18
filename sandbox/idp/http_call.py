"""One HTTP request with the standard library, redirects not followed."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: str
    headers: Mapping[str, str]


def call(method: str, url: str, body: bytes | None, content_type: str, seconds: float) -> Answer:
    """Ask once.

    Args:
        method: GET, POST, PATCH or DELETE.
        url: An http or https address.
        body: What is sent, if anything.
        content_type: Of the body.
        seconds: How long to wait for the connection and for each read.

    Raises:
        OSError: Nobody answered in time.
        http.client.HTTPException: The answer is no HTTP.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=seconds)) as connection:
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request(method, path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(errors="replace"), dict(response.getheaders()))
