"""The gunicorn worker: threads that wait for browsers in the kernel, not in a queue.

gunicorn's own ``gthread`` worker hands each connection from its main thread to a pool and back, reads a request where a
slow browser can hold a thread, and says goodbye in the main thread, where one browser that does not close its end keeps
everybody else waiting for two seconds. Here every thread asks the kernel for the next connection that has something to
say; a request gets a thread once it is there as a whole, as far as its head tells; a quarter of the threads at most
wait for the rest of any other; and goodbyes wait with all other connections. Parsing requests and writing responses is
gunicorn's, but for plain ones. ``docs/budget.md`` has what was measured with both.
"""

import contextlib
import errno
import os
import resource
import select
import socket
import sys
import threading
import time
from http import HTTPStatus
from types import FrameType
from typing import Any

from gunicorn import util
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData
from gunicorn.workers import base
from gunicorn.workers.gthread import ThreadWorker

from gateway.serving.connection import Connection, Gone
from gateway.serving.plain import PlainRequest, PlainRequests

REQUEST_SECONDS = 10.0
"""How long a browser may take from its first byte, or from connecting, to the whole of its request."""
GOODBYE_SECONDS = 2.0
"""How long a browser may take to close its end."""

_LOOK_ROUND_SECONDS = 1.0
_STOPPING_SECONDS = 0.05
_EXHAUSTED_SECONDS = 0.1
_FILES_OF_A_THREAD = 3
"""A browser, TalentLMS, Redis."""
_THREADS_PER_SEAT = 4
_TOO_SLOW = (HTTPStatus.REQUEST_TIMEOUT.value, HTTPStatus.REQUEST_TIMEOUT.phrase, "The request did not arrive in time.")
_TOO_LONG = "limit request headers size"
_NOT_YET = select.EPOLLONESHOT
_ONCE = select.EPOLLIN | select.EPOLLONESHOT


class EpollWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """One process of ``gunicorn``, with ``threads`` threads.

    A connection is either some thread's own or in ``_waiting``; whoever takes it out of there, by ``_taken``, owns it.
    The kernel tells of each once, and then no more until it is told to look again: by ``_wait``, which gives it away.
    """

    alive: bool
    worker_connections: int

    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        """Refuse what this worker does not speak."""
        if cfg.proxy_protocol not in ("off", "v1"):
            sys.exit("The gateway speaks version 1 of the PROXY protocol only.")
        super().check_config(cfg, log)

    def init_process(self) -> None:
        """Begin, in the new process."""
        self._epoll = select.epoll()
        self._open: dict[int, Connection] = {}
        self._waiting: dict[Connection, bool] = {}
        self._listeners: dict[int, tuple[socket.socket, Any]] = {}
        self._seats = threading.BoundedSemaphore(max(1, self.cfg.threads // _THREADS_PER_SEAT))
        self._plain = PlainRequests(self.cfg) if _may_be_plain(self.cfg, self.log) else None
        self.cfg.set("sendfile", False)  # noqa: FBT003 - gunicorn's own; it would write past ``Connection``
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = max(self.cfg.threads, files - _FILES_OF_A_THREAD * self.cfg.threads)
        self.worker_connections = min(self.worker_connections, most)
        self.max_keepalived = sys.maxsize  # beyond the limit whoever is idle longest makes room
        base.Worker.init_process(self)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully; ``run`` does, which this signal wakes up."""
        base.Worker.handle_exit(self, sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at once."""
        base.Worker.handle_quit(self, sig, frame)

    def run(self) -> None:
        """Serve until told to stop; then until nothing is under way, ``graceful_timeout`` seconds at most."""
        for listener in self.sockets:
            listener.settimeout(0)
            self._listeners[listener.fileno()] = listener, listener.getsockname()
            self._epoll.register(listener.fileno(), _ONCE)
        for number in range(self.cfg.threads):
            threading.Thread(target=self._serve, name=f"browser-{number}", daemon=True).start()
        while self.alive and self.is_parent_alive():
            self.notify()
            self._close_expired()
            if select.select([self.PIPE[0]], [], [], _LOOK_ROUND_SECONDS)[0]:
                os.read(self.PIPE[0], 64)
        self.alive = False
        self._stop()

    def _stop(self) -> None:
        for number in self._listeners:
            self._epoll.unregister(number)
        began = time.monotonic()
        time.sleep(_STOPPING_SECONDS)  # some thread may just be accepting
        while self._open and time.monotonic() < began + self.cfg.graceful_timeout:
            self.notify()
            self._close_expired(began + GOODBYE_SECONDS)  # until then a browser may be sending its next request
            time.sleep(_STOPPING_SECONDS)

    # --- connections that wait ------------------------------------------------------------------------------------

    def _wait(self, connection: Connection) -> None:
        """Give a connection away, to whoever is told of it next."""
        number = connection.number
        self._waiting[connection] = True
        # whoever takes it in this moment may close it, and then the number is nobody's or another's: who is told of
        # a connection that does not wait lets it be, and a connection that waits is told of again
        with contextlib.suppress(OSError):
            self._epoll.modify(number, _ONCE)

    def _taken(self, connection: Connection) -> bool:
        """Take a connection, and return whether it is the caller's own now."""
        return self._waiting.pop(connection, False)

    def _close_expired(self, latest: float = float("inf")) -> None:
        now = time.monotonic()
        for connection in list(self._waiting):
            until = connection.until if connection.ending else min(connection.until, latest)
            if until > now or not self._taken(connection):
                continue
            if connection.is_readable() and not connection.ending:
                self._wait(connection)  # no thread was free to see to it
            else:
                self._expire(connection)

    def _expire(self, connection: Connection) -> None:
        if connection.arrived:
            with contextlib.suppress(OSError):
                util.write_error(connection.raw, *_TOO_SLOW)
            self._part(connection)
        else:
            self._close(connection)

    def _part(self, connection: Connection) -> None:
        """End a connection on which something was said: the browser has to read it first."""
        connection.until = time.monotonic() + GOODBYE_SECONDS
        if connection.say_goodbye():
            self._wait(connection)
        else:
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._open.pop(connection.number, None)
        connection.hang_up()

    def _close_idlest(self) -> None:
        """Close whoever has waited longest without a word, to make room for somebody who might say one."""
        for connection in list(self._waiting):
            if not self._taken(connection):
                continue
            if not connection.is_readable():
                self._close(connection)
                return
            self._wait(connection)

    # --- threads --------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            for number, _ in self._epoll.poll(-1, 1):
                connection = None
                try:
                    connection = self._accepted(number) if number in self._listeners else self._told_of(number)
                    if connection is not None:
                        self._go_on(connection)
                except BaseException:
                    self.log.exception("A connection could not be served.")
                    if connection is not None:
                        self._close(connection)

    def _told_of(self, number: int) -> Connection | None:
        connection = self._open.get(number)
        return connection if connection is not None and self._taken(connection) else None

    def _accepted(self, number: int) -> Connection | None:
        listener, address = self._listeners[number]
        try:
            connected, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                self.log.warning("No connection can be accepted: %s", error)
                self._close_idlest()  # too many open files, most likely
                time.sleep(_EXHAUSTED_SECONDS)
            return None
        finally:
            if self.alive:
                with contextlib.suppress(FileNotFoundError):  # stopped in this very moment
                    self._epoll.modify(number, _ONCE)
        connection = Connection(connected, client, address, self.cfg, self._seats)
        connection.until = time.monotonic() + REQUEST_SECONDS
        self._open[connection.number] = connection
        try:
            self._epoll.register(connection.number, _NOT_YET)
        except OSError:
            self._close(connection)
            raise
        if len(self._open) > self.worker_connections:
            self._close_idlest()
        return connection

    def _go_on(self, connection: Connection) -> None:
        """See to a connection that has said something, until it has to be waited for again, or is over."""
        begun = bool(connection.arrived)
        if not connection.read():
            self._close(connection)
            return
        while connection.has_head():
            plain = self._plain.read(connection) if self._plain else None
            if plain is None and not connection.has_request():
                break
            if not self._answered(plain, connection):
                self._part(connection)
                return
            connection.until = time.monotonic() + self.cfg.keepalive
            begun = False
        if connection.is_too_long():
            self.handle_error(None, connection.raw, connection.client, LimitRequestHeaders(_TOO_LONG))
            self._part(connection)
            return
        if connection.arrived and not begun:
            connection.until = time.monotonic() + REQUEST_SECONDS
        if (connection.arrived or connection.ending) and connection.until < time.monotonic():
            self._expire(connection)
        else:
            self._wait(connection)

    def _answered(self, plain: PlainRequest | None, connection: Connection) -> bool:
        """Answer a request, and return whether another may follow."""
        request: Any = plain
        connection.begin_answer()
        try:
            if plain is not None:
                return self._answered_plainly(plain, connection)
            connection.hand_over()
            request = next(connection.parser)
            lasting = self.handle_request(request, connection)
            connection.wait_no_longer()
            if lasting and connection.parser.finish_body(deadline=time.monotonic() + 1):  # which reads 64 KiB at most
                connection.take_back()
                return True
        except (StopIteration, NoMoreData, Gone):
            return False
        except Exception as error:
            if connection.silent:
                self.handle_error(request, connection.raw, connection.client, error)
            else:
                self.log.exception("An answer broke off.")
        finally:
            if not self.alive:
                self._wake_up()
        return False

    def _answered_plainly(self, request: PlainRequest, connection: Connection) -> bool:
        connection.arrived = connection.arrived[request.size :]
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
        lasting = request.lasting and self.alive and self.cfg.keepalive > 0
        return request.answer(self.wsgi, connection, lasting=lasting)

    def _wake_up(self) -> None:
        """Let the main thread see at once that this worker is to stop."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.PIPE[1], b".")


def _may_be_plain(cfg: Config, log: Logger) -> bool:
    """Return whether nothing is wanted of each request that only gunicorn's own way does."""
    return not (
        log.access_log_enabled
        or any(cfg.settings[hook].get() is not cfg.settings[hook].default for hook in ("pre_request", "post_request"))
        or cfg.secure_scheme_headers
        or cfg.forwarder_headers
        or cfg.proxy_protocol != "off"
        or os.environ.get("SCRIPT_NAME")
    )
