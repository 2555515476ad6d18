"""The catalogue of the seeded portal, and who takes what."""

from typing import Any

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Category
from sandbox.talentlms.rules import accounts, enrolments, lookup, staging
from sandbox.talentlms.seed.questions import survey_questions, test_questions

CATEGORIES = (Category(1, "Everything"), Category(2, "Sales", 15_000, 1), Category(3, "Compliance", 9_900, 1))
COURSES: tuple[dict[str, Any], ...] = (
    {"id": 1, "name": "Welcome aboard", "category_id": 1, "description": "Your first week."},
    {
        "id": 12,
        "name": "Intro to the academy",
        "category_id": 3,
        "description": "How learning works here, with a test at the end.",
        "certification": "Classic",
        "custom_fields": {"custom_field_1": "basics", "custom_field_2": "1"},
    },
    {
        "id": 19,
        "name": "Health and safety",
        "category_id": 3,
        "price": 2_900,
        "description": "At the desk, on the road, in an emergency.",
    },
    {
        "id": 34,
        "name": "Data protection",
        "category_id": 3,
        "price": 4_900,
        "description": "What the law asks of everyone who handles personal data.",
        "certification": "Classic",
        "custom_fields": {"custom_field_1": "law", "custom_field_2": "3"},
    },
    {
        "id": 56,
        "name": "Selling with care",
        "category_id": 2,
        "price": 12_000,
        "description": "Listening first.",
    },
)
SESSIONS = (
    ("Questions and answers", "webinar", 0, 60),
    ("A day together", "classroom", 20, 480),
)
ENROLMENTS = (
    ("ines", 12, "instructor", 0),
    ("robin", 12, "learner", 100),
    ("robin", 34, "learner", 33),
    ("dana", 12, "learner", 50),
    ("mia", 19, "learner", 0),
    ("gone", 12, "learner", 100),
)
COUPONS = (("WELCOME10", 10), ("FREE100", 100))
FORTNIGHT = 14 * 86_400


def add_catalogue(portal: Portal) -> None:
    """Make categories, courses with their units, and coupons."""
    for category in CATEGORIES:
        number = portal.state.next_id("categories", category.id)
        portal.state.categories[number] = Category(**vars(category))
    for values in COURSES:
        staging.add_course(portal, {**values, "units": ()})
    for code, percent in COUPONS:
        staging.add_coupon(portal, code, percent)
    _add_units(portal)
    _add_rules(portal)


def _add_units(portal: Portal) -> None:
    for course in portal.state.courses.values():
        staging.add_unit(portal, course, "Section", "Part one", delay_minutes=60)
        staging.add_unit(portal, course, "Content", f"{course.name}: an overview")
        staging.add_unit(portal, course, "Presentation | Document", f"{course.name}: the slides")
    intro, law = portal.state.courses[12], portal.state.courses[34]
    staging.add_unit(portal, intro, "Test", "What have you learned?", questions=test_questions())
    staging.add_unit(portal, intro, "Survey", "What do you think?", questions=survey_questions())
    staging.add_unit(portal, law, "Instructor-led training", "Meet the officer", sessions=_sessions(portal))


def _sessions(portal: Portal) -> list[dict[str, Any]]:
    instructor = accounts.user_by_login(portal, "ines")
    return [
        {
            "name": name,
            "type": kind,
            "owner_id": accounts.OWNER,
            "instructor_id": instructor.id,
            "description": "",
            "location": "" if kind == "webinar" else "Room 1",
            "starts_on": portal.clock.seconds() + FORTNIGHT,
            "capacity": capacity,
            "minutes": minutes,
        }
        for name, kind, capacity, minutes in SESSIONS
    ]


def _add_rules(portal: Portal) -> None:
    law = portal.state.courses[34]
    law.rules, law.prerequisites, law.certification_days = ["You must complete all content"], [[12, 1]], 365
    for course in portal.state.courses.values():
        course.level = "1"
    portal.state.courses[19].shared_key = "GGKMFPJU"


def enrol_people(portal: Portal) -> None:
    """Enrol people and let them come as far as they have."""
    for login, course_id, role, percentage in ENROLMENTS:
        user, course = accounts.user_by_login(portal, login), lookup.course_by_id(portal, course_id)
        enrolments.enrol(portal, user, course, role)
        if percentage:
            enrolments.set_percentage(portal, user, course, percentage)
