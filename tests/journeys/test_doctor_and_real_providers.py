"""The doctor asks two providers of other people's making, and can tell at both a right secret from a wrong one."""

from dataclasses import replace

import pytest

from gateway.config import load
from gateway.services import Services
from schemas.secret import Secret
from tests.journeys.django_provider.providers import gateway_of, start_certified, start_django


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return tmp_path_factory.mktemp("examined")


@pytest.fixture(scope="module")
def providers(here, addresses):
    made = [
        start_certified(here, addresses["starting"], "staff"),
        start_django(here, addresses["starting"], "partner"),
    ]
    yield made
    for provider in made:
        provider.process.stop()


@pytest.fixture
def settings(here, addresses, portal, redis_server, providers):
    entries = [provider.listed() for provider in providers]
    return load(gateway_of(addresses["starting"], here, portal, redis_server.url(7), entries).settings)


def states(settings):
    rows = Services(settings).doctor.examine().rows
    return {row.what.removeprefix("provider "): row.state for row in rows if row.what.startswith("provider ")}


def test_nothing_is_wrong_with_either(settings):
    found = states(settings)
    assert [what for what, state in found.items() if state != "ok"] == ["partner: redirect address"]
    assert found["partner: redirect address"] == "unknown", "it answers with a page of its own"


def test_a_wrong_secret_is_told_at_both(settings):
    wrong = [replace(entry, client_secret=Secret("wrong")) for entry in settings.identity_providers]
    found = states(replace(settings, identity_providers=tuple(wrong)))
    assert [what for what, state in found.items() if state == "fault"] == ["staff: client", "partner: client"]
