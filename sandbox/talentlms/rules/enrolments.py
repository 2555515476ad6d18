"""Enrolments: who takes which course, and how far they have come."""

from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Certificate, Course, Enrolment, Progress, Unit, User
from sandbox.talentlms.rules.lookup import enrolment_of, units_of
from sandbox.talentlms.timeline import note

DAY = 86_400
ROLES = ("learner", "instructor")
UNIT_SECONDS = 71
WHOLE = 100
UNIT_EVENTS = {"Test": "unitprogress_test_completion", "Survey": "unitprogress_survey_completion"}


def enrol(
    portal: Portal, user: User, course: Course, role: str = "learner", *, expires_on: int | None = None
) -> Enrolment:
    """Enrol a user in a course; access ends as the course's time limit says, or when ``expires_on`` does.

    Raises:
        ApiError: they are enrolled already.
    """
    if (user.id, course.id) in portal.state.enrolments:
        raise ApiError("The requested user is already enrolled in this course")
    now = portal.clock.seconds()
    expires = expires_on or (now + course.time_limit * DAY if course.time_limit else None)
    enrolment = Enrolment(user.id, course.id, role, enrolled_on=now, expires_on=expires)
    portal.state.enrolments[user.id, course.id] = enrolment
    note(portal, "course_add_user", f"{user.short_name} was added to the course {course.name}", user, course)
    return enrolment


def enrol_where_missing(portal: Portal, user: User, courses: list[int]) -> None:
    """Enrol a user in those of the courses that they do not take yet."""
    for number in courses:
        course = portal.state.courses.get(number)
        if course and (user.id, number) not in portal.state.enrolments:
            enrol(portal, user, course)


def unenrol(portal: Portal, user: User, course: Course) -> None:
    """End an enrolment and its progress; raises ``ApiError`` where there is none."""
    enrolment_of(portal, user, course)
    del portal.state.enrolments[user.id, course.id]
    _forget_units(portal, user, course)
    message = f"{user.short_name} was removed from the course {course.name}"
    note(portal, "course_remove_user", message, user, course)


def tasks_of(portal: Portal, course: Course) -> list[Unit]:
    """Return the units that can be completed: all but the sections."""
    return [unit for unit in units_of(portal, course) if unit.type != "Section"]


def complete_unit(portal: Portal, user: User, unit: Unit, course: Course) -> None:
    """Complete one unit; the course is complete with the last of them."""
    enrolment = enrolment_of(portal, user, course)
    _finish(portal, user, unit)
    tasks = tasks_of(portal, course)
    done = sum(is_done(portal, user, task) for task in tasks)
    enrolment.seconds += UNIT_SECONDS
    if done == len(tasks):
        _complete(portal, user, course, enrolment)
    else:
        enrolment.percentage = 100 * done // len(tasks)


def complete_course(portal: Portal, user: User, course: Course) -> None:
    """Complete every unit and with them the course; doing it again changes nothing."""
    enrolment = enrolment_of(portal, user, course)
    for unit in tasks_of(portal, course):
        if not is_done(portal, user, unit):
            _finish(portal, user, unit)
            enrolment.seconds += UNIT_SECONDS
    _complete(portal, user, course, enrolment)


def set_percentage(portal: Portal, user: User, course: Course, percentage: int) -> None:
    """Set how far a user has come, in per cent from 0 to 100; the first units are completed to match."""
    reset(portal, user, course)
    if percentage == WHOLE:
        complete_course(portal, user, course)
        return
    enrolment = enrolment_of(portal, user, course)
    tasks = tasks_of(portal, course)
    for unit in tasks[: len(tasks) * percentage // 100]:
        _finish(portal, user, unit)
        enrolment.seconds += UNIT_SECONDS
    enrolment.percentage = percentage


def reset(portal: Portal, user: User, course: Course) -> None:
    """Set a user back to the start of a course; what it certified stays."""
    enrolment = enrolment_of(portal, user, course)
    enrolment.percentage, enrolment.completed_on, enrolment.seconds = 0, None, 0
    _forget_units(portal, user, course)


def is_done(portal: Portal, user: User, unit: Unit) -> bool:
    """Tell whether a user has completed a unit."""
    progress = portal.state.progress.get((user.id, unit.id))
    return progress is not None and progress.completed_on is not None


def remove_certificates(portal: Portal, user: User, course: Course) -> None:
    """Take away what a course certified to a user."""
    table = portal.state.certificates
    for earned in [one for one in table.values() if (one.user_id, one.course_id) == (user.id, course.id)]:
        del table[earned.id]
        message = f"The certification of {user.short_name} for the course {course.name} was removed"
        note(portal, "certification_remove_certification", message, user, course)


def _forget_units(portal: Portal, user: User, course: Course) -> None:
    for unit in units_of(portal, course):
        portal.state.progress.pop((user.id, unit.id), None)


def _finish(portal: Portal, user: User, unit: Unit) -> None:
    portal.state.progress[user.id, unit.id] = Progress(
        user.id,
        unit.id,
        status="Completed",
        score=100,
        seconds=UNIT_SECONDS,
        completed_on=portal.clock.seconds(),
        answers={question["id"]: question["model_answer"] for question in unit.questions},
    )
    event = UNIT_EVENTS.get(unit.type)
    if event:
        note(portal, event, f"{user.short_name} completed {unit.name}", user, unit)


def _complete(portal: Portal, user: User, course: Course, enrolment: Enrolment) -> None:
    if enrolment.completed_on is not None:
        return
    enrolment.percentage = WHOLE
    enrolment.completed_on = portal.clock.seconds()
    note(portal, "course_completion", f"{user.short_name} completed the course {course.name}", user, course)
    if course.certification:
        _certify(portal, user, course)


def _certify(portal: Portal, user: User, course: Course) -> None:
    now = portal.clock.seconds()
    number = portal.state.next_id("certificates")
    expires = now + course.certification_days * DAY if course.certification_days else None
    unique_id = f"{now}{number:05d}"
    portal.state.certificates[number] = Certificate(number, user.id, course.id, unique_id, now, expires)
    message = f"{user.short_name} was awarded a certification for the course {course.name}"
    note(portal, "certification_issue_certification", message, user, course)
