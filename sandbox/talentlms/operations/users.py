"""Finding, making and changing users (API document, "Users")."""

from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.domain_lists import LANGUAGES, USER_TYPES
from sandbox.talentlms.errors import ApiError, InvalidArguments
from sandbox.talentlms.operation import EITHER, POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import User
from sandbox.talentlms.replies import formats, users
from sandbox.talentlms.rules import accounts, custom_fields
from sandbox.talentlms.rules.lookup import branch_by_id, group_by_id
from sandbox.talentlms.rules.memberships import check_redemptions, check_room, join_branch, join_group
from sandbox.talentlms.timezones import time_zone

PERSON = ("first_name", "last_name", "email", "login", "password")
PROFILE = ("first_name", "last_name", "email", "login", "password", "bio")
DONE = {"message": "Operation completed successfully"}
END_OF_DAY = 86_399


def all_users(portal: Portal, given: Arguments) -> Any:
    """List the users that are not archived, by pages where the caller asks for them."""
    present = [user for user in portal.state.users.values() if not user.archived]
    size = given.number("page_size", len(present) or 1)
    page = given.number("page_number", 1)
    if not (size and page):
        raise InvalidArguments
    return [users.summary(portal, user) for user in present[(page - 1) * size : page * size]]


def by_id(portal: Portal, given: Arguments) -> Any:
    """Answer the user with this id."""
    return users.detail(portal, accounts.user_by_id(portal, given.number("id")))


def by_email(portal: Portal, given: Arguments) -> Any:
    """Answer the user with this e-mail address."""
    return users.detail(portal, accounts.user_by_email(portal, given.text("email")))


def by_username(portal: Portal, given: Arguments) -> Any:
    """Answer the user with this username."""
    return users.detail(portal, accounts.user_by_login(portal, given.text("username")))


def sign_up(portal: Portal, given: Arguments) -> Any:
    """Make an account; everything is checked before anything is changed."""
    values = {name: given.text(name) for name in PERSON}
    _check_person(portal, values, None)
    values["user_type"] = given.choice("user_type", tuple(USER_TYPES), "Learner")
    language = _language(given, "English")
    restricted = given.flag("restrict_email", "on", "off")
    own_fields = custom_fields.checked(portal, "user", given.custom_fields(), whole=True)
    branch = branch_by_id(portal, given.number("branch_id")) if "branch_id" in given else None
    group = group_by_id(portal, given.number("group_id")) if "group_id" in given else None
    if branch:
        check_room(branch)
    if group:
        check_redemptions(group)
    accounts.check_seats(portal)
    user = accounts.open_account(portal, values)
    user.language, user.restrict_email, user.custom_fields = language, restricted, own_fields
    user.status = "inactive" if portal.quirks.inactive_after_signup else "active"
    if branch:
        join_branch(portal, user, branch)
    if group:
        join_group(portal, user, group)
    return users.signed_up(portal, user)


def edit(portal: Portal, given: Arguments) -> Any:
    """Change what is given of an account; everything is checked before anything is changed."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    changes: dict[str, Any] = {name: given.text(name) for name in PROFILE if name in given}
    _check_person(portal, {"email": user.email, "login": user.login, **changes}, user)
    own_fields = custom_fields.checked(portal, "user", given.custom_fields(), whole=False)
    changes |= _settings(portal, user, given)
    for name, value in changes.items():
        setattr(user, name, value)
    user.custom_fields |= own_fields
    accounts.touch(portal, user)
    return users.summary(portal, user)


def _settings(portal: Portal, user: User, given: Arguments) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "timezone" in given:
        changes["timezone"] = _time_zone(given)
    if "credits" in given:
        changes["credits"] = given.number("credits")
    if "restrict_email" in given:
        changes["restrict_email"] = given.flag("restrict_email", "on", "off")
    if "deactivation_date" in given:
        changes["deactivates_on"] = _deactivation(portal, user, given.text("deactivation_date"))
    return changes


def _deactivation(portal: Portal, user: User, text: str) -> int | None:
    if not text:
        return None
    if user.status != "active":
        raise ApiError("The deactivation date can be set only for an active user")
    try:
        return formats.read_day(portal, text) + END_OF_DAY
    except ValueError as fault:
        raise InvalidArguments from fault


def _check_person(portal: Portal, values: dict[str, str], user: User | None) -> None:
    if user is None or values["email"] != user.email:
        accounts.check_email(values["email"])
    if "password" in values:
        accounts.check_password(portal, values["password"])
    accounts.check_unique(portal, values["email"], values["login"], but=user)


def _time_zone(given: Arguments) -> str:
    name = time_zone(given.text("timezone"))
    if name is None:
        raise InvalidArguments
    return name


def _language(given: Arguments, default: str) -> str:
    if "language" not in given:
        return default
    return LANGUAGES[given.choice("language", tuple(LANGUAGES))]


def delete(portal: Portal, given: Arguments) -> Any:
    """Archive a user, or delete them for good."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    by = accounts.user_by_id(portal, given.number("deleted_by_user_id", accounts.OWNER))
    accounts.remove_user(portal, user, by, permanent=given.flag("permanent", "yes", "no"))
    return DONE


def set_status(portal: Portal, given: Arguments) -> Any:
    """Make a user active or inactive."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    status = given.choice("status", ("active", "inactive"))
    if status == "active" and user.status != "active":
        accounts.check_seats(portal)
    accounts.set_status(portal, user, status)
    return {"user_id": str(user.id), "status": user.status}


def registration_fields(portal: Portal, _given: Arguments) -> Any:
    """List the custom fields of users."""
    own = custom_fields.of(portal, "user")
    return [users.custom_field(field, own[place - 1] if place else None, place + 1) for place, field in enumerate(own)]


def by_custom_field(portal: Portal, given: Arguments) -> Any:
    """Answer a map of the users with this value in one of their custom fields."""
    wanted = given.text("custom_field_value")
    present = [user for user in portal.state.users.values() if not user.archived]
    hits = [user for user in present if custom_fields.holds(portal, "user", user.custom_fields, wanted)]
    if not hits and portal.quirks.empty_map_is_list:
        return []
    return {str(user.id): users.filtered(portal, user) for user in hits}


PAGES = ("page_size", "page_number")
SIGN_UP = ("branch_id", "group_id", "user_type", "language", "restrict_email")
EDIT = (*PROFILE, "timezone", "credits", "deactivation_date", "restrict_email")

OPERATIONS = (
    Operation("users", all_users, optional=PAGES),
    Operation("users/id", by_id, EITHER, required=("id",)),
    Operation("users/email", by_email, EITHER, required=("email",)),
    Operation("users/username", by_username, EITHER, required=("username",)),
    Operation("usersignup", sign_up, POST, required=PERSON, optional=SIGN_UP, custom_fields=True),
    Operation("deleteuser", delete, POST, ("user_id",), ("deleted_by_user_id", "permanent")),
    Operation("edituser", edit, POST, ("user_id",), EDIT, empty=("bio", "deactivation_date"), custom_fields=True),
    Operation("usersetstatus", set_status, required=("user_id", "status")),
    Operation("getcustomregistrationfields", registration_fields),
    Operation("getusersbycustomfield", by_custom_field, required=("custom_field_value",)),
)
