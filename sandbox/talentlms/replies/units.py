"""Answers about tests, surveys and instructor-led training (API document, "Units")."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Progress, Unit, User
from sandbox.talentlms.replies import formats
from sandbox.talentlms.replies.progress import unit_status

PASSED = "Passed"


def test_answers(portal: Portal, unit: Unit, user: User, progress: Progress) -> dict[str, Any]:
    """Return what a user answered in a test."""
    return {
        "test_id": str(unit.id),
        "test_name": unit.name,
        **_person(user),
        "score": f"{progress.score}.00%",
        "completion_status": PASSED if progress.completed_on is not None else unit_status(progress),
        **_completion(portal, progress),
        "questions": [_test_question(question, progress) for question in unit.questions],
    }


def survey_answers(portal: Portal, unit: Unit, user: User, progress: Progress) -> dict[str, Any]:
    """Return what a user answered in a survey."""
    return {
        "survey_id": str(unit.id),
        "survey_name": unit.name,
        **_person(user),
        "completion_status": unit_status(progress),
        **_completion(portal, progress),
        "questions": [_survey_question(question, progress) for question in unit.questions],
    }


def session(portal: Portal, session_id: int, data: dict[str, Any]) -> dict[str, str]:
    """Return a session of instructor-led training."""
    return {
        "id": str(session_id),
        "name": data["name"],
        "multiname": "",
        "linked_to": "",
        "type": data["type"],
        "owner_id": str(data["owner_id"]),
        "instructor_id": str(data["instructor_id"]),
        "description": data["description"],
        "location": data["location"],
        "start_timestamp": str(data["starts_on"]),
        "start_date": formats.time(portal, data["starts_on"]),
        "capacity": formats.number_or_empty(data["capacity"]) or "unlimited",
        "duration_minutes": str(data["minutes"]),
    }


def _person(user: User) -> dict[str, str]:
    return {"user_id": str(user.id), "user_name": user.short_name}


def _completion(portal: Portal, progress: Progress) -> dict[str, Any]:
    return {
        "completed_on": formats.time(portal, progress.completed_on),
        "completed_on_timestamp": formats.stamp(progress.completed_on),
        "total_time": formats.duration(progress.seconds),
        "total_time_seconds": progress.seconds,
    }


def _test_question(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
    given = progress.answers.get(question["id"], [])
    return {
        "id": question["id"],
        "text": question["text"],
        "type": question["type"],
        "weight": question["weight"],
        "correct": formats.bit(given == question["model_answer"]),
        "answers": question["answers"],
        "correct_answers": question["correct_answers"],
        "user_answers": given,
    }


def _survey_question(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
    reply = {
        "id": question["id"],
        "text": question["text"],
        "type": question["type"],
        "answers": question["answers"],
        "user_answers": progress.answers.get(question["id"], []),
    }
    children = question.get("child_questions")
    return reply | ({"child_questions": children} if children else {})
