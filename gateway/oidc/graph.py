"""Microsoft Graph: the groups of a person whose ID token leaves them out because they are too many.

Asked as the application, by a token that is fetched for this one question, kept nowhere and told to nobody else.
"""

from http import HTTPStatus
from urllib.parse import quote, urlsplit

from authlib.integrations.requests_client import OAuth2Session

from gateway.errors import ProviderUnavailable, SignInMisconfigured
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.provider_calls import ProviderAdapter, failed, json_object
from gateway.oidc.registration import Registration
from gateway.oidc.token_endpoint import fetched_token
from gateway.outbound.adapter import Answer, Failure, mounted, session

MOST_GROUPS = 11_000
"""So many does Graph tell at most; it tells all of them at once, or none (*directoryObject: getMemberGroups*)."""
LONGEST_ID = 128
PERMISSIONS = "the application permissions GroupMember.Read.All and User.ReadBasic.All of Microsoft Graph"

_GRAPH = "Microsoft Graph"
_ERROR_LENGTH = 80


class MemberGroups:
    """The groups of a tenant's people.

    Args:
        registration: how we are registered at Entra ID.
        directory: the tenant's metadata.
        adapter: the way out.
        url: Graph's, scheme and host.
        security_only: whether groups that are there for mail and the like alone are left out, as in the ID tokens of an
            application whose groups claim is for security groups.
    """

    def __init__(
        self,
        registration: Registration,
        directory: ProviderDirectory,
        adapter: ProviderAdapter,
        url: str,
        *,
        security_only: bool,
    ) -> None:
        self._registration = registration
        self._directory = directory
        self._adapter = adapter
        self._session = session(adapter)
        self._url = url
        self._security_only = security_only

    def of(self, object_id: str) -> list[str]:
        """Return the object ids of all groups that a person is in, also by way of other groups.

        Args:
            object_id: the person's ``oid``.

        Raises:
            SignInMisconfigured: we may not ask, or they are more than ``MOST_GROUPS``; the note says what to do.
            SignInError: the token endpoint gives us no token.
            ProviderUnavailable: no answer, or none that is one.
        """
        url = f"{self._url}/v1.0/users/{quote(object_id, safe='')}/getMemberGroups"
        try:
            response = self._session.post(
                url,
                json={"securityEnabledOnly": self._security_only},
                headers={"Authorization": f"Bearer {self._token()}"},
                allow_redirects=False,
            )
        except Failure as error:
            raise failed(_GRAPH, url, error) from None
        return _groups_in(response)

    def _token(self) -> str:
        """Return a token for Graph (RFC 6749, 4.4)."""
        registration = self._registration
        client = OAuth2Session(registration.client_id, scope=f"{self._url}/.default")
        with registration.authenticate(mounted(client, self._adapter)) as client:
            told = fetched_token(client, self._directory.metadata().token_endpoint, grant_type="client_credentials")
        token = told.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProviderUnavailable("token endpoint: no access token for Microsoft Graph")
        return token


def _groups_in(response: Answer) -> list[str]:
    where = f"{_GRAPH} at {urlsplit(response.url).netloc}"
    told = json_object(response.content) or {}
    if response.status_code != HTTPStatus.OK:
        error = told.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        note = f"{where}: status {response.status_code}" + (
            f", {code[:_ERROR_LENGTH]}" if isinstance(code, str) else ""
        )
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise SignInMisconfigured(f"{note}; give the application {PERMISSIONS}, with admin consent")
        if code == "Directory_ResultSizeLimitExceeded":
            raise SignInMisconfigured(f"{note}; the person is in more than {MOST_GROUPS} groups: use app roles")
        raise ProviderUnavailable(note)
    groups = told.get("value")
    if "@odata.nextLink" in told or not isinstance(groups, list) or len(groups) > MOST_GROUPS:
        raise ProviderUnavailable(f"{where}: the answer is not a whole list of groups")
    if not all(isinstance(group, str) and 0 < len(group) <= LONGEST_ID for group in groups):
        raise ProviderUnavailable(f"{where}: the answer has something that is not the id of a group")
    return groups
