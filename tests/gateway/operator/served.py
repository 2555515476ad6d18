"""An operator listener at a port, as a worker serves it."""

from contextlib import contextmanager

from gateway.config.rules import BindAddress
from gateway.operator.listener import opened
from gateway.operator.server import OperatorServer
from tests.ports import HOST


@contextmanager
def serving(application):
    """Serve an application while a ``with`` block lasts; its address."""
    server = OperatorServer(opened(BindAddress(HOST, 0)), application)
    server.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.stop()
