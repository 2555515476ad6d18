"""The relying party towards one provider: a sign-in begins and ends here (authorization code flow with PKCE)."""

import secrets
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.requests_client import OAuth2Session

from gateway.errors import ProviderUnavailable, SignInMisconfigured, SignInNotTrusted
from gateway.in_flight import InFlight
from gateway.oidc.claims import identity_from, together
from gateway.oidc.logout import id_token_hint, logout_hint
from gateway.oidc.metadata import Metadata, ProviderDirectory
from gateway.oidc.oauth_client import oauth_client
from gateway.oidc.provider_calls import ProviderAdapter, failed, json_object
from gateway.oidc.refusals import answered, refused, speaking_of
from gateway.oidc.registration import Registration, SignedIn
from gateway.oidc.token_endpoint import fetched_token
from gateway.oidc.tokens import check_id_token, header_of, one_name, signed_claims
from gateway.oidc.userinfo import UserInfo
from gateway.outbound.adapter import Failure
from schemas.secret import Secret
from schemas.transaction import RANDOM_BYTES, Hints, Transaction

PUSHED_AT_ONCE = 16
"""Requests that are pushed at once, of the calls to one address: anybody may begin sign-ins, and what they push must
not keep others' codes from being redeemed there."""

_NO_HINTS = Hints()
_PUSHING = "pushed authorization request endpoint"


class RelyingParty:
    """Us, towards one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
        adapter: the way out.
        algorithms: where it is written down what signs ID tokens; a ``gateway.store.signing_algorithms``.
    """

    def __init__(
        self, registration: Registration, directory: ProviderDirectory, adapter: ProviderAdapter, algorithms: Any
    ) -> None:
        self._registration = registration
        self._directory = directory
        self._adapter = adapter
        self._pushing = InFlight(PUSHED_AT_ONCE, ProviderUnavailable)
        self._algorithms = algorithms
        self._userinfo = UserInfo(registration, directory, adapter)

    @property
    def issuer(self) -> str:
        """The provider's issuer."""
        return self._registration.issuer

    def begin(
        self, target: str, hints: Hints = _NO_HINTS, *, reauthenticate: bool = False, again: bool = False
    ) -> tuple[str, Transaction]:
        """Begin a sign-in (Core 3.1.2.1; RFC 7636).

        Args:
            target: our own path where the browser goes afterwards.
            hints: how to ask the person.
            reauthenticate: whether the person is to be asked anew although they may be signed in there; it overrules
                the hints' ``prompt``.
            again: whether the gateway begins it by itself, in place of one that expired at the provider.

        Returns:
            The address at the provider to send the browser to, and the transaction to remember.

        Raises:
            ProviderUnavailable: its metadata cannot be had, or it does not answer the pushed request.
            SignInMisconfigured: it refuses the pushed request, or demands one and takes none.
            SignInNotTrusted: its metadata names another issuer.
        """
        transaction = Transaction(
            state=secrets.token_urlsafe(RANDOM_BYTES),
            nonce=secrets.token_urlsafe(RANDOM_BYTES),
            code_verifier=secrets.token_urlsafe(RANDOM_BYTES),
            provider=self._registration.name,
            target=target,
            begun_at=int(time.time()),
            hints=hints,
            again=again,
        )
        metadata = self._directory.metadata()
        with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=transaction.state,
                code_verifier=transaction.code_verifier,
                nonce=transaction.nonce,
                **self._optional(hints, reauthenticate=reauthenticate),
            )
            if self._is_pushed(metadata):
                url = self._pushed(client, metadata, str(url))
        return str(url), transaction

    def code(self, answer: Mapping[str, str]) -> str:
        """Return the code of an authorization response (Core 3.1.2.5, 3.1.2.6; RFC 9207, 2.4).

        Args:
            answer: its parameters, each once; its state is already known to be that of a sign-in of this browser.

        Raises:
            SignInNotTrusted: it comes from another issuer, or has neither a code nor an error.
            SignInError: the error that it holds: the person's no, the operator's fault, and so on.
            ProviderUnavailable: the provider's metadata cannot be had.
        """
        _check_issuer(answer.get("iss"), self._directory.metadata())
        if "error" in answer:
            raise refused("authorization response", answer["error"], answer.get("error_description"))
        if not answer.get("code"):
            raise SignInNotTrusted("authorization response: neither a code nor an error")
        return answer["code"]

    def complete(self, transaction: Transaction, code: str) -> SignedIn:
        """Complete a sign-in (Core 3.1.3.1 to 3.1.3.7).

        Args:
            transaction: of this browser; it is used up.
            code: what the provider sent the browser back with.

        Raises:
            SignInInterrupted: the provider does not know the code, or not any more.
            SignInMisconfigured: the provider does not accept us.
            SignInNotTrusted: a check failed.
            ProviderUnavailable: the provider is away.
        """
        metadata = self._directory.metadata()
        with self._client() as client:
            token = self._redeem(client, metadata, code, transaction)
        claims = self._validated(token, transaction)
        told = self._userinfo.claims(metadata, token["access_token"], claims)
        everything = together(claims, told)
        with speaking_of("ID token and UserInfo"):
            identity = identity_from(everything, self._registration)
        sid = claims.get("sid")
        return SignedIn(
            identity,
            Secret(id_token_hint(token["id_token"])),
            claims["sub"],
            sid if isinstance(sid, str) else "",
            logout_hint(claims, self._registration.preset.logout_hint),
            MappingProxyType(everything),
        )

    def _client(self) -> OAuth2Session:
        return oauth_client(self._registration, self._adapter)

    def _optional(self, hints: Hints, *, reauthenticate: bool) -> dict[str, str]:
        """Return the optional parameters of the request; a hint never overrules what is demanded."""
        registration = self._registration
        optional = {
            "acr_values": " ".join(registration.acr_values),
            "max_age": "" if registration.max_age is None else str(registration.max_age),
            "login_hint": hints.login_hint,
            "prompt": registration.preset.reauthentication if reauthenticate else hints.prompt,
            "ui_locales": hints.ui_locales,
        }
        return {name: value for name, value in optional.items() if value}

    def _is_pushed(self, metadata: Metadata) -> bool:
        """Return whether the request is pushed first: where the settings or the provider say so (RFC 9126, 5)."""
        if metadata.pushed_authorization_request_endpoint:
            return self._registration.pushed or metadata.demands_pushed_requests
        if metadata.demands_pushed_requests:
            raise SignInMisconfigured("metadata: pushed authorization requests are demanded, and there is no endpoint")
        return False

    def _pushed(self, client: OAuth2Session, metadata: Metadata, url: str) -> str:
        """Push the request's parameters and return the address that refers to them (RFC 9126, 2 and 4)."""
        endpoint = metadata.pushed_authorization_request_endpoint
        authentication: Any = client.client_auth(client.token_endpoint_auth_method)
        try:
            with self._pushing.one():
                response = client.request(
                    "POST",
                    endpoint,
                    data=url.partition("?")[2],
                    headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                    auth=authentication,
                    allow_redirects=False,
                )
        except Failure as error:
            raise failed(_PUSHING, endpoint, error) from None
        request_uri = (json_object(answered(_PUSHING, response).content) or {}).get("request_uri")
        if not isinstance(request_uri, str) or not request_uri:
            raise ProviderUnavailable(f"{_PUSHING}: the answer has no request_uri")
        parts = urlsplit(metadata.authorization_endpoint)
        wanted = urlencode({"client_id": self._registration.client_id, "request_uri": request_uri})
        return parts._replace(query="&".join(filter(None, (parts.query, wanted)))).geturl()

    def _redeem(self, client: OAuth2Session, metadata: Metadata, code: str, transaction: Transaction) -> dict[str, Any]:
        """Redeem the code (Core 3.1.3.1)."""
        token = fetched_token(
            client,
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=transaction.code_verifier,
        )
        if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
            raise SignInNotTrusted("token endpoint: the answer lacks an ID token or an access token")
        return token

    def _validated(self, token: dict[str, Any], transaction: Transaction) -> dict[str, Any]:
        registration = self._registration
        claims = signed_claims(token["id_token"], self._directory.candidates, registration.algorithms)
        algorithm = str(header_of(token["id_token"]).get("alg"))
        with speaking_of("ID token"):
            check_id_token(claims, registration, transaction.nonce, token["access_token"], algorithm)
        self._algorithms.remember(registration.issuer, registration.client_id, str(one_name(algorithm)))
        return claims


def _check_issuer(issuer: str | None, metadata: Metadata) -> None:
    """Check who answered (RFC 9207, 2.4)."""
    if issuer is None and metadata.answers_with_issuer:
        raise SignInNotTrusted("authorization response: it lacks iss, which the provider promises to send")
    if issuer is not None and issuer != metadata.issuer:
        raise SignInNotTrusted("authorization response: it comes from another issuer")
