"""A believable portal: people, courses, groups and branches, and a month of history."""

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.seed import courses, people, teams
from sandbox.talentlms.state import RECORDS

MONTH = 30 * 86_400
TIMES = (
    "created_on",
    "last_updated",
    "enrolled_on",
    "completed_on",
    "issued_on",
    "time",
)


def fill(portal: Portal, *, full: bool) -> None:
    """Fill an empty state: with the whole portal if ``full``, else with its owner alone."""
    people.add_owner(portal)
    if full:
        people.add_custom_fields(portal)
        people.add_everyone(portal)
        courses.add_catalogue(portal)
        teams.add_groups(portal)
        teams.add_branches(portal)
        courses.enrol_people(portal)
        people.archive_one(portal)
    _move_back(portal, MONTH)


def _move_back(portal: Portal, seconds: int) -> None:
    for table in RECORDS:
        for record in getattr(portal.state, table).values():
            for name in TIMES:
                if isinstance(getattr(record, name, None), int):
                    setattr(record, name, getattr(record, name) - seconds)
