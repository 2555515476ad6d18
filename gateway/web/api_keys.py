"""Whose request a machine's is: the storefront whose bearer key came with it (RFC 6750, 2.1)."""

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, request

from gateway import log
from gateway.errors import ApiKeyRefused, GatewayError
from gateway.web import error_handlers
from gateway.web.refusals import Refusals
from schemas.secret import Secret

_BEARER = re.compile(r"Bearer +([!-~]+) *", re.IGNORECASE)


class ApiKeys:
    """The keys in force.

    Args:
        digests: by storefront, or whoever else has keys, the SHA-256 of each of its keys in hexadecimal digits.
    """

    def __init__(self, digests: Mapping[str, Sequence[Secret]]) -> None:
        self._digests = [(name, digest) for name, several in digests.items() for digest in several]
        self._refusals = Refusals(_tell)

    def storefront(self) -> str:
        """Return the name of the storefront that sends this request; raises as ``holder``."""
        return self.holder()

    def holder(self) -> str:
        """Return the name of whose key came with this request; it takes the same time whichever key is wrong.

        Raises:
            ApiKeyRefused: no key, or none that is in force. Nobody was asked for that, and nothing was written.
        """
        bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if bearer is None:
            raise ApiKeyRefused("no bearer key")
        digest = hashlib.sha256(bearer[1].encode()).hexdigest()
        of_key = [name for name, known in self._digests if hmac.compare_digest(known.reveal(), digest)]
        if not of_key:
            raise ApiKeyRefused("a key of nobody")
        return of_key[0]

    def guard(self, routes: Blueprint) -> None:
        """Let routes answer a wrong key as RFC 6750, 3 has it; strangers fill no log with wrong ones."""
        routes.after_request(_challenge)
        routes.register_error_handler(ApiKeyRefused, self._refused)

    def _refused(self, error: ApiKeyRefused) -> Response:
        self._refusals.count("", error)  # a wrong key is no storefront's
        return error_handlers.shown(error)


def _challenge(response: Response) -> Response:
    """Name the scheme on an answer that asks for a key."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _tell(storefront: str, error: GatewayError, count: int) -> None:
    log.event(
        "api.refused",
        level=logging.WARNING,
        storefront=storefront,
        problem=error.code,
        count=count,
        note=error.note,
    )
