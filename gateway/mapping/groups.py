"""A person's groups: where each product sends them, and whether it left them out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from gateway.config import IdentityProviderSettings
from gateway.mapping.claims import Claims, claim_at, same_text
from gateway.oidc.presets import OUR_CLIENT_ID, PRESETS

NAMESPACED = ("groups", "roles")
"""How the names of namespaced claims end in which Auth0 sends groups."""


@dataclass(frozen=True)
class GroupClaims:
    """Where a provider sends groups.

    Attributes:
        claim: the claim's name; empty for none.
        roles: the ways to nested claims with roles, which count as groups.
        namespaced: whether claims named ``https://…/groups`` and ``https://…/roles`` hold groups, too.
    """

    claim: str = "groups"
    roles: tuple[tuple[str, ...], ...] = ()
    namespaced: bool = False

    @classmethod
    def of(cls, entry: IdentityProviderSettings) -> Self:
        """Return where a provider sends groups, by its preset and its settings."""
        preset = PRESETS[entry.preset]
        roles = tuple(tuple(entry.client_id if name == OUR_CLIENT_ID else name for name in way) for way in preset.roles)
        usual = "" if preset.groups is None else preset.groups or "groups"
        return cls(entry.groups_claim or usual, roles, preset.namespaced_groups and not entry.groups_claim)


@dataclass(frozen=True)
class Groups:
    """A person's groups.

    Attributes:
        claims: by each group's name, the claim that has it.
        missing: the claim that was left out because it would have been too large; empty for none.
        faults: claims that hold no groups although they should.
    """

    claims: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""
    faults: tuple[str, ...] = ()


def groups_of(claims: Claims, where: GroupClaims) -> Groups:
    """Return the groups that claims name; a lone text is a list of one."""
    found: dict[str, str] = {}
    faults = []
    for name, value in _values(claims, where):
        names, is_list = _names(value)
        found |= {group: name for group in names if group not in found}
        if not is_list:
            faults.append(f"{name}: is no list of names")
    return Groups(found, where.claim if _is_left_out(claims, where.claim) else "", tuple(faults))


def with_lists(claims: Claims, where: GroupClaims) -> dict[str, Any]:
    """Return the claims with a lone group as a list, so that expressions find the same whether one is sent or two."""
    listed = {name: [value] for name, value in _values(claims, where) if name in claims and isinstance(value, str)}
    return {**claims, **listed}


def _values(claims: Claims, where: GroupClaims) -> Iterator[tuple[str, Any]]:
    """Walk the claims that are there, with the names by which they are shown."""
    if where.claim and (value := claim_at(claims, where.claim)) is not None:
        yield where.claim, value
    for way in where.roles:
        if (value := _at(claims, way)) is not None:
            yield ".".join(way), value
    if where.namespaced:
        yield from ((name, claims[name]) for name in claims if name != where.claim and _is_namespaced(name))


def _at(claims: Any, way: tuple[str, ...]) -> Any:
    for name in way:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return claims


def _names(value: Any) -> tuple[list[str], bool]:
    """Return the names in a claim, and whether it holds nothing else."""
    listed = value if isinstance(value, list) else [value]
    names = [same_text(name) for name in listed if isinstance(name, str) and name]
    return names, len(names) == len(listed)


def _is_namespaced(name: str) -> bool:
    try:
        parts = urlsplit(name)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and parts.path.rpartition("/")[2] in NAMESPACED


def _is_left_out(claims: Claims, claim: str) -> bool:
    """Return whether the provider says that the groups are elsewhere (Core 5.6.2): Entra ID does above 200 of them."""
    if not claim or claim_at(claims, claim) is not None:
        return False
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, Mapping) and claim in elsewhere:
        return True
    return claim == "groups" and claims.get("hasgroups") in (True, "true")
