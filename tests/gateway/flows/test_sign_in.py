"""A sign-in as the flow has it: no Flask, no cookies; the provider is the sandbox, the store the embedded one."""

import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from gateway.errors import BadRequest, PageNotFound, SignInDenied, SignInInterrupted
from gateway.flows.sign_in import TRANSACTION_SECONDS, Browser
from gateway.services import Services
from schemas.transaction import Hints
from tests.gateway.oidc.deployment import PUBLIC_URL, identity_provider, settings
from tests.patience import PATIENT_SECONDS

NOBODY = Browser(lambda: None, "203.0.113.7")


@pytest.fixture
def services(provider, portal, tmp_path):
    provider.control.client(redirect_uris=[f"{PUBLIC_URL}/callback/default"])
    return Services(settings(portal.url, tmp_path, identity_provider(provider)))


def begun(services, browser=NOBODY, hints=None):
    """Return a sign-in that began, and the provider's answer to it."""
    step = services.sign_in.begin("default", "/go", hints or Hints(), browser)
    back = requests.get(step.url, allow_redirects=False, timeout=PATIENT_SECONDS).headers["Location"]
    return step.transaction, dict(parse_qsl(urlsplit(back).query))


def complete(services, transaction, answer, browser=NOBODY):
    return services.sign_in.complete("default", answer, transaction, browser)


def test_a_sign_in_begins_at_the_provider_and_ends_with_a_session(services):
    transaction, answer = begun(services)
    step = complete(services, transaction, answer)
    assert (step.url, step.transaction) == ("/go", None)
    assert services.sessions.find(step.session_id.reveal()).identity.username == "kim.lee"


def test_it_is_completed_once_and_by_whoever_began_it(services):
    transaction, answer = begun(services)
    with pytest.raises(SignInInterrupted):
        complete(services, None, answer)
    kim = services.sessions.find(complete(services, transaction, answer).session_id.reveal())
    with pytest.raises(SignInInterrupted):
        complete(services, transaction, answer)
    again = complete(services, transaction, answer, replace(NOBODY, session=lambda: kim))
    assert (again.url, again.session_id) == ("/go", None)


def test_one_that_took_too_long_is_interrupted_whatever_the_answer(services):
    transaction, answer = begun(services)
    late = replace(transaction, begun_at=int(time.time()) - TRANSACTION_SECONDS)
    with pytest.raises(SignInInterrupted):
        complete(services, late, answer)
    assert complete(services, transaction, answer).session_id is not None


def test_one_that_fails_leads_on_where_another_tab_has_signed_in_since(services):
    transaction, answer = begun(services)
    kim = services.sessions.find(complete(services, *begun(services)).session_id.reveal())
    denied = {"state": answer["state"], "iss": answer["iss"], "error": "access_denied"}
    assert complete(services, transaction, denied, replace(NOBODY, session=lambda: kim)).url == "/go"
    transaction, answer = begun(services)
    with pytest.raises(SignInDenied):
        complete(
            services,
            replace(transaction, begun_at=transaction.begun_at + 5),
            denied,
            replace(NOBODY, session=lambda: kim),
        )


def test_one_that_expired_at_the_provider_begins_anew_once_with_the_same_hints(services, provider):
    hints = Hints("kim.lee", "consent", "de")
    provider.control.misbehave("error-authentication-expired", times=1)
    transaction, answer = begun(services, hints=hints)
    step = complete(services, transaction, answer)
    assert (step.transaction.hints, step.transaction.again, step.session_id) == (hints, True, None)
    with pytest.raises(SignInInterrupted):
        complete(services, step.transaction, answer)


def test_whoever_was_left_signed_in_at_the_provider_is_asked_anew_there(services):
    step = services.sign_in.begin("default", "/go", Hints(prompt="consent"), replace(NOBODY, left_open=True))
    assert dict(parse_qsl(urlsplit(step.url).query))["prompt"] == "login"


def test_a_provider_that_is_none_is_no_place_to_begin_at(services, provider):
    with pytest.raises(PageNotFound):
        services.sign_in.begin("another", "/go", Hints(), NOBODY)
    assert services.sign_in.named_by(provider.issuer) == "default"
    for issuer in ("https://elsewhere.example", "", None):
        with pytest.raises(BadRequest):
            services.sign_in.named_by(issuer)
