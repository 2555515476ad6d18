"""Answers about groups (API document, "Groups")."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Group
from sandbox.talentlms.replies import formats


def summary(group: Group) -> dict[str, Any]:
    """Return a group as the list of all groups shows it."""
    return {
        "id": str(group.id),
        "name": group.name,
        "description": group.description,
        "key": group.key,
        "price": formats.price(group.price),
        "owner_id": str(group.owner_id),
        "belongs_to_branch": formats.number_or_empty(group.branch_id),
        "max_redemptions": formats.number_or_empty(group.max_redemptions),
        "redemptions_sofar": formats.number_or_empty(group.redemptions),
    }


def created(portal: Portal, group: Group) -> dict[str, Any]:
    """Return a group as ``creategroup`` answers; the id is a number where the quirk says so."""
    return summary(group) | ({"id": group.id} if portal.quirks.int_ids_on_create else {})


def detail(portal: Portal, group: Group) -> dict[str, Any]:
    """Return a group with its users and courses."""
    return {**summary(group), **members(portal, group)}


def members(portal: Portal, holder: Group | Branch) -> dict[str, Any]:
    """Return the users and courses of a group or branch; archived users are left out."""
    people = [portal.state.users[number] for number in holder.users]
    courses = [portal.state.courses[number] for number in holder.courses]
    return {
        "users": [{"id": str(one.id), "name": one.short_name} for one in people if not one.archived],
        "courses": [{"id": str(one.id), "name": one.name} for one in courses],
    }
