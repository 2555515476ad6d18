"""Finding the things of the portal by their number, or refusing."""

from typing import TypeVar

from sandbox.talentlms.errors import ApiError, Missing
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Category, Course, Enrolment, Group, Unit, User

T = TypeVar("T")


def course_by_id(portal: Portal, course_id: int) -> Course:
    """Return the course, or raise ``Missing``."""
    return _found(portal.state.courses.get(course_id), "course")


def course_by_name(portal: Portal, name: str) -> Course:
    """Return the first course of this name, or raise ``Missing``."""
    named = [course for course in portal.state.courses.values() if course.name == name]
    return _found(named[0] if named else None, "course")


def category_by_id(portal: Portal, category_id: int) -> Category:
    """Return the category, or raise ``Missing``."""
    return _found(portal.state.categories.get(category_id), "category")


def group_by_id(portal: Portal, group_id: int) -> Group:
    """Return the group, or raise ``Missing``."""
    return _found(portal.state.groups.get(group_id), "group")


def group_by_key(portal: Portal, key: str) -> Group:
    """Return the group that this key opens, or raise ``ApiError``."""
    for group in portal.state.groups.values():
        if group.key == key:
            return group
    raise ApiError("There is no group with such key")


def branch_by_id(portal: Portal, branch_id: int) -> Branch:
    """Return the branch, or raise ``Missing``."""
    return _found(portal.state.branches.get(branch_id), "branch")


def unit_by_id(portal: Portal, unit_id: int, kind: str = "") -> Unit:
    """Return the unit, of this type if one is named, or raise ``Missing``."""
    unit = portal.state.units.get(unit_id)
    return _found(unit if unit and kind in ("", unit.type) else None, "unit")


def enrolment_of(portal: Portal, user: User, course: Course) -> Enrolment:
    """Return the user's enrolment in the course, or raise ``ApiError``."""
    enrolment = portal.state.enrolments.get((user.id, course.id))
    if enrolment is None:
        raise ApiError("The requested user is not enrolled in this course")
    return enrolment


def units_of(portal: Portal, course: Course) -> list[Unit]:
    """Return the units of a course, sections too, in their order."""
    return [unit for unit in portal.state.units.values() if unit.course_id == course.id]


def courses_in(portal: Portal, category: Category) -> list[Course]:
    """Return the courses that lie directly in a category."""
    return [course for course in portal.state.courses.values() if course.category_id == category.id]


def _found(thing: T | None, name: str) -> T:
    if thing is None:
        raise Missing(name)
    return thing
