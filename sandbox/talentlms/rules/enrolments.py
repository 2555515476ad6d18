"""Enrolments: who takes which course, and how far they have come."""

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.records import Certificate, Course, Enrolment, Progress, Unit, User
from sandbox.talentlms.rules.lookup import enrolment_of, units_of
from sandbox.talentlms.timeline import note

DAY = 86_400
ROLES = ("learner", "instructor")
UNIT_SECONDS = 71
WHOLE = 100
UNIT_EVENTS = {"Test": "unitprogress_test_completion", "Survey": "unitprogress_survey_completion"}


def enrol(academy: Academy, user: User, course: Course, role: str = "learner") -> Enrolment:
    """Enrol a user in a course.

    Raises:
        ApiError: they are enrolled already.
    """
    if (user.id, course.id) in academy.state.enrolments:
        raise ApiError("The requested user is already enrolled in this course")
    now = academy.clock.seconds()
    expires = now + course.time_limit * DAY if course.time_limit else None
    enrolment = Enrolment(user.id, course.id, role, enrolled_on=now, expires_on=expires)
    academy.state.enrolments[user.id, course.id] = enrolment
    note(academy, "course_add_user", f"{user.short_name} was added to the course {course.name}", user, course)
    return enrolment


def enrol_where_missing(academy: Academy, user: User, courses: list[int]) -> None:
    """Enrol a user in those of the courses that they do not take yet."""
    for number in courses:
        course = academy.state.courses.get(number)
        if course and (user.id, number) not in academy.state.enrolments:
            enrol(academy, user, course)


def unenrol(academy: Academy, user: User, course: Course) -> None:
    """End an enrolment and its progress; raises ``ApiError`` where there is none."""
    enrolment_of(academy, user, course)
    del academy.state.enrolments[user.id, course.id]
    _forget_units(academy, user, course)
    message = f"{user.short_name} was removed from the course {course.name}"
    note(academy, "course_remove_user", message, user, course)


def tasks_of(academy: Academy, course: Course) -> list[Unit]:
    """Return the units that can be completed: all but the sections."""
    return [unit for unit in units_of(academy, course) if unit.type != "Section"]


def complete_unit(academy: Academy, user: User, unit: Unit, course: Course) -> None:
    """Complete one unit; the course is complete with the last of them."""
    enrolment = enrolment_of(academy, user, course)
    _finish(academy, user, unit)
    tasks = tasks_of(academy, course)
    done = sum(is_done(academy, user, task) for task in tasks)
    enrolment.seconds += UNIT_SECONDS
    if done == len(tasks):
        _complete(academy, user, course, enrolment)
    else:
        enrolment.percentage = 100 * done // len(tasks)


def complete_course(academy: Academy, user: User, course: Course) -> None:
    """Complete every unit and with them the course; doing it again changes nothing."""
    enrolment = enrolment_of(academy, user, course)
    for unit in tasks_of(academy, course):
        if not is_done(academy, user, unit):
            _finish(academy, user, unit)
            enrolment.seconds += UNIT_SECONDS
    _complete(academy, user, course, enrolment)


def set_percentage(academy: Academy, user: User, course: Course, percentage: int) -> None:
    """Set how far a user has come, in per cent from 0 to 100; the first units are completed to match."""
    reset(academy, user, course)
    if percentage == WHOLE:
        complete_course(academy, user, course)
        return
    enrolment = enrolment_of(academy, user, course)
    tasks = tasks_of(academy, course)
    for unit in tasks[: len(tasks) * percentage // 100]:
        _finish(academy, user, unit)
        enrolment.seconds += UNIT_SECONDS
    enrolment.percentage = percentage


def reset(academy: Academy, user: User, course: Course) -> None:
    """Set a user back to the start of a course; what it certified stays."""
    enrolment = enrolment_of(academy, user, course)
    enrolment.percentage, enrolment.completed_on, enrolment.seconds = 0, None, 0
    _forget_units(academy, user, course)


def is_done(academy: Academy, user: User, unit: Unit) -> bool:
    """Tell whether a user has completed a unit."""
    progress = academy.state.progress.get((user.id, unit.id))
    return progress is not None and progress.completed_on is not None


def remove_certificates(academy: Academy, user: User, course: Course) -> None:
    """Take away what a course certified to a user."""
    table = academy.state.certificates
    for earned in [one for one in table.values() if (one.user_id, one.course_id) == (user.id, course.id)]:
        del table[earned.id]
        message = f"The certification of {user.short_name} for the course {course.name} was removed"
        note(academy, "certification_remove_certification", message, user, course)


def _forget_units(academy: Academy, user: User, course: Course) -> None:
    for unit in units_of(academy, course):
        academy.state.progress.pop((user.id, unit.id), None)


def _finish(academy: Academy, user: User, unit: Unit) -> None:
    academy.state.progress[user.id, unit.id] = Progress(
        user.id,
        unit.id,
        status="Completed",
        score=100,
        seconds=UNIT_SECONDS,
        completed_on=academy.clock.seconds(),
        answers={question["id"]: question["model_answer"] for question in unit.questions},
    )
    event = UNIT_EVENTS.get(unit.type)
    if event:
        note(academy, event, f"{user.short_name} completed {unit.name}", user, unit)


def _complete(academy: Academy, user: User, course: Course, enrolment: Enrolment) -> None:
    if enrolment.completed_on is not None:
        return
    enrolment.percentage = WHOLE
    enrolment.completed_on = academy.clock.seconds()
    note(academy, "course_completion", f"{user.short_name} completed the course {course.name}", user, course)
    if course.certification:
        _certify(academy, user, course)


def _certify(academy: Academy, user: User, course: Course) -> None:
    now = academy.clock.seconds()
    number = academy.state.next_id("certificates")
    expires = now + course.certification_days * DAY if course.certification_days else None
    unique_id = f"{now}{number:05d}"
    academy.state.certificates[number] = Certificate(number, user.id, course.id, unique_id, now, expires)
    message = f"{user.short_name} was awarded a certification for the course {course.name}"
    note(academy, "certification_issue_certification", message, user, course)
