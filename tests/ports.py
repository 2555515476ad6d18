"""Ports of this machine for whatever a test starts, or for what is not there."""

import os
import random
import socket

HOST = "127.0.0.1"

_chance = random.SystemRandom()  # a test that seeds the other one would make all runs begin with the same ports
_given = set()
_SIZE = 16_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_FIRST = 15_000 + _SIZE * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PART = range(_FIRST, _FIRST + _SIZE - 10)


def free_port():
    """Return a port that nobody listens on and that nobody else of this run was given."""
    return free_ports(1)


def free_ports(count):
    """Return the first of so many adjacent ports that nobody listens on and that nobody else of this run was given.

    They are outside of the range from which outgoing connections take theirs. Of several processes that run the tests,
    each has a part of its own of what remains.
    """
    while True:
        first = _chance.choice(_PART)
        ports = range(first, first + count)
        if _given.isdisjoint(ports) and all(map(_is_free, ports)):
            _given.update(ports)
            return first


def listens(port):
    """Return whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _is_free(port):
    try:
        with socket.create_server((HOST, port)):
            return True
    except OSError:
        return False
