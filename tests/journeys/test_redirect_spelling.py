"""A TalentLMS domain that takes the return address of ``userlogin`` as it is, and not as base64."""

import pytest

from tests.journeys.gateway_process import gateway_at
from tests.journeys.pages import PortalPages, ProviderPages


@pytest.fixture
def plain_gateway(folder, addresses, portal, provider, redis_server):
    settings = {"TALENTLMS_USERLOGIN_REDIRECT": "plain", "WEB_CONCURRENCY": "1"}
    gateway = gateway_at(addresses["plain-redirects"], folder, portal, provider, redis_server.url(5), settings)
    portal.control.quirk(userlogin_redirect="raw")
    yield gateway.start()
    portal.control.quirk(userlogin_redirect="base64")
    gateway.end()


def test_the_setting_makes_its_log_out_lead_back_to_us(plain_gateway, page, newcomer):
    page.goto(f"{plain_gateway.url}/go")
    ProviderPages(page).sign_in(newcomer.login)
    PortalPages(page).log_out()

    assert page.url == f"{plain_gateway.url}/signed-out"
