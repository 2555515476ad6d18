"""A browser's connection: what has arrived on it, and whether that is a request that a thread can answer at once."""

import functools
import re
import select
import socket
import threading
import time
from typing import Any

from gunicorn import http
from gunicorn.config import Config

HEAD_BYTES = 64 * 1024
"""The longest head that is waited for; gunicorn's own limits hold for its lines."""
BODY_BYTES = 64 * 1024
"""The longest body that is waited for before a thread has to do with it; Flask accepts none that is longer."""
BODY_SECONDS = 5.0
"""How long a thread waits for what is still missing of any other body."""
SEND_SECONDS = 10.0
"""How long a thread waits in all for a browser to take its answer."""

_PIECE_BYTES = 64 * 1024
_MILLISECONDS = 1000
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,8})[ \t]*\r\n", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Gone(OSError):
    """The browser has closed or broken the connection, or is too slow."""


class Connection:
    """A connected browser; also the socket that gunicorn's parser and response read and write.

    Args:
        connected: the socket, as ``accept`` returned it.
        client: the other side's address, as ``accept`` returned it.
        server: the listening address.
        cfg: gunicorn's configuration, with its limits.
        seats: how many threads may wait for browsers at the same time, whoever they are.

    Attributes:
        raw: the socket itself.
        number: the socket's.
        sock: what gunicorn calls this object, where it reads and writes.
        arrived: bytes that no request has used yet.
        until: when the connection ends unless something happens, by ``time.monotonic``.
        ending: whether the last answer is out, and only the browser's own end is waited for.
        silent: whether nothing was said yet in answer to the request at hand.
    """

    def __init__(
        self, connected: socket.socket, client: Any, server: Any, cfg: Config, seats: threading.Semaphore
    ) -> None:
        self.raw = connected
        self.number = connected.fileno()
        self.client = client
        self.server = server
        self.sock = self
        self.arrived = b""
        self.until = 0.0
        self.ending = False
        self.silent = True
        self._cfg = cfg
        self._seats = seats
        self._body_until = 0.0
        self._patience = SEND_SECONDS

    @functools.cached_property
    def parser(self) -> http.RequestParser:
        """gunicorn's, fed with what has arrived; most connections never need it."""
        return http.get_parser(self._cfg, self, self.client)

    def read(self) -> bool:
        """Take in what is there, without waiting.

        Returns:
            Whether the browser may say more; ``False`` once it has closed the connection, or broken it.
        """
        try:
            piece = self.raw.recv(_PIECE_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not self.ending:
            self.arrived += piece
        return bool(piece)

    def is_readable(self) -> bool:
        """Return whether something has arrived that nobody has read yet."""
        return self._ready(select.POLLIN, 0)

    def has_head(self) -> bool:
        """Return whether the head of a request has arrived."""
        return b"\r\n\r\n" in self.arrived

    def has_request(self) -> bool:
        """Return whether a thread can answer what has arrived, most likely without waiting for the browser.

        That is a whole head with a whole body, if it announces a short one; or a head that announces a body of which
        nobody can tell here how much is missing. What a request is, and where it ends, is for gunicorn's parser alone
        to say; this only says when to ask it.
        """
        end = self.arrived.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(self.arrived, 0, end + 2)
        if length is None or int(length[1]) > BODY_BYTES or _EXPECT.search(self.arrived, 0, end + 2):
            return True
        return len(self.arrived) >= end + 4 + int(length[1])

    def is_too_long(self) -> bool:
        """Return whether more has arrived than any head may have, and no end of it."""
        return len(self.arrived) > HEAD_BYTES and not self.has_head()

    def begin_answer(self) -> None:
        """Begin another answer, which has its own time to be taken."""
        self.silent, self._patience = True, SEND_SECONDS

    def hand_over(self) -> None:
        """Give the parser what has arrived, and the browser some time for a body that is still missing."""
        self.parser.unreader.unread(self.arrived)
        self.arrived = b""
        self._body_until = time.monotonic() + BODY_SECONDS

    def take_back(self) -> None:
        """Take what the parser has read beyond its request."""
        self.arrived = self.parser.unreader.take_buffered()

    def wait_no_longer(self) -> None:
        """Read only what is there already."""
        self._body_until = 0.0

    def say_goodbye(self) -> bool:
        """Say that nothing will follow, and leave it to the browser to close (RFC 9112, section 9.6).

        Closed at once, with something of the browser's unread, the answer would be lost on its way.

        Returns:
            Whether there is somebody to wait for.
        """
        self.ending, self.arrived = True, b""
        try:
            self.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def hang_up(self) -> None:
        """Close it; for its owner alone, as its number is the next one's from here on."""
        self.raw.close()

    # --- gunicorn's view -----------------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """Read the missing part of a body.

        Raises:
            Gone: it did not come in time, or at all.
        """
        if not self.is_readable():
            self._wait_for(select.POLLIN, self._body_until)
        try:
            return self.raw.recv(size)
        except OSError as error:
            raise Gone(str(error)) from None

    def send(self, data: bytes) -> int:
        """Send *100 Continue*, which is no answer yet, and return its length; see ``sendall``."""
        self.sendall(data)
        self.silent = True
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            Gone: the browser does not take it, or not in time.
        """
        self.silent = False
        unsent = memoryview(data)
        while unsent:
            try:
                unsent = unsent[self.raw.send(unsent, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                began = time.monotonic()
                self._wait_for(select.POLLOUT, began + self._patience)
                self._patience -= time.monotonic() - began
            except OSError as error:
                raise Gone(str(error)) from None

    def shutdown(self, how: int) -> None:
        """End one direction."""
        self.raw.shutdown(how)

    def close(self) -> None:
        """Do nothing; gunicorn closes where an answer broke off, its owner does after the goodbye."""

    def settimeout(self, seconds: float | None) -> None:
        """Do nothing; the limits are those of this object."""

    def _wait_for(self, event: int, until: float) -> None:
        """Wait in a thread, which only so many may do: else slow browsers could take them all."""
        if not self._seats.acquire(blocking=False):
            raise Gone("too many threads wait for browsers")
        try:
            if not self._ready(event, until - time.monotonic()):
                raise Gone("the browser is too slow")
        finally:
            self._seats.release()

    def _ready(self, event: int, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self.number, event)
        return bool(waiting.poll(max(seconds, 0) * _MILLISECONDS))
