"""Reading a call's address: the action, and ``key:value,key:value`` behind it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sandbox.talentlms.errors import InvalidArguments
from sandbox.talentlms.quirks import Quirks

PREFIX = "/api/v1/"
LOOKUPS: Mapping[str, tuple[str, ...]] = {
    "users": ("id", "email", "username"),
    "courses": ("id",),
    "categories": ("id",),
    "groups": ("id",),
    "branches": ("id",),
}
PERCENT_40 = re.compile("%40", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A request path, taken apart but not decoded: ``/api/v1/<action>/<rest>``."""

    action: str
    rest: str


def split(raw: str) -> Address:
    """Take a raw request target apart; what stands behind ``?`` is no argument."""
    path = raw.partition("?")[0].partition(PREFIX)[2]
    action, _, rest = path.partition("/")
    return Address(action, rest)


def pairs(rest: str) -> dict[str, str]:
    """Return the arguments of a path as they stand there.

    Raises:
        InvalidArguments: a piece without ``:``, a name twice, or a ``/``.
    """
    pieces = [piece.partition(":") for piece in rest.split(",")] if rest else []
    names = [name for name, _, _ in pieces]
    if "/" in rest or len(set(names)) < len(names) or not all(colon for _, colon, _ in pieces):
        raise InvalidArguments
    return {name: value for name, _, value in pieces}


def decoded(values: Mapping[str, str], quirks: Quirks) -> dict[str, str]:
    """Return the values with their percent signs resolved, as the quirks say."""
    spaced = {name: value.replace("+", " ") if quirks.plus_is_space else value for name, value in values.items()}
    return {name: unquote(value) for name, value in spaced.items()}


def hides_at_sign(rest: str, quirks: Quirks) -> bool:
    """Tell whether the arguments hold a ``%40`` that finds nothing."""
    return quirks.percent_40_is_404 and PERCENT_40.search(rest) is not None


def operation_name(action: str, names: tuple[str, ...]) -> str:
    """Return the operation's name: look-ups are told apart by the key they come with."""
    keys = [name for name in names if name in LOOKUPS.get(action, ())]
    return f"{action}/{keys[0]}" if keys else action
