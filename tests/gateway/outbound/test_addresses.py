"""The resolver is asked beside the work, once at a time for each host, and waited for as long as there is time."""

import socket
import threading

import pytest

from gateway.outbound import addresses
from gateway.outbound.addresses import Addresses
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import NotConnected
from tests.gateway.threads import at_once
from tests.patience import wait_until


class Resolver:
    """Stands in for the system's resolver, which nobody can make hang."""

    def __init__(self):
        self.asked = []
        self.found = {}
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, host, _port, **_options):
        self.asked.append(host)
        self.answers.wait()
        if host not in self.found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, 0)) for found in self.found[host]]


@pytest.fixture
def resolver(monkeypatch):
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    yield resolver
    resolver.answers.set()


def test_an_answer_is_used_for_a_while(resolver):
    resolver.found["lms.test"] = ["192.0.2.1", "192.0.2.2", "192.0.2.1"]
    known = Addresses()
    for _ in range(3):
        assert known.of("lms.test", 1.0) == ("192.0.2.1", "192.0.2.2")
    assert resolver.asked == ["lms.test"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "fe80::1%eth0"])
def test_nobody_is_asked_for_an_address(resolver, address):
    assert Addresses().of(address, 0.0) == (address,)
    assert resolver.asked == []


def test_an_unknown_name_is_asked_for_again(resolver):
    known = Addresses()
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            known.of("lms.test", 1.0)
    resolver.found["lms.test"] = ["192.0.2.1"]
    assert known.of("lms.test", 1.0) == ("192.0.2.1",)


def test_many_at_once_ask_once(resolver):
    resolver.found["lms.test"] = ["192.0.2.1"]
    resolver.answers.clear()
    threading.Timer(0.2, resolver.answers.set).start()
    known = Addresses()
    assert set(at_once(20, lambda _: known.of("lms.test", 5.0))) == {("192.0.2.1",)}
    assert resolver.asked == ["lms.test"]


def test_a_resolver_that_hangs_is_given_up(resolver):
    resolver.answers.clear()
    with pytest.raises(NotConnected) as raised:
        HttpClient().send(Request("GET", "https://lms.test/"), 0.2, 1000)
    assert str(raised.value) == "lms.test: name not found (the resolver does not answer)"


def test_an_older_answer_serves_while_the_resolver_is_asked_again(resolver, monkeypatch):
    resolver.found["lms.test"] = ["192.0.2.1"]
    known = Addresses()
    known.of("lms.test", 1.0)
    monkeypatch.setattr(addresses, "FRESH_SECONDS", 0.0)
    resolver.answers.clear()
    resolver.found["lms.test"] = ["192.0.2.9"]
    for _ in range(3):
        assert known.of("lms.test", 1.0) == ("192.0.2.1",)
    assert len(resolver.asked) == 2
    monkeypatch.setattr(addresses, "FRESH_SECONDS", 30.0)
    resolver.answers.set()
    wait_until(lambda: known.of("lms.test", 1.0) == ("192.0.2.9",))


def test_an_answer_that_is_too_old_serves_no_more(resolver, monkeypatch):
    resolver.found["lms.test"] = ["192.0.2.1"]
    known = Addresses()
    known.of("lms.test", 1.0)
    monkeypatch.setattr(addresses, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(addresses, "STALE_SECONDS", 0.0)
    resolver.found["lms.test"] = ["192.0.2.9"]
    assert known.of("lms.test", 1.0) == ("192.0.2.9",)


def test_an_address_that_did_not_answer_comes_last(resolver):
    resolver.found["lms.test"] = ["2001:db8::1", "192.0.2.1"]
    known = Addresses()
    known.failed("2001:db8::1")
    assert known.of("lms.test", 1.0) == ("192.0.2.1", "2001:db8::1")


def test_no_more_than_some_hosts_are_remembered(resolver):
    known = Addresses()
    for number in range(3 * addresses.HOSTS):
        resolver.found[f"{number}.test"] = ["192.0.2.1"]
        known.of(f"{number}.test", 1.0)
        known.failed(f"192.0.2.{number}")
    assert max(len(known._resolved), len(known._dead_until)) <= addresses.HOSTS
