"""``/completed``: where a learner comes back to from a completed course.

It costs no call of TalentLMS. So a person who is signed in is believed to have completed something, as the address says
and nothing but a page follows from it; who is not, perhaps because the course took longer than the session, is told
nothing and may sign in.
"""

from flask import Blueprint, Response

from gateway.web.addresses import COMPLETED, COMPLETED_COURSE
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.slugs import Slugs
from gateway.web.visitor import Visitor, sign_in_href


def blueprint(visitor: Visitor, slugs: Slugs) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who comes back; one whose session costs no call.
        slugs: what names mean.
    """
    routes = Blueprint("completion", __name__)
    routes.before_request(only_for_people)

    @routes.get(COMPLETED)
    def completed() -> Response:
        if visitor.session() is None:
            return page("returned.html", sign_in_href=sign_in_href("/"))
        return page("completed.html")

    @routes.get(COMPLETED_COURSE)
    def completed_course(course: str) -> Response:
        slugs.item("course", course)
        return completed()

    return routes
