"""The token endpoint: what an answer that is none means there (RFC 6749, 5)."""

from functools import partial
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from gateway.errors import ProviderUnavailable
from gateway.oidc.provider_calls import failed
from gateway.oidc.refusals import answered, refused
from gateway.outbound.adapter import Failure

NAME = "token endpoint"
"""For notes."""


def fetched_token(client: OAuth2Session, url: str, **grant: str) -> dict[str, Any]:
    """Return what the token endpoint gives for a grant.

    Args:
        client: a session with a way to prove who we are.
        url: the endpoint's.
        grant: ``grant_type``, and what belongs to it.

    Raises:
        SignInInterrupted: the provider does not know the code, or not any more.
        SignInError: it refuses; see ``refusals.refused``.
        ProviderUnavailable: no answer, or none that is one.
    """
    client.register_compliance_hook("access_token_response", partial(answered, NAME))
    try:
        token: dict[str, Any] = client.fetch_token(url, allow_redirects=False, **grant)
    except OAuthError as error:
        raise refused(NAME, error.error, error.description) from None
    except Failure as error:
        raise failed(NAME, url, error) from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise ProviderUnavailable(f"{NAME}: not a token response") from None
    return token
