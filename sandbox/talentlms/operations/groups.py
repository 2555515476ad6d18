"""Groups (API document, "Groups")."""

from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.links import new_key
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Group
from sandbox.talentlms.replies import groups
from sandbox.talentlms.rules import accounts, lookup, memberships
from sandbox.talentlms.timeline import note

DONE = {"message": "Operation completed successfully"}
KEY_LENGTH = 9


def all_groups(portal: Portal, _given: Arguments) -> Any:
    """List every group."""
    return [groups.summary(group) for group in portal.state.groups.values()]


def by_id(portal: Portal, given: Arguments) -> Any:
    """Answer one group with its users and courses."""
    return groups.detail(portal, lookup.group_by_id(portal, given.number("id")))


def create(portal: Portal, given: Arguments) -> Any:
    """Make a group; it gets a key of its own where none is given."""
    by = accounts.user_by_id(portal, given.number("creator_id", accounts.OWNER))
    key = given.text("key", new_key(KEY_LENGTH))
    if any(group.key == key for group in portal.state.groups.values()):
        raise ApiError("A group with the same key already exists")
    group = Group(
        id=0,
        name=given.text("name"),
        key=key,
        owner_id=by.id,
        description=given.text("description", ""),
        price=given.cents("price"),
        max_redemptions=given.number("max_redemptions", 0),
    )
    group.id = portal.state.next_id("groups")
    portal.state.groups[group.id] = group
    message = f"The group {group.name} was created by {by.short_name}"
    note(portal, "group_create_group", message, by, group)
    return groups.created(portal, group)


def delete(portal: Portal, given: Arguments) -> Any:
    """Remove a group; what its members were enrolled in stays."""
    group = lookup.group_by_id(portal, given.number("group_id"))
    by = accounts.user_by_id(portal, given.number("deleted_by_user_id", accounts.OWNER))
    del portal.state.groups[group.id]
    message = f"The group {group.name} was deleted by {by.short_name}"
    note(portal, "group_delete_group", message, by, group)
    return DONE


def add_user(portal: Portal, given: Arguments) -> Any:
    """Make a user a member by the group's key."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    group = lookup.group_by_key(portal, given.text("group_key"))
    memberships.join_group(portal, user, group)
    return {"user_id": str(user.id), **_name(group)}


def remove_user(portal: Portal, given: Arguments) -> Any:
    """End a membership."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    group = lookup.group_by_id(portal, given.number("group_id"))
    memberships.leave(portal, user, group)
    return {"user_id": str(user.id), **_name(group)}


def add_course(portal: Portal, given: Arguments) -> Any:
    """Add a course."""
    course = lookup.course_by_id(portal, given.number("course_id"))
    group = lookup.group_by_id(portal, given.number("group_id"))
    memberships.add_course(portal, course, group)
    return {"course_id": str(course.id), **_name(group)}


def _name(group: Group) -> dict[str, str]:
    return {"group_id": str(group.id), "group_name": group.name}


CREATE = ("description", "key", "price", "creator_id", "max_redemptions")

OPERATIONS = (
    Operation("groups", all_groups),
    Operation("groups/id", by_id, required=("id",)),
    Operation("creategroup", create, POST, ("name",), CREATE, empty=("description",)),
    Operation("deletegroup", delete, POST, ("group_id",), ("deleted_by_user_id",)),
    Operation("addusertogroup", add_user, required=("user_id", "group_key")),
    Operation("removeuserfromgroup", remove_user, required=("user_id", "group_id")),
    Operation("addcoursetogroup", add_course, required=("course_id", "group_id")),
)
