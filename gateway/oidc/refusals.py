"""What a provider's refusal means: the person's, the organisation's, the operator's, or nobody's fault.

The provider's own words go into the note, shortened; the log removes what looks like a secret. No page shows them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from gateway.errors import (
    ProviderUnavailable,
    SignInDenied,
    SignInError,
    SignInInterrupted,
    SignInMisconfigured,
    SignInNotTrusted,
)
from gateway.oidc.provider_calls import json_object
from gateway.outbound.adapter import Answer

ERROR_LENGTH = 80
DESCRIPTION_LENGTH = 200

_AUTHENTICATION_EXPIRED = ("temporarily_unavailable", "authentication_expired")
_MEANINGS: Mapping[str, type[SignInError]] = {
    # the person's or the organisation's no (RFC 6749, 4.1.2.1; Core 3.1.2.6)
    "access_denied": SignInDenied,
    "login_required": SignInDenied,
    "consent_required": SignInDenied,
    "interaction_required": SignInDenied,
    "account_selection_required": SignInDenied,
    # the provider has a fault of its own, or forgot the code (RFC 6749, 4.1.2.1 and 5.2)
    "server_error": ProviderUnavailable,
    "temporarily_unavailable": ProviderUnavailable,
    "invalid_grant": SignInInterrupted,
}
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""4xx that say nothing about the request."""


def refused(where: str, error: object, description: object) -> SignInError:
    """Return what a provider's error means; one that is not known is the operator's to look at.

    Args:
        where: it was said, for the note.
        error: the error code.
        description: ``error_description``, or anything else or nothing.
    """
    code = str(error)[:ERROR_LENGTH]
    note = f"{where}: {code}"
    if isinstance(description, str):
        note += f": {description[:DESCRIPTION_LENGTH]}"
    if (code, description) == _AUTHENTICATION_EXPIRED:
        return SignInInterrupted(note)
    return _MEANINGS.get(code, SignInMisconfigured)(note)


def expired_at_provider(answer: Mapping[str, str]) -> bool:
    """Return whether the person took too long at the provider, as Keycloak says it: they only have to begin anew."""
    return (answer.get("error"), answer.get("error_description")) == _AUTHENTICATION_EXPIRED


def answered(endpoint: str, response: Answer) -> Answer:
    """Return an answer that is no refusal.

    Args:
        endpoint: which one answered, for the note.
        response: its answer.

    Raises:
        SignInError: the answer is an error of OAuth (RFC 6749, 5.2), or its status is one.
    """
    where = f"{endpoint} at {urlsplit(response.url).netloc}: status {response.status_code}"
    told = json_object(response.content) or {}
    refusal = refused(where, told["error"], told.get("error_description")) if "error" in told else None
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status_code in _PASSING:
        raise ProviderUnavailable(refusal.note if refusal else where)
    if refusal is None and response.status_code >= HTTPStatus.BAD_REQUEST:
        headers = (response.headers.get(name, "") for name in ("WWW-Authenticate", "Content-Type"))
        refusal = SignInMisconfigured(f"{where}: {', '.join(filter(None, headers))[:DESCRIPTION_LENGTH]}")
    if refusal is not None:
        raise refusal
    return response


@contextmanager
def speaking_of(token: str) -> Iterator[None]:
    """Let the note of a failed check say which token it speaks of."""
    try:
        yield
    except SignInNotTrusted as error:
        raise SignInNotTrusted(f"{token}: {error.note}") from None
