"""One address behind which the server changes, as a load balancer has it: connections that are open stay where they are."""

import socket
import threading
from contextlib import suppress

from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port

CONNECTIONS = 64
"""How many there may be in all; a test that needs more has a fault."""
_PIECE = 65_536


class TcpEndpoint:
    """A TCP proxy on loopback.

    Attributes:
        port: of the address.
        target: the port to which the next connection leads; those that are open do not move.
        opened: the targets of all connections so far, in order.
    """

    def __init__(self, target):
        self.target = target
        self.opened = []
        self._sockets = []
        self.port = free_port()
        self._listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        """Close the address and everything that leads through it."""
        for open_socket in (self._listener, *self._sockets):
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()

    def _accept(self):
        while len(self.opened) < CONNECTIONS:
            try:
                client_side, _ = self._listener.accept()
            except OSError:
                return
            target = self.target
            self._sockets.append(client_side)
            try:
                server_side = socket.create_connection((HOST, target), timeout=PATIENT_SECONDS)
            except OSError:
                client_side.close()
                continue
            server_side.settimeout(None)
            self._sockets.append(server_side)
            self.opened.append(target)
            for source, sink in ((client_side, server_side), (server_side, client_side)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source, sink):
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    for side in (source, sink):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
