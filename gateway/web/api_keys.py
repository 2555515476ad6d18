"""Whose request a machine's is: the storefront whose bearer key came with it (RFC 6750, 2.1)."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response, request

from gateway.errors import ApiKeyRefused
from schemas.secret import Secret

_BEARER = re.compile(r"Bearer +([!-~]+) *", re.IGNORECASE)


class ApiKeys:
    """The keys in force.

    Args:
        digests: by storefront, the SHA-256 of each of its keys in hexadecimal digits.
    """

    def __init__(self, digests: Mapping[str, Sequence[Secret]]) -> None:
        self._digests = [(name, digest) for name, several in digests.items() for digest in several]

    def storefront(self) -> str:
        """Return the name of the storefront that sends this request; it takes the same time whichever key is wrong.

        Raises:
            ApiKeyRefused: no key, or none that is in force. Nobody was asked for that, and nothing was written.
        """
        bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if bearer is None:
            raise ApiKeyRefused("no bearer key")
        digest = hashlib.sha256(bearer[1].encode()).hexdigest()
        of_key = [name for name, known in self._digests if hmac.compare_digest(known.reveal(), digest)]
        if not of_key:
            raise ApiKeyRefused("a key of no storefront")
        return of_key[0]


def challenge(response: Response) -> Response:
    """Name the scheme on an answer that asks for a key (RFC 6750, 3); for ``after_request``."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
