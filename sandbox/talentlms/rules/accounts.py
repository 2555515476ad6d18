"""Accounts: finding a person, and what a name, an address and a password must be like."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sandbox.talentlms.errors import ApiError, Gone, InvalidArguments, Missing
from sandbox.talentlms.links import new_key, standing_login
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Group, User
from sandbox.talentlms.timeline import note

OWNER = 1
EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,.]+")
STRENGTH = (r"[A-Z]", r"[a-z]", r"[0-9]", r".{8}")
WEAK_PASSWORD = (
    "Password is not strong enough (should have at least (1) upper case letter, at least (1) lower case letter, "
    "at least (1) number, at least (8) characters in length)"
)
INACTIVE = (
    "Your account is inactive. Please activate the account using the instructions sent to you via e-mail. "
    "If you did not get them, ask the administrator of your portal."
)


def user_by_id(portal: Portal, user_id: int) -> User:
    """Return the user with this id.

    Raises:
        Missing: there is none.
        Gone: the user is archived.
    """
    return _present(portal, portal.state.users.get(user_id))


def user_by_email(portal: Portal, email: str) -> User:
    """Return the user with this e-mail address; raises like ``user_by_id``."""
    check_email(email)
    return _present(portal, _holder(portal, "email", email))


def user_by_login(portal: Portal, login: str) -> User:
    """Return the user with this username; raises like ``user_by_id``."""
    return _present(portal, _holder(portal, "login", login))


def owner(portal: Portal) -> User:
    """Return the owner of the account, the super-administrator."""
    return portal.state.users[OWNER]


def _present(portal: Portal, user: User | None) -> User:
    if user is None:
        raise Missing("user")
    if user.archived:
        raise Gone if portal.quirks.archived_is_gone else Missing("user")
    settle(portal, user)
    return user


def settle(portal: Portal, user: User) -> None:
    """Make a user inactive whose deactivation date has passed."""
    if user.deactivates_on is not None and user.deactivates_on <= portal.clock.seconds():
        user.status, user.deactivates_on = "inactive", None


def _holder(portal: Portal, name: str, value: str) -> User | None:
    wanted = _folded(portal, value)
    users = portal.state.users.values()
    return next((user for user in users if _folded(portal, getattr(user, name)) == wanted), None)


def _folded(portal: Portal, value: str) -> str:
    if portal.quirks.accents_ignored:
        value = "".join(letter for letter in unicodedata.normalize("NFKD", value) if not unicodedata.combining(letter))
    return value if portal.quirks.case_sensitive_lookups else value.casefold()


def check_email(email: str) -> None:
    """Refuse what is no e-mail address."""
    if not EMAIL.fullmatch(email):
        raise ApiError(f"{email} is not a valid email")


def check_password(portal: Portal, password: str) -> None:
    """Refuse a weak password, where the quirk asks for strong ones."""
    if portal.quirks.strong_passwords and not all(re.search(rule, password) for rule in STRENGTH):
        raise ApiError(WEAK_PASSWORD)


def check_seats(portal: Portal) -> None:
    """Refuse one more active user than the plan has, where the quirk sets a limit."""
    users = portal.state.users.values()
    active = sum(user.status == "active" and not user.archived for user in users)
    if portal.quirks.user_limit and active >= portal.quirks.user_limit:
        raise ApiError("The maximum number of users of your plan has been reached")


def check_unique(portal: Portal, email: str, login: str, but: User | None = None) -> None:
    """Refuse an e-mail address or username that another user has; archived users keep theirs."""
    taken = _holder(portal, "email", email) if email else None
    if taken not in (None, but):
        raise ApiError("A user with the same email address already exists")
    if _holder(portal, "login", login) not in (None, but):
        raise ApiError("A user with the same login already exists")


def open_account(portal: Portal, values: Mapping[str, Any], user_id: int = 0) -> User:
    """Make an account from ``first_name``, ``last_name``, ``email``, ``login``, ``password`` and ``user_type``."""
    now = portal.clock.seconds()
    number = portal.state.next_id("users", user_id)
    user = User(**values, id=number, created_on=now, last_updated=now, login_key="", signature=new_key(28))
    portal.state.users[number] = user
    standing_login(portal, user)
    note(portal, "user_register_user", f"{user.short_name} was registered", user)
    return user


def touch(portal: Portal, user: User) -> None:
    """Note that an account was changed just now."""
    user.last_updated = portal.clock.seconds()
    note(portal, "user_property_change", f"The account of {user.short_name} was updated", user)


def set_status(portal: Portal, user: User, status: str) -> None:
    """Make a user ``active`` or ``inactive``; the latter ends their sessions."""
    user.status = status
    if status == "inactive":
        user.deactivates_on = None
        end_sessions(portal, user)
    touch(portal, user)


def end_sessions(portal: Portal, user: User) -> None:
    """Sign a user out of every browser."""
    sessions = portal.state.sessions
    for session in [one for one in sessions.values() if one.user_id == user.id]:
        del sessions[session.id]


def is_online(portal: Portal, user: User) -> bool:
    """Tell whether a user is signed in with any browser."""
    return any(session.user_id == user.id for session in portal.state.sessions.values())


def remove_user(portal: Portal, user: User, by: User, *, permanent: bool) -> None:
    """Archive a user, or remove them and all that is theirs for good. The owner of the account stays."""
    if user.id == OWNER:
        raise InvalidArguments
    end_sessions(portal, user)
    note(portal, "user_delete_user", f"{user.short_name} was deleted by {by.short_name}", by, user)
    user.archived = True
    if permanent:
        _forget(portal, user)


def _forget(portal: Portal, user: User) -> None:
    state = portal.state
    del state.users[user.id]
    for table in (state.enrolments, state.progress, state.certificates, state.links):
        _drop(table, user.id)
    holders: list[Branch | Group] = [*state.groups.values(), *state.branches.values()]
    for members in holders:
        members.users = [number for number in members.users if number != user.id]


def _drop(table: dict[Any, Any], user_id: int) -> None:
    for key in [key for key, row in table.items() if row.user_id == user_id]:
        del table[key]
