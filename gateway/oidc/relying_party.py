"""The relying party towards one provider: a sign-in begins and ends here (authorization code flow with PKCE)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from gateway import log
from gateway.errors import ProviderUnavailable, SignInDenied, SignInError, SignInNotTrusted
from gateway.oidc.claims import identity_from
from gateway.oidc.metadata import Metadata, ProviderDirectory
from gateway.oidc.outbound import BoundedAdapter, bounded
from gateway.oidc.tokens import Expected, check_id_token, signed_claims
from schemas.identity import Identity
from schemas.secret import Secret
from schemas.transaction import Departure, Transaction

_AWAY = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True)
class Registration:
    """How we are registered at a provider.

    Attributes:
        name: of the entry in the settings.
        issuer: byte for byte.
        client_id: ours.
        client_secret: ours.
        redirect_uri: the callback's address, exactly as registered.
        signed_out_uri: where the provider sends the browser after a sign-out.
        scopes: what is asked for, always the same.
        algorithms: that may sign a token.
        userinfo: ``always``, ``missing`` (when the ID token has no e-mail address) or ``never``.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: Secret
    redirect_uri: str
    signed_out_uri: str
    scopes: tuple[str, ...]
    algorithms: tuple[str, ...]
    userinfo: str


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in brought.

    Attributes:
        identity: who it is.
        id_token: kept for the ``id_token_hint`` of the logout, and for nothing else.
        sid: the provider's session id, or empty.
    """

    identity: Identity
    id_token: Secret
    sid: str


class RelyingParty:
    """Us, towards one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
        adapter: the way out.
    """

    def __init__(self, registration: Registration, directory: ProviderDirectory, adapter: BoundedAdapter) -> None:
        self._registration = registration
        self._directory = directory
        self._adapter = adapter
        self._session = bounded(requests.Session(), adapter)

    def begin(self, target: str) -> tuple[str, Transaction]:
        """Begin a sign-in (Core 3.1.2.1; RFC 7636).

        Args:
            target: our own path where the browser goes afterwards.

        Returns:
            The address at the provider to send the browser to, and the transaction to remember.

        Raises:
            ProviderUnavailable: its metadata cannot be had.
        """
        transaction = Transaction(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            provider=self._registration.name,
            target=target,
        )
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._directory.metadata().authorization_endpoint,
                state=transaction.state,
                code_verifier=transaction.code_verifier,
                nonce=transaction.nonce,
            )
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
        claims |= self._userinfo(metadata, token, claims)
        identity = identity_from(claims, issuer=self._registration.issuer, provider=self._registration.name)
        sid = claims.get("sid")
        return SignedIn(identity, Secret(token["id_token"]), sid if isinstance(sid, str) else "")

    def end_session_url(self, departure: Departure) -> str | None:
        """Return where the browser ends its session at the provider (RP-Initiated Logout 1.0, 2), if anywhere."""
        try:
            endpoint = self._directory.metadata().end_session_endpoint
        except SignInError as error:
            log.event("sign_out.provider_unavailable", issuer=self._registration.issuer, why=error.note)
            return None
        if not endpoint:
            return None
        parameters = {
            "id_token_hint": departure.id_token,
            "client_id": self._registration.client_id,
            "post_logout_redirect_uri": self._registration.signed_out_uri,
            "state": departure.state,
        }
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode({k: v for k, v in parameters.items() if v})

    def end_session_origin(self) -> str | None:
        """Return the origin of the provider's end session endpoint, if it is known and there is one."""
        try:
            endpoint = urlsplit(self._directory.metadata().end_session_endpoint)
        except SignInError:
            return None
        return f"{endpoint.scheme}://{endpoint.netloc}" if endpoint.netloc else None

    def _client(self) -> OAuth2Session:
        registration = self._registration
        client = OAuth2Session(
            registration.client_id,
            registration.client_secret.reveal(),
            redirect_uri=registration.redirect_uri,
            scope=" ".join(registration.scopes),
            code_challenge_method="S256",
        )
        bounded(client, self._adapter)
        return client

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
        except (ValueError, TypeError, AttributeError):
            raise ProviderUnavailable("token endpoint: not a token response") from None
        if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
            raise SignInNotTrusted("the token response lacks an ID token or an access token")
        return token

    def _validated(self, token: dict[str, Any], transaction: Transaction) -> dict[str, Any]:
        registration = self._registration
        claims = signed_claims(token["id_token"], self._directory.keys, registration.algorithms)
        expected = Expected(
            registration.issuer,
            registration.client_id,
            transaction.nonce,
            registration.algorithms,
            token["access_token"],
        )
        check_id_token(claims, expected)
        return claims

    def _userinfo(self, metadata: Metadata, token: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
        """Ask UserInfo and return its claims; its ``sub`` has to be the ID token's (Core 5.3.2)."""
        wanted = self._registration.userinfo
        if not metadata.userinfo_endpoint or wanted == "never" or (wanted == "missing" and "email" in claims):
            return {}
        try:
            response = self._session.get(
                metadata.userinfo_endpoint,
                headers={"Authorization": f"Bearer {token['access_token']}"},
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ProviderUnavailable(f"userinfo: {type(error).__name__}") from None
        if response.status_code != requests.codes.ok:
            raise ProviderUnavailable(f"userinfo: status {response.status_code}")
        told = self._userinfo_claims(response)
        if told.get("sub") != claims["sub"]:
            raise SignInNotTrusted("userinfo speaks of another subject")
        return told

    def _userinfo_claims(self, response: requests.Response) -> dict[str, Any]:
        """Read JSON, or a signed JWT, which is verified like an ID token (Core 5.3.4)."""
        if response.headers.get("Content-Type", "").startswith("application/jwt"):
            token = response.content.decode("ascii", "replace").strip()
            claims = signed_claims(token, self._directory.keys, self._registration.algorithms, "userinfo")
            if claims.get("iss") != self._registration.issuer or claims.get("aud") != self._registration.client_id:
                raise SignInNotTrusted("userinfo: iss or aud is somebody else's")
            return claims
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise ProviderUnavailable("userinfo: not a JSON object")
        return told


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
