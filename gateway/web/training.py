"""``/``: my training. It works without scripts; a search is a page of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gateway.flows.bought_seats import MOST
from gateway.flows.learners import Learners
from gateway.flows.natural_order import has_words
from gateway.flows.training import LearnersCourse, LearningRecord, Training
from gateway.web.addresses import DASHBOARD, LOGIN, TRAINING
from gateway.web.chosen_sign_in import ChosenSignIn
from gateway.web.course_rows import course_row, other_certificate_row
from gateway.web.forms import Forms
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.seat_list import SeatList
from gateway.web.visitor import Visitor, sign_in_href
from schemas.session import Session

SEARCH_FROM = 10
"""How many courses somebody has who is offered a search."""
PER_PAGE = 25
"""Courses on a page; no page is larger than 30 kB."""
QUERY_LENGTH = 100
_DIGITS = 6


@dataclass(frozen=True)
class _Asked:
    """What a request asks for; what is not readable asks for nothing.

    Attributes:
        query: the words to search for; empty for none.
        page: from 1 on.
    """

    query: str
    page: int

    def href(self, page_number: int) -> str:
        """Return the address of another page of the same courses."""
        chosen = {"q": self.query, "page": page_number if page_number > 1 else 0}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{TRAINING}?{query}" if query else TRAINING


def blueprint(
    visitor: Visitor,
    learners: Learners,
    training: Training,
    forms: Forms,
    choice: ChosenSignIn,
    seats: SeatList,
    certificate_origins: Collection[str],
) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who sent the request.
        learners: whose account it is.
        training: their courses.
        forms: the sign-out form.
        choice: which way in this browser has.
        seats: what a storefront's customer has to give away.
        certificate_origins: where TalentLMS's certificates are, such as ``https://acme.talentlms.com``.
    """
    routes = Blueprint("training", __name__)
    routes.before_request(only_for_people)

    @routes.get(TRAINING)
    def mine() -> Response:
        session = visitor.session()
        if session is None:
            other_href = f"{LOGIN}?choose=1" if choice.name() else None
            return page("welcome.html", sign_in_href=sign_in_href(TRAINING), other_href=other_href)
        record = learners.then(session, training.of)
        asked = _asked()
        return page(
            "training.html", form_origins=(), **_shown(record, asked, certificate_origins), **of_person(session, asked)
        )

    def of_person(session: Session, asked: _Asked) -> dict[str, Any]:
        return {
            "person": session.identity.display_name,
            "csrf_token": forms.token(session),
            "provider": session.identity.provider,
            "seats": [] if asked.query or asked.page > 1 else seats.of(session.identity),
            "most_seats": MOST,
        }

    return routes


def _asked() -> _Asked:
    query = " ".join(request.args.get("q", "")[: 10 * QUERY_LENGTH].split())[:QUERY_LENGTH]
    written = request.args.get("page", "")
    is_number = written.isascii() and written.isdigit() and len(written) <= _DIGITS
    return _Asked(query, max(1, int(written)) if is_number else 1)


def _shown(record: LearningRecord, asked: _Asked, origins: Collection[str]) -> dict[str, Any]:
    """Return what the page shows of courses and certificates."""
    found = [course for course in record.courses if has_words(course.enrolment.name, asked.query)]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(asked.page, pages)
    courses = [course_row(one, record.zone, origins) for one in found[(number - 1) * PER_PAGE : number * PER_PAGE]]
    others = record.other_certificates if number == pages and not asked.query else ()
    return {
        "courses": courses,
        "has_courses": bool(record.courses),
        "is_all_done": _is_all_done(record.courses),
        "other_certificates": [other_certificate_row(one, record.zone, origins) for one in others[:PER_PAGE]],
        "has_search": len(record.courses) >= SEARCH_FROM or bool(asked.query),
        "query": asked.query,
        "longest_query": QUERY_LENGTH,
        "number_found": len(found),
        "all_href": TRAINING,
        "dashboard_href": DASHBOARD,
        "page_number": number,
        "pages": pages,
        "previous_href": asked.href(number - 1) if number > 1 else None,
        "next_href": asked.href(number + 1) if number < pages else None,
    }


def _is_all_done(courses: Sequence[LearnersCourse]) -> bool:
    """Return whether there is something completed, and nothing left to do."""
    open_ones = [course for course in courses if not course.is_expired]
    return bool(open_ones) and all(course.is_completed for course in open_ones)
