"""Units: scores, answers and sessions (API document, *Units*)."""

from gateway.errors import UnitNotFound
from gateway.talentlms.endpoint import Family, get
from schemas.answers import Answers, AnswersToSurveySchema, AnswersToTestSchema
from schemas.ilt_session import IltSession, IltSessionSchema
from schemas.reply import one, several
from schemas.unit_progress import UnitProgress, UnitProgressSchema


class Units(Family):
    """Operations on units.

    Every operation also raises what any call may meet: ``Unauthorized``, ``Forbidden``, ``Throttled``,
    ``Unavailable``, ``Misunderstood``, and ``Unwritable`` for a value that cannot be sent.
    """

    @get("getusersprogressinunits", section="Units", reply=several(UnitProgressSchema), safe=True, missing=UnitNotFound)
    def progress(self, unit_id: int, *, user_id: int | None = None) -> tuple[UnitProgress, ...]:
        """Return the scores of everybody who tried a unit, or of one user.

        Args:
            unit_id: which unit.
            user_id: only this user.

        Raises:
            UnitNotFound: there is no such unit.
            UserNotFound: there is no such user.
            Gone: the user is archived.

        API document: *Units*.
        """

    @get("gettestanswers", section="Get test answers", reply=one(AnswersToTestSchema), safe=True, missing=UnitNotFound)
    def test_answers(self, test_id: int, user_id: int) -> Answers:
        """Return a user's answers in a test, with what is right.

        Args:
            test_id: the test's unit.
            user_id: whose answers.

        Raises:
            UnitNotFound: there is no such test, or the user has not tried it.
            NotEnrolled: the user is not in the test's course.
            UserNotFound: there is no such user.
            Gone: the user is archived.

        API document: *Get test answers*.
        """

    @get(
        "getsurveyanswers",
        section="Get survey answers",
        reply=one(AnswersToSurveySchema),
        safe=True,
        missing=UnitNotFound,
    )
    def survey_answers(self, survey_id: int, user_id: int) -> Answers:
        """Return a user's answers in a survey.

        Args:
            survey_id: the survey's unit.
            user_id: whose answers.

        Raises:
            UnitNotFound: there is no such survey, or the user has not tried it.
            NotEnrolled: the user is not in the survey's course.
            UserNotFound: there is no such user.
            Gone: the user is archived.

        API document: *Get survey answers*.
        """

    @get("getiltsessions", section="Get ILT sessions", reply=several(IltSessionSchema), safe=True, missing=UnitNotFound)
    def ilt_sessions(self, ilt_id: int) -> tuple[IltSession, ...]:
        """Return the sessions of a unit of instructor-led training.

        Args:
            ilt_id: the unit.

        Raises:
            UnitNotFound: there is no such unit.

        API document: *Get ILT sessions*.
        """
