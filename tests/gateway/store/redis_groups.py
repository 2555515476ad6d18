"""Redis as it is run in earnest: servers of which one takes over when another is lost. All on loopback.

Both kinds have ``url``, ``start``, ``stop``, ``lose``, ``restore``, ``primary`` and ``has_taken_over``.
"""

from itertools import pairwise

from gateway.store.keys import HASH_TAG
from schemas.secret import Secret
from tests.gateway.store.redis_server import RedisServer
from tests.patience import PATIENT_SECONDS, wait_until
from tests.ports import HOST, free_port

SERVICE = "mymaster"
DOWN_MILLISECONDS = 500
NODE_TIMEOUT_MILLISECONDS = 1000
SLOTS = 16384


def role(server):
    return server.tell("ROLE")[0]


def follows(server):
    answer = server.tell("ROLE")
    return answer[0] == b"slave" and answer[3] == b"connected"


class _Group:
    """Servers of which one takes over.

    Args:
        folder: where they work, each in a folder of its own.
        options: of the servers, as ``RedisServer`` has them.
    """

    def __init__(self, folder, **options):
        self._options = options
        self._folder = folder
        self._servers = []
        self._lost = None

    def _server(self, *options):
        folder = self._folder / str(len(self._servers))
        folder.mkdir()
        self._servers.append(RedisServer(folder, "--repl-diskless-sync-delay", "0", *options, **self._options))
        return self._servers[-1]

    def lose(self):
        """End the primary, once its replica has all that was written."""
        self._lost = self._agreed()
        self._lost.stop()

    def hang(self):
        """Let the primary stop in the middle of what it does, once its replica has all that was written."""
        self._lost = self._agreed()
        self._lost.hang()

    def _agreed(self):
        primary = self.primary()
        assert primary.tell("WAIT", 1, int(PATIENT_SECONDS * 1000)) >= 1
        return primary

    def tell(self, *command):
        """Carry out an operator's command on each server that holds data."""
        for server in self._data:
            server.tell(*command)

    def stop(self):
        for server in self._servers:
            server.stop()


class SentinelGroup(_Group):
    """A primary, replicas and three Sentinels.

    Attributes:
        sentinel_password: what the Sentinels ask for; empty for nothing.
    """

    sentinel_password = ""

    def start(self, replicas=1):
        """Start all of them.

        Args:
            replicas: how many.
        """
        data = [self._server().start() for _ in range(replicas + 1)]
        for replica in data[1:]:
            replica.tell("REPLICAOF", HOST, data[0].port)
        self._data = data
        wait_until(lambda: all(map(follows, data[1:])), what="the replicas follow")
        self._sentinels = [self._sentinel(data[0]) for _ in range(3)]
        wait_until(self._is_whole, what="the Sentinels know each other and the replicas")
        places = ",".join(f"{HOST}:{sentinel.port}" for sentinel in self._sentinels)
        self.url = Secret(f"redis+sentinel://{places}/{SERVICE}/0")
        return self

    def _sentinel(self, primary):
        password, certificate = self._options.get("password"), self._options.get("certificate")
        own = self.sentinel_password
        folder = self._folder / f"sentinel-{primary.port}-{len(self._servers)}"
        folder.mkdir()
        file = folder / "sentinel.conf"
        file.write_text(
            f"sentinel monitor {SERVICE} {HOST} {primary.port} 2\n"
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MILLISECONDS}\n"
            f"sentinel failover-timeout {SERVICE} 4000\n"
            f"sentinel parallel-syncs {SERVICE} 2\n"
            + (f"sentinel auth-pass {SERVICE} {password}\n" if password else "")
            + (f"requirepass {own}\nsentinel sentinel-pass {own}\n" if own else "")
        )
        sentinel = RedisServer(folder, config=file, certificate=certificate, password=own or None)
        self._servers.append(sentinel)
        return sentinel.start()

    def _told(self, sentinel):
        answer = sentinel.tell("SENTINEL MASTER", SERVICE)
        return answer if isinstance(answer, dict) else dict(zip(answer[::2], answer[1::2], strict=True))

    def _is_whole(self):
        told = [self._told(sentinel) for sentinel in self._sentinels]
        known = {(one["num-other-sentinels"], one["num-slaves"], one["flags"]) for one in told}
        return known == {(2, len(self._data) - 1, "master")} and len({one["port"] for one in told}) == 1

    def primary(self):
        port = self._told(self._sentinels[0])["port"]
        return next(server for server in self._data if server.port == port)

    def has_taken_over(self):
        """Return whether all Sentinels know another primary than the one that was lost."""
        return self._lost.port not in {self._told(sentinel)["port"] for sentinel in self._sentinels}

    def restore(self):
        """Let the server that was lost come back, as a replica."""
        wait_until(self.has_taken_over, what="somebody takes over")
        self._lost.stop()
        self._lost.start()
        wait_until(lambda: follows(self._lost) and self._is_whole(), what="the lost server follows")


class ClusterGroup(_Group):
    """A cluster of three nodes with slots, of which the one with the keys' slot has a replica."""

    def start(self, replicas=1):
        """Start all of them.

        Args:
            replicas: how many of the three nodes have one; the first has the keys' slot.
        """
        encrypted = ("--tls-cluster", "yes") if "certificate" in self._options else ()
        options = (*encrypted, "--cluster-enabled", "yes", "--cluster-node-timeout", str(NODE_TIMEOUT_MILLISECONDS))
        buses = [free_port() for _ in range(3 + replicas)]
        nodes = [self._server(*options, "--cluster-port", str(bus)).start() for bus in buses]
        slot = nodes[0].tell("CLUSTER KEYSLOT", HASH_TAG)
        parts = sorted(self._parts(), key=lambda part: not part[0] <= slot <= part[1])
        for number, (node, part) in enumerate(zip(nodes, parts, strict=False), 1):
            node.tell("CLUSTER ADDSLOTSRANGE", *part)
            node.tell("CLUSTER SET-CONFIG-EPOCH", number)
        for node, bus in zip(nodes[1:], buses[1:], strict=True):
            nodes[0].tell("CLUSTER MEET", HOST, node.port, bus)
        self._data = nodes
        wait_until(
            lambda: all(len(self._known(node)) == len(nodes) for node in nodes), what="the nodes know each other"
        )
        for replica, node in zip(nodes[3:], nodes, strict=False):
            replica.tell("CLUSTER REPLICATE", node.tell("CLUSTER MYID"))
        wait_until(self._is_whole, what="the cluster is whole")
        self.url = Secret(f"redis+cluster://{HOST}:{nodes[1].port},{HOST}:{nodes[2].port}")
        return self

    def _parts(self):
        ends = [SLOTS * part // 3 for part in range(4)]
        return [(first, end - 1) for first, end in pairwise(ends)]

    def _known(self, node):
        return node.tell("CLUSTER NODES")

    def _is_whole(self):
        return all(self._is_well(node) for node in self._data) and all(map(follows, self._replicas()))

    def _is_well(self, node):
        told = self._known(node)
        return (
            node.tell("CLUSTER INFO")["cluster_state"] == "ok"
            and not any("fail" in one["flags"] or "handshake" in one["flags"] for one in told.values())
            and sum("slave" in one["flags"] for one in told.values()) == len(self._data) - 3
        )

    def _replicas(self):
        return [node for node in self._data if role(node) == b"slave"]

    def primary(self):
        return self._of_slot(self._data[1])

    def _of_slot(self, asked):
        slot = asked.tell("CLUSTER KEYSLOT", HASH_TAG)
        for first, end, primary, *_ in asked.tell("CLUSTER SLOTS"):
            if first <= slot <= end:
                return next(node for node in self._data if node.port == primary[1])
        raise AssertionError("nobody has the slot")

    def has_taken_over(self):
        """Return whether all nodes that are left know another primary than the one that was lost."""
        return self._lost not in [self._of_slot(node) for node in self._data if node is not self._lost]

    def restore(self):
        """Let the node that was lost come back, as a replica."""
        wait_until(self.has_taken_over, what="somebody takes over")
        self._lost.stop()
        self._lost.start()
        wait_until(self._is_whole, what="the lost node follows")


GROUPS = {"sentinel": SentinelGroup, "cluster": ClusterGroup}
