"""``/logout`` and ``/signed-out``: out again, in all three places.

The gateway's session ends first. Then the browser goes to TalentLMS, from there to ``/logout/continue``, from there
to the provider, and ends on ``/signed-out``. The ID token waits here meanwhile, in a single-use record that is bound
to the browser; it never travels through TalentLMS. Where TalentLMS's session or the provider's could not be ended, a
cookie says so to ``/signed-out``, whichever way the browser gets there.

The form is answered with a page that leads on by itself, not with a redirect: a policy's ``form-action`` holds for the
whole chain of redirects that a form sets off, and nobody knows the hosts that a provider's logout leads through.
"""

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, request

from gateway import admission, log
from gateway.admission import QueueEntry
from gateway.errors import DatabaseUnavailable
from gateway.flows.sign_out import CONTINUE_PATH, SignOut, WayOut
from gateway.oidc.logout import Logout
from gateway.store.sessions import Sessions
from gateway.store.transactions import DEPARTURE_SECONDS, Departures
from gateway.web.cookies import TRANSACTION_COOKIE, Cookies
from gateway.web.forms import Forms
from gateway.web.headers import leading_on, to_address
from gateway.web.learners import Learners
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.provider_session import ProviderSessions
from gateway.web.visitor import Visitor
from schemas.session import Session
from schemas.transaction import Departure

DEPARTURE_COOKIE = "departure"
LEFT_OPEN_COOKIE = "left_open"
"""Whether TalentLMS's session may still be open."""
SIGNED_OUT_PATH = "/signed-out"


class Leaving:
    """The way out.

    Args:
        visitor: who leaves.
        sessions: where the session ends.
        learners: whose account it is.
        departures: sign-outs under way.
        cookies: what binds one to its browser.
        logouts: the end with each provider, by its name.
        sign_out: the end at TalentLMS.
    """

    def __init__(
        self,
        visitor: Visitor,
        sessions: Sessions,
        learners: Learners,
        departures: Departures,
        cookies: Cookies,
        logouts: Mapping[str, Logout],
        sign_out: SignOut,
    ) -> None:
        self._visitor = visitor
        self._sessions = sessions
        self._learners = learners
        self._departures = departures
        self._cookies = cookies
        self._logouts = logouts
        self._sign_out = sign_out
        self._provider_sessions = ProviderSessions(cookies)

    def begin(self, session: Session) -> Response:
        """End the gateway's session and return the page that sends the browser on, to TalentLMS or past it.

        The way on is written down first: once the session has ended, nothing may stand in the way of the other two.
        """
        browser = secrets.token_urlsafe(24)
        identity = session.identity
        state = secrets.token_urlsafe(16)
        departure = Departure(identity.provider, session.id_token.reveal(), state, session.logout_hint)
        self._departures.remember(departure, browser)
        self._sessions.end(session)
        log.audit("sign_out", outcome="success", provider=identity.provider, person=identity.key)
        admission.begin(QueueEntry(person=identity.key))
        out = self._way_out(session)
        url = out.link.reveal() if out.link else CONTINUE_PATH
        response = leading_on(page("signing_out.html", continue_href=url), url)
        self._visitor.dismiss(response)
        for name in self._cookies.names(request, TRANSACTION_COOKIE):
            self._cookies.drop(response, name)
        self._cookies.put(response, DEPARTURE_COOKIE, browser, DEPARTURE_SECONDS)
        if out.left_open:
            self._cookies.put(response, LEFT_OPEN_COOKIE, "1", DEPARTURE_SECONDS)
        else:
            self.told(response)
        return response

    def _way_out(self, session: Session) -> WayOut:
        try:
            learner = self._learners.known(session)
        except DatabaseUnavailable as error:
            log.event("sign_out.talentlms_skipped", why=error.code, note=error.note)
            return WayOut(left_open=True)
        return self._sign_out.way_out(learner) if learner else WayOut()

    def proceed(self) -> Response:
        """Send the browser on to the provider, once."""
        browser = self._cookies.get(request, DEPARTURE_COOKIE)
        departure = self._departures.consume(browser) if browser else None
        logout = self._logouts.get(departure.provider) if departure else None
        url = logout.end_session_url(departure) if logout and departure else None
        response = to_address(url or SIGNED_OUT_PATH)
        self._cookies.drop(response, DEPARTURE_COOKIE)
        if departure and not url:
            self._provider_sessions.left_open(response, departure.provider)
        return response

    def provider_left_open(self) -> bool:
        """Return whether this browser may still be signed in at a provider after its sign-out here."""
        return self._provider_sessions.any_open()

    def left_open(self) -> bool:
        """Return whether this browser's session at TalentLMS may still be open after its sign-out here."""
        return self._cookies.get(request, LEFT_OPEN_COOKIE) is not None

    def told(self, response: Response) -> None:
        """Forget that TalentLMS's session may still be open: the person knows, or it does not hold any more."""
        if self.left_open():
            self._cookies.drop(response, LEFT_OPEN_COOKIE)


def blueprint(
    visitor: Visitor,
    forms: Forms,
    leaving: Leaving,
    talentlms_url: str,
) -> Blueprint:
    """Return the routes.

    Args:
        visitor: who leaves.
        forms: that the form is ours.
        leaving: the way out.
        talentlms_url: where somebody signs out at TalentLMS by hand.
    """
    routes = Blueprint("sign_out", __name__)
    routes.before_request(only_for_people)

    @routes.get("/logout")
    def ask() -> Response:
        session = visitor.session()
        return page(
            "sign_out.html",
            form_origins=() if session else None,
            csrf_token=forms.token(session) if session else "",
            person=session.identity.display_name if session else None,
        )

    @routes.post("/logout")
    def leave() -> Response:
        session = visitor.session()
        if session is None:
            return to_address(SIGNED_OUT_PATH)
        forms.check(session)
        return leaving.begin(session)

    @routes.get(CONTINUE_PATH)
    def proceed() -> Response:
        return leaving.proceed()

    @routes.get(SIGNED_OUT_PATH)
    def signed_out() -> Response:
        session = visitor.session()
        response = page(
            "signed_out.html",
            form_origins=() if session else None,
            still_signed_in=session is not None,
            left_open=leaving.left_open(),
            provider_left_open=leaving.provider_left_open(),
            talentlms_href=talentlms_url,
            csrf_token=forms.token(session) if session else "",
            person=session.identity.display_name if session else None,
        )
        if session is None:
            leaving.told(response)
        return response

    return routes
