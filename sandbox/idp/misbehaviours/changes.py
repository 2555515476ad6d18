"""The small changes that most misbehaviours are made of."""

import math
import time
from collections.abc import Callable
from typing import Any

from sandbox.idp.jose import left_half_hash
from sandbox.idp.misbehaviour import Change, Context, Json, Parameters, Seal
from sandbox.idp.seal import sealed

DAY = 24 * 60 * 60
NAN = math.nan
ENDLESS = math.inf


def put(**values: Any) -> Change[Json]:
    """Set members."""
    return lambda members, _context: {**members, **values}


def drop(*names: str) -> Change[Json]:
    """Leave members out."""
    return lambda members, _context: {name: value for name, value in members.items() if name not in names}


def edit(name: str, change: Callable[[Any], Any]) -> Change[Json]:
    """Compute a member from what it was; None where it was missing."""
    return lambda members, _context: {**members, name: change(members.get(name))}


def from_now(name: str, seconds: int) -> Change[Json]:
    """Set a member to a time relative to now, in seconds since the epoch."""
    return lambda members, _context: {**members, name: int(time.time()) + seconds}


def parameter(name: str, *values: str) -> Change[Parameters]:
    """Let a parameter have exactly these values: none removes it, two repeat it."""
    return lambda pairs, _context: [
        *((key, value) for key, value in pairs if key != name),
        *((name, value) for value in values),
    ]


def repeated(name: str) -> Change[Parameters]:
    """Say a parameter twice, the second time with a letter more."""
    return lambda pairs, _context: [*pairs, *((key, f"{value}x") for key, value in pairs if key == name)]


def sealed_with(alg: str) -> Seal:
    """Sign properly, with this algorithm and its key instead of the one that is set."""

    def seal(head: Json, claims: Json, context: Context) -> str:
        key = context.keys.signing(alg)
        if "at_hash" in claims:
            claims = {**claims, "at_hash": left_half_hash(context.access_token, alg)}
        return sealed({**head, "alg": alg, "kid": key.kid}, claims, context.signing(alg))

    return seal
