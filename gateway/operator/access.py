"""Who may use the operator listener: under which names it is addressed, with which token, and from which page."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from ipaddress import ip_address
from wsgiref.types import WSGIEnvironment

from gateway.config.rules import BindAddress
from gateway.hosts import is_loopback
from gateway.keyring import Keyring
from schemas.secret import Secret

CHALLENGES = (
    ("WWW-Authenticate", 'Basic realm="talentlms-gateway, the token as password", charset="UTF-8"'),
    ("WWW-Authenticate", "Bearer"),
)
"""Browsers ask for the first, programs send the second (RFC 7617, RFC 6750)."""
FORM_SECONDS = 3600
"""How long the buttons of a page work."""
_PURPOSE = "operator form"


class Access:
    """What a request to the operator listener has to show.

    Args:
        bind: where it listens.
        token: what everything but the metrics asks for; ``None``: nothing on loopback, and no answer beyond it.
        own_name: the machine's name.
    """

    def __init__(self, bind: BindAddress, token: Secret | None, own_name: str = "") -> None:
        self._is_loopback = is_loopback(bind.host)
        self._token = token
        self._own_name = own_name.lower()

    def is_ours(self, host: str) -> bool:
        """Return whether a browser that sends this Host may have meant us.

        A page of somebody else's can have a name of theirs lead here (DNS rebinding), but no address, and no name
        without a dot, as container networks use them.
        """
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        if self._is_loopback:
            return is_loopback(name)
        return bool(name) and (_is_address(name) or "." not in name or name.lower() == self._own_name)

    def is_operator(self, authorization: str) -> bool:
        """Return whether a request carries the token: as bearer, or as the password of any user name.

        Args:
            authorization: its header; or empty.
        """
        if self._token is None:
            return self._is_loopback
        scheme, _, given = authorization.partition(" ")
        told = given.strip().encode("latin-1", errors="replace")
        if scheme.lower() == "basic":
            told = _password(told)
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(told, self._token.reveal().encode())


class Forms:
    """Whether a POST comes from a page of ours.

    Args:
        keyring: what signs the tokens of forms; any process accepts another's.
        clock: epoch seconds, UTC.
    """

    def __init__(self, keyring: Keyring, clock: Callable[[], float] = time.time) -> None:
        self._keyring = keyring
        self._clock = clock

    def token(self) -> str:
        """Return what a form of a page carries that is made now."""
        until = str(int(self._clock()) + FORM_SECONDS)
        return f"{until}.{self._keyring.sign(_PURPOSE, until)}"

    def are_ours(self, token: str, environ: WSGIEnvironment) -> bool:
        """Return whether a form was sent from a page of ours that is not too old.

        Another site's page reads no token. Besides, browsers say from where they send a form, and that has to be here.

        Args:
            token: what the form carries.
            environ: the request.
        """
        until, _, signature = token.partition(".")
        is_genuine = self._keyring.verifies(_PURPOSE, until, signature)
        is_young = until.isascii() and until.isdecimal() and int(until[:12]) >= self._clock()
        is_from_here = environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin"
        origin = environ.get("HTTP_ORIGIN")
        is_same = origin is None or origin.partition("://")[2] == environ.get("HTTP_HOST")
        return is_genuine and is_young and is_from_here and is_same


def _password(told: bytes) -> bytes:
    try:
        return base64.b64decode(told, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
