"""The relying party towards one provider: a sign-in begins and ends here (authorization code flow with PKCE)."""

import secrets
from collections.abc import Mapping
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from gateway.errors import ProviderUnavailable, SignInDenied, SignInError, SignInNotTrusted
from gateway.oidc.claims import identity_from, together
from gateway.oidc.end_session import id_token_hint, logout_hint
from gateway.oidc.metadata import Metadata, ProviderDirectory
from gateway.oidc.outbound import BoundedAdapter, bounded, json_object
from gateway.oidc.registration import Hints, Registration, SignedIn
from gateway.oidc.tokens import Expected, check_id_token, header_of, one_name, signed_claims
from gateway.oidc.userinfo import UserInfo
from schemas.secret import Secret
from schemas.transaction import Transaction

_AWAY = frozenset({"server_error", "temporarily_unavailable"})
_NO_HINTS = Hints()


class RelyingParty:
    """Us, towards one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
        adapter: the way out.
        algorithms: where it is written down what signs ID tokens; a ``gateway.store.signing_algorithms``.
    """

    def __init__(
        self, registration: Registration, directory: ProviderDirectory, adapter: BoundedAdapter, algorithms: Any
    ) -> None:
        self._registration = registration
        self._directory = directory
        self._adapter = adapter
        self._algorithms = algorithms
        self._userinfo = UserInfo(registration, directory, adapter)

    @property
    def issuer(self) -> str:
        """The provider's issuer."""
        return self._registration.issuer

    def begin(self, target: str, hints: Hints = _NO_HINTS) -> tuple[str, Transaction]:
        """Begin a sign-in (Core 3.1.2.1; RFC 7636).

        Args:
            target: our own path where the browser goes afterwards.
            hints: how to ask the person.

        Returns:
            The address at the provider to send the browser to, and the transaction to remember.

        Raises:
            ProviderUnavailable: its metadata cannot be had, or it does not take the pushed request.
            SignInNotTrusted: its metadata names another issuer.
        """
        transaction = Transaction(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            provider=self._registration.name,
            target=target,
        )
        metadata = self._directory.metadata()
        with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=transaction.state,
                code_verifier=transaction.code_verifier,
                nonce=transaction.nonce,
                **self._wishes(hints),
            )
            if self._registration.pushed and metadata.pushed_authorization_request_endpoint:
                url = self._pushed(client, metadata, str(url))
        return str(url), transaction

    def complete(self, transaction: Transaction, answer: Mapping[str, str]) -> SignedIn:
        """Complete a sign-in (Core 3.1.2.5 to 3.1.3.7).

        Args:
            transaction: taken from the store; its state is already known to be the answer's.
            answer: the parameters of the authorization response, each once.

        Raises:
            SignInDenied: the provider, or the person there, said no.
            SignInNotTrusted: a check failed.
            ProviderUnavailable: the provider is away.
        """
        metadata = self._directory.metadata()
        _check_issuer(answer.get("iss"), metadata)
        if "error" in answer:
            raise _refused(answer)
        if not answer.get("code"):
            raise SignInNotTrusted("the authorization response has neither a code nor an error")
        with self._client() as client:
            token = self._redeem(client, metadata, answer["code"], transaction)
        claims = self._validated(token, transaction)
        told = self._userinfo.claims(metadata, token["access_token"], claims)
        identity = identity_from(together(claims, told), self._registration)
        sid = claims.get("sid")
        return SignedIn(
            identity,
            Secret(id_token_hint(token["id_token"])),
            claims["sub"],
            sid if isinstance(sid, str) else "",
            logout_hint(claims, self._registration.preset.logout_hint),
        )

    def _client(self) -> OAuth2Session:
        registration = self._registration
        client = OAuth2Session(
            registration.client_id,
            redirect_uri=registration.redirect_uri,
            scope=" ".join(registration.scopes),
            code_challenge_method="S256",
        )
        bounded(client, self._adapter)
        return registration.authenticate(client)

    def _wishes(self, hints: Hints) -> dict[str, str]:
        """Return the optional parameters of the request; a hint never stands in the way of what is demanded."""
        registration = self._registration
        wishes = {
            "acr_values": " ".join(registration.acr_values),
            "max_age": "" if registration.max_age is None else str(registration.max_age),
            "login_hint": hints.login_hint,
            "prompt": registration.preset.reauthentication if hints.reauthenticate else hints.prompt,
            "ui_locales": hints.ui_locales,
        }
        return {name: value for name, value in wishes.items() if value}

    def _pushed(self, client: OAuth2Session, metadata: Metadata, url: str) -> str:
        """Push the request's parameters and return the address that refers to them (RFC 9126, 2 and 4)."""
        authentication: Any = client.client_auth(client.token_endpoint_auth_method)
        try:
            response = client.request(
                "POST",
                metadata.pushed_authorization_request_endpoint,
                data=url.partition("?")[2],
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                auth=authentication,
                allow_redirects=False,
            )
            request_uri = (json_object(response.content) or {})["request_uri"]
        except (requests.RequestException, KeyError) as error:
            raise ProviderUnavailable(f"pushed authorization request: {type(error).__name__}") from None
        request = requests.Request(
            "GET",
            metadata.authorization_endpoint,
            params={"client_id": self._registration.client_id, "request_uri": str(request_uri)},
        )
        return request.prepare().url or ""

    def _redeem(self, client: OAuth2Session, metadata: Metadata, code: str, transaction: Transaction) -> dict[str, Any]:
        """Redeem the code (Core 3.1.3.1)."""
        try:
            token: dict[str, Any] = client.fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=transaction.code_verifier,
                allow_redirects=False,
            )
        except OAuthError as error:
            raise SignInNotTrusted(f"token endpoint: {str(error.error)[:80]}") from None
        except requests.RequestException as error:
            raise ProviderUnavailable(f"token endpoint: {type(error).__name__}") from None
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ProviderUnavailable("token endpoint: not a token response") from None
        if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
            raise SignInNotTrusted("the token response lacks an ID token or an access token")
        return token

    def _validated(self, token: dict[str, Any], transaction: Transaction) -> dict[str, Any]:
        registration = self._registration
        claims = signed_claims(token["id_token"], self._directory.candidates, registration.algorithms)
        expected = Expected(
            issuer=registration.issuer,
            client_id=registration.client_id,
            nonce=transaction.nonce,
            access_token=token["access_token"],
            algorithm=str(header_of(token["id_token"]).get("alg")),
            max_age=registration.max_age,
            acr_values=registration.acr_values,
            trusted_audiences=registration.trusted_audiences,
        )
        check_id_token(claims, expected)
        self._algorithms.remember(registration.issuer, registration.client_id, str(one_name(expected.algorithm)))
        return claims


def _check_issuer(issuer: str | None, metadata: Metadata) -> None:
    """Check who answered (RFC 9207, 2.4)."""
    if issuer is None and metadata.answers_with_issuer:
        raise SignInNotTrusted("the authorization response lacks iss, which the provider promises to send")
    if issuer is not None and issuer != metadata.issuer:
        raise SignInNotTrusted("the authorization response comes from another issuer")


def _refused(answer: Mapping[str, str]) -> SignInError:
    """Return what an error response means (Core 3.1.2.6); its description is for the log alone."""
    note = f"{answer['error'][:80]}: {answer.get('error_description', '')[:200]}"
    if answer["error"] in _AWAY:
        return ProviderUnavailable(note)
    return SignInDenied(note)
