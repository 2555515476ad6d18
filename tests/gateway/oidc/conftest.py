"""A deployment with one gateway and one browser, for the tests of the relying party."""

import logging

import pytest

from gateway import create_app, log
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.store.connection import connect
from sandbox.idp import running_idp
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.oidc.deployment import PERSON, PUBLIC_URL, Deployment, identity_provider, settings
from tests.gateway.oidc.wire import Wire


@pytest.fixture
def deployment(provider, portal, own_log_handlers, tmp_path, monkeypatch):
    """Sandboxes at their beginning; every gateway that is made here is fresh."""
    provider.control.client(
        redirect_uris=[f"{PUBLIC_URL}/callback/default", f"{PUBLIC_URL}/callback/other"],
        post_logout_redirect_uris=[f"{PUBLIC_URL}/signed-out"],
        backchannel_logout_uri=None,
        frontchannel_logout_uri=None,
        initiate_login_uri=None,
        jwks=None,
    )
    provider.control.settings(auto_pick=True, auto_person=PERSON)
    built = Deployment(provider, portal, tmp_path)
    logging.getLogger("gateway").addHandler(built.trail)
    monkeypatch.setattr(log, "_write", built.trail.beside(log._write))
    yield built
    logging.getLogger("gateway").removeHandler(built.trail)
    built.close()


@pytest.fixture
def browser(deployment):
    """A browser at a fresh gateway."""
    return deployment.browser()


class Shared:
    """One gateway for many tests, until what it remembers of the provider is no longer true."""

    def __init__(self, make):
        self._make = make
        self._app = None

    def app(self):
        self._app = self._app or self._make()
        return self._app

    def forget(self):
        self._app = None


@pytest.fixture(scope="module")
def shared(shared_provider, shared_portal, tmp_path_factory):
    """A gateway for the tests of a module that change neither metadata nor keys."""
    ours = [logging.getLogger(name) for name in (None, "gateway", "gateway.audit")]
    before = [(logger, logger.handlers[:], logger.level) for logger in ours]
    folder = tmp_path_factory.mktemp("shared")
    yield Shared(lambda: create_app(settings(shared_portal.url, folder, identity_provider(shared_provider))))
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)


@pytest.fixture
def store(redis_server):
    """The Redis that gateways of ``stored`` share, empty at first."""
    shared = connect(redis_server.url)
    shared.ask("FLUSHALL")
    return shared


@pytest.fixture
def stored(deployment, store, redis_server, tmp_path):
    """Make gateways that share a Redis, which the test can look into, and a database."""
    memories = {"redis_url": redis_server.url, "database_url": Secret(new_database(tmp_path))}
    return lambda *entries, **changes: deployment.gateway(*entries, **(memories | changes))


@pytest.fixture
def wire(monkeypatch):
    """All that goes out to providers; it goes out all the same."""
    tapped, send = Wire(), ProviderAdapter.send

    def noted(adapter, request, *args, **kwargs):
        tapped.went_out(request)
        return tapped.came_back(request, send(adapter, request, *args, **kwargs))

    monkeypatch.setattr(ProviderAdapter, "send", noted)
    return tapped


@pytest.fixture(scope="session")
def second_provider():
    """Another provider, under the name ``other``."""
    with running_idp("client-of-the-other", redirect_uris=[f"{PUBLIC_URL}/callback/other"]) as running:
        running.control.settings(auto_pick=True, auto_person=PERSON)
        yield running
