"""A provider that hangs takes a part of the threads, and no more; a rush is served all the same."""

import threading
import time

import pytest

from gateway import in_flight
from gateway.errors import ProviderUnavailable
from gateway.oidc import provider_calls
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.outbound.adapter import OutboundAdapter, OutboundFailed, session
from gateway.outbound.client import HttpClient
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.threads import at_once
from tests.patience import wait_until


@pytest.fixture
def server():
    with raw_server() as running:
        yield running


@pytest.fixture
def other():
    with raw_server() as running:
        yield running


@pytest.fixture
def get():
    asked = session(ProviderAdapter(HttpClient()))
    return lambda url: asked.get(f"{url}/")


def test_beyond_the_limit_nobody_waits_for_a_provider_that_hangs_and_others_are_asked_as_ever(
    server, other, get, monkeypatch
):
    monkeypatch.setattr(provider_calls, "AT_ONCE", 2)
    monkeypatch.setattr(in_flight, "HANGING_SECONDS", 0.0)
    monkeypatch.setattr(provider_calls, "READ_SECONDS", 10.0)
    server.answers["/"] = [60.0]
    other.answer("/", b"{}")
    stuck = [threading.Thread(target=gives_up, args=(get, server.url)) for _ in range(2)]
    for thread in stuck:
        thread.start()
    wait_until(lambda: len(server.requests) == 2)
    for _ in range(10):
        with pytest.raises(ProviderUnavailable) as refused:
            get(server.url)
        assert "do not come back" in refused.value.note
    assert get(other.url).json() == {}
    assert len(server.requests) == 2
    server.closing.set()
    for thread in stuck:
        thread.join()
    server.answer("/", b"{}")
    assert get(server.url).json() == {}


def gives_up(get, url):
    with pytest.raises(OutboundFailed):
        get(url)


def test_a_rush_at_a_provider_that_answers_is_served_a_few_at_a_time(server, get, monkeypatch):
    monkeypatch.setattr(provider_calls, "AT_ONCE", 3)
    under_way, most, send = set(), [], OutboundAdapter.send

    def noted(adapter, request, **kwargs):
        under_way.add(request)
        most.append(len(under_way))
        time.sleep(0.02)
        try:
            return send(adapter, request, **kwargs)
        finally:
            under_way.remove(request)

    monkeypatch.setattr(OutboundAdapter, "send", noted)
    server.answer("/", b"{}")
    answers = at_once(20, lambda _: get(server.url))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert max(most) == 3


@pytest.mark.parametrize("pushed", [True, False])
def test_whoever_is_one_too_many_gets_the_page_of_a_provider_that_is_away(deployment, monkeypatch, pushed):
    deployment.provider.control.settings(pushed_requests="on")
    browser = deployment.browser(deployment.gateway(deployment.entry(pushed_authorization=pushed)))
    callback = browser.callback_address()
    monkeypatch.setattr(in_flight.InFlight, "_is_full", lambda _: True)
    answer = browser.get(callback)
    assert (answer.status_code, "The sign-in service is not answering" in answer.text) == (503, True)
    begun = browser.begin()
    assert begun.status_code == (503 if pushed else 302)
    fresh = deployment.browser(deployment.gateway())
    assert fresh.begin().status_code == 503
