"""``/login`` and ``/callback``: the round trip to the identity provider."""

import hashlib
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway import log
from gateway.errors import BadRequest, PageNotFound, SignInError, SignInInterrupted, SignInNotTrusted
from gateway.flows.sign_in_limits import SignInLimits
from gateway.oidc.registration import Hints
from gateway.oidc.relying_party import RelyingParty
from gateway.store.sessions import Sessions
from gateway.store.transactions import TRANSACTION_SECONDS, Replayed, Transactions
from gateway.web import problems
from gateway.web.cookies import TRANSACTION_COOKIE, Cookies
from gateway.web.headers import to_address
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path, own_target
from gateway.web.pages import page
from gateway.web.visitor import Visitor, sign_in_href
from schemas.transaction import Transaction

AT_ONCE = 10
"""Sign-ins under way per browser; the oldest makes room (RFC 9700, 2.1, and cookie sizes)."""
HINT_LENGTH = 254
_PROMPTS = ("login", "select_account", "consent")
_LOCALES = re.compile(r"[A-Za-z0-9-]{2,16}( [A-Za-z0-9-]{2,16}){0,9}")
_ONCE = ("code", "state", "iss", "error")


class SignIn:
    """The two halves of a sign-in.

    Args:
        visitor: who is at the door.
        sessions: where a session begins.
        limits: how many may fail.
        transactions: sign-ins under way.
        cookies: what binds a sign-in to its browser.
        providers: relying parties by the provider's name.
    """

    def __init__(
        self,
        visitor: Visitor,
        sessions: Sessions,
        limits: SignInLimits,
        transactions: Transactions,
        cookies: Cookies,
        providers: Mapping[str, RelyingParty],
    ) -> None:
        self._visitor = visitor
        self._sessions = sessions
        self._limits = limits
        self._transactions = transactions
        self._cookies = cookies
        self._providers = providers

    def begin(self, provider: str, target: str, hints: Hints) -> Response:
        """Send the browser to a provider."""
        problems.offer(sign_in_href(target), "Try again")
        if self._visitor.signs_in_in_vain():
            return self._stopped(provider, target)
        self._limits.begun(log.client())
        with _audited(provider):
            url, transaction = self._provider(provider).begin(target, hints)
        browser = secrets.token_urlsafe(24)
        self._transactions.remember(transaction, browser)
        response = to_address(url)
        self._make_room(response)
        value = f"{_milliseconds()}.{browser}"
        self._cookies.put(response, _cookie(transaction.state), value, TRANSACTION_SECONDS)
        return response

    def complete(self, provider: str, parameters: MultiDict[str, str]) -> Response:
        """Take the browser back from a provider."""
        with _audited(provider):
            answer = _each_once(parameters)
        state = answer.get("state", "")
        browser = (self._cookies.get(request, _cookie(state)) or "").partition(".")[2]
        taken = self._transactions.consume(state, browser) if state and browser else None
        if isinstance(taken, Replayed):
            return self._again(provider, taken.target)
        if taken is None:
            _refused(provider, "nothing that this browser began")
            return _interrupted("/")
        return self._enter(provider, taken, answer)

    def _enter(self, provider: str, transaction: Transaction, answer: Mapping[str, str]) -> Response:
        problems.offer(sign_in_href(transaction.target), "Try again")
        with _audited(provider):
            if transaction.provider != provider:
                raise SignInNotTrusted(f"begun at {transaction.provider}, answered by {provider}")
            relying_party = self._provider(provider)
            signed_in = relying_party.complete(transaction, relying_party.code(answer))
        before = self._visitor.session()
        session_id = self._sessions.create(signed_in.identity, signed_in.id_token, signed_in.sub, signed_in.sid)
        if before is not None:
            self._sessions.replace(before, signed_in.identity, session_id)
        self._limits.completed(log.client())
        issuer, person = signed_in.identity.issuer, signed_in.identity.key
        log.audit("sign_in", outcome="success", provider=provider, issuer=issuer, person=person)
        response = to_address(transaction.target)
        self._visitor.welcome(response, session_id)
        return response

    def _stopped(self, provider: str, target: str) -> Response:
        """Show a page in place of a loop; its button begins anew."""
        _refused(provider, "in vain")
        response = _interrupted(target)
        self._visitor.dismiss(response)
        return response

    def named_by(self, issuer: str | None) -> str:
        """Return the name of the provider with this issuer.

        Raises:
            BadRequest: none of ours; nobody can send a person to a provider that we do not know.
        """
        for name, relying_party in self._providers.items():
            if relying_party.issuer == issuer:
                return name
        raise BadRequest("iss is not the issuer of a configured identity provider")

    def _again(self, provider: str, target: str) -> Response:
        """Answer the back button, a reload or a double click: on, where it should have gone."""
        if self._visitor.session() is not None:
            return to_address(target)
        _refused(provider, "used before")
        return _interrupted(target)

    def _provider(self, name: str) -> RelyingParty:
        if name not in self._providers:
            raise PageNotFound(f"no identity provider named {name[:40]!r}")
        return self._providers[name]

    def _make_room(self, response: Response) -> None:
        names = self._cookies.names(request, TRANSACTION_COOKIE)
        by_age = sorted(names, key=lambda name: self._cookies.get(request, name) or "")
        for name in by_age[: max(0, len(by_age) - AT_ONCE + 1)]:
            self._cookies.drop(response, name)


def blueprint(sign_in: SignIn, labels: Mapping[str, str], public_url: str, *, with_password: bool) -> Blueprint:
    """Return the routes.

    Args:
        sign_in: the two halves.
        labels: what to call each provider on the chooser, by its name.
        public_url: our own origin.
        with_password: whether ``/login/password`` is there.
    """
    routes = Blueprint("sign_in", __name__)
    routes.before_request(only_for_people)

    @routes.get("/login")
    def login() -> Response:
        target = own_path(request.args.get("next"))
        if len(labels) == 1 and not with_password:
            return sign_in.begin(next(iter(labels)), target, _hints(request.args))
        query = "" if target == "/" else "?" + urlencode({"next": target}, safe="/")
        return page(
            "sign_in.html",
            providers=[{"label": label, "href": f"/login/{name}{query}"} for name, label in labels.items()],
            password_href="/login/password" if with_password else None,
        )

    @routes.get("/login/<provider>")
    def login_at(provider: str) -> Response:
        return sign_in.begin(provider, own_path(request.args.get("next")), _hints(request.args))

    @routes.route("/login/initiate", methods=["GET", "POST"])
    def initiate() -> Response:
        """Begin a sign-in that somebody else asked for, such as a tile in the provider's portal (Core 4)."""
        with _audited("unknown"):
            asked = _each_once(request.values, ("iss", "login_hint", "target_link_uri"))
        target = own_target(asked.get("target_link_uri"), public_url)
        with _audited("unknown"):
            name = sign_in.named_by(asked.get("iss"))
        return sign_in.begin(name, target, _hints(request.values))

    @routes.get("/callback/<provider>")
    def callback(provider: str) -> Response:
        return sign_in.complete(provider, request.args)

    return routes


@contextmanager
def _audited(provider: str) -> Iterator[None]:
    """Write down that a sign-in was refused, and why."""
    try:
        yield
    except (SignInError, BadRequest) as error:
        log.audit("sign_in", outcome="refused", reason=error.code, provider=provider, note=error.note)
        raise


def _refused(provider: str, note: str) -> None:
    """Write down that a sign-in ends with the page that offers another one."""
    log.audit("sign_in", outcome="refused", reason=SignInInterrupted.code, provider=provider, note=note)


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _cookie(state: str) -> str:
    return TRANSACTION_COOKIE + hashlib.sha256(state.encode()).hexdigest()[:12]


def _hints(parameters: MultiDict[str, str]) -> Hints:
    """Return the hints that are passed on; everything else that stands in the address is not, and no nonsense is."""
    login_hint, prompt, ui_locales = (parameters.get(name, "") for name in ("login_hint", "prompt", "ui_locales"))
    return Hints(
        login_hint=login_hint if login_hint.isprintable() and len(login_hint) <= HINT_LENGTH else "",
        prompt=prompt if prompt in _PROMPTS else "",
        ui_locales=ui_locales if _LOCALES.fullmatch(ui_locales) else "",
    )


def _each_once(parameters: MultiDict[str, str], names: Sequence[str] = _ONCE) -> dict[str, str]:
    """Return the parameters; one that matters and is there twice is somebody's trick (RFC 6749, 3.1)."""
    for name in names:
        if len(parameters.getlist(name)) > 1:
            raise BadRequest(f"{name} is there more than once")
    return parameters.to_dict()


def _interrupted(target: str) -> Response:
    error = SignInInterrupted()
    if not problems.for_a_person():
        return problems.shown(error)
    return page(
        "interrupted.html",
        status=error.status,
        happened=error.happened,
        continue_href=sign_in_href(own_path(target)),
        reference=log.reference(),
    )
