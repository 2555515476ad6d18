"""What a user answered in a test or a survey (API document, *Get test answers*, *Get survey answers*)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Duration, Many, Number, Numbered, Text, Timestamp


@dataclass(frozen=True)
class Question:
    """A question and what was answered.

    Attributes:
        question_id: TalentLMS's id.
        text: the question.
        type: in TalentLMS's words, such as ``Multiple choice`` or ``Free text``.
        answers: what there is to choose from, by number from 1.
        user_answers: what the user chose or wrote, by number.
        correct_answers: what is right, by number; tests only.
        weight: how much it counts; tests only.
        correct: whether the user was right; ``None`` in surveys.
        child_questions: the lines of a question that is a table.
    """

    question_id: int
    text: str = ""
    type: str = ""
    answers: Mapping[int, str] = field(default_factory=dict, hash=False)
    user_answers: Mapping[int, str] = field(default_factory=dict, hash=False)
    correct_answers: Mapping[int, str] = field(default_factory=dict, hash=False)
    weight: Decimal | None = None
    correct: bool | None = None
    child_questions: tuple["Question", ...] = ()


class QuestionSchema(Reply):
    """An entry of ``questions``."""

    record_type = Question
    question_id = fields.Integer(required=True, data_key="id")
    text = Text()
    type = Text()
    answers = Numbered()
    user_answers = Numbered()
    correct_answers = Numbered()
    weight = Number()
    correct = fields.Boolean()
    child_questions = fields.Raw()

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Read the lines of a table, which are questions themselves."""
        children = data.get("child_questions")
        return {**data, "child_questions": several_questions(children)} if children else data


def several_questions(content: Any) -> tuple[Question, ...]:
    """Return the questions of a list or map."""
    questions: tuple[Question, ...] = Many(QuestionSchema).deserialize(content)
    return questions


@dataclass(frozen=True)
class Answers:
    """A user's answers in a test or a survey.

    Attributes:
        unit_id: the test or survey.
        unit_name: its name.
        user_id: the user.
        user_name: abbreviated, ``D. Example``.
        score: in percent, 0 to 100; ``None`` in surveys.
        completion_status: in TalentLMS's words, such as ``Passed`` or ``Completed``.
        completed_on: when, UTC, or ``None``.
        total_time: the time it took, or ``None``.
        questions: each with its answers.
    """

    unit_id: int
    unit_name: str = ""
    user_id: int | None = None
    user_name: str = ""
    score: Decimal | None = None
    completion_status: str = ""
    completed_on: datetime | None = None
    total_time: timedelta | None = None
    questions: tuple[Question, ...] = ()


class _AnswersSchema(Reply):
    record_type = Answers
    user_id = fields.Integer()
    user_name = Text()
    score = Number()
    completion_status = Text()
    completed_on = Timestamp(data_key="completed_on_timestamp")
    total_time = Duration()
    questions = Many(QuestionSchema)


class AnswersToTestSchema(_AnswersSchema):
    """``gettestanswers``."""

    unit_id = fields.Integer(required=True, data_key="test_id")
    unit_name = Text(data_key="test_name")


class AnswersToSurveySchema(_AnswersSchema):
    """``getsurveyanswers``."""

    unit_id = fields.Integer(required=True, data_key="survey_id")
    unit_name = Text(data_key="survey_name")
