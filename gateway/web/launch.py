"""``/go``: into TalentLMS by a fresh link."""

from collections.abc import Mapping
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request

from gateway.errors import CourseNotFound
from gateway.flows.launch import Launch
from gateway.web.headers import to_link
from gateway.web.learners import Learners
from gateway.web.navigation import is_top_level, only_for_people
from gateway.web.slugs import id_of
from gateway.web.visitor import Visitor
from schemas.link import Link
from schemas.session import Session

DASHBOARD = "/go"
COURSE = "/go/course/"


class Launches:
    """The links behind our addresses, for the gate and for the routes below.

    Args:
        learners: whose account it is.
        launch: where links come from.
        courses: ids by slug.
    """

    def __init__(self, learners: Learners, launch: Launch, courses: Mapping[str, int]) -> None:
        self._learners = learners
        self._launch = launch
        self._courses = courses

    def link(self, session: Session, environ: WSGIEnvironment) -> Link | None:
        """Return the link of a request; ``None`` where its address is none of these.

        Args:
            session: of whoever clicks.
            environ: the request.

        Raises:
            GatewayError: there is no link; one of its kinds says why.
        """
        path: str = environ["PATH_INFO"]
        if path.startswith(COURSE):
            return self.course(session, path.removeprefix(COURSE), navigation=is_top_level(environ))
        return self.dashboard(session) if path == DASHBOARD else None

    def dashboard(self, session: Session) -> Link:
        """Return a link to the dashboard; errors as ``link``."""
        return self._learners.then(session, self._launch.dashboard)

    def course(self, session: Session, course: str, *, navigation: bool) -> Link:
        """Return a link into a course; errors as ``link``.

        Args:
            session: of whoever clicks.
            course: its id or slug.
            navigation: whether the address was opened as a page of its own; only then anybody is enrolled.
        """
        course_id = self.course_id(course)
        return self._learners.then(
            session, lambda learner: self._launch.course(learner, course_id, navigation=navigation)
        )

    def course_id(self, course: str) -> int:
        """Return the id of a course that an address names.

        Raises:
            CourseNotFound: it names none.
        """
        return id_of(course, self._courses, CourseNotFound)


def blueprint(visitor: Visitor, launches: Launches) -> Blueprint:
    """Return the routes, for every click that the gate does not answer.

    Args:
        visitor: who clicks.
        launches: the links.
    """
    routes = Blueprint("launch", __name__)
    routes.before_request(only_for_people)

    @routes.get(DASHBOARD)
    def dashboard() -> Response:
        return to_link(launches.dashboard(visitor.signed_in()))

    @routes.get(f"{COURSE}<course>")
    def course(course: str) -> Response:
        launches.course_id(course)  # whoever asks for what is not there need not sign in first
        navigation = is_top_level(request.environ)
        return to_link(launches.course(visitor.signed_in(), course, navigation=navigation))

    return routes
