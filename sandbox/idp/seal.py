"""The ordinary header and signature of whatever the provider signs."""

from typing import Any

from sandbox.idp.jose import sign
from sandbox.idp.misbehaviour import Occasion


def header(occasion: Occasion) -> dict[str, Any]:
    """The JOSE header for the algorithm that is set."""
    alg = occasion.settings.signing_alg
    kid = occasion.keys.signing(alg).kid
    return {"alg": alg, **({} if kid is None else {"kid": kid}), "typ": "JWT"}


def sealed(head: dict[str, Any], claims: dict[str, Any], occasion: Occasion) -> str:
    """Signed with the key that is in use."""
    alg = occasion.settings.signing_alg
    return sign(head, claims, occasion.keys.signing(alg), alg)
