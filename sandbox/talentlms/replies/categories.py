"""Answers about categories (API document, "Categories")."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Category, Course
from sandbox.talentlms.replies import courses, formats
from sandbox.talentlms.rules.lookup import courses_in, units_of


def summary(category: Category) -> dict[str, Any]:
    """Return a category as the list of all categories shows it."""
    return {
        "id": str(category.id),
        "name": category.name,
        "price": formats.price(category.price),
        "parent_category_id": formats.number_or_none(category.parent_id),
    }


def detail(portal: Portal, category: Category) -> dict[str, Any]:
    """Return a category with its courses."""
    return {**summary(category), "courses": [_course(portal, one) for one in courses_in(portal, category)]}


def leaf(portal: Portal, category: Category) -> dict[str, Any]:
    """Return a category with its courses and their units."""
    return {**summary(category), "courses": [_lesson(portal, one) for one in courses_in(portal, category)]}


def _course(portal: Portal, course: Course) -> dict[str, Any]:
    return {
        "id": str(course.id),
        "name": course.name,
        "description": course.description,
        "price": formats.price(course.price),
        "status": "active",
        "hide_from_catalog": formats.bit(course.hide_from_catalog),
        "level": course.level,
        **courses.shared(portal, course),
        **courses.avatars(portal),
    }


def _lesson(portal: Portal, course: Course) -> dict[str, Any]:
    return {
        "id": str(course.id),
        "name": course.name,
        "description": course.description,
        **courses.shared(portal, course),
        **courses.avatars(portal),
        "units": [courses.unit_reply(portal, unit) for unit in units_of(portal, course)],
    }
