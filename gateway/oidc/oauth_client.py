"""Authlib's client towards one provider, as we are registered there."""

from authlib.integrations.requests_client import OAuth2Session

from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.registration import Registration
from gateway.outbound.adapter import mounted


def oauth_client(registration: Registration, adapter: ProviderAdapter) -> OAuth2Session:
    """Return a client, for one sign-in.

    Args:
        registration: how we are registered.
        adapter: the way out.
    """
    client = OAuth2Session(
        registration.client_id,
        redirect_uri=registration.redirect_uri,
        scope=" ".join(registration.scopes),
        code_challenge_method="S256",
    )
    return registration.authenticate(mounted(client, adapter))
