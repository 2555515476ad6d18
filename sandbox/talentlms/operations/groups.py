"""Groups (API document, "Groups")."""

from typing import Any

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.links import new_key
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.records import Group
from sandbox.talentlms.replies import groups
from sandbox.talentlms.rules import accounts, lookup, memberships
from sandbox.talentlms.timeline import note

DONE = {"message": "Operation completed successfully"}
KEY_LENGTH = 9


def all_groups(academy: Academy, _given: Arguments) -> Any:
    """List every group."""
    return [groups.summary(group) for group in academy.state.groups.values()]


def by_id(academy: Academy, given: Arguments) -> Any:
    """Answer one group with its users and courses."""
    return groups.detail(academy, lookup.group_by_id(academy, given.number("id")))


def create(academy: Academy, given: Arguments) -> Any:
    """Make a group; it gets a key of its own where none is given."""
    by = accounts.user_by_id(academy, given.number("creator_id", accounts.OWNER))
    key = given.text("key", new_key(KEY_LENGTH))
    if any(group.key == key for group in academy.state.groups.values()):
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
    group.id = academy.state.next_id("groups")
    academy.state.groups[group.id] = group
    message = f"The group {group.name} was created by {by.short_name}"
    note(academy, "group_create_group", message, by, group)
    return groups.created(academy, group)


def delete(academy: Academy, given: Arguments) -> Any:
    """Remove a group; what its members were enrolled in stays."""
    group = lookup.group_by_id(academy, given.number("group_id"))
    by = accounts.user_by_id(academy, given.number("deleted_by_user_id", accounts.OWNER))
    del academy.state.groups[group.id]
    message = f"The group {group.name} was deleted by {by.short_name}"
    note(academy, "group_delete_group", message, by, group)
    return DONE


def add_user(academy: Academy, given: Arguments) -> Any:
    """Make a user a member by the group's key."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    group = lookup.group_by_key(academy, given.text("group_key"))
    memberships.join_group(academy, user, group)
    return {"user_id": str(user.id), **_name(group)}


def remove_user(academy: Academy, given: Arguments) -> Any:
    """End a membership."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    group = lookup.group_by_id(academy, given.number("group_id"))
    memberships.leave(academy, user, group)
    return {"user_id": str(user.id), **_name(group)}


def add_course(academy: Academy, given: Arguments) -> Any:
    """Add a course."""
    course = lookup.course_by_id(academy, given.number("course_id"))
    group = lookup.group_by_id(academy, given.number("group_id"))
    memberships.add_course(academy, course, group)
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
