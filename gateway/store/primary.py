"""Where the Redis is that takes commands: at one address, where Sentinels say, or where a cluster has the keys."""

from typing import Any, Protocol

import redis
from redis.connection import ConnectionInterface
from redis.sentinel import Sentinel

from gateway.store.keys import HASH_TAG
from schemas.redis_address import Credentials, Place, RedisAddress

Options = dict[str, Any]


class Primary(Protocol):
    """Who takes commands."""

    def open(self) -> ConnectionInterface:
        """Return a connection to the primary, which opens when it is used first.

        Raises:
            redis.RedisError, OSError: nobody who could be asked knows a primary.
        """

    def is_current(self, connection: ConnectionInterface) -> bool:
        """Return whether a connection leads to where the primary was when somebody looked last."""


class OneAddress:
    """One server, or an address that leads to whoever is the primary.

    Args:
        pool: makes the connections.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._pool = pool

    def open(self) -> ConnectionInterface:
        """Return a connection."""
        return self._pool.make_connection()

    def is_current(self, _: ConnectionInterface) -> bool:
        """Return that it is."""
        return True


class _Moving:
    """A primary that is looked for with each new connection.

    Args:
        options: of the connections.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._place: Place | None = None

    def open(self) -> ConnectionInterface:
        """Return a connection to where the primary is now."""
        self._place = self._found()
        return _connection(self._place, self._options)

    def is_current(self, connection: ConnectionInterface) -> bool:
        """Return whether it leads to where the primary was found last."""
        return (connection.host, connection.port) == self._place  # type: ignore[attr-defined]

    def _found(self) -> Place:
        raise NotImplementedError


class WatchedPrimary(_Moving):
    """The primary of a service that Sentinels watch.

    Args:
        address: where they are.
        options: of the connections to them and to the servers.
    """

    def __init__(self, address: RedisAddress, options: Options) -> None:
        super().__init__({**options, **_who(address.credentials), "db": address.database})
        of_sentinels = {**_of_clients(options), **_who(address.sentinel_credentials)}
        self._service = address.service
        self._sentinels = Sentinel(address.places, sentinel_kwargs=of_sentinels)

    def _found(self) -> Place:
        host, port = self._sentinels.discover_master(self._service)
        return host, port


class ClusterPrimary(_Moving):
    """The node of a cluster that has the slot of the keys' hash tag.

    Args:
        address: where some of the nodes are.
        options: of the connections.
    """

    def __init__(self, address: RedisAddress, options: Options) -> None:
        super().__init__({**options, **_who(address.credentials)})
        self._given = address.places
        self._nodes = address.places

    def _found(self) -> Place:
        """Return what the first node says that answers; each time another one comes first, for one may be mistaken."""
        for node in self._nodes:
            try:
                slot, ranges = self._asked(node)
            except (redis.RedisError, OSError):
                self._nodes = (*(other for other in self._nodes if other != node), node)
                continue
            told = [_place(one, node) for _, _, *nodes in ranges for one in nodes]
            last = {node: None} | dict.fromkeys(self._given)
            self._nodes = tuple(dict.fromkeys([*(one for one in told if one != node), *last]))
            for first, end, primary, *_ in ranges:
                if first <= slot <= end:
                    return _place(primary, node)
        raise redis.ConnectionError("no node of the cluster knows where the keys are")

    def _asked(self, node: Place) -> tuple[int, list[Any]]:
        """Return the keys' slot, and all ranges of slots with the nodes that have them, the primary first."""
        connection = _connection(node, self._options)
        try:
            commands = [("CLUSTER", "KEYSLOT", HASH_TAG), ("CLUSTER", "SLOTS")]
            connection.send_packed_command(connection.pack_commands(commands))
            return int(connection.read_response()), connection.read_response()
        finally:
            connection.disconnect()


def one_address(address: RedisAddress, options: Options) -> OneAddress:
    """Return the primary at an address.

    Args:
        address: where it is.
        options: of the connections.
    """
    (place,) = address.places
    return OneAddress(_pool(place, {**options, **_who(address.credentials), "db": address.database}))


def _who(credentials: Credentials) -> Options:
    return {"username": credentials.user or None, "password": credentials.password.reveal() or None}


def _of_clients(options: Options) -> Options:
    """Return the options of connections as redis-py's clients, such as those of Sentinels, name them."""
    kind = options["connection_class"]
    return {name: value for name, value in options.items() if name != "connection_class"} | {
        "ssl": kind is redis.SSLConnection
    }


def _pool(place: Place, options: Options) -> redis.ConnectionPool:
    host, port = place
    return redis.ConnectionPool(host=host, port=port, **options)


def _connection(place: Place, options: Options) -> ConnectionInterface:
    return _pool(place, options).make_connection()


def _place(told: list[Any], asked: Place) -> Place:
    """Return where a node is, as another one tells it; one that does not know its own address is where it was asked."""
    host = (told[0] or b"").decode()
    return host if host not in ("", "?") else asked[0], told[1]
