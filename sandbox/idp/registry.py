"""Every misbehaviour and every variant of the logout token, each declared once."""

from sandbox.idp.logout_variant import LogoutVariant
from sandbox.idp.misbehaviour import Misbehaviour
from sandbox.idp.misbehaviours import (
    answers,
    audiences,
    callbacks,
    headers,
    identities,
    keys,
    logout,
    logout_tokens,
    metadata,
    signatures,
    times,
    token_answers,
    userinfo,
)

LOGOUT_VARIANTS: tuple[LogoutVariant, ...] = logout_tokens.VARIANTS
MISBEHAVIOURS: tuple[Misbehaviour, ...] = (
    *identities.MISBEHAVIOURS,
    *audiences.MISBEHAVIOURS,
    *times.MISBEHAVIOURS,
    *signatures.MISBEHAVIOURS,
    *headers.MISBEHAVIOURS,
    *keys.MISBEHAVIOURS,
    *callbacks.MISBEHAVIOURS,
    *token_answers.MISBEHAVIOURS,
    *userinfo.MISBEHAVIOURS,
    *metadata.MISBEHAVIOURS,
    *answers.MISBEHAVIOURS,
    *logout.MISBEHAVIOURS,
)


def misbehaviour(name: str) -> Misbehaviour:
    """The misbehaviour of this name.

    Raises:
        ValueError: There is none.
    """
    for one in MISBEHAVIOURS:
        if one.name == name:
            return one
    raise ValueError(f"no misbehaviour is called {name!r}")


def logout_variant(name: str) -> LogoutVariant:
    """The variant of the logout token of this name.

    Raises:
        ValueError: There is none.
    """
    for one in LOGOUT_VARIANTS:
        if one.name == name:
            return one
    raise ValueError(f"no logout token is called {name!r}")
