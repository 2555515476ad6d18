"""A server for the operator listener of a process that gunicorn does not run: ``talentlms-gateway worker``."""

import socket
import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

REQUEST_SECONDS = 10.0
"""How long a silent client is waited for."""
AT_ONCE = 8


class _Handler(WSGIRequestHandler):
    """Waits for nobody without end, and writes nothing into the log."""

    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        """Write nothing."""


class OperatorServer(ThreadingMixIn, WSGIServer):
    """Answers ``AT_ONCE`` clients; further ones wait until they are taken in.

    Args:
        opened: the socket at which it listens, which is its own from here on.
        application: what answers.
    """

    daemon_threads = True

    def __init__(self, opened: socket.socket, application: WSGIApplication) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(opened.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()  # what the library has made for itself
        self.socket = opened
        self.server_name, self.server_port = opened.getsockname()[:2]  # the library's own way asks the resolver
        self.setup_environ()
        self.set_app(application)

    def start(self) -> None:
        """Answer from here on, in a thread."""
        threading.Thread(target=self.serve_forever, name="operator", daemon=True).start()

    def stop(self) -> None:
        """Take nobody in any more."""
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a client in a thread of its own, once there is a place."""
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a client, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing: what a client does to its connection is no fault of ours."""
