import pytest

from gateway.errors import AccountInactive, Gone, UserNotFound
from gateway.flows.training import Training
from schemas.learner import Learner


@pytest.fixture
def learner(portal):
    number = portal.control.add_user("kim@acme.example")
    for course, percentage in ((12, 100), (34, 33), (56, 0)):
        portal.control.enrol(number, course)
        portal.control.set_progress(number, course, percentage)
    return Learner(number, "kim@acme.example", "f" * 32)


def test_courses_come_with_one_call_and_what_is_to_be_done_comes_first(lms, learner, asked):
    courses = Training(lms).courses(learner)
    assert [course.name for course in courses] == ["Data protection", "Selling with care", "Intro to the academy"]
    assert [course.percentage for course in courses] == [33, 0, 100]
    assert asked() == ["users/id"]


def test_somebody_without_courses_has_none(lms, portal):
    number = portal.control.add_user("kim@acme.example")
    assert Training(lms).courses(Learner(number, "kim", "f" * 32)) == ()


def test_an_account_that_cannot_be_used_shows_no_courses(lms, learner):
    lms.users.set_status(learner.user_id, "inactive")
    with pytest.raises(AccountInactive):
        Training(lms).courses(learner)
    lms.users.delete(learner.user_id)
    with pytest.raises(Gone):
        Training(lms).courses(learner)
    with pytest.raises(UserNotFound):
        Training(lms).courses(Learner(4711, "kim", "f" * 32))
