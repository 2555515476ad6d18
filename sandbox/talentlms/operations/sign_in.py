"""Signing in and out, and forgotten names and passwords (API document, "Users")."""

from typing import Any

from sandbox.talentlms import links
from sandbox.talentlms.arguments import Arguments, checked_url
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import POST, Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Link, User
from sandbox.talentlms.rules import accounts
from sandbox.talentlms.rules.mail import send

WRONG = "Your login or password is incorrect. Please try again, making sure that CAPS LOCK key is off"


def log_in(portal: Portal, given: Arguments) -> Any:
    """Answer a one-time link for a username and its password."""
    user = _authenticated(portal, given.text("login"), given.text("password"))
    link = Link(links.new_key(), "login", user.id, logout_redirect=_logout_redirect(portal, given))
    links.keep(portal, link)
    return {"user_id": str(user.id), "login_key": links.login_url(portal, link.key)}


def _authenticated(portal: Portal, login: str, password: str) -> User:
    try:
        user = accounts.user_by_login(portal, login)
    except ApiError as fault:
        raise ApiError(WRONG) from fault
    if user.password != password:
        raise ApiError(WRONG)
    if user.status != "active":
        raise ApiError(accounts.INACTIVE)
    return user


def _logout_redirect(portal: Portal, given: Arguments) -> str:
    if portal.quirks.userlogin_redirect == "raw":
        return checked_url(given.text("logout_redirect", ""))
    return given.encoded_url("logout_redirect")


def is_online(portal: Portal, given: Arguments) -> Any:
    """Tell whether a user is signed in."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    return {"online": accounts.is_online(portal, user)}


def log_out(portal: Portal, given: Arguments) -> Any:
    """Answer a one-time link that signs out and leads to ``next``, which comes raw."""
    user = accounts.user_by_id(portal, given.number("user_id"))
    target = checked_url(given.text("next", ""))
    if portal.quirks.logout_needs_online and not accounts.is_online(portal, user):
        raise ApiError("The requested user is not online")
    link = links.keep(portal, Link(links.new_key(), "logout", user.id, target=target))
    return {"redirect_url": links.logout_url(portal, link)}


def forgot_username(portal: Portal, given: Arguments) -> Any:
    """Mail the username to its owner."""
    user = accounts.user_by_email(portal, given.text("email"))
    domain = given.encoded_url("domain_url") or portal.url
    send(portal, user, "Your username", f"Your username at {domain} is {user.login}.")
    return {"user_id": str(user.id)}


def forgot_password(portal: Portal, given: Arguments) -> Any:
    """Mail a link to the page that takes a new password."""
    user = accounts.user_by_login(portal, given.text("username"))
    domain = given.encoded_url("domain_url") or portal.url
    target = given.encoded_url("redirect_url")
    link = links.keep(portal, Link(links.new_key(), "password", user.id, target=target))
    address = links.password_url(portal, link)
    send(portal, user, "Your password", f"Choose a new password for {domain}: {address}")
    return {"user_id": str(user.id)}


LOGIN = ("login", "password")
URLS = ("domain_url", "redirect_url")

OPERATIONS = (
    Operation("userlogin", log_in, POST, LOGIN, ("logout_redirect",)),
    Operation("isuseronline", is_online, required=("user_id",)),
    Operation("userlogout", log_out, POST, ("user_id",), ("next",), empty=("next",)),
    Operation("forgotusername", forgot_username, required=("email",), optional=URLS[:1], empty=URLS),
    Operation("forgotpassword", forgot_password, required=("username",), optional=URLS, empty=URLS),
)
