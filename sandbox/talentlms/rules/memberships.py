"""Groups and branches: who belongs to them, and which courses."""

from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Course, Group, User
from sandbox.talentlms.rules.accounts import owner
from sandbox.talentlms.rules.enrolments import enrol_where_missing, unenrol
from sandbox.talentlms.rules.lookup import units_of
from sandbox.talentlms.timeline import note

Holder = Branch | Group


def kind_of(holder: Holder) -> str:
    """Return ``group`` or ``branch``."""
    return "group" if isinstance(holder, Group) else "branch"


def join_group(portal: Portal, user: User, group: Group) -> None:
    """Make a user a member of a group and enrol them in its courses.

    Raises:
        ApiError: they are a member already, or the group's key has been redeemed as often as it may.
    """
    _check_new(group, group.users, user.id, "user")
    check_redemptions(group)
    group.redemptions += 1
    _join(portal, user, group)
    enrol_where_missing(portal, user, group.courses)


def join_branch(portal: Portal, user: User, branch: Branch) -> None:
    """Make a user a member of a branch.

    Raises:
        ApiError: they are a member already, or the branch is full.
    """
    _check_new(branch, branch.users, user.id, "user")
    check_room(branch)
    _join(portal, user, branch)


def check_room(branch: Branch) -> None:
    """Refuse a further member where the branch has reached its limit."""
    if branch.users_limit and len(branch.users) >= branch.users_limit:
        raise ApiError("The requested branch has reached its users limit")


def check_redemptions(group: Group) -> None:
    """Refuse where a group's key has been redeemed as often as it may."""
    if group.max_redemptions and group.redemptions >= group.max_redemptions:
        raise ApiError("The key of the requested group has reached its maximum number of redemptions")


def _join(portal: Portal, user: User, holder: Holder) -> None:
    holder.users.append(user.id)
    kind = kind_of(holder)
    message = f"{user.short_name} was added to the {kind} {holder.name}"
    note(portal, f"{kind}_add_user", message, user, holder)


def leave(portal: Portal, user: User, holder: Holder) -> None:
    """End a membership; enrolments stay. Raises ``ApiError`` where there is none."""
    kind = kind_of(holder)
    if user.id not in holder.users:
        raise ApiError(f"The requested user is not a member of this {kind}")
    holder.users.remove(user.id)
    message = f"{user.short_name} was removed from the {kind} {holder.name}"
    note(portal, f"{kind}_remove_user", message, user, holder)


def add_course(portal: Portal, course: Course, holder: Holder) -> None:
    """Add a course; the members that are there already are not enrolled in it. Raises ``ApiError`` if it was there."""
    _check_new(holder, holder.courses, course.id, "course")
    holder.courses.append(course.id)
    kind = kind_of(holder)
    message = f"The course {course.name} was added to the {kind} {holder.name}"
    note(portal, f"{kind}_add_course", message, owner(portal), course, holder)


def remove_course(portal: Portal, course: Course, by: User) -> None:
    """Remove a course with its units, enrolments and places in groups and branches; each leaves its event."""
    state = portal.state
    for user_id, _ in [key for key in state.enrolments if key[1] == course.id]:
        unenrol(portal, state.users[user_id], course)
    holders: list[Holder] = [*state.groups.values(), *state.branches.values()]
    for holder in holders:
        if course.id in holder.courses:
            _take_out(portal, course, holder, by)
    for unit in units_of(portal, course):
        del state.units[unit.id]
    del state.courses[course.id]
    note(portal, "course_delete_course", f"The course {course.name} was deleted by {by.short_name}", by, course)


def _take_out(portal: Portal, course: Course, holder: Holder, by: User) -> None:
    holder.courses.remove(course.id)
    kind = kind_of(holder)
    message = f"The course {course.name} was removed from the {kind} {holder.name}"
    note(portal, f"{kind}_remove_course", message, by, course, holder)


def _check_new(holder: Holder, members: list[int], number: int, thing: str) -> None:
    if number in members:
        raise ApiError(f"The requested {thing} is already a member of this {kind_of(holder)}")
