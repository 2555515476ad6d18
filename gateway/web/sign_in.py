"""``/login`` and ``/callback``: the round trip to the identity provider."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway import log
from gateway.errors import BadRequest, PageNotFound, SignInError, SignInInterrupted, SignInNotTrusted
from gateway.oidc.relying_party import RelyingParty
from gateway.store.sessions import Sessions
from gateway.store.transactions import TRANSACTION_SECONDS, Replayed, Transactions
from gateway.web import problems
from gateway.web.cookies import Cookies
from gateway.web.headers import to_address
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path
from gateway.web.pages import page
from gateway.web.visitor import Visitor, sign_in_href
from schemas.transaction import Transaction

AT_ONCE = 10
"""Sign-ins under way per browser; the oldest makes room (RFC 9700, 2.1, and cookie sizes)."""
TRANSACTION_COOKIE = "transaction_"
_ONCE = ("code", "state", "iss", "error")


class SignIn:
    """The two halves of a sign-in.

    Args:
        visitor: who is at the door.
        sessions: where a session begins.
        transactions: sign-ins under way.
        cookies: what binds a sign-in to its browser.
        providers: relying parties by the provider's name.
    """

    def __init__(
        self,
        visitor: Visitor,
        sessions: Sessions,
        transactions: Transactions,
        cookies: Cookies,
        providers: Mapping[str, RelyingParty],
    ) -> None:
        self._visitor = visitor
        self._sessions = sessions
        self._transactions = transactions
        self._cookies = cookies
        self._providers = providers

    def begin(self, provider: str, target: str) -> Response:
        """Send the browser to a provider."""
        problems.offer(sign_in_href(target), "Try again")
        url, transaction = self._provider(provider).begin(target)
        browser = secrets.token_urlsafe(24)
        self._transactions.remember(transaction, browser)
        response = to_address(url)
        self._make_room(response)
        value = f"{int(time.time())}.{browser}"
        self._cookies.put(response, _cookie(transaction.state), value, TRANSACTION_SECONDS)
        return response

    def complete(self, provider: str, parameters: MultiDict[str, str]) -> Response:
        """Take the browser back from a provider."""
        answer = _each_once(parameters)
        state = answer.get("state", "")
        browser = (self._cookies.get(request, _cookie(state)) or "").partition(".")[2]
        taken = self._transactions.consume(state, browser) if state and browser else None
        if isinstance(taken, Replayed):
            return self._again(taken.target)
        if taken is None:
            log.audit("sign_in", outcome="refused", reason=SignInInterrupted.code, provider=provider)
            return _interrupted("/")
        return self._enter(provider, taken, answer)

    def _enter(self, provider: str, transaction: Transaction, answer: Mapping[str, str]) -> Response:
        problems.offer(sign_in_href(transaction.target), "Try again")
        try:
            if transaction.provider != provider:
                raise SignInNotTrusted(f"begun at {transaction.provider}, answered by {provider}")
            signed_in = self._provider(provider).complete(transaction, answer)
        except SignInError as error:
            log.audit("sign_in", outcome="refused", reason=error.code, provider=provider, note=error.note)
            raise
        before = self._visitor.session()
        session_id = self._sessions.create(signed_in.identity, signed_in.id_token, signed_in.sid)
        if before is not None:
            self._sessions.replace(before, signed_in.identity)
        log.audit("sign_in", outcome="success", provider=provider, person=signed_in.identity.key)
        response = to_address(transaction.target)
        self._visitor.welcome(response, session_id)
        self._cookies.drop(response, _cookie(transaction.state))
        return response

    def _again(self, target: str) -> Response:
        """Answer the back button, a reload or a double click: on, where it should have gone."""
        return _interrupted(target) if self._visitor.session() is None else to_address(target)

    def _provider(self, name: str) -> RelyingParty:
        if name not in self._providers:
            raise PageNotFound(f"no identity provider named {name[:40]!r}")
        return self._providers[name]

    def _make_room(self, response: Response) -> None:
        names = self._cookies.names(request, TRANSACTION_COOKIE)
        by_age = sorted(names, key=lambda name: self._cookies.get(request, name) or "")
        for name in by_age[: max(0, len(by_age) - AT_ONCE + 1)]:
            self._cookies.drop(response, name)


def blueprint(sign_in: SignIn, labels: Mapping[str, str], *, with_password: bool) -> Blueprint:
    """Return the routes.

    Args:
        sign_in: the two halves.
        labels: what to call each provider on the chooser, by its name.
        with_password: whether ``/login/password`` is there.
    """
    routes = Blueprint("sign_in", __name__)
    routes.before_request(only_for_people)

    @routes.get("/login")
    def login() -> Response:
        target = own_path(request.args.get("next"))
        if len(labels) == 1 and not with_password:
            return sign_in.begin(next(iter(labels)), target)
        query = "" if target == "/" else "?" + urlencode({"next": target}, safe="/")
        return page(
            "sign_in.html",
            providers=[{"label": label, "href": f"/login/{name}{query}"} for name, label in labels.items()],
            password_href="/login/password" if with_password else None,
        )

    @routes.get("/login/<provider>")
    def login_at(provider: str) -> Response:
        return sign_in.begin(provider, own_path(request.args.get("next")))

    @routes.get("/callback/<provider>")
    def callback(provider: str) -> Response:
        return sign_in.complete(provider, request.args)

    return routes


def _cookie(state: str) -> str:
    return TRANSACTION_COOKIE + hashlib.sha256(state.encode()).hexdigest()[:12]


def _each_once(parameters: MultiDict[str, str]) -> dict[str, str]:
    """Return the parameters; one that matters and is there twice is somebody's trick (Core 3.1.2.7, RFC 6749, 3.1)."""
    for name in _ONCE:
        if len(parameters.getlist(name)) > 1:
            raise BadRequest(f"{name} is there more than once")
    return parameters.to_dict()


def _interrupted(target: str) -> Response:
    error = SignInInterrupted()
    return page(
        "interrupted.html", status=error.status, happened=error.happened, continue_href=sign_in_href(own_path(target))
    )
