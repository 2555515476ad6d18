"""Branches (API document, "Branches")."""

from typing import Any

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.records import Branch
from sandbox.talentlms.replies import branches
from sandbox.talentlms.rules import accounts, branch_settings, lookup, memberships
from sandbox.talentlms.timeline import note

DONE = {"message": "Operation completed successfully"}


def all_branches(academy: Academy, _given: Arguments) -> Any:
    """List every branch."""
    return [branches.summary(academy, branch) for branch in academy.state.branches.values()]


def by_id(academy: Academy, given: Arguments) -> Any:
    """Answer one branch with its users and courses."""
    return branches.detail(academy, lookup.branch_by_id(academy, given.number("id")))


def create(academy: Academy, given: Arguments) -> Any:
    """Make a branch; its name stands in its address, so no two have the same."""
    creator = accounts.user_by_id(academy, given.number("creator_id", accounts.OWNER))
    name = given.text("name")
    if any(branch.name == name for branch in academy.state.branches.values()):
        raise ApiError("A branch with the same name already exists")
    branch = Branch(
        id=0,
        name=name,
        creator_id=creator.id,
        description=given.text("description", ""),
        group_id=_group(academy, given),
        users_limit=given.number("users_limit", 0),
        settings=branch_settings.read(given),
    )
    branch.id = academy.state.next_id("branches")
    academy.state.branches[branch.id] = branch
    message = f"The branch {branch.name} was created by {creator.short_name}"
    note(academy, "branch_create_branch", message, creator, branch)
    return branches.created(academy, branch)


def _group(academy: Academy, given: Arguments) -> int | None:
    if "group_id" not in given:
        return None
    return lookup.group_by_id(academy, given.number("group_id")).id


def delete(academy: Academy, given: Arguments) -> Any:
    """Remove a branch; its users and courses stay."""
    branch = lookup.branch_by_id(academy, given.number("branch_id"))
    by = accounts.user_by_id(academy, given.number("deleted_by_user_id", accounts.OWNER))
    del academy.state.branches[branch.id]
    message = f"The branch {branch.name} was deleted by {by.short_name}"
    note(academy, "branch_delete_branch", message, by, branch)
    return DONE


def set_status(academy: Academy, given: Arguments) -> Any:
    """Make a branch active or inactive."""
    branch = lookup.branch_by_id(academy, given.number("branch_id"))
    branch.status = given.choice("status", ("active", "inactive"))
    by = accounts.owner(academy)
    note(academy, "branch_property_change", f"The branch {branch.name} is now {branch.status}", by, branch)
    return {"branch_id": str(branch.id), "status": branch.status}


def add_user(academy: Academy, given: Arguments) -> Any:
    """Make a user a member."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    branch = lookup.branch_by_id(academy, given.number("branch_id"))
    memberships.join_branch(academy, user, branch)
    return {"user_id": str(user.id), **_name(branch)}


def remove_user(academy: Academy, given: Arguments) -> Any:
    """End a membership."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    branch = lookup.branch_by_id(academy, given.number("branch_id"))
    memberships.leave(academy, user, branch)
    return {"user_id": str(user.id), **_name(branch)}


def add_course(academy: Academy, given: Arguments) -> Any:
    """Add a course."""
    course = lookup.course_by_id(academy, given.number("course_id"))
    branch = lookup.branch_by_id(academy, given.number("branch_id"))
    memberships.add_course(academy, course, branch)
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
