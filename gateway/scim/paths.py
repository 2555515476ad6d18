"""Paths of PATCH operations (RFC 7644, 3.5.2, figure 7)."""

from dataclasses import dataclass

from gateway.scim import filters
from gateway.scim.attributes import Attribute, ResourceType
from gateway.scim.errors import ScimError


@dataclass(frozen=True)
class Path:
    """Where an operation applies.

    Attributes:
        steps: the attributes that lead there, the outermost first.
        where: which values of the outermost attribute with several are meant; ``None`` for all.
    """

    steps: tuple[Attribute, ...]
    where: filters.Filter | None = None


def parse(kind: ResourceType, text: str) -> Path | None:
    """Return a path; ``None`` for one to an attribute that no schema defines.

    Raises:
        ScimError: it is no path.
    """
    text = text.strip()
    before, bracket, rest = text.partition("[")
    if not bracket:
        return _plain(kind, text)
    inner, closed, after = rest.rpartition("]")
    if not closed or (after and not after.startswith(".")):
        raise _invalid(text)
    steps = kind.steps(before.strip() + after)
    if not before.strip() or not steps:
        return None
    if not any(step.multi_valued for step in steps):
        raise _invalid(text)
    is_apart = steps[0].name.lower() in kind.stored_apart  # there the filter names values, and is tried on none
    return Path(steps, filters.parse(inner, filters.MOST if is_apart else filters.MOST_IN_PATH))


def _plain(kind: ResourceType, text: str) -> Path | None:
    if not text or any(sign.isspace() or sign in '()]"' for sign in text):
        raise _invalid(text)
    steps = kind.steps(text)
    return Path(steps) if steps else None


def _invalid(text: str) -> ScimError:
    detail = f'{text[:80]!r} is no path; write such as name.givenName or emails[type eq "work"].value.'
    return ScimError(detail, "invalidPath")
