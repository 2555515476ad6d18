"""One-time links: who holds one is signed in, once."""

import base64
import secrets
import string

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Link, User

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 20


def new_key(length: int = LENGTH) -> str:
    """Return a random key of small letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def keep(portal: Portal, link: Link) -> Link:
    """Remember a link so that it can be used."""
    portal.state.links[link.key] = link
    return link


def standing_login(portal: Portal, user: User) -> Link:
    """Give a user a new ``login_key``, which stays the same until it is used."""
    link = keep(portal, Link(new_key(), "login", user.id))
    user.login_key = link.key
    return link


def login_url(portal: Portal, key: str) -> str:
    """Return the address that signs in with a login key."""
    return f"{portal.url}/index/autologin/key:{key}"


def goto_url(portal: Portal, link: Link) -> str:
    """Return the address that signs in and opens the link's course."""
    return f"{portal.url}/index/gotocourse/key:{link.key},course_id:{link.course_id}"


def logout_url(portal: Portal, link: Link) -> str:
    """Return the address that signs out and leads on; how it spells ``next`` is a quirk."""
    target = link.target
    if portal.quirks.logout_next == "base64":
        target = base64.b64encode(target.encode()).decode()
    return f"{portal.url}/index/logout/token:{link.key},next:{target}"


def payment_url(portal: Portal, link: Link) -> str:
    """Return the address of a payment page."""
    return f"{portal.url}/payment/key:{link.key}"


def password_url(portal: Portal, link: Link) -> str:
    """Return the address of the page that takes a new password."""
    return f"{portal.url}/index/resetpassword/key:{link.key}"


def use(portal: Portal, key: str, kind: str) -> Link | None:
    """Spend a link. Return it, with ``used`` telling whether it had been spent before; ``None`` if it is unknown.

    Spending the ``login_key`` of a user gives them a new one.
    """
    link = portal.state.links.get(key)
    if link is None or link.kind != kind:
        return None
    seen = Link(**vars(link))
    link.used = True
    user = portal.state.users.get(link.user_id)
    if user is not None and user.login_key == key:
        standing_login(portal, user)
    return seen
