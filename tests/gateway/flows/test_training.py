from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import AccountInactive, Gone, UserNotFound
from gateway.flows.training import DUE_SOON, EXPIRES_SOON, Training, learning_record, zone_of
from schemas.certification import Certification
from schemas.learner import Learner
from schemas.user import Enrolment, User

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ATHENS = "(GMT +02:00) Athens, Istanbul, Minsk"


@pytest.fixture
def learner(portal):
    number = portal.control.add_user("kim@acme.example")
    for course, percentage in ((12, 100), (34, 33), (56, 0)):
        portal.control.enrol(number, course)
        portal.control.set_progress(number, course, percentage)
    return Learner(number, "kim@acme.example", "f" * 32)


def record(*courses, certifications=(), timezone=""):
    user = User(7, "kim", "Kim", "Lee", "", "Learner-Type", "active", courses=courses, timezone=timezone)
    return learning_record(User(**{**vars(user), "certifications": tuple(certifications)}), NOW)


def enrolment(name, course_id=1, *, done=False, **members):
    return Enrolment(course_id, name, completed_on=NOW - DAY if done else None, **members)


def names(found):
    return [course.enrolment.name for course in found.courses]


def test_courses_come_with_one_call_and_what_was_begun_comes_first(lms, learner, asked):
    found = Training(lms).of(learner)
    assert names(found) == ["Data protection", "Selling with care", "Intro to the academy"]
    assert [course.enrolment.percentage for course in found.courses] == [33, 0, 100]
    assert [course.is_begun for course in found.courses] == [True, False, False]
    assert asked() == ["users/id"]


def test_what_talentlms_tells_of_days_and_certificates_is_read_with_the_same_call(lms, portal, asked):
    number = portal.control.add_user("kim@acme.example")
    portal.control.enrol(number, 56, expires_on=int((NOW + 3 * DAY).timestamp()))
    portal.control.enrol(number, 34)
    portal.control.set_progress(number, 34, 100)
    selling, law = Training(lms, lambda: NOW).of(Learner(number, "kim", "f" * 32)).courses
    assert (selling.enrolment.expired_on, selling.is_due_soon) == (NOW + 3 * DAY, True)
    certification = law.certificate.certification
    assert certification.expires_on - certification.issued_on == 365 * DAY
    assert not law.certificate.is_expired
    assert asked() == ["users/id"]


def test_somebody_without_courses_has_none(lms, portal):
    number = portal.control.add_user("kim@acme.example")
    found = Training(lms).of(Learner(number, "kim", "f" * 32))
    assert (found.courses, found.other_certificates) == ((), ())


def test_an_account_that_cannot_be_used_shows_no_courses(lms, learner):
    lms.users.set_status(learner.user_id, "inactive")
    with pytest.raises(AccountInactive):
        Training(lms).of(learner)
    lms.users.delete(learner.user_id)
    with pytest.raises(Gone):
        Training(lms).of(learner)
    with pytest.raises(UserNotFound):
        Training(lms).of(Learner(4711, "kim", "f" * 32))


def test_due_soon_comes_first_then_begun_then_the_rest_then_completed_then_over():
    found = record(
        enrolment("Over", expired_on=NOW - DAY),
        enrolment("Done", done=True),
        enrolment("Course 10"),
        enrolment("course 9"),
        enrolment("Far", expired_on=NOW + 300 * DAY),
        enrolment("Éclair begun", percentage=5),
        enrolment("Zebra begun until June", percentage=5, expired_on=NOW + 90 * DAY),
        enrolment("Soon", expired_on=NOW + 5 * DAY),
        enrolment("Sooner", expired_on=NOW + 4 * DAY, percentage=50),
    )
    assert names(found) == [
        *("Sooner", "Soon"),
        *("Zebra begun until June", "Éclair begun"),
        *("Far", "course 9", "Course 10"),
        "Done",
        "Over",
    ]


@pytest.mark.parametrize(
    ("left", "done", "expired", "due_soon"),
    [
        (timedelta(0), False, True, False),
        (timedelta(seconds=1), False, False, True),
        (DUE_SOON, False, False, True),
        (DUE_SOON + timedelta(seconds=1), False, False, False),
        (DAY, True, False, False),
        (-DAY, True, True, False),
        (None, False, False, False),
    ],
)
def test_access_that_ends_is_told_from_access_that_has_ended(left, done, expired, due_soon):
    end = None if left is None else NOW + left
    (course,) = record(enrolment("One", done=done, expired_on=end)).courses
    assert (course.is_expired, course.is_due_soon) == (expired, due_soon)


@pytest.mark.parametrize(
    ("members", "begun"),
    [
        ({}, False),
        ({"percentage": 1}, True),
        ({"completion_status": "not_attempted"}, False),
        ({"completion_status": "not_attempted", "total_time": timedelta(minutes=7)}, False),
        ({"completion_status": "incomplete"}, True),
        ({"completion_status": "failed"}, True),
        ({"total_time": timedelta(minutes=7)}, True),
        ({"total_time": timedelta(0)}, False),
        ({"percentage": 100, "done": True}, False),
    ],
    ids=str,
)
def test_a_course_is_begun_by_talentlms_s_own_word_or_by_time_spent(members, begun):
    (course,) = record(enrolment("One", **members)).courses
    assert course.is_begun is begun


@pytest.mark.parametrize(
    ("left", "expired", "soon"),
    [
        (None, False, False),
        (timedelta(0), True, False),
        (timedelta(seconds=1), False, True),
        (EXPIRES_SOON, False, True),
        (EXPIRES_SOON + DAY, False, False),
    ],
)
def test_a_certificate_is_valid_ends_soon_or_is_over(left, expired, soon):
    end = None if left is None else NOW + left
    (course,) = record(enrolment("One", done=True), certifications=[Certification(1, expires_on=end)]).courses
    assert (course.certificate.is_expired, course.certificate.expires_soon) == (expired, soon)


def test_of_several_certificates_of_a_course_the_newest_counts():
    old = Certification(1, unique_id="old", issued_on=NOW - 400 * DAY, expires_on=NOW - 35 * DAY)
    new = Certification(1, unique_id="new", issued_on=NOW - 30 * DAY)
    undated = Certification(1, unique_id="undated")
    (course,) = record(enrolment("One", done=True), certifications=[new, undated, old]).courses
    assert course.certificate.certification == new


def test_a_certificate_of_a_course_without_an_enrolment_is_not_lost():
    others = [Certification(number, name) for number, name in ((3, "Part 10"), (2, "Part 2"), (1, "One"))]
    found = record(enrolment("One", done=True), certifications=others)
    assert [one.certification.course_name for one in found.other_certificates] == ["Part 2", "Part 10"]


def test_a_completed_course_whose_certificate_ends_comes_before_those_with_nothing_to_do():
    certifications = [
        Certification(1, expires_on=NOW + 300 * DAY),
        Certification(2, expires_on=NOW + 20 * DAY),
        Certification(3, expires_on=NOW - 20 * DAY),
    ]
    courses = [enrolment(name, number, done=True) for number, name in enumerate("ABC", start=1)]
    assert names(record(*courses, certifications=certifications)) == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        (ATHENS, 120),
        ("(GMT 00:00) Greenwich Mean Time: Edinburgh, Lisbon, London", 0),
        ("(GMT -04:30) Caracas", -270),
        ("(GMT +14:00) Somewhere", 840),
        ("(GMT +24:00) Nowhere", 0),
        ("(GMT +99:99) Nowhere", 0),
        ("Europe/Athens", 0),
        ("", 0),
    ],
)
def test_days_are_told_in_the_zone_of_the_account(written, minutes):
    assert zone_of(written).utcoffset(NOW) == timedelta(minutes=minutes)
    assert record(timezone=written).zone == zone_of(written)
