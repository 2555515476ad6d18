"""A provider is asked past all copies whether it knows us, and every answer of its token endpoint is understood."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from gateway.config import IdentityProviderSettings
from gateway.flows.doctor_provider import ProviderCheck, prefix_of
from gateway.oidc.probe import ProviderProbe
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.outbound.client import HttpClient
from gateway.services import Services
from schemas.secret import Secret
from tests.gateway.oidc.deployment import PUBLIC_URL, identity_provider, settings
from tests.gateway.oidc.raw_server import raw_server

REDIRECT = f"{PUBLIC_URL}/callback/acme"


@pytest.fixture
def rows(portal, tmp_path):
    """Return what the check of a provider says, by what was looked at."""

    def looked_at(entry, prefix="OIDC_"):
        services = Services(settings(portal.url, tmp_path, entry))
        client = HttpClient()
        probe = ProviderProbe(services.registrations[entry.name], ProviderAdapter(client), client)
        found = ProviderCheck(entry, prefix, probe, REDIRECT)()
        return {row.what.partition(": ")[2]: row for row in found}

    return looked_at


@pytest.fixture
def front(provider):
    """A provider whose token endpoint says what a test wants; all else is the sandbox's."""
    with raw_server() as server:
        metadata = {
            "issuer": server.url,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{server.url}/token",
            "jwks_uri": f"{provider.issuer}/jwks",
        }
        server.answer("/.well-known/openid-configuration", json.dumps(metadata).encode())
        yield server


@pytest.mark.parametrize(
    ("status", "told", "state", "named"),
    [
        ("400 Bad Request", {"error": "invalid_grant"}, "ok", "OIDC_CLIENT_SECRET"),
        ("401 Unauthorized", {"error": "invalid_client"}, "fault", "OIDC_CLIENT_SECRET"),
        ("400 Bad Request", {"error": "invalid_client"}, "fault", "OIDC_CLIENT_SECRET"),
        ("401 Unauthorized", {}, "fault", "OIDC_CLIENT_SECRET"),
        ("400 Bad Request", {"error": "unauthorized_client"}, "fault", "OIDC_CLIENT_ID"),
        ("400 Bad Request", {"error": "unsupported_grant_type"}, "fault", "OIDC_CLIENT_ID"),
        ("400 Bad Request", {"error": "invalid_request"}, "unknown", "OIDC_CLIENT_SECRET"),
        ("404 Not Found", {}, "unknown", "OIDC_CLIENT_SECRET"),
        ("503 Service Unavailable", {}, "fault", "OIDC_CLIENT_SECRET"),
        ("200 OK", {"access_token": "x", "id_token": "x"}, "fault", "OIDC_ISSUER"),
    ],
)
def test_what_the_token_endpoint_says_of_a_made_up_code(rows, front, provider, status, told, state, named):
    front.answer("/token", json.dumps(told).encode(), status=status)
    row = rows(identity_provider(provider, "acme", issuer=front.url))["client"]
    assert (row.state, row.setting) == (state, named)
    assert bool(row.remedy) == (state == "fault")


def test_a_token_endpoint_that_cannot_be_reached_hides_nothing_behind_it(rows, front, provider):
    front.write("/token", [])
    found = rows(identity_provider(provider, "acme", issuer=front.url))
    assert found["client"].state == "fault"
    assert front.url.partition("//")[2] in found["client"].finding
    assert found["redirect address"].state in ("ok", "fault")


def test_a_client_with_a_key_proves_itself_by_it(rows, provider):
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = ECKey.import_key(pem)
    entry = identity_provider(
        provider, "acme", client_secret=None, private_key=Secret(pem), client_authentication="private_key_jwt"
    )
    refused = rows(entry)["client"]
    assert (refused.state, refused.setting) == ("fault", "OIDC_PRIVATE_KEY")
    assert refused.remedy.startswith("Register the public half of OIDC_PRIVATE_KEY there")

    provider.control.client(jwks={"keys": [{**public.as_dict(private=False), "kid": public.thumbprint()}]})
    assert rows(entry)["client"].state == "ok"
    provider.control.client(jwks=None)


def test_a_provider_of_pushed_requests_alone_is_not_asked_for_the_redirect_address(rows, provider):
    provider.control.settings(pushed_requests="required")
    provider.control.forget_requests()
    assert rows(identity_provider(provider, "acme"))["redirect address"].state == "unknown"
    assert provider.control.requests("authorize") == []


@pytest.mark.parametrize(
    ("issuer", "metadata", "preset", "state", "remedy"),
    [
        ("https://acme.okta.com", {}, "okta", "ok", ""),
        ("https://acme.okta.com", {}, "entra", "fault", "Set OIDC_PRESET to okta."),
        ("https://acme.eu.auth0.com/", {}, "generic", "warning", "Set OIDC_PRESET to auth0."),
        ("https://id.acme.com", {"token_endpoint": "/protocol/openid-connect/token"}, "okta", "fault", "keycloak"),
        ("https://id.acme.com", {"tenant_region_scope": "EU"}, "entra", "ok", ""),
        ("https://id.acme.com", {}, "keycloak", "warning", "or to generic"),
        ("https://id.acme.com", {}, "okta", "ok", ""),
        ("https://id.acme.com", {}, "generic", "ok", ""),
    ],
)
def test_another_products_preset_is_told(issuer, metadata, preset, state, remedy):
    entry = IdentityProviderSettings(name="default", issuer=issuer, client_id="x", preset=preset)
    row = ProviderCheck(entry, "OIDC_", None, REDIRECT).product(metadata)
    assert (row.setting, row.state) == ("OIDC_PRESET", state)
    assert remedy in row.remedy
    assert bool(remedy) == bool(row.remedy)


def test_settings_of_the_file_are_named_as_the_file_has_them(rows, provider):
    entries = tuple(identity_provider(provider, name) for name in ("default", "acme", "other"))
    assert [prefix_of(entries, one) for one in entries] == ["OIDC_", "identity_providers[0].", "identity_providers[1]."]
    found = rows(identity_provider(provider, "acme", client_secret=Secret("wrong")), "identity_providers[0].")
    assert found["metadata"].setting == "identity_providers[0].issuer"
    assert "identity_providers[0].client_secret" in found["client"].remedy
