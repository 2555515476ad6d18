"""A company whose machines reach the outside through a proxy alone: it carries TalentLMS's and the provider's traffic."""

import pytest

from tests.gateway.outbound.outbound_proxy import SOURCE, outbound_proxy
from tests.gateway.outbound.relay import relay
from tests.gateway.talentlms.odd_server import certificate
from tests.journeys.backing_services import Portal, start_portal, start_practising_provider
from tests.journeys.conftest import API_KEY, CLIENT_SECRET
from tests.journeys.gateway_process import gateway_at
from tests.ports import HOST, free_port

MACHINES = ("/.well-known/", "/jwks", "/token", "/userinfo", "/api/v1/")
"""What no browser asks for."""


class Outside:
    """TalentLMS and the provider, each behind TLS, the former as ``localhost``, the latter as ``127.0.0.1``."""

    def __init__(self, portal, provider, portal_front, provider_front, ca_file):
        self.portal = portal
        self.provider = provider
        self.fronts = {"portal": portal_front, "provider": provider_front}
        self.ca_file = ca_file

    def came_from(self, name):
        """Return whence one of the two was asked what no browser asks for."""
        return {source for source, path in self.fronts[name].begun if path.startswith(MACHINES)}


@pytest.fixture(scope="module")
def address():
    return f"http://{HOST}:{free_port()}"


@pytest.fixture(scope="module")
def outside(tmp_path_factory, address):
    folder = tmp_path_factory.mktemp("outside")
    portals, at_portal = certificate(folder, "localhost")
    providers, at_provider = certificate(folder, HOST)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(portals.read_bytes() + providers.read_bytes())
    portal_port, provider_port = free_port(), free_port()
    with relay(portal_port, at_portal) as portal_front, relay(provider_port, at_provider) as provider_front:
        url, issuer = f"https://localhost:{portal_front.port}", f"https://{HOST}:{provider_front.port}"
        portal = start_portal(folder, API_KEY, port=portal_port, public_url=url)
        provider = start_practising_provider(folder, CLIENT_SECRET, [address], port=provider_port, issuer=issuer)
        behind_tls = Portal(url, API_KEY, portal.control, portal.process)
        yield Outside(behind_tls, provider, portal_front, provider_front, ca_file)
        provider.process.stop()
        portal.process.stop()


@pytest.fixture
def first_click(tmp_path, address, outside, redis_server, visit):
    """Sign in and go to a course at a gateway with these settings, and return what the course's page says."""

    def click(**settings):
        for front in outside.fronts.values():
            front.begun.clear()
        outside.portal.control.reset()
        settings |= {"GATEWAY_CA_FILE": str(outside.ca_file), "WEB_CONCURRENCY": "1"}
        gateway = gateway_at(address, tmp_path, outside.portal, outside.provider, redis_server.url(9), settings)
        with redis_server.client(9) as store:
            store.flushdb()
        gateway.start()
        try:
            robin = visit(address, "robin")
            robin._session.verify = str(outside.ca_file)
            return robin.go("/go/course/12").text
        finally:
            gateway.end()

    return click


def test_everything_goes_through_the_proxy(first_click, outside, tmp_path):
    with outbound_proxy(tmp_path, "gateway s3cret") as proxy:
        assert "Robin Park" in first_click(HTTPS_PROXY=proxy.url)
        carried = set(proxy.carried)
    assert carried == {address.removeprefix("https://") for address in (outside.portal.url, outside.provider.issuer)}
    assert (outside.came_from("portal"), outside.came_from("provider")) == ({SOURCE}, {SOURCE})


def test_what_needs_no_proxy_is_reached_directly(first_click, outside, tmp_path):
    with outbound_proxy(tmp_path) as proxy:
        assert "Robin Park" in first_click(HTTPS_PROXY=proxy.url, NO_PROXY="intranet.example, localhost")
        carried = set(proxy.carried)
    assert carried == {outside.provider.issuer.removeprefix("https://")}
    assert (outside.came_from("portal"), outside.came_from("provider")) == ({HOST}, {SOURCE})
