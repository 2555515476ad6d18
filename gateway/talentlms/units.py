"""Units: scores, answers and sessions (API document, *Units*)."""

from gateway.errors import UnitNotFound
from gateway.talentlms.endpoint import Family, get
from schemas.answers import Answers, AnswersToSurveySchema, AnswersToTestSchema
from schemas.ilt_session import IltSession, IltSessionSchema
from schemas.reply import one, several
from schemas.unit_progress import UnitProgress, UnitProgressSchema


class Units(Family):
    """Operations on units.

    What arguments mean in all of them:
        test_id, survey_id, ilt_id: which unit; ``UnitNotFound``, also where the user has not tried it yet. Where the
            user is not in its course, ``NotEnrolled``.
    """

    @get(
        "getusersprogressinunits",
        section="Units",
        reply=several(UnitProgressSchema),
        safe=True,
        changes=False,
        missing=UnitNotFound,
    )
    def progress(self, unit_id: int, *, user_id: int | None = None) -> tuple[UnitProgress, ...]:
        """Return the scores of everybody who tried a unit, or of one user."""

    @get(
        "gettestanswers",
        section="Get test answers",
        reply=one(AnswersToTestSchema),
        safe=True,
        changes=False,
        missing=UnitNotFound,
    )
    def test_answers(self, test_id: int, user_id: int) -> Answers:
        """Return a user's answers in a test, with what is right."""

    @get(
        "getsurveyanswers",
        section="Get survey answers",
        reply=one(AnswersToSurveySchema),
        safe=True,
        changes=False,
        missing=UnitNotFound,
    )
    def survey_answers(self, survey_id: int, user_id: int) -> Answers:
        """Return a user's answers in a survey."""

    @get(
        "getiltsessions",
        section="Get ILT sessions",
        reply=several(IltSessionSchema),
        safe=True,
        changes=False,
        missing=UnitNotFound,
    )
    def ilt_sessions(self, ilt_id: int) -> tuple[IltSession, ...]:
        """Return the sessions of a unit of instructor-led training."""
