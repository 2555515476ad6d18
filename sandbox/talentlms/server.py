"""Serving the sandbox: threads, HTTP/1.1 with connections kept alive, TLS where a certificate is given."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from sandbox.talentlms.application import create_app
from sandbox.talentlms.config import Config
from sandbox.talentlms.control_client import Control
from sandbox.talentlms.web.faulty import DROP

IDLE_SECONDS = 60


class Handler(WSGIRequestHandler):
    """Keeps connections alive, which werkzeug's own handler does not: it drains and closes after every answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def make_environ(self) -> WSGIEnvironment:
        """Read the whole body first, so that the connection stands at the next request afterwards."""
        environ = super().make_environ()
        if "wsgi.input_terminated" in environ:
            self.close_connection = True
        else:
            environ["wsgi.input"] = BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        return environ

    def run_wsgi(self) -> None:
        """Answer one request, or drop the connection where a fault says so."""
        self.environ = environ = self.make_environ()
        environ[DROP] = dropped = threading.Event()
        response = Response.from_app(self.server.app, environ, buffered=True)
        if dropped.is_set():
            self.close_connection = True
            return
        body = response.get_data()
        self.send_response(response.status_code)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log(self, *_: Any) -> None:
        """Say nothing: the call log is where calls are written down."""


class Listener(ThreadedWSGIServer):
    """A thread for each connection, and a list of the open ones so that they can be ended."""

    def __init__(self, *settings: Any, **named: Any) -> None:
        self._open: set[Any] = set()
        super().__init__(*settings, **named)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note a new connection and give it a thread."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every open connection."""
        for request in list(self._open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


class Server:
    """A sandbox that listens as soon as it is made and answers once it is started.

    Args:
        config: with port 0 a free one is taken; ``url`` tells which.

    Attributes:
        config: the settings with the port filled in.
        url: the sandbox's own address.
        control: a client of its control plane.
    """

    def __init__(self, config: Config) -> None:
        context = (config.certfile, config.keyfile) if config.certfile else None
        self._server = Listener(config.host, config.port, _no_app, Handler, ssl_context=context)
        self.config = replace(config, port=self._server.server_port)
        self._server.app = create_app(self.config)
        self.url = replace(self.config, public_url="").url
        self.control = Control(self.url, cafile=config.certfile)

    def serve(self) -> None:
        """Answer until ``stop`` is called from another thread."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop answering, end the connections that clients keep alive, and let the port go."""
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()


def _no_app(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
    """Stand where the application comes as soon as the port, and with it the links' address, is known."""
    return []


@contextmanager
def running_sandbox(api_key: str, **settings: Any) -> Iterator[Server]:
    """Run a sandbox in a thread of this process for the length of a ``with`` block.

    Args:
        api_key: the key that its API accepts.
        settings: further fields of ``Config``.
    """
    server = Server(Config(api_key=api_key, **settings))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
