"""A believable academy: people, courses, groups and branches, and a month of history."""

from sandbox.talentlms.academy import Academy
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


def furnish(academy: Academy, *, full: bool) -> None:
    """Fill an empty state: with the whole academy if ``full``, else with its owner alone."""
    people.add_owner(academy)
    if full:
        people.add_custom_fields(academy)
        people.add_everyone(academy)
        courses.add_catalogue(academy)
        teams.add_groups(academy)
        teams.add_branches(academy)
        courses.enrol_people(academy)
        people.archive_one(academy)
    _move_back(academy, MONTH)


def _move_back(academy: Academy, seconds: int) -> None:
    for table in RECORDS:
        for record in getattr(academy.state, table).values():
            for name in TIMES:
                if isinstance(getattr(record, name, None), int):
                    setattr(record, name, getattr(record, name) - seconds)
