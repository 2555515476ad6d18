"""``/go``: into TalentLMS by a fresh link."""

from collections.abc import Mapping

from flask import Blueprint, Response

from gateway.errors import CourseNotFound
from gateway.flows.launch import Launch
from gateway.web.headers import to_link
from gateway.web.learners import Learners
from gateway.web.navigation import is_top_level, only_for_people
from gateway.web.slugs import id_of
from gateway.web.visitor import Visitor


def blueprint(visitor: Visitor, learners: Learners, launch: Launch, courses: Mapping[str, int]) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who clicks.
        learners: whose account it is.
        launch: where links come from.
        courses: ids by slug.
    """
    routes = Blueprint("launch", __name__)
    routes.before_request(only_for_people)

    @routes.get("/go")
    def dashboard() -> Response:
        return to_link(learners.then(visitor.signed_in(), launch.dashboard))

    @routes.get("/go/course/<course>")
    def course(course: str) -> Response:
        course_id = id_of(course, courses, CourseNotFound)
        navigation = is_top_level()
        link = learners.then(
            visitor.signed_in(), lambda learner: launch.course(learner, course_id, navigation=navigation)
        )
        return to_link(link)

    return routes
