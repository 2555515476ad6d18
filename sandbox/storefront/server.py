"""The shop as a running server on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.storefront.app import create_app
from sandbox.storefront.config import Config, Storefront
from sandbox.storefront.control_client import Control

BACKLOG = 128


class QuietHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1 and writes no access log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, _type: str, _message: str, *_args: Any) -> None:
        """Say nothing."""


class Server:
    """A shop that has its port as soon as it is made and answers once it is started.

    Args:
        config: with port 0 a free one is taken; ``url`` tells which.

    Attributes:
        config: the settings with the port filled in.
        url: the shop's address.
        control: a client of its control plane.
    """

    def __init__(self, config: Config) -> None:
        self._listener = socket.create_server((config.host, config.port), backlog=BACKLOG)
        self.config = replace(config, port=self._listener.getsockname()[1])
        self.url = f"http://{config.host}:{self.config.port}"
        self._server = make_server(
            config.host,
            self.config.port,
            create_app(self.config),
            threaded=True,
            request_handler=QuietHandler,
            fd=self._listener.fileno(),
        )
        self.control = Control(self.url)

    def serve(self) -> None:
        """Answer until ``stop`` is called from another thread."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop answering and let the port go."""
        self._server.shutdown()
        self._server.server_close()
        self._listener.close()


@contextmanager
def running_shop(gateway: str, *storefronts: Storefront, **settings: Any) -> Iterator[Server]:
    """Run a shop in a thread of this process for the length of a ``with`` block.

    Args:
        gateway: the gateway's address.
        storefronts: what the gateway knows the shop by.
        settings: further fields of ``Config``.
    """
    server = Server(Config(gateway, storefronts, **settings))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
