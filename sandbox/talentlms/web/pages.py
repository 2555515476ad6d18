"""What a browser meets behind the links: signing in and out, the dashboard, a course, a payment."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.talentlms import links
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Link, Session, User
from sandbox.talentlms.replies import formats
from sandbox.talentlms.rules import accounts, enrolments, lookup, payments, staging
from sandbox.talentlms.web.answer import SESSION_COOKIE

HEADER_ITEMS = {
    "courseName": "Course",
    "units": "Units",
    "sharedFiles": "Files",
    "moreOptions": "More",
    "certificationIcon": "Certificate",
}
ELSEWHERE = ("user/certification/", "shared/start/", "unit/apiview/", "course/lastaccessedunit/")
Page = BaseResponse | tuple[str, int]


@dataclass(frozen=True)
class _Visit:
    """A signed-in browser at a page."""

    session: Session
    user: User


def blueprint(portal: Portal) -> Blueprint:
    """Return the routes of the pages."""
    routes = Blueprint("pages", __name__)
    pages = _Pages(portal)
    for path, page, methods in (
        ("/index/autologin/key:<key>", pages.sign_in, ["GET"]),
        ("/index/gotocourse/key:<key>,course_id:<int:course_id>", pages.go_to, ["GET"]),
        ("/index/logout/token:<path:rest>", pages.sign_out_link, ["GET"]),
        ("/index/signout", pages.sign_out, ["POST"]),
        ("/index/resetpassword/key:<key>", pages.new_password, ["GET", "POST"]),
        ("/dashboard", pages.dashboard, ["GET"]),
        ("/learner/course/id:<int:course_id>", pages.course, ["GET"]),
        ("/learner/course/id:<int:course_id>/complete", pages.complete, ["POST"]),
        ("/learner/course/id:<int:course_id>/unit:<int:unit_id>", pages.complete_unit, ["POST"]),
        ("/payment/key:<key>", pages.payment, ["GET", "POST"]),
        ("/certificate/download/id:<int:number>", pages.certificate, ["GET"]),
        ("/<path:path>", pages.elsewhere, ["GET"]),
    ):
        routes.add_url_rule(path, page.__name__, _guarded(portal, page), methods=methods)
    return routes


def _guarded(portal: Portal, page: Callable[..., Page]) -> Callable[..., Page]:
    @wraps(page)
    def enter(**values: Any) -> Page:
        with portal.lock:
            try:
                return page(**values)
            except ApiError as fault:
                return notice("This does not work", str(fault), fault.status)

    return enter


def notice(heading: str, text: str, status: int = 200) -> Page:
    """Return a page that only says something."""
    return render_template("notice.html", heading=heading, text=text), status


class _Pages:
    """The pages, one method each."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def sign_in(self, key: str) -> Page:
        """Use a login link: a session, then the dashboard."""
        return self._enter(links.use(self._portal, key, "login"), "/dashboard")

    def go_to(self, key: str, course_id: int) -> Page:
        """Use a course link: a session, then the course."""
        link = self._portal.state.links.get(key)
        if link is None or link.course_id != course_id:
            return notice("This link is not valid", "Ask for a new one.", 404)
        return self._enter(links.use(self._portal, key, "goto"), f"/learner/course/id:{course_id}")

    def _enter(self, link: Link | None, target: str) -> Page:
        problem = _unusable(link)
        if link is None or problem:
            return problem or notice("This link is not valid", "Ask for a new one.", 404)
        user = accounts.user_by_id(self._portal, link.user_id)
        if user.status != "active":
            return notice("Your account is inactive", accounts.INACTIVE, 403)
        session = staging.open_session(
            self._portal,
            user,
            logout_redirect=link.logout_redirect,
            course_completed_redirect=link.course_completed_redirect,
            hidden=list(link.hidden),
        )
        reply = redirect(target)
        reply.set_cookie(SESSION_COOKIE, session.id, httponly=True, secure=self._secure)
        return reply

    @property
    def _secure(self) -> bool:
        return self._portal.url.startswith("https:")

    def sign_out_link(self, rest: str) -> Page:
        """Use a logout link: the user is signed out everywhere, then on to ``next``."""
        link = links.use(self._portal, rest.partition(",")[0], "logout")
        problem = _unusable(link)
        if link is None or problem:
            return problem or notice("This link is not valid", "Ask for a new one.", 404)
        user = self._portal.state.users.get(link.user_id)
        if user:
            accounts.end_sessions(self._portal, user)
        return self._signed_out(link.target)

    def sign_out(self) -> Page:
        """End this browser's session, then on to where its link wanted to lead."""
        session = self._portal.state.sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        return self._signed_out(session.logout_redirect if session else "")

    def _signed_out(self, target: str) -> Page:
        page = notice("You are signed out", "You have left the portal.")
        reply = redirect(target) if target else make_response(page)
        reply.delete_cookie(SESSION_COOKIE, httponly=True, secure=self._secure)
        return reply

    def new_password(self, key: str) -> Page:
        """Take a new password, then on to where the mail's request wanted to lead."""
        link = self._portal.state.links.get(key)
        problem = _unusable(link)
        if link is None or link.kind != "password" or problem:
            return problem or notice("This link is not valid", "Ask for a new one.", 404)
        if request.method == "GET":
            return render_template("password.html", problem=""), 200
        try:
            accounts.check_password(self._portal, request.form.get("password", ""))
        except ApiError as fault:
            return render_template("password.html", problem=str(fault)), 400
        accounts.user_by_id(self._portal, link.user_id).password = request.form["password"]
        links.use(self._portal, key, "password")
        return redirect(link.target) if link.target else notice("Password changed", "You can sign in with it now.")

    def dashboard(self) -> Page:
        """Show the courses of the person who is signed in."""
        visit = self._visit()
        if visit is None:
            return _stranger()
        state = self._portal.state
        mine = [one for one in state.enrolments.values() if one.user_id == visit.user.id]
        rows = [(state.courses[one.course_id], one) for one in mine]
        return render_template("dashboard.html", user=visit.user, rows=rows), 200

    def course(self, course_id: int) -> Page:
        """Show a course to someone who takes it."""
        visit = self._visit()
        if visit is None:
            return _stranger()
        course = lookup.course_by_id(self._portal, course_id)
        units = lookup.units_of(self._portal, course)
        return render_template(
            "course.html",
            user=visit.user,
            session=visit.session,
            course=course,
            enrolment=lookup.enrolment_of(self._portal, visit.user, course),
            units=[(unit, enrolments.is_done(self._portal, visit.user, unit)) for unit in units],
            header_items=HEADER_ITEMS,
        ), 200

    def complete(self, course_id: int) -> Page:
        """Complete a course, then on to where its link wanted to lead."""
        visit = self._visit()
        if visit is None:
            return _stranger()
        enrolments.complete_course(self._portal, visit.user, lookup.course_by_id(self._portal, course_id))
        return redirect(visit.session.course_completed_redirect or f"/learner/course/id:{course_id}", 303)

    def complete_unit(self, course_id: int, unit_id: int) -> Page:
        """Complete one unit and come back to the course."""
        visit = self._visit()
        if visit is None:
            return _stranger()
        course = lookup.course_by_id(self._portal, course_id)
        unit = lookup.unit_by_id(self._portal, unit_id)
        enrolments.complete_unit(self._portal, visit.user, unit, course)
        return redirect(f"/learner/course/id:{course_id}", 303)

    def payment(self, key: str) -> Page:
        """Show what is to be paid; *Pay* enrols the buyer."""
        link = self._portal.state.links.get(key)
        problem = _unusable(link)
        if link is None or link.kind != "payment" or problem:
            return problem or notice("This link is not valid", "Ask for a new one.", 404)
        buyer = accounts.user_by_id(self._portal, link.user_id)
        choice = request.form.get("choice", "")
        if choice == "cancel":
            links.use(self._portal, key, "payment")
            return notice("Payment cancelled", "Nothing was paid and nothing was bought.")
        if choice == "pay":
            return self._paid(buyer, link)
        return self._bill(buyer, link)

    def _bill(self, buyer: User, link: Link) -> Page:
        item = payments.item_of(self._portal, link)
        return render_template(
            "payment.html",
            buyer=buyer,
            item=item,
            coupon=link.coupon,
            full=_dollars(item.price),
            amount=_dollars(payments.amount_of(self._portal, link)),
        ), 200

    def _paid(self, buyer: User, link: Link) -> Page:
        order = payments.pay(self._portal, buyer, link)
        links.use(self._portal, link.key, "payment")
        return notice("Thank you", f"{buyer.first_name}, you can start {order.item} now.")

    def certificate(self, number: int) -> Page:
        """Show a certificate to the one who earned it."""
        visit = self._visit()
        if visit is None:
            return _stranger()
        earned = self._portal.state.certificates.get(number)
        if earned is None or earned.user_id != visit.user.id:
            return notice("No such certificate", "It is not yours, or there is none.", 404)
        course = lookup.course_by_id(self._portal, earned.course_id)
        until = formats.day(self._portal, earned.expires_on) or "for ever"
        return notice(f"Certificate: {course.name}", f"{visit.user.short_name}, {earned.unique_id}, valid: {until}.")

    def elsewhere(self, path: str) -> Page:
        """Say that this is the sandbox, where TalentLMS would show something."""
        known = path.startswith(ELSEWHERE)
        return notice("TalentLMS sandbox", f"There is nothing to see at /{path} here.", 200 if known else 404)

    def _visit(self) -> _Visit | None:
        session = self._portal.state.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        user = self._portal.state.users.get(session.user_id) if session else None
        return _Visit(session, user) if session and user else None


def _unusable(link: Link | None) -> Page | None:
    if link is not None and link.used:
        return notice("This link has already been used", "A link works once. Ask for a new one.", 410)
    return None


def _stranger() -> Page:
    return notice("Sign in", "You are not signed in to the portal.", 401)


def _dollars(cents: int) -> str:
    return formats.price(cents).replace("&#36;", "$")
