"""Answers about groups (API document, "Groups")."""

from typing import Any

from sandbox.talentlms.academy import Academy
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


def created(academy: Academy, group: Group) -> dict[str, Any]:
    """Return a group as ``creategroup`` answers; the id is a number where the quirk says so."""
    return summary(group) | ({"id": group.id} if academy.quirks.int_ids_on_create else {})


def detail(academy: Academy, group: Group) -> dict[str, Any]:
    """Return a group with its users and courses."""
    return {**summary(group), **members(academy, group)}


def members(academy: Academy, holder: Group | Branch) -> dict[str, Any]:
    """Return the users and courses of a group or branch; archived users are left out."""
    people = [academy.state.users[number] for number in holder.users]
    courses = [academy.state.courses[number] for number in holder.courses]
    return {
        "users": [{"id": str(one.id), "name": one.short_name} for one in people if not one.archived],
        "courses": [{"id": str(one.id), "name": one.name} for one in courses],
    }
