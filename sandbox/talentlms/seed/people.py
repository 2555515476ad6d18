"""The people of the seeded portal; all who may sign in do so with the password ``Sandbox-1``."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.rules import accounts, staging

OWNER = {
    "email": "ada@portal.example",
    "login": "ada.admin",
    "first_name": "Ada",
    "last_name": "Sommer",
    "user_type": "SuperAdmin",
    "bio": "Runs the academy.",
}
PEOPLE: tuple[dict[str, Any], ...] = (
    {
        "email": "omar@portal.example",
        "login": "omar",
        "first_name": "Omar",
        "last_name": "Haddad",
        "user_type": "Admin-Type",
    },
    {
        "email": "ines@portal.example",
        "login": "ines",
        "first_name": "Ines",
        "last_name": "Moreau",
        "user_type": "Trainer-Type",
    },
    {
        "email": "robin@example.com",
        "login": "robin",
        "first_name": "Robin",
        "last_name": "Park",
        "user_type": "Learner-Type",
        "custom_fields": {"custom_field_1": "Sales", "custom_field_2": "EMEA", "custom_field_3": "E-1004"},
    },
    {
        "email": "dana@example.com",
        "login": "dana",
        "first_name": "Dana",
        "last_name": "Novak",
        "custom_fields": {"custom_field_1": "Sales", "custom_field_4": "on"},
    },
    {
        "email": "felix@example.com",
        "login": "felix",
        "first_name": "Felix",
        "last_name": "Brandt",
        "status": "inactive",
    },
    {"email": "gone@example.com", "login": "gone", "first_name": "Greta", "last_name": "Olsen"},
    {"email": "", "login": "sso.user", "first_name": "Samu", "last_name": "Virtanen"},
    {
        "email": "mia@example.com",
        "login": "mia",
        "first_name": "Mia",
        "last_name": "Rossi",
        "language": "Italian",
        "custom_fields": {"custom_field_5": "11/06/2019"},
    },
    {"email": "tom@example.com", "login": "tom", "first_name": "Tom", "last_name": "Baker", "restrict_email": True},
)
ARCHIVED = "gone"
BADGED = "robin"
FIELDS: tuple[dict[str, Any], ...] = (
    {"of": "user", "key": "custom_field_1", "name": "Department"},
    {
        "of": "user",
        "key": "custom_field_2",
        "name": "Region",
        "type": "dropdown",
        "values": ["EMEA", "AMER", "APAC"],
        "selective": True,
    },
    {"of": "user", "key": "custom_field_3", "name": "Employee number", "visible_on_reports": False},
    {"of": "user", "key": "custom_field_4", "name": "Newsletter", "type": "checkbox"},
    {"of": "user", "key": "custom_field_5", "name": "Hired on", "type": "date"},
    {"of": "course", "key": "custom_field_1", "name": "Topic"},
    {
        "of": "course",
        "key": "custom_field_2",
        "name": "Difficulty",
        "type": "dropdown",
        "values": ["1", "2", "3"],
        "selective": True,
    },
)


def add_owner(portal: Portal) -> None:
    """Make the owner of the account, user 1."""
    staging.add_user(portal, OWNER)


def add_custom_fields(portal: Portal) -> None:
    """Make the custom fields of users and courses; none of them is mandatory."""
    for field in FIELDS:
        staging.add_custom_field(portal, field)


def add_everyone(portal: Portal) -> None:
    """Make everyone else."""
    for person in PEOPLE:
        user = staging.add_user(portal, person)
        if user.login == BADGED:
            user.badges.append(_badge(portal))


def archive_one(portal: Portal) -> None:
    """Archive the one who has left, with all that they did."""
    user = accounts.user_by_login(portal, ARCHIVED)
    accounts.remove_user(portal, user, accounts.owner(portal), permanent=False)


def _badge(portal: Portal) -> dict[str, Any]:
    issued_on = portal.clock.seconds()
    return {"name": "Activity Newbie", "type": "activity", "criteria": "4 logins", "issued_on": issued_on}
