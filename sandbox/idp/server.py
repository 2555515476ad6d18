"""The provider as a running server on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox.idp.app import create_app
from sandbox.idp.client import Client
from sandbox.idp.control_client import Control
from sandbox.idp.provider import Provider

HOST = "127.0.0.1"
BACKLOG = 128


class QuietHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1 and writes no access log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, _type: str, _message: str, *_args: Any) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class RunningProvider:
    """A provider that answers now."""

    issuer: str
    client_id: str
    client_secret: str
    control: Control


@contextmanager
def listening(port: int, client: Client, issuer: str = "", path: str = "") -> Iterator[tuple[BaseWSGIServer, Provider]]:
    """A server that has its port already; the caller lets it serve.

    Args:
        port: 0 for a free one.
        client: The relying party that may use it.
        issuer: Its address as others see it, behind a proxy that speaks TLS; its own if left out.
        path: What follows in its own address, such as `/tenant/v2.0`.
    """
    with socket.create_server((HOST, port), backlog=BACKLOG) as listener:
        app = create_app(issuer or f"http://{HOST}:{listener.getsockname()[1]}{path}", client)
        provider: Provider = app.extensions["provider"]
        server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
        try:
            yield server, provider
        finally:
            provider.closing.set()
            server.server_close()


@contextmanager
def running_idp(
    client_id: str = "sandbox-client",
    client_secret: str = "sandbox-secret",
    *,
    port: int = 0,
    path: str = "",
    **registration: Any,
) -> Iterator[RunningProvider]:
    """A provider in a thread, for tests.

    Args:
        client_id: The relying party's name.
        client_secret: Its secret.
        port: 0 for a free one.
        path: What follows in its address, such as `/tenant/v2.0`.
        registration: The other fields of `Client`: redirect_uris, post_logout_redirect_uris, ...; lists are fine.
    """
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in registration.items()
    }
    with listening(port, Client(client_id, client_secret, **fields), path=path) as (server, provider):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield RunningProvider(provider.issuer, client_id, client_secret, Control(provider.issuer))
        finally:
            provider.closing.set()
            server.shutdown()
            thread.join()
