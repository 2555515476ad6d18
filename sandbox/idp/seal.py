"""The ordinary header and signature of whatever the provider signs."""

from typing import Any

from sandbox.idp.jose import sign
from sandbox.idp.misbehaviour import Context


def header(context: Context) -> dict[str, Any]:
    """The JOSE header for the algorithm that is set."""
    alg = context.settings.signing_alg
    kid = context.keys.signing(alg).kid
    return {"alg": alg, **({} if kid is None else {"kid": kid}), "typ": "JWT"}


def sealed(head: dict[str, Any], claims: dict[str, Any], context: Context) -> str:
    """Signed with the key that is in use."""
    alg = context.settings.signing_alg
    return sign(head, claims, context.keys.signing(alg), alg)
