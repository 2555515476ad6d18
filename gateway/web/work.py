"""A request as a piece of work, with a reference code. Its deadline began to run at the gate."""

from flask import Flask, request

from gateway import log
from gateway.web.client import Networks, client_address


def install(app: Flask, trusted_proxies: Networks) -> None:
    """Begin every request as a piece of work of its own.

    Args:
        app: the application.
        trusted_proxies: whose word on the browser's address is believed.
    """

    @app.before_request
    def begin() -> None:
        log.begin(client_address(trusted_proxies), request.headers.get("User-Agent", ""))
