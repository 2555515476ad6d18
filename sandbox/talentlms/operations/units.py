"""Units: scores, answers, sessions (API document, "Units")."""

from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Progress, Unit, User
from sandbox.talentlms.replies import units
from sandbox.talentlms.replies.progress import score
from sandbox.talentlms.rules import accounts, lookup


def progress_in_units(portal: Portal, given: Arguments) -> Any:
    """List the scores in a unit, of everyone or of one user."""
    unit = lookup.unit_by_id(portal, given.number("unit_id"))
    rows = [one for one in portal.state.progress.values() if one.unit_id == unit.id]
    if "user_id" in given:
        user = accounts.user_by_id(portal, given.number("user_id"))
        rows = [one for one in rows if one.user_id == user.id]
    return [score(one) for one in rows]


def test_answers(portal: Portal, given: Arguments) -> Any:
    """Answer what a user answered in a test."""
    return units.test_answers(portal, *_attempt(portal, given, "Test"))


def survey_answers(portal: Portal, given: Arguments) -> Any:
    """Answer what a user answered in a survey."""
    return units.survey_answers(portal, *_attempt(portal, given, "Survey"))


def _attempt(portal: Portal, given: Arguments, kind: str) -> tuple[Unit, User, Progress]:
    word = kind.lower()
    unit = lookup.unit_by_id(portal, given.number(f"{word}_id"), kind)
    user = accounts.user_by_id(portal, given.number("user_id"))
    lookup.enrolment_of(portal, user, lookup.course_by_id(portal, unit.course_id))
    progress = portal.state.progress.get((user.id, unit.id))
    if progress is None:
        raise ApiError(f"User does not have a progress registered for the {word}")
    return unit, user, progress


def sessions(portal: Portal, given: Arguments) -> Any:
    """List the sessions of an instructor-led training."""
    unit = lookup.unit_by_id(portal, given.number("ilt_id"), "Instructor-led training")
    return [units.session(portal, place, data) for place, data in enumerate(unit.sessions, start=1)]


OPERATIONS = (
    Operation("getusersprogressinunits", progress_in_units, required=("unit_id",), optional=("user_id",)),
    Operation("gettestanswers", test_answers, required=("test_id", "user_id")),
    Operation("getsurveyanswers", survey_answers, required=("survey_id", "user_id")),
    Operation("getiltsessions", sessions, required=("ilt_id",)),
)
