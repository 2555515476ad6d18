"""The address at which a browser ends its session at the provider (OpenID Connect RP-Initiated Logout 1.0, 2)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from gateway.oidc.registration import Registration
from schemas.transaction import Departure

ADDRESS_BYTES = 2000
"""The longest address that is sent to a provider; several, and what stands before them, refuse longer ones."""
HINT_LENGTH = 255
"""The longest ``logout_hint``; a ``sub`` is no longer (Core 2)."""


def id_token_hint(id_token: str) -> str:
    """Return the ID token to keep for the logout; empty for one that no address has room for."""
    return id_token if len(id_token) < ADDRESS_BYTES else ""


def logout_hint(claims: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return what to send as ``logout_hint``, should the ID token be too long; empty for nothing.

    What it means is the provider's to say: Entra ID takes the value of its claim ``login_hint``, Auth0 its ``sid``.

    Args:
        claims: of the ID token.
        names: of claims, the best first.
    """
    return next((claims[name] for name in names if _is_hint(claims.get(name))), "")


def end_session_address(endpoint: str, registration: Registration, departure: Departure) -> str | None:
    """Return the address, of ``ADDRESS_BYTES`` at most.

    It says whose session ends by the first of these for which there is room: the ID token, the hint, nothing. The
    provider may then ask the person.

    Args:
        endpoint: the provider's ``end_session_endpoint``.
        registration: how we are registered there.
        departure: what is known of the person who leaves.

    Returns:
        The address; ``None`` where even the shortest is too long.
    """
    always = {
        "client_id": registration.client_id,
        "post_logout_redirect_uri": registration.signed_out_uri,
        "state": departure.state,
    }
    hints = [{"id_token_hint": departure.id_token}, {"logout_hint": departure.logout_hint}]
    given = [hint for hint in hints if all(hint.values())]
    addresses = (_with_query(endpoint, hint | always) for hint in (*given, {}))
    return next((address for address in addresses if len(address) <= ADDRESS_BYTES), None)


def _with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(parameters)


def _is_hint(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= HINT_LENGTH and value.isascii() and value.isprintable()
