"""The questions of the seeded test and survey. ``model_answer`` is what someone answers who completes the unit."""

from typing import Any

SCALE = ["Strongly Disagree", "Disagree", "Neutral", "Agree", "Strongly Agree"]


def _question(number: str, text: str, kind: str, answers: Any, correct: Any, weight: str = "1") -> dict[str, Any]:
    return {
        "id": number,
        "text": text,
        "type": kind,
        "weight": weight,
        "answers": answers,
        "correct_answers": correct,
        "model_answer": correct,
    }


def test_questions() -> list[dict[str, Any]]:
    """Return one question of each type that a test can have."""
    steps = {"1": "Open the course", "2": "Work through it", "3": "Complete it"}
    matches = {"1": "Learner <==> takes a course", "2": "Instructor <==> gives it"}
    free = _question("5", "Say in a sentence what you expect.", "Free text", [], [])
    return [
        _question("1", "Is a login link good for one use?", "Multiple choice", {"1": "yes", "2": "no"}, {"1": "yes"}),
        _question("2", "A course is made of [units|bricks].", "Fill the gap", {"1": "units|bricks"}, {"1": "units"}),
        _question("3", "Put the steps in order.", "Ordering", steps, steps, weight="2"),
        _question("4", "Match the roles.", "Drag and drop", matches, matches),
        free | {"model_answer": ["To learn something."]},
    ]


def survey_questions() -> list[dict[str, Any]]:
    """Return one question of each type that a survey can have."""
    choices = {"1": "yes", "2": "no", "3": "maybe"}
    liked = _question("6", "Did you like the course?", "Multiple choice", choices, {})
    wish = _question("7", "What would you change?", "Free text", [], [])
    scale = _question("8", "How far do you agree?", "Likert scale", [], [])
    child = {
        "id": "9",
        "text": "The course was long enough.",
        "type": "Likert scale",
        "answers": SCALE,
        "user_answers": {"1": "Agree"},
    }
    return [
        liked | {"model_answer": {"1": "yes"}},
        wish | {"model_answer": ["Nothing."]},
        scale | {"child_questions": [child]},
    ]
