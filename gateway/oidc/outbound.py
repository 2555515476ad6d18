"""The way out to identity providers: requests, bounded in time and size, following nobody's redirects."""

import io
import ssl
import time
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from gateway import deadline

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
BODY_BYTES = 512 * 1024


class BoundedAdapter(HTTPAdapter):
    """A transport of requests with our own bounds, whatever the caller asks for.

    It reads the whole body, at most ``BODY_BYTES`` and at most as long as the browser still waits; it believes
    the system's certificate authorities and those of ``GATEWAY_CA_FILE``.

    Args:
        ca_file: further certificate authorities, PEM.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._context = ssl.create_default_context()
        if ca_file is not None:
            self._context.load_verify_locations(cafile=ca_file)
        super().__init__(pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give every connection the one context; see ``requests.adapters.HTTPAdapter``."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request; see ``requests.adapters.HTTPAdapter.send``.

        Raises:
            requests.ConnectionError: among its usual reasons, when the body is too large or too slow.
        """
        del args
        seconds = deadline.remaining(READ_SECONDS)
        response = super().send(
            request,
            stream=True,
            timeout=(min(CONNECT_SECONDS, seconds or 0.01), seconds or 0.01),
            verify=True,
            cert=kwargs.get("cert"),
        )
        response.raw = io.BytesIO(_whole(response, seconds))
        return response


def _whole(response: requests.Response, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    body = bytearray()
    for piece in response.raw.stream(64 * 1024, decode_content=True):
        body += piece
        if len(body) > BODY_BYTES or time.monotonic() > end:
            response.raw.close()
            raise requests.ConnectionError("the answer is too large or too slow")
    response.raw.release_conn()
    return bytes(body)


def bounded(session: requests.Session, adapter: BoundedAdapter) -> requests.Session:
    """Return the session with our bounds: this adapter, no redirects, nothing from the environment."""
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.max_redirects = 0
    session.trust_env = False
    return session
