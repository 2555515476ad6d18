"""Setting a scene by hand: people and things with exactly the properties that somebody wants to try."""

from collections.abc import Mapping
from typing import Any

from sandbox.talentlms.links import new_key
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Coupon, Course, CustomField, Session, Unit, User
from sandbox.talentlms.rules import accounts
from sandbox.talentlms.timeline import note

PASSWORD = "Sandbox-1"
COURSE = (
    *("name", "price", "category_id", "description", "time_limit", "certification", "certification_days"),
    "custom_fields",
)
PLAIN = ("status", "archived", "language", "custom_fields", "bio", "credits", "restrict_email")


def add_user(portal: Portal, values: Mapping[str, Any]) -> User:
    """Make a user; only e-mail and username must be free, everything else is taken as it is given.

    Raises:
        ApiError: the e-mail address or username is taken.
        ValueError: an unknown key, or an id that is taken.
    """
    email = values["email"]
    person = {
        "email": email,
        "login": values.get("login") or email,
        "first_name": values.get("first_name", "Kim"),
        "last_name": values.get("last_name", "Lee"),
        "password": values.get("password", PASSWORD),
        "user_type": values.get("user_type", "Learner"),
    }
    _known(values, (*person, *PLAIN, "id"))
    accounts.check_unique(portal, email, person["login"])
    user = accounts.open_account(portal, person, _free(portal.state.users, values))
    for name in PLAIN:
        setattr(user, name, values.get(name, getattr(user, name)))
    return user


def add_course(portal: Portal, values: Mapping[str, Any]) -> Course:
    """Make a course; ``units`` are the names of its units. Raises ``ValueError`` for an unknown key or a taken id."""
    _known(values, ("id", "units", *COURSE))
    state, now = portal.state, portal.clock.seconds()
    number = state.next_id("courses", _free(state.courses, values))
    rest = {name: value for name, value in values.items() if name not in ("id", "units")}
    course = Course(id=number, created_on=now, last_updated=now, creator_id=accounts.OWNER, **rest)
    state.courses[number] = course
    for name in values.get("units", ("First steps", "Going further")):
        add_unit(portal, course, "Content", name)
    by = accounts.owner(portal)
    note(portal, "course_create_course", f"The course {course.name} was created by {by.short_name}", by, course)
    return course


def add_unit(portal: Portal, course: Course, kind: str, name: str, **rest: Any) -> Unit:
    """Add a unit to the end of a course."""
    number = portal.state.next_id("units")
    unit = Unit(number, course.id, kind, name, **rest)
    portal.state.units[number] = unit
    return unit


def add_custom_field(portal: Portal, values: Mapping[str, Any]) -> CustomField:
    """Make or replace a custom field. Raises ``ValueError`` for one that is of nothing."""
    if values.get("of") not in ("user", "course"):
        raise ValueError("a custom field is of a user or of a course")
    field = CustomField(**{"type": "text", **values})
    portal.state.custom_fields[field.of, field.key] = field
    return field


def add_coupon(portal: Portal, code: str, percent: int, *, expired: bool = False) -> Coupon:
    """Make a coupon."""
    coupon = portal.state.coupons[code] = Coupon(code, percent, expired)
    return coupon


def open_session(portal: Portal, user: User, **rest: Any) -> Session:
    """Sign a user in with a new browser session."""
    session = Session(new_key(26), user.id, **rest)
    portal.state.sessions[session.id] = session
    note(portal, "user_login_user", f"{user.short_name} signed in", user)
    return session


def _known(values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    unknown = set(values) - set(names)
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")


def _free(table: Mapping[int, Any], values: Mapping[str, Any]) -> int:
    number = int(values.get("id", 0))
    if number in table:
        raise ValueError(f"id {number} is taken")
    return number
