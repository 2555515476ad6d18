"""A provider as it is just now, asked past all copies: what it publishes, its clock, and whether it knows us.

Nobody is signed in by that: the token endpoint is asked to redeem a code that nobody was ever given, and the
authorization endpoint is asked without a person.
"""

import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from joserfc.jwk import Key

from gateway import context
from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.oidc.key_set import entries_of, usable
from gateway.oidc.metadata import Metadata, metadata_of, metadata_url
from gateway.oidc.oauth_client import oauth_client
from gateway.oidc.provider_calls import BODY_BYTES, READ_SECONDS, ProviderAdapter, failed, json_object
from gateway.oidc.registration import Registration
from gateway.oidc.tokens import may_have_signed
from gateway.outbound.adapter import Answer, Failure, OutboundFailed, session
from gateway.outbound.client import HttpClient, Request
from gateway.outbound.clock import seconds_ahead
from gateway.outbound.errors import OutboundError

_DESCRIPTION_LENGTH = 200


@dataclass(frozen=True)
class Published:
    """What a provider publishes about itself.

    Attributes:
        metadata: as a sign-in reads it.
        content: all of it, as it came.
        ahead: how many seconds its clock is ahead of ours; ``None`` where it does not say.
    """

    metadata: Metadata
    content: dict[str, Any]
    ahead: float | None


@dataclass(frozen=True)
class Refusal:
    """How a made-up code was refused (RFC 6749, 5.2).

    Attributes:
        status: of HTTP.
        error: the error code, or empty for an answer without one.
        description: the provider's own words, shortened.
    """

    status: int
    error: str
    description: str


class ProviderProbe:
    """Asks one provider.

    Args:
        registration: how we are registered there.
        adapter: the way out.
        client: the same, for an answer that is a redirect.
    """

    def __init__(self, registration: Registration, adapter: ProviderAdapter, client: HttpClient) -> None:
        self._registration = registration
        self._adapter = adapter
        self._client = client
        self._session = session(adapter)

    def published(self) -> Published:
        """Return what it publishes.

        Raises:
            ProviderUnavailable: it cannot be had; ``ProviderUnreachable``: nobody was reached.
            SignInNotTrusted: it is not the configured provider's, or lacks what a sign-in needs.
        """
        us = self._registration
        url = metadata_url(us.issuer, us.preset.metadata_query(us.client_id))
        asked_at = time.time()
        answer = self._fetched("metadata", url)
        ahead = seconds_ahead(answer.headers, asked_at, time.time())
        content = _content("metadata", url, answer)
        return Published(metadata_of(us.issuer, content), content, ahead)

    def keys(self, published: Published) -> list[Key]:
        """Return those of its keys that can verify an ID token by an algorithm of the settings.

        Raises:
            ProviderUnavailable: as ``published``.
            SignInNotTrusted: it is no key set.
        """
        url = published.metadata.jwks_uri
        content = _content("keys", url, self._fetched("keys", url))
        algorithms = self._registration.algorithms
        found = usable(entries_of(content))
        return [key for key in found if any(may_have_signed(key, algorithm) for algorithm in algorithms)]

    def redemption(self, published: Published) -> Refusal:
        """Have a made-up code redeemed, and return how that is refused.

        Raises:
            ProviderUnavailable: there is no answer.
        """
        endpoint = published.metadata.token_endpoint
        form = {
            "grant_type": "authorization_code",
            "code": f"made-up-by-the-doctor-{secrets.token_urlsafe(16)}",
            "redirect_uri": self._registration.redirect_uri,
            "code_verifier": secrets.token_urlsafe(48),
        }
        with oauth_client(self._registration, self._adapter) as client:
            authentication: Any = client.client_auth(client.token_endpoint_auth_method)
            try:
                answer = client.request(
                    "POST",
                    endpoint,
                    data=form,
                    headers={"Accept": "application/json"},
                    auth=authentication,
                    allow_redirects=False,
                )
            except Failure as failure:
                raise failed("token endpoint", endpoint, failure) from None
        told = json_object(answer.content) or {}
        error, description = (
            str(told.get(name) or "")[:_DESCRIPTION_LENGTH] for name in ("error", "error_description")
        )
        return Refusal(answer.status_code, error, description)

    def comes_back(self, published: Published) -> bool | None:
        """Return whether it sends a browser without a person back to us (Core 3.1.2.1, ``prompt=none``; 3.1.2.6).

        It sends nobody to an address that is not registered (RFC 6749, 3.1.2.4).

        Returns:
            ``None`` where that cannot be told: it answers with a page of its own, or takes pushed requests alone.

        Raises:
            ProviderUnavailable: there is no answer.
        """
        if published.metadata.demands_pushed_requests:
            return None
        endpoint = published.metadata.authorization_endpoint
        with oauth_client(self._registration, self._adapter) as client:
            url, _ = client.create_authorization_url(
                endpoint, code_verifier=secrets.token_urlsafe(48), nonce=secrets.token_urlsafe(16), prompt="none"
            )
        try:
            answer = self._client.send(Request("GET", str(url), safe=True), context.remaining(READ_SECONDS), BODY_BYTES)
        except OutboundError as error:
            raise failed("authorization endpoint", endpoint, OutboundFailed(error)) from None
        if answer.headers.get("Location", "").startswith(f"{self._registration.redirect_uri}?"):
            return True
        return False if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else None

    def _fetched(self, name: str, url: str) -> Answer:
        try:
            return self._session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        except Failure as error:
            raise failed(name, url, error) from None


def _content(name: str, url: str, answer: Answer) -> dict[str, Any]:
    if answer.status_code != HTTPStatus.OK:
        raise ProviderUnavailable(f"{name} at {url}: status {answer.status_code}")
    content = json_object(answer.content)
    if content is None:
        raise SignInNotTrusted(f"{name} at {url}: not a JSON object")
    return content
