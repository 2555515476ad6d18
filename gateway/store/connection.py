"""The connection to Redis; a fault of Redis leaves this package as ``StoreUnavailable``."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionInterface
from redis.retry import Retry

from gateway.errors import StoreUnavailable
from gateway.store.failures import told
from gateway.store.keys import tagged
from schemas.secret import Secret

CONNECT_SECONDS = 0.4
REPLY_SECONDS = 0.9
"""A click must not wait longer than a second to learn that Redis is away."""
AT_ONCE = 32
"""Connections of one process; each is lent for one command or script, a fraction of a millisecond of Redis's time."""
WAIT_SECONDS = 5.0
"""How long to wait for one of them where Redis answers and very many ask."""
BUFFER_BYTES = 8192
"""What each reads at once; a session's record is mostly smaller, and redis-py would hold four times as much ready."""

CHECK_MILLISECONDS = 1000
"""How long what a check writes stays."""
_CHECKED = tagged("readiness:check")

_NOT_HERE = (
    redis.exceptions.ReadOnlyError,
    redis.exceptions.AskError,  # and with it MOVED
    redis.exceptions.ClusterDownError,  # and with it MASTERDOWN
    redis.exceptions.TryAgainError,
)
_NOT_HERE_WORDS = re.compile(r"\b(?:READONLY|MOVED|ASK|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|LOADING|NOREPLICAS|UNBLOCKED)\b")
"""For answers that have no class of their own, and for those that another answer quotes: a script's, an EXECABORT."""

_DELETE_OWN = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

_Command = tuple[str | float | bytes, ...]


class _NotHere(redis.RedisError):
    """What answers on this connection, which is closed now, does not serve such commands."""


class _Connections:
    """Connections to Redis: at most ``AT_ONCE``, each opened when it is needed first.

    redis-py's own pool would cost as much CPU with each command as the command itself; a connection for each browser
    would have to be opened by each of them, all at once in a burst.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._pool = pool
        self._free: LifoQueue[ConnectionInterface | None] = LifoQueue()
        for _ in range(AT_ONCE):
            self._free.put(None)
        self._failed_at = 0.0

    def ask(self, *commands: _Command) -> list[Any]:
        """Send commands together and return the answers in order.

        Once again at once, on a new connection, where the old one turned out to be of no use: a restart of Redis left
        it half open, or what answers there says that such commands are not for them. Behind one address that is
        the former primary, to which connections from before its demotion still lead; it has carried out nothing.

        Raises:
            redis.RedisError: the first answer that is an error, or no answer.
        """
        since = time.monotonic()
        try:
            connection = self._free.get(timeout=WAIT_SECONDS)
        except Empty:
            raise redis.ConnectionError("no connection has become free") from None
        try:
            if self._failed_at > since:  # so nobody waits for a connection and then for a Redis that does not answer
                raise redis.ConnectionError("the last user of the connection got no answer")
            connection = connection or self._pool.make_connection()
            return self._answers(connection, commands)
        finally:
            self._free.put(connection)  # after any error but Redis's own answer it is closed, and opens anew

    def _answers(self, connection: ConnectionInterface, commands: Sequence[_Command]) -> list[Any]:
        try:
            try:
                return _asked(connection, commands)
            except (redis.ConnectionError, _NotHere):
                return _asked(connection, commands)
        except (redis.ConnectionError, redis.TimeoutError):
            self._failed_at = time.monotonic()
            raise


def _asked(connection: ConnectionInterface, commands: Sequence[_Command]) -> list[Any]:
    connection.send_packed_command(connection.pack_commands(commands))
    answers = [_answer(connection) for _ in commands]
    errors = [error for error in _flat(answers) if isinstance(error, redis.ResponseError)]
    not_here = [said for said in map(_not_here, errors) if said]
    if not_here:
        connection.disconnect()
        raise _NotHere(not_here[0])
    if errors:
        raise errors[0]
    return answers


def _answer(connection: ConnectionInterface) -> Any:
    """Return the next answer, an error among them: the answers behind it have to be read all the same."""
    try:
        return connection.read_response()
    except redis.ResponseError as error:
        return error


def _flat(answers: Sequence[Any]) -> Iterator[Any]:
    """Return the answers, and those within an EXEC's."""
    for answer in answers:
        yield answer
        if isinstance(answer, list):
            yield from answer


def _not_here(error: redis.ResponseError) -> str:
    """Return in a word how an answer says that its commands are not served there; empty for any other error."""
    if isinstance(error, _NOT_HERE):
        return type(error).__name__
    word = _NOT_HERE_WORDS.search(str(error))
    return word[0] if word else ""


class Store:
    """Redis, or the embedded look-alike: the same commands, the same scripts, one code path.

    Args:
        pool: makes the connections, lazily; one object serves all threads or greenlets of a process.
        server: host and port, for the notes of errors; empty for none.
    """

    def __init__(self, pool: redis.ConnectionPool, server: str = "") -> None:
        self._server = server
        self._connections = _Connections(pool)
        self._delete_own = self.script(_DELETE_OWN)
        self._check = self.script("return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])")

    def ask(self, *command: str | float | bytes) -> Any:
        """Carry out one command and return Redis's answer; texts come back as ``bytes``."""
        with _translated(self._server):
            return self._connections.ask(command)[0]

    def ask_all(self, commands: Sequence[tuple[str | float | bytes, ...]]) -> list[Any]:
        """Carry out several commands as one transaction, in one round trip, and return the answers in order."""
        with _translated(self._server):
            answers: list[Any] = self._connections.ask(("MULTI",), *commands, ("EXEC",))[-1]
            return answers

    def script(self, source: str) -> Callable[[Sequence[str | bytes], Sequence[str | float | bytes]], Any]:
        """Return a function that runs a Lua script; it survives a restart of Redis and a script flush."""
        digest = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()  # Redis's name for the script

        def run(keys: Sequence[str | bytes], arguments: Sequence[str | float | bytes]) -> Any:
            with _translated(self._server):
                try:
                    return self._connections.ask(("EVALSHA", digest, len(keys), *keys, *arguments))[0]
                except redis.exceptions.NoScriptError:
                    return self._connections.ask(("EVAL", source, len(keys), *keys, *arguments))[0]

        return run

    def delete_own(self, key: str, mark: str) -> None:
        """Delete a key, unless somebody else has set it to a mark of theirs by now."""
        self._delete_own([key], [mark])

    def check(self) -> None:
        """Try what every click needs: a script that writes.

        Raises:
            StoreUnavailable: Redis does not answer, or answers but does not take it, such as a replica.
        """
        self._check([_CHECKED], [CHECK_MILLISECONDS])


def connect(url: Secret | None, ca_file: Path | None = None) -> Store:
    """Return the store.

    Args:
        url: ``redis://`` or ``rediss://``; ``None`` for the embedded one, which one process keeps in memory.
        ca_file: further certificate authorities for ``rediss://``, PEM.
    """
    if url is None:
        import fakeredis  # noqa: PLC0415 - with its Lua 3 MiB in each worker, for nothing where there is a Redis

        server = fakeredis.FakeServer()  # one for all, whichever connection is first
        return Store(redis.ConnectionPool(connection_class=fakeredis.FakeRedisConnection, server=server))
    tls = {"ssl_ca_certs": str(ca_file)} if ca_file and url.reveal().startswith("rediss://") else {}
    return Store(
        redis.ConnectionPool.from_url(
            url.reveal(),
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=REPLY_SECONDS,
            socket_read_size=BUFFER_BYTES,
            # otherwise every new connection reads the library's version from a file, and tells it in two commands
            driver_info=None,
            retry=Retry(NoBackoff(), 0),  # the caller does it, once, and never after a time-out
            **tls,
        ),
        urlsplit(url.reveal()).netloc.rpartition("@")[2],
    )


@contextmanager
def _translated(server: str) -> Any:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        note = str(error) if isinstance(error, _NotHere) else told(error, server)
        raise StoreUnavailable(note, retry_after=5) from None
