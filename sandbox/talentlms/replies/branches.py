"""Answers about branches (API document, "Branches")."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch
from sandbox.talentlms.replies import formats
from sandbox.talentlms.replies.courses import AVATAR
from sandbox.talentlms.replies.groups import members
from sandbox.talentlms.timezones import DEFAULT

LOOK = {
    "theme": "Default",
    "timezone": DEFAULT,
    "signup_method": "direct",
    "signup_type": "direct",
    "verification": "",
    "internal_announcement": "",
    "external_announcement": "",
    "language": "en",
    "user_type_id": "4",
    "user_type": "Learner-Type",
}
TRADE = {
    "disallow_global_login": "0",
    "payment_processor": "",
    "currency": "US Dollar",
    "paypal_email": "",
    "ecommerce_subscription": "0",
    "ecommerce_subscription_price": "0",
    "ecommerce_subscription_interval": "",
    "ecommerce_credits": "0",
}


def summary(portal: Portal, branch: Branch) -> dict[str, Any]:
    """Return a branch as the list of all branches shows it."""
    return {
        "id": str(branch.id),
        "name": branch.name,
        "description": branch.description,
        "avatar": portal.url + AVATAR,
        **{name: branch.settings.get(name, value) for name, value in LOOK.items()},
        "group_id": formats.number_or_none(branch.group_id),
        "registration_email_restriction": branch.settings.get("registration_email_restriction"),
        "users_limit": formats.number_or_none(branch.users_limit or None),
        **{name: branch.settings.get(name, value) for name, value in TRADE.items()},
    }


def created(portal: Portal, branch: Branch) -> dict[str, Any]:
    """Return a branch as ``createbranch`` answers; the id is a number where the quirk says so."""
    return summary(portal, branch) | ({"id": branch.id} if portal.quirks.int_ids_on_create else {})


def detail(portal: Portal, branch: Branch) -> dict[str, Any]:
    """Return a branch with its users and courses."""
    return {**summary(portal, branch), **members(portal, branch)}
