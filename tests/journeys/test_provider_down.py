"""The identity provider is away while people sign in."""

import pytest

from gateway.store.keys import tagged
from tests.journeys.visitor import reference, title

HEADING = "The sign-in service is not answering"


@pytest.fixture
def provider_control(practising_provider, redis_server):
    """A provider that the gateway has not heard of yet, to be broken."""
    _forget_the_provider(redis_server)
    yield practising_provider.control
    practising_provider.control.behave()
    _forget_the_provider(redis_server)


@pytest.mark.parametrize(
    "misbehaviour", ["discovery-down", "discovery-500", "discovery-html", "discovery-not-json", "everything-down"]
)
def test_nobody_can_begin_and_everybody_can_afterwards(
    practising_gateway, provider_control, redis_server, visit, misbehaviour
):
    visitor = visit(practising_gateway.url, "kim.lee")
    provider_control.misbehave(misbehaviour)
    answer = visitor.go("/go/course/12")
    provider_control.behave()

    assert (answer.status_code, title(answer)) == (503, HEADING)
    assert practising_gateway.events(reference(answer))
    assert len(visitor.trail) == 2
    assert 'href="/login?next=/go/course/12"' in answer.text
    assert "Kim Lee" in visitor.go("/login?next=/go/course/12").text


@pytest.mark.parametrize(
    "misbehaviour",
    [
        *("token-down", "token-500", "token-503", "token-html", "token-not-json", "userinfo-500", "userinfo-down"),
        *("jwks-500", "error-server-error", "error-temporarily-unavailable"),
    ],
)
def test_nobody_can_finish_and_the_next_attempt_succeeds(
    practising_gateway, provider_control, portal, visit, misbehaviour
):
    visitor = visit(practising_gateway.url, "kim.lee")
    provider_control.misbehave(misbehaviour)
    answer = visitor.go("/go/course/12")
    provider_control.behave()

    assert (answer.status_code, title(answer)) == (503, HEADING)
    assert practising_gateway.events(reference(answer))
    assert _session(visitor) is None
    assert portal.operations() == []
    assert "Kim Lee" in visitor.go("/login?next=/go/course/12").text


def test_whoever_is_signed_in_notices_nothing(practising_gateway, provider_control, visit):
    visitor = visit(practising_gateway.url, "kim.lee")
    visitor.go("/go/course/12")
    provider_control.misbehave("everything-down")

    assert "Kim Lee" in visitor.go("/go/course/12").text
    assert visitor.ask("/").status_code == 200


@pytest.mark.statement(37)
def test_what_is_known_of_a_provider_outlives_its_absence(practising_gateway, provider_control, visit):
    visit(practising_gateway.url, "kim.lee").go("/go/course/12")
    provider_control.misbehave("discovery-down")
    provider_control.misbehave("jwks-down")

    assert "Kim Lee" in visit(practising_gateway.url, "kim.lee").go("/go/course/12").text


def test_readiness_tells_of_a_provider_that_nobody_can_reach(practising_gateway, provider_control, visit):
    visitor = visit(practising_gateway.url, "kim.lee")
    assert visitor.ask("/readyz").json()["providers"] == {"default": "unknown"}
    provider_control.misbehave("discovery-down")
    visitor.ask("/login")
    assert visitor.ask("/readyz").status_code == 503
    provider_control.behave()
    visitor.ask("/login")

    ready = visitor.ask("/readyz")
    assert (ready.status_code, ready.json()["providers"]) == (200, {"default": "fresh"})


def _forget_the_provider(redis_server):
    with redis_server.client(1) as store:
        known = store.keys(tagged("provider-*"))
        if known:
            store.delete(*known)


def _session(visitor):
    return visitor.cookies.get("talentlms_gateway_session")
