"""Units: scores, answers, sessions (API document, "Units")."""

from typing import Any

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.operation import Operation
from sandbox.talentlms.records import Progress, Unit, User
from sandbox.talentlms.replies import units
from sandbox.talentlms.replies.progress import score
from sandbox.talentlms.rules import accounts, lookup


def progress_in_units(academy: Academy, given: Arguments) -> Any:
    """List the scores in a unit, of everyone or of one user."""
    unit = lookup.unit_by_id(academy, given.number("unit_id"))
    rows = [one for one in academy.state.progress.values() if one.unit_id == unit.id]
    if "user_id" in given:
        user = accounts.user_by_id(academy, given.number("user_id"))
        rows = [one for one in rows if one.user_id == user.id]
    return [score(one) for one in rows]


def test_answers(academy: Academy, given: Arguments) -> Any:
    """Answer what a user answered in a test."""
    return units.test_answers(academy, *_attempt(academy, given, "Test"))


def survey_answers(academy: Academy, given: Arguments) -> Any:
    """Answer what a user answered in a survey."""
    return units.survey_answers(academy, *_attempt(academy, given, "Survey"))


def _attempt(academy: Academy, given: Arguments, kind: str) -> tuple[Unit, User, Progress]:
    word = kind.lower()
    unit = lookup.unit_by_id(academy, given.number(f"{word}_id"), kind)
    user = accounts.user_by_id(academy, given.number("user_id"))
    lookup.enrolment_of(academy, user, lookup.course_by_id(academy, unit.course_id))
    progress = academy.state.progress.get((user.id, unit.id))
    if progress is None:
        raise ApiError(f"User does not have a progress registered for the {word}")
    return unit, user, progress


def sessions(academy: Academy, given: Arguments) -> Any:
    """List the sessions of an instructor-led training."""
    unit = lookup.unit_by_id(academy, given.number("ilt_id"), "Instructor-led training")
    return [units.session(academy, place, data) for place, data in enumerate(unit.sessions, start=1)]


OPERATIONS = (
    Operation("getusersprogressinunits", progress_in_units, required=("unit_id",), optional=("user_id",)),
    Operation("gettestanswers", test_answers, required=("test_id", "user_id")),
    Operation("getsurveyanswers", survey_answers, required=("survey_id", "user_id")),
    Operation("getiltsessions", sessions, required=("ilt_id",)),
)
