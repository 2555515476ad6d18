"""The circuit breaker: it opens on failure, lets one call through now and then, and closes on the first success."""

import pytest

from gateway import context
from gateway.errors import Queued, TalentLMSError, Unauthorized, Unavailable
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from gateway.talentlms import breaker
from gateway.talentlms.breaker import FAILURES, PROBE_SECONDS
from gateway.talentlms.budget import Budget
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.gateway.talentlms.odd_server import HANG, HANG_UP, answer, odd_server
from tests.gateway.threads import at_once

FINE, DOWN, REFUSED = answer(), answer(b"", b"500 Oh"), answer(b"<html>", b"401 Unauthorized")
KEY = Secret("a-key")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A breaker's clock that stands still until a test moves it."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def outcome(transport):
    try:
        return transport.send("GET", "siteinfo", None, safe=False).status
    except TalentLMSError as error:
        return type(error)


def failing(server, clock, says=DOWN):
    """Return a transport whose last calls have all failed, for long enough."""
    server.says = [says]
    transport = HttpTransport(server.url, KEY, HttpClient())
    clock.now += breaker.SILENT_SECONDS + 0.1
    for _ in range(FAILURES):
        outcome(transport)
    server.requests.clear()
    return transport


@pytest.mark.parametrize(("says", "kind"), [(DOWN, Unavailable), (HANG_UP, Unavailable), (REFUSED, Unauthorized)])
def test_after_failures_in_a_row_people_are_told_at_once_and_nothing_is_sent(clock, says, kind):
    with odd_server(DOWN) as server:
        transport = failing(server, clock, says)

        assert [outcome(transport) for _ in range(50)] == [kind] * 50
        assert server.requests == []


def test_they_are_told_when_to_come_back(clock):
    with odd_server(DOWN) as server:
        transport = failing(server, clock)
        clock.now += 2
        with pytest.raises(Unavailable) as caught:
            transport.send("GET", "siteinfo", None, safe=True)
    assert caught.value.retry_after == PROBE_SECONDS - 2


def test_a_burst_of_broken_connections_right_after_a_success_is_not_yet_an_outage():
    with odd_server(FINE, DOWN) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        for _ in range(3 * FAILURES):
            outcome(transport)
        assert len(server.requests) == 3 * FAILURES


def test_one_success_in_between_begins_the_count_anew(clock):
    with odd_server(DOWN) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        for says in ([DOWN] * (FAILURES - 1) + [FINE]) * 4:
            clock.now += breaker.SILENT_SECONDS
            server.says = [says]
            outcome(transport)
        assert len(server.requests) == 4 * FAILURES


@pytest.mark.parametrize("status", [b"429 Too Many Requests", b"404 Not Found", b"400 Bad Request", b"403 Forbidden"])
def test_a_refusal_or_a_throttle_is_no_failure(clock, status):
    with odd_server(answer(b"{}", status)) as server:
        transport = failing(server, clock, answer(b'{"error":{"message":"x"}}', status))
        for _ in range(20):
            outcome(transport)
        assert len(server.requests) == 20


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_that_a_browser_waits_no_longer_says_nothing_about_talentlms(clock, seconds):
    with odd_server(HANG) as server:
        transport = HttpTransport(server.url, KEY, HttpClient())
        clock.now += breaker.SILENT_SECONDS + 0.1
        for _ in range(2 * FAILURES):
            context.begin(seconds=seconds)
            assert outcome(transport) is Unavailable
        context.end()
        server.says = [FINE]
        assert outcome(transport) == 200


def test_of_all_who_come_one_finds_out_whether_talentlms_is_back(clock):
    with odd_server(DOWN) as server:
        transport = failing(server, clock)
        for rounds in (1, 2, 3):
            clock.now += PROBE_SECONDS
            server.says = [[0.1, DOWN]]
            at_once(20, lambda _: outcome(transport))
            assert len(server.requests) == rounds


def test_it_is_asked_at_least_every_ten_seconds():
    assert PROBE_SECONDS <= 10


def test_one_success_lets_everybody_in_again(clock):
    with odd_server(DOWN) as server:
        transport = failing(server, clock)
        server.says = [FINE]
        clock.now += PROBE_SECONDS

        assert outcome(transport) == 200
        assert at_once(20, lambda _: outcome(transport)) == [200] * 20


def test_a_key_that_is_accepted_again_lets_everybody_in_again(clock):
    with odd_server(DOWN) as server:
        transport = failing(server, clock, REFUSED)
        server.says = [FINE]
        clock.now += PROBE_SECONDS

        assert [outcome(transport), outcome(transport)] == [200, 200]


def test_a_call_that_had_to_wait_for_the_budget_does_not_use_up_the_probe(clock):
    shared = SharedBudget(connect(None), "portal", FAILURES, 0, 12)
    with odd_server(DOWN) as server:
        transport = HttpTransport(server.url, KEY, HttpClient(), Budget(shared))
        clock.now += breaker.SILENT_SECONDS + 0.1
        for _ in range(FAILURES):
            outcome(transport)
        clock.now += PROBE_SECONDS
        shared.freeze(60)

        assert [outcome(transport), outcome(transport)] == [Queued, Queued]
