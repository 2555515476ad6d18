"""Carries connections on to a server: with TLS of its own, or byte by byte."""

import socket
import threading
from contextlib import contextmanager, suppress


class Relay:
    """A listener that carries on what arrives.

    Attributes:
        port: where it listens.
        begun: for each connection whence it came and what it asked first, a path.
    """

    def __init__(self, server_port, context=None, drips_after=None):
        self.begun = []
        self._server_port = server_port
        self._context = context
        self._drips_after = drips_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, (source, _) = self._listener.accept()
                threading.Thread(target=self._carry, args=(connection, source), daemon=True).start()

    def _carry(self, connection, source):
        with suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection, socket.create_connection(("127.0.0.1", self._server_port)) as server:
                asked = connection.recv(4096)
                self.begun.append((source, "".join(asked.decode("latin-1").split(" ")[1:2])))
                server.sendall(asked)
                asking = threading.Thread(target=self._copy, args=(connection, server, None), daemon=True)
                asking.start()
                self._copy(server, connection, self._drips_after)
                asking.join()

    def _copy(self, source, to, drips_after):
        copied = 0
        with suppress(OSError):
            while piece := source.recv(4096 if drips_after is None else max(1, min(4096, drips_after - copied))):
                if len(piece) == 1 and self._stopped.wait(0.02):
                    break
                to.sendall(piece)
                copied += len(piece)
        with suppress(OSError):
            to.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(server_port, context=None, drips_after=None):
    """Run one.

    Args:
        server_port: on this machine, to carry on to.
        context: to speak TLS with clients.
        drips_after: so many bytes of the server's are carried as they come, every further one by itself, slowly.
    """
    running = Relay(server_port, context, drips_after)
    try:
        yield running
    finally:
        running.stop()
