"""Which product a provider is, as far as its issuer and its metadata show it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.config.identity_providers import PRESETS_BY_HOST

_DOMAINS = {
    "okta": (".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com"),
    "auth0": (".auth0.com",),
    "jumpcloud": (".jumpcloud.com",),
}
_ENTRAS_OWN = "tenant_region_scope"
_KEYCLOAKS_OWN = "/protocol/openid-connect/token"
SHOWN_BY_METADATA = frozenset({"entra", "keycloak", "google"})
"""Those that are always recognized, wherever they are served; others may be served at any domain."""


def product_of(issuer: str, metadata: Mapping[str, Any]) -> str:
    """Return the preset that is made for a provider; empty where it shows nothing of its product.

    Args:
        issuer: the provider's.
        metadata: all that it publishes.
    """
    host = urlsplit(issuer).hostname or ""
    if host in PRESETS_BY_HOST:
        return PRESETS_BY_HOST[host]
    if _ENTRAS_OWN in metadata:
        return "entra"
    if str(metadata.get("token_endpoint")).endswith(_KEYCLOAKS_OWN):
        return "keycloak"
    return next((preset for preset, domains in _DOMAINS.items() if host.endswith(domains)), "")
