"""``/``: my training."""

from dataclasses import dataclass

from flask import Blueprint, Response

from gateway.flows.bought_seats import MOST
from gateway.flows.learners import Learners
from gateway.flows.training import Training
from gateway.web.addresses import COURSE, DASHBOARD, LOGIN, TRAINING, to
from gateway.web.chosen_sign_in import ChosenSignIn
from gateway.web.forms import Forms
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.seat_list import SeatList, day_of
from gateway.web.visitor import Visitor, sign_in_href
from schemas.user import Enrolment


@dataclass(frozen=True)
class Row:
    """A course as the page shows it.

    Attributes:
        name: the course's name.
        href: our address that leads into it.
        progress: 0 to 100.
        completed: whether it is done.
        completed_on: a day such as ``3 March 2026``, or ``None``.
        expired: whether access has ended.
        role: ``learner`` or ``instructor``.
    """

    name: str
    href: str
    progress: int
    completed: bool
    completed_on: str | None
    expired: bool
    role: str


def blueprint(
    visitor: Visitor,
    learners: Learners,
    training: Training,
    forms: Forms,
    choice: ChosenSignIn,
    seats: SeatList,
) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who sent the request.
        learners: whose account it is.
        training: their courses.
        forms: the sign-out form.
        choice: which way in this browser has.
        seats: what a storefront's customer has to give away.
    """
    routes = Blueprint("training", __name__)
    routes.before_request(only_for_people)

    @routes.get(TRAINING)
    def mine() -> Response:
        session = visitor.session()
        if session is None:
            other_href = f"{LOGIN}?choose=1" if choice.name() else None
            return page("welcome.html", sign_in_href=sign_in_href(TRAINING), other_href=other_href)
        enrolments = learners.then(session, training.courses)
        return page(
            "training.html",
            form_origins=(),
            person=session.identity.display_name,
            courses=[_row(enrolment) for enrolment in enrolments],
            dashboard_href=DASHBOARD,
            seats=seats.of(session.identity),
            most_seats=MOST,
            csrf_token=forms.token(session),
            provider=session.identity.provider,
        )

    return routes


def _row(enrolment: Enrolment) -> Row:
    return Row(
        name=enrolment.name,
        href=to(COURSE, enrolment.course_id),
        progress=enrolment.percentage,
        completed=enrolment.completed_on is not None,
        completed_on=day_of(enrolment.completed_on) if enrolment.completed_on else None,
        expired=enrolment.expired_on is not None,
        role=enrolment.role,
    )
