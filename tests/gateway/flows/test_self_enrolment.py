import pytest

from gateway.errors import CourseNotFound
from gateway.flows.self_enrolment import Enrolment
from tests.gateway.flows.scene import KIM


def test_a_learner_is_enrolled_once_and_that_is_written_down_once(lms, provisioning, asked, audited):
    learner = provisioning().learner_for(KIM)
    asked()
    assert [Enrolment(lms).enrol(learner, 12) for _ in range(2)] == [True, False]
    assert asked() == ["addusertocourse", "addusertocourse"]
    assert [(line["user_id"], line["course_id"]) for line in audited("enrolment")] == [(learner.user_id, 12)]


def test_a_course_that_is_not_there_enrols_nobody(lms, provisioning, audited):
    learner = provisioning().learner_for(KIM)
    with pytest.raises(CourseNotFound):
        Enrolment(lms).enrol(learner, 4711)
    assert audited("enrolment") == []
