"""Branches (API document, "Branches")."""

from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch
from sandbox.talentlms.replies import branches
from sandbox.talentlms.rules import accounts, branch_settings, lookup, memberships
from sandbox.talentlms.timeline import note

DONE = {"message": "Operation completed successfully"}


def all_branches(portal: Portal, _given: Arguments) -> Any:
    """List every branch."""
    return [branches.summary(portal, branch) for branch in portal.state.branches.values()]


def by_id(portal: Portal, given: Arguments) -> Any:
    """Answer one branch with its users and courses."""
    return branches.detail(portal, lookup.branch_by_id(portal, given.number("id")))


def create(portal: Portal, given: Arguments) -> Any:
    """Make a branch; its name stands in its address, so no two have the same."""
    creator = accounts.user_by_id(portal, given.number("creator_id", accounts.OWNER))
    name = given.text("name")
    if any(branch.name == name for branch in portal.state.branches.values()):
        raise ApiError("A branch with the same name already exists")
    branch = Branch(
        id=0,
        name=name,
        creator_id=creator.id,
        description=given.text("description", ""),
        group_id=_group(portal, given),
        users_limit=given.number("users_limit", 0),
        settings=branch_settings.read(given),
    )
    branch.id = portal.state.next_id("branches")
    portal.state.branches[branch.id] = branch
    message = f"The branch {branch.name} was created by {creator.short_name}"
    note(portal, "branch_create_branch", message, creator, branch)
    return branches.created(portal, branch)


def _group(portal: Portal, given: Arguments) -> int | None:
    if "group_id" not in given:
        return None
    return lookup.group_by_id(portal, given.number("group_id")).id


def delete(portal: Portal, given: Arguments) -> Any:
    """Remove a branch; its users and courses stay."""
    branch = lookup.branch_by_id(portal, given.number("branch_id"))
    by = accounts.user_by_id(portal, given.number("deleted_by_user_id", accounts.OWNER))
    del portal.state.branches[branch.id]
    message = f"The branch {branch.name} was deleted by {by.short_name}"
    note(portal, "branch_delete_branch", message, by, branch)
    return DONE


def set_status(portal: Portal, given: Arguments) -> Any:
    """Make a branch active or inactive."""
    branch = lookup.branch_by_id(portal, given.number("branch_id"))
    branch.status = given.choice("status", ("active", "inactive"))
    by = accounts.owner(portal)
    note(portal, "branch_property_change", f"The branch {branch.name} is now {branch.status}", by, branch)
    return {"branch_id": str(branch.id), "status": branch.status}


def add_user(portal: Portal, given: Arguments) -> Any:
    """Make a user a member."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    branch = lookup.branch_by_id(portal, given.number("branch_id"))
    memberships.join_branch(portal, user, branch)
    return {"user_id": str(user.id), **_name(branch)}


def remove_user(portal: Portal, given: Arguments) -> Any:
    """End a membership."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    branch = lookup.branch_by_id(portal, given.number("branch_id"))
    memberships.leave(portal, user, branch)
    return {"user_id": str(user.id), **_name(branch)}


def add_course(portal: Portal, given: Arguments) -> Any:
    """Add a course."""
    course = lookup.course_by_id(portal, given.number("course_id"))
    branch = lookup.branch_by_id(portal, given.number("branch_id"))
    memberships.add_course(portal, course, branch)
    return {"course_id": str(course.id), **_name(branch)}


def _name(branch: Branch) -> dict[str, str]:
    return {"branch_id": str(branch.id), "branch_name": branch.name}


MAY_BE_EMPTY = (
    "description",
    "verification",
    "internal_announcement",
    "external_announcement",
    "registration_email_restriction",
    "paypal_email",
    "ecommerce_subscription_interval",
)
CREATE = (
    *MAY_BE_EMPTY,
    "disallow_global_login",
    "group_id",
    "language",
    "timezone",
    "signup_method",
    "user_type",
    "users_limit",
    "ecommerce_processor",
    "currency",
    "ecommerce_subscription",
    "ecommerce_subscription_price",
    "ecommerce_credits",
    "creator_id",
)

OPERATIONS = (
    Operation("branches", all_branches),
    Operation("branches/id", by_id, required=("id",)),
    Operation("createbranch", create, POST, ("name",), CREATE, empty=MAY_BE_EMPTY),
    Operation("deletebranch", delete, POST, ("branch_id",), ("deleted_by_user_id",)),
    Operation("branchsetstatus", set_status, required=("branch_id", "status")),
    Operation("addusertobranch", add_user, required=("user_id", "branch_id")),
    Operation("removeuserfrombranch", remove_user, required=("user_id", "branch_id")),
    Operation("addcoursetobranch", add_course, required=("course_id", "branch_id")),
)
