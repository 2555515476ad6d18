"""What the name of a host means: one rule for settings, the provider's metadata and TalentLMS's links."""

import pytest

from gateway.config import BadSettings, load
from gateway.errors import ForeignLink, SignInNotTrusted
from gateway.flows.destinations import Destinations
from gateway.hosts import ascii_domain, is_loopback
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.outbound.client import HttpClient
from gateway.personal_data import email_address
from gateway.store.connection import connect
from gateway.store.provider_documents import ProviderDocuments
from schemas.link import Link
from tests.gateway.config.conftest import GOOD

THIS_MACHINE = ("127.0.0.1", "127.0.0.3", "127.255.255.254", "localhost", "::1", "0:0:0:0:0:0:0:1")
OTHERS = (
    "",
    "10.0.0.1",
    "0.0.0.0",
    "128.0.0.1",
    "127.0.0.1.example",
    "localhost.example",
    "::",
    "::2",
    "::ffff:127.0.0.1",
    "::1%lo",
    "fe80::1",
    "acme.example",
)


@pytest.mark.parametrize("host", THIS_MACHINE)
def test_this_machine(host):
    assert is_loopback(host)
    assert is_loopback(host.upper())


@pytest.mark.parametrize("host", OTHERS)
def test_another_machine(host):
    assert not is_loopback(host)


def accepted_by_settings(host):
    return load(GOOD | {"OIDC_ISSUER": f"http://{host}:8002"}).identity_providers[0].issuer


def accepted_by_metadata(host):
    """Read metadata of a provider at this host from the store, as if they had just been fetched."""
    issuer = f"http://{host}:8002"
    documents = ProviderDocuments(connect(None), keep=60)
    endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    published = {"issuer": issuer, **dict.fromkeys(endpoints, f"{issuer}/there")}
    documents.put(f"{issuer}/.well-known/openid-configuration", published)
    return ProviderDirectory(issuer, documents, ProviderAdapter(HttpClient())).metadata().token_endpoint


def accepted_as_destination(host):
    origin = f"{host}:8001"
    return Destinations({origin}, ()).sign_in(Link(f"http://{origin}/index")).reveal()


@pytest.mark.statement(35)
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.3", "localhost", "[::1]"])
@pytest.mark.parametrize("accepted", [accepted_by_settings, accepted_by_metadata, accepted_as_destination])
def test_plain_http_is_accepted_for_the_same_hosts_everywhere(accepted, host):
    assert accepted(host)


@pytest.mark.statement(35)
@pytest.mark.parametrize("host", ["10.0.0.3", "localhost.example", "[::2]", "[::ffff:7f00:1]"])
def test_plain_http_is_refused_for_the_same_hosts_everywhere(host):
    with pytest.raises(SignInNotTrusted, match="not an https address"):
        accepted_by_metadata(host)
    with pytest.raises(ForeignLink):
        accepted_as_destination(host)
    with pytest.raises(BadSettings, match="plain http"):
        accepted_by_settings(host)


# --- domains of mail addresses ---------------------------------------------------------------------------------


DOMAINS = {
    "acme.example": "acme.example",
    "ACME.Example": "acme.example",
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.example": "xn--bcher-kva.example",
    "bu\u0308cher.example": "xn--bcher-kva.example",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "XN--BCHER-KVA.example": "xn--bcher-kva.example",
    "straße.example": "xn--strae-oqa.example",
    "пример.рф": "xn--e1afmkfd.xn--p1ai",
    "例え.example": "xn--r8jz45g.example",
}
NO_DOMAINS = (
    "acme\u3002example",
    "\uff41cme.example",
    "ac\u00adme.example",
    "acme.e\u200dxample",
    "\u017facme.example",
    "\u24d0cme.example",
    "bücher..example",
    "-bücher.example",
    "bücher .example",
    "bücher/.example",
    "ü" * 64 + ".example",
    "ü." * 200 + "example",
)


@pytest.mark.statement(40, 41)
@pytest.mark.parametrize(("written", "registered"), DOMAINS.items())
def test_settings_and_claims_mean_the_same_domain(written, registered):
    loaded = load(GOOD | {"OIDC_TRUSTED_EMAIL_DOMAINS": written}).identity_providers[0]
    assert ascii_domain(written) == registered
    assert loaded.trusted_email_domains == {registered}
    assert email_address(f"kim@{written}") == f"kim@{registered}"


@pytest.mark.statement(41)
@pytest.mark.parametrize("written", NO_DOMAINS, ids=ascii)
def test_what_cannot_be_registered_is_a_domain_neither_here_nor_there(written):
    assert ascii_domain(written) == ""
    assert email_address(f"kim@{written}") == ""
    with pytest.raises(BadSettings, match="is not a domain"):
        load(GOOD | {"OIDC_TRUSTED_EMAIL_DOMAINS": written.replace(" ", "_")})
