"""The connection to Redis, and the wall: a fault of Redis leaves this room as ``StoreUnavailable``."""

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from gateway.errors import StoreUnavailable
from schemas.secret import Secret

CONNECT_SECONDS = 0.4
REPLY_SECONDS = 0.9
"""A click must not wait longer than a second to learn that Redis is away."""


CONNECTIONS = 1024
"""More than a worker ever has threads; redis-py's own default of 100 is less."""


class _Connections:
    """Connections for single commands, which is what clicks ask; as many as ever ask in the same moment.

    redis-py's own pool would cost as much CPU with each command as the command itself; a connection for each thread
    would have to be opened by each of them, all at once in a burst.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._pool = pool
        self._idle: deque[redis.Connection] = deque()

    def ask(self, *command: str | float | bytes) -> Any:
        """Carry out one command; once again at once where a restart of Redis left the connection half open."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._pool.connection_class(**self._pool.connection_kwargs)
        try:
            return _asked(connection, command)
        except redis.ConnectionError:
            return _asked(connection, command)
        finally:
            self._idle.append(connection)  # after any error but Redis's own answer it is closed, and opens anew


def _asked(connection: redis.Connection, command: tuple[str | float | bytes, ...]) -> Any:
    connection.send_command(*command)
    return connection.read_response()


class Store:
    """Redis, or the embedded look-alike: the same commands, the same scripts, one code path.

    Args:
        client: connected lazily; one object serves all threads of a process.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._connections = _Connections(client.connection_pool)

    def ask(self, *command: str | float | bytes) -> Any:
        """Carry out one command and return Redis's answer; texts come back as ``bytes``."""
        with _wall():
            return self._connections.ask(*command)

    def ask_all(self, commands: Sequence[tuple[str | float | bytes, ...]]) -> list[Any]:
        """Carry out several commands as one transaction, in one round trip, and return the answers in order."""
        with _wall(), self._client.pipeline(transaction=True) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            return pipeline.execute()

    def script(self, source: str) -> Callable[[Sequence[str | bytes], Sequence[str | float | bytes]], Any]:
        """Return a function that runs a Lua script; it survives a restart of Redis and a script flush."""
        digest = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()  # Redis's name for the script

        def run(keys: Sequence[str | bytes], arguments: Sequence[str | float | bytes]) -> Any:
            with _wall():
                try:
                    return self._connections.ask("EVALSHA", digest, len(keys), *keys, *arguments)
                except redis.exceptions.NoScriptError:
                    return self._connections.ask("EVAL", source, len(keys), *keys, *arguments)

        return run

    def keys(self, pattern: str) -> list[bytes]:
        """Return all keys of a pattern without blocking Redis; for an operator's command, not for a click."""
        with _wall():
            return list(self._client.scan_iter(match=pattern, count=1000))


def connect(url: Secret | None, ca_file: Path | None = None) -> Store:
    """Return the store.

    Args:
        url: ``redis://`` or ``rediss://``; ``None`` for the embedded one, which one process keeps in memory.
        ca_file: further certificate authorities for ``rediss://``, PEM.
    """
    if url is None:
        import fakeredis  # noqa: PLC0415 - with its Lua 3 MiB in each worker, for nothing where there is a Redis

        return Store(fakeredis.FakeRedis(server=fakeredis.FakeServer()))  # one for all, whichever connection is first
    tls = {"ssl_ca_certs": str(ca_file)} if ca_file and url.reveal().startswith("rediss://") else {}
    return Store(
        redis.Redis.from_url(
            url.reveal(),
            max_connections=CONNECTIONS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=REPLY_SECONDS,
            # otherwise every new connection reads the library's version from a file, and tells it in two commands
            driver_info=None,
            # once again at once, for the connection that a restart of Redis left half open; never after a time-out
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
            **tls,
        )
    )


@contextmanager
def _wall() -> Any:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise StoreUnavailable(type(error).__name__, retry_after=5) from None
