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

from gateway import context
from gateway.errors import StoreUnavailable
from gateway.store.failover import Failover, NotHere
from gateway.store.failures import told
from gateway.store.keys import tagged
from gateway.store.primary import ClusterPrimary, OneAddress, Primary, WatchedPrimary, one_address
from schemas.redis_address import redis_address
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
_Ask = Callable[..., list[Any]]
_Script = Callable[[Sequence[str | bytes], Sequence[str | float | bytes]], Any]


class _Slot:
    """One of the connections that a process may have, if it has been opened."""

    __slots__ = ("connection",)

    def __init__(self) -> None:
        self.connection: ConnectionInterface | None = None


class _Connections:
    """Connections to Redis: at most ``AT_ONCE``, each opened when it is needed first.

    redis-py's own pool would cost as much CPU with each command as the command itself; a connection for each browser
    would have to be opened by each of them, all at once in a burst.
    """

    def __init__(self, primary: Primary) -> None:
        self._primary = primary
        self._free: LifoQueue[_Slot] = LifoQueue()
        for _ in range(AT_ONCE):
            self._free.put(_Slot())
        self._failed_at = 0.0

    def ask(self, *commands: _Command) -> list[Any]:
        """Send commands together and return the answers in order.

        Once again at once, on a new connection, where the old one turned out to be of no use: a restart of Redis left
        it half open, or what answers there says that such commands are not for them. That is a former primary, to
        which connections from before its demotion still lead; it has carried out nothing.

        Raises:
            redis.RedisError: the first answer that is an error, or no answer.
        """
        since = time.monotonic()
        try:
            slot = self._free.get(timeout=WAIT_SECONDS)
        except Empty:
            raise redis.ConnectionError("no connection has become free") from None
        try:
            if self._failed_at > since:  # so nobody waits for a connection and then for a Redis that does not answer
                raise redis.ConnectionError("the last user of the connection got no answer")
            return self._answers(slot, commands)
        finally:
            self._free.put(slot)

    def _answers(self, slot: _Slot, commands: Sequence[_Command]) -> list[Any]:
        try:
            try:
                return _asked(self._current(slot), commands)
            except (redis.ConnectionError, NotHere):
                slot.connection = self._primary.open()
                return _asked(slot.connection, commands)
        except (redis.ConnectionError, redis.TimeoutError):
            self._failed_at = time.monotonic()
            slot.connection = None  # closed by now; the next one leads to where the primary is then
            raise

    def _current(self, slot: _Slot) -> ConnectionInterface:
        """Return a connection that leads to where the primary was found last."""
        connection = slot.connection
        if connection is None or not self._primary.is_current(connection):
            if connection is not None:
                connection.disconnect()
            connection = slot.connection = self._primary.open()
        return connection


def _asked(connection: ConnectionInterface, commands: Sequence[_Command]) -> list[Any]:
    context.current().left.round_trips += 1
    connection.send_packed_command(connection.pack_commands(commands))
    answers = [_answer(connection) for _ in commands]
    errors = [error for error in _flat(answers) if isinstance(error, redis.ResponseError)]
    not_here = [said for said in map(_not_here, errors) if said]
    if not_here:
        connection.disconnect()
        raise NotHere(not_here[0])
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
        primary: makes the connections, lazily; one object serves all threads or greenlets of a process.
        server: host and port, for the notes of errors; empty for none.
        fails_over: whether another server takes over where this one is lost, for which commands then wait.
    """

    def __init__(self, primary: Primary, server: str = "", *, fails_over: bool = False) -> None:
        self._server = server
        at_once = _Connections(primary).ask
        self._ask: _Ask = Failover(at_once).ask if fails_over else at_once
        self._delete_own = self.script(_DELETE_OWN)
        self._check = _script("return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])", at_once, server)

    def ask(self, *command: str | float | bytes) -> Any:
        """Carry out one command and return Redis's answer; texts come back as ``bytes``."""
        with _translated(self._server):
            return self._ask(command)[0]

    def ask_all(self, commands: Sequence[tuple[str | float | bytes, ...]]) -> list[Any]:
        """Carry out several commands as one transaction, in one round trip, and return the answers in order."""
        with _translated(self._server):
            answers: list[Any] = self._ask(("MULTI",), *commands, ("EXEC",))[-1]
            return answers

    def script(self, source: str) -> _Script:
        """Return a function that runs a Lua script; it survives a restart of Redis and a script flush."""
        return _script(source, self._ask, self._server)

    def delete_own(self, key: str, mark: str) -> None:
        """Delete a key, unless somebody else has set it to a mark of theirs by now."""
        self._delete_own([key], [mark])

    def check(self) -> None:
        """Try what every click needs, and wait for nobody to take over: a script that writes.

        Raises:
            StoreUnavailable: Redis does not answer, or answers but does not take it, such as a replica.
        """
        self._check([_CHECKED], [CHECK_MILLISECONDS])


def _script(source: str, ask: _Ask, server: str) -> _Script:
    digest = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()  # Redis's name for the script

    def run(keys: Sequence[str | bytes], arguments: Sequence[str | float | bytes]) -> Any:
        with _translated(server):
            try:
                return ask(("EVALSHA", digest, len(keys), *keys, *arguments))[0]
            except redis.exceptions.NoScriptError:
                return ask(("EVAL", source, len(keys), *keys, *arguments))[0]

    return run


def connect(url: Secret | None, ca_file: Path | None = None) -> Store:
    """Return the store.

    Args:
        url: as ``GATEWAY_REDIS_URL`` has it; ``None`` for the embedded one, which one process keeps in memory.
        ca_file: further certificate authorities for TLS, PEM.
    """
    if url is None:
        import fakeredis  # noqa: PLC0415 - with its Lua 3 MiB in each worker, for nothing where there is a Redis

        memory = fakeredis.FakeServer()  # one for all, whichever connection is first
        return Store(OneAddress(redis.ConnectionPool(connection_class=fakeredis.FakeRedisConnection, server=memory)))
    address = redis_address(url.reveal())
    server = urlsplit(url.reveal()).netloc.rpartition("@")[2]
    options = _options(ca_file if address.tls else None, tls=address.tls)
    if address.kind == "single":
        return Store(one_address(address, options), server)
    known = WatchedPrimary(address, options) if address.kind == "sentinel" else ClusterPrimary(address, options)
    return Store(known, server, fails_over=True)


def _options(ca_file: Path | None, *, tls: bool) -> dict[str, Any]:
    options = {
        "connection_class": redis.SSLConnection if tls else redis.Connection,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": REPLY_SECONDS,
        "socket_read_size": BUFFER_BYTES,
        # otherwise every new connection reads the library's version from a file, and tells it in two commands
        "driver_info": None,
        "retry": Retry(NoBackoff(), 0),  # the caller does it, once, and never after a time-out
    }
    return options | {"ssl_ca_certs": str(ca_file)} if ca_file else options


@contextmanager
def _translated(server: str) -> Any:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        note = str(error) if isinstance(error, NotHere) else told(error, server)
        raise StoreUnavailable(note, retry_after=5) from None
