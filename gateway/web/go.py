"""``/go``: into TalentLMS by a fresh link."""

from functools import partial
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request

from gateway.flows.launch import Launch
from gateway.flows.learners import Learners
from gateway.web.addresses import COURSE, DASHBOARD
from gateway.web.headers import to_link
from gateway.web.navigation import is_top_level, only_for_people
from gateway.web.slugs import Item, Slugs
from gateway.web.visitor import Visitor
from schemas.link import Link
from schemas.session import Session


class Clicks:
    """The links behind our addresses, for the middleware and for the routes below.

    Args:
        learners: whose account it is.
        launch: where links come from.
    """

    def __init__(self, learners: Learners, launch: Launch) -> None:
        self._learners = learners
        self._launch = launch

    def dashboard(self, session: Session) -> Link:
        """Return a link to the dashboard.

        Raises:
            GatewayError: there is none; one of its kinds says why.
        """
        return self._learners.then(session, self._launch.dashboard)

    def course(self, session: Session, course: Item, environ: WSGIEnvironment) -> Link:
        """Return a link into a course; errors as ``dashboard``. Only a page of its own enrols anybody.

        Args:
            session: of the person who clicks.
            course: which.
            environ: the request.
        """
        into = partial(self._launch.course, course_id=course.id, navigation=is_top_level(environ))
        return self._learners.then(session, into)


def blueprint(visitor: Visitor, launches: Clicks, slugs: Slugs) -> Blueprint:
    """Return the routes, for every click that the middleware does not answer.

    Args:
        visitor: who clicks.
        launches: the links.
        slugs: which course a name means.
    """
    routes = Blueprint("launch", __name__)
    routes.before_request(only_for_people)

    @routes.get(DASHBOARD)
    def dashboard() -> Response:
        return to_link(launches.dashboard(visitor.signed_in()))

    @routes.get(COURSE)
    def course(course: str) -> Response:
        asked = slugs.item("course", course)  # who asks for what is not there need not sign in first
        return to_link(launches.course(visitor.signed_in(), asked, request.environ))

    return routes
