"""A user of a directory as claims, so that the mapping reads what is pushed and what a sign-in tells alike.

What OpenID Connect has a name for (Core 5.1) has that name; every other attribute keeps SCIM's (RFC 7643, 4.1 and 4.3).
"""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.scim.definitions import ENTERPRISE_URN
from gateway.scim.people import draft_of_user

_STANDARD = {
    "userName": "preferred_username",
    "displayName": "name",
    "nickName": "nickname",
    "profileUrl": "profile",
    "timezone": "zoneinfo",
}
_NAMES = {"givenName": "given_name", "familyName": "family_name", "middleName": "middle_name"}
_OWN = ("title", "userType")
_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department")
_LISTS = ("roles", "entitlements")


def claims_of(resource: Mapping[str, Any], groups: Collection[str] | None, groups_claim: str) -> dict[str, Any]:
    """Return the claims of a user.

    Args:
        resource: as the directory keeps it.
        groups: the names of the user's groups; ``None`` where the directory has none of anybody's.
        groups_claim: the claim in which the mapping looks for groups.

    Returns:
        The claims that the resource has a value for. ``sub`` is ``externalId``; ``email`` is the preferred address.
    """
    name, enterprise = resource.get("name", {}), resource.get(ENTERPRISE_URN, {})
    told = {
        "sub": resource.get("externalId"),
        "name": name.get("formatted"),
        "locale": resource.get("preferredLanguage") or resource.get("locale"),
        "email": draft_of_user(resource, "").email,
        "manager": enterprise.get("manager", {}).get("value"),
        "phone_number": next((one.get("value") for one in resource.get("phoneNumbers", [])), None),
    }
    found = told | {claim: name.get(part) for part, claim in _NAMES.items()}
    found |= {part: resource.get(part) for part in _OWN} | {part: enterprise.get(part) for part in _ENTERPRISE}
    found |= {part: [one["value"] for one in resource.get(part, []) if one.get("value")] for part in _LISTS}
    found |= {claim: resource[part] for part, claim in _STANDARD.items() if resource.get(part)}
    claims = {claim: value for claim, value in found.items() if value}
    return claims if groups is None else claims | {groups_claim: list(groups)}
