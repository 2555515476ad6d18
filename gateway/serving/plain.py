"""A plain request, read and answered without gunicorn's parser and response, nearly a quarter of a burst's click.

Plain is a GET without a body, for an address and with header fields that can be read in one way only; a click is. What
is not plain, or not to the letter of RFC 9112, is left to gunicorn's parser, which decides and refuses: this reader
refuses nothing, and for what it reads, a test compares it with that parser. Likewise with answers: one of exactly the
length it announces is sent as it is, any other by gunicorn's rules. ``docs/budget.md`` has what it spares.
"""

import io
import re
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

from gunicorn import SERVER, SERVER_SOFTWARE, util
from gunicorn.config import Config
from gunicorn.http.message import TOKEN_RE
from gunicorn.http.wsgi import Response

from gateway.serving.connection import Connection

_HEAD = re.compile(rb"GET (/[!-~]*) HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n")
_FOR_THE_PARSER = frozenset({
    "CONTENT_LENGTH", "CONTENT_TYPE", "EXPECT", "TE", "TRAILER", "TRANSFER_ENCODING", "UPGRADE",
})  # fmt: skip
_NAMES_REMEMBERED = 256
_LASTING = {"keep-alive": True, "close": False}
_STATUS = re.compile(r"(?!204|304)[2-5][0-9]{2} [ -~]+")
_LINES = re.compile(rb"(?:[\t -~\x80-\xff]*\r\n)+")
_WITHOUT_BODY = ("204", "304")
_NOT_TWICE = frozenset({"date", "server"})


@dataclass(frozen=True)
class PlainRequest:
    """A request. Some of it is only there for gunicorn's response.

    Attributes:
        environ: what the application is told (PEP 3333).
        lasting: whether the browser means to send another one.
        size: its length, in bytes.
        cfg: gunicorn's configuration.
    """

    environ: WSGIEnvironment
    lasting: bool
    size: int
    cfg: Config
    method: ClassVar[str] = "GET"
    version: ClassVar[tuple[int, int]] = (1, 1)
    query: ClassVar[str] = ""
    body: ClassVar[None] = None

    @property
    def uri(self) -> str:
        """The address without its query, for gunicorn's log."""
        return str(self.environ["PATH_INFO"])

    def should_close(self) -> bool:
        """Return whether the browser wants the connection to end with the answer."""
        return not self.lasting

    def answer(self, app: WSGIApplication, connection: Connection, *, lasting: bool) -> bool:
        """Let the application answer, and send the answer.

        Args:
            app: the application.
            connection: whose request it is.
            lasting: whether the browser may send another one.

        Returns:
            Whether it may indeed.

        Raises:
            Gone: the browser has gone, or does not take the answer.
            Exception: what the application raises, and what gunicorn does about header fields that are none.
        """
        said: list[Any] = []
        pieces: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if said and not exc_info:
                raise AssertionError("start_response was called twice")
            said[:] = status, headers
            pieces.clear()
            return pieces.append

        answered = app(self.environ, start_response)
        try:
            pieces.extend(answered)
            status, headers = said
            return self._sent(status, headers, b"".join(pieces), connection, lasting=lasting)
        finally:
            if hasattr(answered, "close"):
                answered.close()

    def _sent(
        self, status: str, headers: list[tuple[str, str]], body: bytes, connection: Connection, *, lasting: bool
    ) -> bool:
        head = _head(status, headers, len(body), lasting=lasting)
        if head is not None:
            connection.sendall(head + body)
            return lasting
        response = Response(self, connection, self.cfg)
        if not lasting:
            response.force_close()
        response.start_response(status, headers)
        response.write(body)
        response.close()
        short = response.response_length not in (None, response.sent) and not status.startswith(_WITHOUT_BODY)
        return not short and not response.should_close()


class PlainRequests:
    """Reads plain requests.

    Args:
        cfg: gunicorn's configuration; its limits hold here too.
    """

    def __init__(self, cfg: Config) -> None:
        self._cfg = cfg
        self._fields = cfg.limit_request_fields
        self._longest = min(cfg.limit_request_line, cfg.limit_request_field_size)
        self._known = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": SERVER_SOFTWARE,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": cfg.workers > 1,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }

    def read(self, connection: Connection) -> PlainRequest | None:
        """Return the request that has arrived, if it is a plain one.

        Args:
            connection: with a whole head; nothing is taken from it.
        """
        if not isinstance(connection.client, tuple):
            return None  # a unix socket, where the server's name is found in the request
        head = _HEAD.match(connection.arrived)
        if head is None or head.end() > self._longest or head[2].count(b"\n") > self._fields:
            return None
        target = head[1].decode()
        path, _, query = target.partition("?")
        if path.startswith("//") or "%" in path or "#" in target:
            return None
        environ: WSGIEnvironment = self._known | {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "RAW_URI": target,
            "REMOTE_ADDR": connection.client[0],
            "REMOTE_PORT": str(connection.client[1]),
            "SERVER_NAME": connection.server[0],
            "SERVER_PORT": str(connection.server[1]),
            "wsgi.input": io.BytesIO(),
        }
        for line in head[2].split(b"\r\n")[:-1]:
            name, _, value = line.partition(b":")
            key = _key(name)
            if key is None or key in environ:
                return None
            environ[key] = value.decode("latin-1").strip(" \t")
        lasting = _LASTING.get(environ.get("HTTP_CONNECTION", "keep-alive").lower())
        if lasting is None or "HTTP_HOST" not in environ:
            return None
        return PlainRequest(environ, lasting, head.end(), self._cfg)


@lru_cache(_NAMES_REMEMBERED)
def _key(name: bytes) -> str | None:
    """Return what a header field is called in ``environ``; nothing for one that is the parser's business."""
    key = name.decode().upper().replace("-", "_")
    return None if key in _FOR_THE_PARSER else f"HTTP_{key}"


def _head(status: str, headers: list[tuple[str, str]], length: int, *, lasting: bool) -> bytes | None:
    """Return the head of an answer; nothing if it needs gunicorn's rules, and be it to be refused."""
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    if lengths != [str(length)] or not _STATUS.fullmatch(status) or not all(_is_plain(name) for name, _ in headers):
        return None
    lines = [
        f"HTTP/1.1 {status}",
        f"Server: {SERVER}",
        f"Date: {_date(int(time.time()))}",
        f"Connection: {'keep-alive' if lasting else 'close'}",
        *[f"{name}: {value}" for name, value in headers],
    ]
    try:
        head = "\r\n".join([*lines, ""]).encode("latin-1")
    except UnicodeEncodeError:
        return None
    return head + b"\r\n" if _LINES.fullmatch(head) and head.count(b"\n") == len(lines) else None


@lru_cache(_NAMES_REMEMBERED)
def _is_plain(name: str) -> bool:
    """Return whether a header field may be sent as the application gives it."""
    return bool(TOKEN_RE.fullmatch(name)) and not util.is_hoppish(name) and name.lower() not in _NOT_TWICE


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return str(util.http_date(second))
