"""Finding, making and changing users (API document, "Users")."""

from typing import Any

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.domain_lists import LANGUAGES, USER_TYPES
from sandbox.talentlms.errors import ApiError, InvalidArguments
from sandbox.talentlms.operation import EITHER, POST, Operation
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


def all_users(academy: Academy, given: Arguments) -> Any:
    """List the users that are not archived, by pages where the caller asks for them."""
    present = [user for user in academy.state.users.values() if not user.archived]
    size = given.number("page_size", len(present) or 1)
    page = given.number("page_number", 1)
    if not (size and page):
        raise InvalidArguments
    return [users.summary(academy, user) for user in present[(page - 1) * size : page * size]]


def by_id(academy: Academy, given: Arguments) -> Any:
    """Answer the user with this id."""
    return users.detail(academy, accounts.user_by_id(academy, given.number("id")))


def by_email(academy: Academy, given: Arguments) -> Any:
    """Answer the user with this e-mail address."""
    return users.detail(academy, accounts.user_by_email(academy, given.text("email")))


def by_username(academy: Academy, given: Arguments) -> Any:
    """Answer the user with this username."""
    return users.detail(academy, accounts.user_by_login(academy, given.text("username")))


def sign_up(academy: Academy, given: Arguments) -> Any:
    """Make an account; everything is checked before anything is changed."""
    values = {name: given.text(name) for name in PERSON}
    _check_person(academy, values, None)
    values["user_type"] = given.choice("user_type", tuple(USER_TYPES), "Learner")
    language = _language(given, "English")
    restricted = given.flag("restrict_email", "on", "off")
    own_fields = custom_fields.checked(academy, "user", given.custom_fields(), whole=True)
    branch = branch_by_id(academy, given.number("branch_id")) if "branch_id" in given else None
    group = group_by_id(academy, given.number("group_id")) if "group_id" in given else None
    if branch:
        check_room(branch)
    if group:
        check_redemptions(group)
    accounts.check_seats(academy)
    user = accounts.open_account(academy, values)
    user.language, user.restrict_email, user.custom_fields = language, restricted, own_fields
    user.status = "inactive" if academy.quirks.inactive_after_signup else "active"
    if branch:
        join_branch(academy, user, branch)
    if group:
        join_group(academy, user, group)
    return users.signed_up(academy, user)


def edit(academy: Academy, given: Arguments) -> Any:
    """Change what is given of an account; everything is checked before anything is changed."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    changes: dict[str, Any] = {name: given.text(name) for name in PROFILE if name in given}
    _check_person(academy, {"email": user.email, "login": user.login, **changes}, user)
    own_fields = custom_fields.checked(academy, "user", given.custom_fields(), whole=False)
    changes |= _settings(academy, user, given)
    for name, value in changes.items():
        setattr(user, name, value)
    user.custom_fields |= own_fields
    accounts.touch(academy, user)
    return users.summary(academy, user)


def _settings(academy: Academy, user: User, given: Arguments) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "timezone" in given:
        changes["timezone"] = _time_zone(given)
    if "credits" in given:
        changes["credits"] = given.number("credits")
    if "restrict_email" in given:
        changes["restrict_email"] = given.flag("restrict_email", "on", "off")
    if "deactivation_date" in given:
        changes["deactivates_on"] = _deactivation(academy, user, given.text("deactivation_date"))
    return changes


def _deactivation(academy: Academy, user: User, text: str) -> int | None:
    if not text:
        return None
    if user.status != "active":
        raise ApiError("The deactivation date can be set only for an active user")
    try:
        return formats.read_day(academy, text) + END_OF_DAY
    except ValueError as fault:
        raise InvalidArguments from fault


def _check_person(academy: Academy, values: dict[str, str], user: User | None) -> None:
    if user is None or values["email"] != user.email:
        accounts.check_email(values["email"])
    if "password" in values:
        accounts.check_password(academy, values["password"])
    accounts.check_unique(academy, values["email"], values["login"], but=user)


def _time_zone(given: Arguments) -> str:
    name = time_zone(given.text("timezone"))
    if name is None:
        raise InvalidArguments
    return name


def _language(given: Arguments, default: str) -> str:
    if "language" not in given:
        return default
    return LANGUAGES[given.choice("language", tuple(LANGUAGES))]


def delete(academy: Academy, given: Arguments) -> Any:
    """Archive a user, or delete them for good."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    by = accounts.user_by_id(academy, given.number("deleted_by_user_id", accounts.OWNER))
    accounts.remove_user(academy, user, by, permanent=given.flag("permanent", "yes", "no"))
    return DONE


def set_status(academy: Academy, given: Arguments) -> Any:
    """Make a user active or inactive."""
    user = accounts.user_by_id(academy, given.number("user_id"))
    status = given.choice("status", ("active", "inactive"))
    if status == "active" and user.status != "active":
        accounts.check_seats(academy)
    accounts.set_status(academy, user, status)
    return {"user_id": str(user.id), "status": user.status}


def registration_fields(academy: Academy, _given: Arguments) -> Any:
    """List the custom fields of users."""
    own = custom_fields.of(academy, "user")
    return [users.custom_field(field, own[place - 1] if place else None, place + 1) for place, field in enumerate(own)]


def by_custom_field(academy: Academy, given: Arguments) -> Any:
    """Answer a map of the users with this value in one of their custom fields."""
    wanted = given.text("custom_field_value")
    present = [user for user in academy.state.users.values() if not user.archived]
    hits = [user for user in present if custom_fields.holds(academy, "user", user.custom_fields, wanted)]
    if not hits and academy.quirks.empty_map_is_list:
        return []
    return {str(user.id): users.filtered(academy, user) for user in hits}


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
