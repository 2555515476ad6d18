"""What the directory finds people and groups by, out of what clients send of them."""

from collections.abc import Mapping
from typing import Any

from schemas.directory import EmailAddress, GroupDraft, UserDraft

LONGEST_KEY = 256


def draft_of_user(resource: Mapping[str, Any], person: str) -> UserDraft:
    """Return a person to be stored.

    Args:
        resource: as ``resources`` or ``patch`` return it; a person of whom it says nothing else is active.
        person: the key that the identity provider's ``sub`` has; empty where no ``externalId`` tells it.
    """
    kept = {name: value for name, value in resource.items() if name != "active"}
    name = resource.get("name", {})
    emails = _emails(resource)
    return UserDraft(
        resource=kept,
        user_name=resource["userName"].lower(),
        external_id=resource.get("externalId", ""),
        email=_preferred(resource),
        emails=emails,
        active=resource.get("active", True),
        display_name=_key(resource.get("displayName", "")),
        family_name=_key(name.get("familyName", "")),
        given_name=_key(name.get("givenName", "")),
        person=person,
    )


def draft_of_group(resource: Mapping[str, Any]) -> GroupDraft:
    """Return a group to be stored."""
    return GroupDraft(dict(resource), resource["displayName"].lower(), resource.get("externalId", ""))


def _emails(resource: Mapping[str, Any]) -> tuple[EmailAddress, ...]:
    given = [item for item in resource.get("emails", []) if item.get("value")]
    found = [EmailAddress(_key(item["value"]), _key(item.get("type", ""))) for item in given]
    if not found and "@" in resource["userName"]:
        found = [EmailAddress(_key(resource["userName"]))]
    return tuple(dict.fromkeys(found))


def _preferred(resource: Mapping[str, Any]) -> str:
    """Return the preferred address: the primary one, else the first for work, else the first, else the user name."""
    items = [item for item in resource.get("emails", []) if item.get("value")]
    primary = [item for item in items if item.get("primary") is True]
    of_work = [item for item in items if str(item.get("type", "")).lower() == "work"]
    for item in (*primary, *of_work, *items):
        return _key(item["value"])
    return _key(resource["userName"]) if "@" in resource["userName"] else ""


def _key(text: str) -> str:
    return text.lower()[:LONGEST_KEY]
