"""Reading an authorization request and finding its faults (OpenID Connect Core, section 3.1.2; RFC 7636; RFC 9126)."""

import re
from collections.abc import Mapping

from flask import Request

from sandbox.idp.provider import Provider

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class UntrustedRequestError(Exception):
    """Who asks, or where the answer should go, is unknown: a page is shown and nobody is redirected."""


class RefusedRequestError(Exception):
    """The request is refused with an OAuth error code, told at its redirect URI."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


def parameters(request: Request) -> dict[str, str]:
    """The request's parameters, each of which may stand there once (RFC 6749, section 3.1).

    Raises:
        UntrustedRequestError: A parameter is repeated.
    """
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if len(pairs) != len(dict(pairs)):
        raise UntrustedRequestError("a parameter is repeated")
    return dict(pairs)


def trusted(provider: Provider, asked: Mapping[str, str]) -> Mapping[str, str]:
    """The request, pushed or direct, once its client and redirect URI are known to be right.

    Raises:
        UntrustedRequestError: The client, the redirect URI or the pushed request is unknown.
    """
    if asked.get("client_id") != provider.client.client_id:
        raise UntrustedRequestError("client_id is unknown")
    whole = _pushed(provider, asked) if provider.settings.pushed_requests != "off" else asked
    if whole.get("redirect_uri") not in provider.client.redirect_uris:
        raise UntrustedRequestError("redirect_uri is not registered")
    return whole


def _pushed(provider: Provider, asked: Mapping[str, str]) -> Mapping[str, str]:
    if "request_uri" not in asked:
        if provider.settings.pushed_requests == "required":
            raise UntrustedRequestError("requests must be pushed first")
        return asked
    whole = provider.pushed.take(asked["request_uri"].rpartition(":")[2])
    if whole is None:
        raise UntrustedRequestError("request_uri is unknown or was used before")
    return whole


def check(asked: Mapping[str, str]) -> None:
    """Refuse a request that this provider, or any careful one, does not serve.

    Raises:
        RefusedRequestError: With the code that the standards give the fault.
    """
    if asked.get("response_type") != "code":
        raise RefusedRequestError("unsupported_response_type", "response_type must be code")
    if asked.get("response_mode", "query") != "query":
        raise RefusedRequestError("invalid_request", "response_mode must be query")
    if "openid" not in asked.get("scope", "").split():
        raise RefusedRequestError("invalid_scope", "scope must hold openid")
    if asked.get("code_challenge_method") != "S256":
        raise RefusedRequestError("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise RefusedRequestError("invalid_request", "code_challenge must be the hash of a code verifier")
    if not asked.get("max_age", "0").isdecimal():
        raise RefusedRequestError("invalid_request", "max_age must be a number of seconds")
    if "request" in asked or "registration" in asked:
        raise RefusedRequestError("request_not_supported", "request objects are not supported")
