"""UserInfo: what the provider says of a person besides the ID token (Core 5.3)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.oidc.metadata import Metadata, ProviderDirectory
from gateway.oidc.provider_calls import ProviderAdapter, failed, json_object
from gateway.oidc.refusals import answered, speaking_of
from gateway.oidc.registration import Registration
from gateway.oidc.tokens import check_issuer_and_audience, signed_claims
from gateway.outbound.adapter import Answer, Failure, session


class UserInfo:
    """The UserInfo endpoint of one provider.

    Args:
        registration: how we are registered there.
        directory: the provider's metadata and keys.
        adapter: the way out.
    """

    def __init__(self, registration: Registration, directory: ProviderDirectory, adapter: ProviderAdapter) -> None:
        self._registration = registration
        self._directory = directory
        self._session = session(adapter)

    def claims(self, metadata: Metadata, access_token: str, id_token_claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the endpoint says, nothing where it is not to be asked.

        Args:
            metadata: where the endpoint is.
            access_token: what opens it; it goes into a header, never into an address.
            id_token_claims: validated; the answer has to speak of the same ``sub`` (Core 5.3.2).

        Raises:
            SignInNotTrusted: another subject, or a signature that does not hold.
            SignInMisconfigured: the endpoint refuses the access token.
            ProviderUnavailable: no answer, or none that is one.
        """
        if not metadata.userinfo_endpoint or not self._wanted(id_token_claims):
            return {}
        told = self._read(self._ask(metadata.userinfo_endpoint, access_token))
        if told.get("sub") != id_token_claims["sub"]:
            raise SignInNotTrusted("UserInfo: it speaks of another subject")
        return told

    def _wanted(self, claims: Mapping[str, Any]) -> bool:
        when = self._registration.userinfo
        return when == "always" or (when == "missing" and "email" not in claims)

    def _ask(self, url: str, access_token: str) -> Answer:
        try:
            response = self._session.get(
                url, headers={"Authorization": f"Bearer {access_token}"}, allow_redirects=False
            )
        except Failure as error:
            raise failed("UserInfo endpoint", url, error) from None
        if answered("UserInfo endpoint", response).status_code != HTTPStatus.OK:
            raise ProviderUnavailable(f"UserInfo endpoint: status {response.status_code}")
        return response

    def _read(self, response: Answer) -> dict[str, Any]:
        """Read JSON, or a signed JWT (Core 5.3.4).

        A signed one should name issuer and audience, but need not (Core 5.3.2): where it does, they have to be right.
        """
        registration = self._registration
        if response.headers.get("Content-Type", "").lower().startswith("application/jwt"):
            token = response.content.decode("ascii", "replace").strip()
            claims = signed_claims(token, self._directory.candidates, registration.algorithms, "UserInfo")
            with speaking_of("UserInfo"):
                check_issuer_and_audience(
                    {"iss": registration.issuer, "aud": registration.client_id, **claims},
                    registration.issuer,
                    registration.client_id,
                    registration.trusted_audiences,
                )
            return claims
        told = json_object(response.content)
        if told is None:
            raise ProviderUnavailable("UserInfo endpoint: not a JSON object")
        return told
