"""A server for the operator listener of a process that gunicorn does not run: ``talentlms-gateway worker``."""

import socket
import threading
import time
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

REQUEST_SECONDS = 10.0
"""How long a silent client is waited for."""
WHOLE_SECONDS = 30.0
"""How long a client has a place at most, however it goes on sending or reading."""
AT_ONCE = 8
_LOOK_SECONDS = 0.1


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
        self._until: dict[Any, float] = {}
        self._ends = threading.Event()
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
        """Take nobody in any more; who waits for a place is sent away."""
        self._ends.set()
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a client in a thread of its own, once there is a place."""
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            if self._ends.is_set():
                self.shutdown_request(request)
                return
            self.service_actions()
        self._until[request] = time.monotonic() + WHOLE_SECONDS
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a client, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._until.pop(request, None)
            self._places.release()

    def service_actions(self) -> None:
        """End the connections of clients that have had their time; the library calls it about twice a second."""
        now = time.monotonic()
        for request in [one for one, until in self._until.copy().items() if until < now]:
            with suppress(OSError):  # it has ended meanwhile
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing: what a client does to its connection is no fault of ours."""
