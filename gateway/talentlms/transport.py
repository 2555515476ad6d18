"""The one way out to TalentLMS: pooled TLS connections, no cookies, a deadline, and a cap on what comes back.

urllib3 and not requests: TalentLMS sets session cookies on its answers, and a cookie jar shared by all people
would send one person's with another's call. urllib3 keeps none. One ``SSLContext`` serves all connections, since
loading the certificate authorities again for each would cost more than the rest of the call.
"""

import re
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Timeout, make_headers

from gateway import deadline
from gateway.errors import Misunderstood, Unavailable
from gateway.talentlms.endpoint import Answer
from schemas.secret import Secret

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
BODY_BYTES = 8 * 1024 * 1024
"""The largest answer that is read; ``users`` without pages is the largest there is."""

_UP_TO_A_DAY = re.compile(r"[0-9]{1,5}", re.ASCII)
_CHUNK_BYTES = 64 * 1024
_LEAST_SECONDS = 0.05


class HttpTransport:
    """Carries calls to one TalentLMS domain. One object serves all threads of a process.

    Args:
        url: the domain's origin, ``https://acme.talentlms.com``; plain http only for loopback (checked in
            ``config``).
        api_key: sent as the user name of HTTP Basic, with an empty password.
        ca_file: further certificate authorities, PEM.
        connections: how many are kept open for the next calls.
    """

    def __init__(self, url: str, api_key: Secret, *, ca_file: Path | None = None, connections: int = 128) -> None:
        parts = urlsplit(url)
        self._headers = {
            **make_headers(basic_auth=f"{api_key.reveal()}:", user_agent="talentlms-gateway"),
            "Accept": "application/json",
        }
        self._post_headers = self._headers | {"Content-Type": "application/x-www-form-urlencoded"}
        self._pool = _pool(parts.scheme, parts.hostname or "", parts.port, ca_file, connections)

    def send(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Answer:
        """Carry one call; see ``endpoint.Transport``. A safe one is repeated once when the connection broke."""
        try:
            return self._once(verb, path, body)
        except Unavailable:
            if not safe or deadline.remaining(READ_SECONDS) < READ_SECONDS / 2:
                raise
        return self._once(verb, path, body)

    def _once(self, verb: str, path: str, body: bytes | None) -> Answer:
        seconds = deadline.remaining(READ_SECONDS)
        if seconds < _LEAST_SECONDS:
            raise Unavailable("no time left for the call")
        try:
            response = self._pool.urlopen(
                verb,
                f"/api/v1/{path}",
                body=body,
                headers=self._headers if body is None else self._post_headers,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
            )
            with response:
                return Answer(response.status, _whole(response, seconds), _seconds(response.headers.get("Retry-After")))
        except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.DecodeError):
            raise Misunderstood("the answer broke off") from None
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"{verb} {path.partition('/')[0]}: {type(error).__name__}") from None


def _pool(
    scheme: str, host: str, port: int | None, ca_file: Path | None, connections: int
) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(host, port, maxsize=connections)
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return urllib3.HTTPSConnectionPool(host, port, maxsize=connections, ssl_context=context)


def _whole(response: urllib3.BaseHTTPResponse, seconds: float) -> bytes:
    """Read the body piece by piece, so that one that drips in does not outlive the deadline."""
    end = time.monotonic() + seconds
    pieces = bytearray()
    for piece in response.stream(_CHUNK_BYTES):
        pieces += piece
        if len(pieces) > BODY_BYTES:
            raise Misunderstood(f"an answer of more than {BODY_BYTES} bytes")
        if time.monotonic() > end:
            raise Unavailable("the answer came too slowly")
    return bytes(pieces)


def _seconds(header: str | None) -> int | None:
    """Return a ``Retry-After`` given in seconds, up to a day; a date or nonsense counts as not given."""
    return int(header) if header is not None and _UP_TO_A_DAY.fullmatch(header) else None
