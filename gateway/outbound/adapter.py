"""How requests, and Authlib on top of it, uses the one HTTP client."""

import io
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import BadAnswer, OutboundError

S = TypeVar("S", bound=requests.Session)
SAFE = frozenset({"GET", "HEAD"})

Answer = requests.Response
"""What a session answers with."""
Failure = requests.RequestException
"""What a session raises: an ``OutboundFailed``, or requests' own for an address that cannot be asked at all."""


class OutboundFailed(requests.ConnectionError):
    """What requests' callers get in place of an ``OutboundError``.

    Attributes:
        cause: the error itself.
    """

    def __init__(self, cause: OutboundError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class OutboundAdapter(BaseAdapter):
    """A transport of requests over an ``HttpClient``; whatever bounds a caller asks for, these hold.

    Args:
        client: the way out.
        seconds: returns how long a request may take from now on.
        limit: bytes of an answer's body, at most.
    """

    def __init__(self, client: HttpClient, seconds: Callable[[], float], limit: int) -> None:
        super().__init__()
        self._client = client
        self._seconds = seconds
        self._limit = limit

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests' own
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request; see ``requests.adapters.BaseAdapter.send``.

        Raises:
            OutboundFailed: no whole answer came, or a redirect, which nobody here follows.
        """
        del stream, timeout, verify, cert, proxies
        body = request.body.encode() if isinstance(request.body, str) else request.body
        method, url = request.method or "GET", request.url or ""
        sent = Request(method, url, dict(request.headers), body, safe=method in SAFE)
        try:
            answer = self._client.send(sent, self._seconds(), self._limit)
        except OutboundError as error:
            raise OutboundFailed(error) from None
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = io.BytesIO(answer.body)
        response.url = url
        response.request = request
        if response.is_redirect:
            raise OutboundFailed(BadAnswer("redirected", urlsplit(url).netloc))
        return response

    def close(self) -> None:
        """Keep the connections: a session that ends is one of many that share them."""


def session(adapter: OutboundAdapter) -> requests.Session:
    """Return a session of requests that goes out by this adapter alone."""
    return mounted(requests.Session(), adapter)


def mounted(of: S, adapter: OutboundAdapter) -> S:
    """Return a session of a kind of its own, such as Authlib's ``OAuth2Session``, that goes out by this adapter alone.

    Nothing comes from the environment: no password, and no proxy but the client's own.

    Args:
        of: as it was made.
        adapter: the way out.
    """
    of.mount("https://", adapter)
    of.mount("http://", adapter)
    of.trust_env = False
    return of
