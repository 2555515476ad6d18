"""``/login`` and ``/callback``: the round trip to the identity provider."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway import log
from gateway.errors import (
    BadRequest,
    GatewayError,
    PageNotFound,
    SignInDenied,
    SignInError,
    SignInInterrupted,
    SignInNotTrusted,
    TooManyAttempts,
)
from gateway.flows.failed_codes import FailedCodes
from gateway.oidc.refusals import expired_at_provider, refused
from gateway.oidc.registration import Hints, SignedIn
from gateway.oidc.relying_party import RelyingParty
from gateway.store.sessions import Sessions
from gateway.store.transactions import UsedStates
from gateway.web import problems
from gateway.web.headers import to_address
from gateway.web.messages import text
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path, own_target
from gateway.web.pages import page
from gateway.web.problem_pages import page_for
from gateway.web.provider_session import ProviderSessions
from gateway.web.transactions import TransactionCookies, seconds_left
from gateway.web.visitor import Visitor, sign_in_href
from schemas.transaction import Transaction

HINT_LENGTH = 254
JUST_NOW_SECONDS = 60
"""How old a session may be, at most, that another tab has just begun, where nobody knows when this sign-in began."""
_PROMPTS = ("login", "select_account", "consent")
_LOCALES = re.compile(r"[A-Za-z0-9-]{2,16}( [A-Za-z0-9-]{2,16}){0,9}")
_ONCE = ("code", "state", "iss", "error")


class SignIn:
    """The two halves of a sign-in.

    Args:
        visitor: whose browser it is.
        sessions: where a session begins.
        failed_codes: how many may fail.
        used_states: what makes a sign-in be completed once.
        transactions: sign-ins under way.
        provider_sessions: where this browser's session could not be ended.
        providers: relying parties by the provider's name.
    """

    def __init__(
        self,
        visitor: Visitor,
        sessions: Sessions,
        failed_codes: FailedCodes,
        used_states: UsedStates,
        transactions: TransactionCookies,
        provider_sessions: ProviderSessions,
        providers: Mapping[str, RelyingParty],
    ) -> None:
        self._visitor = visitor
        self._sessions = sessions
        self._failed_codes = failed_codes
        self._used_states = used_states
        self._transactions = transactions
        self._providers = providers
        self._provider_sessions = provider_sessions

    def begin(self, provider: str, target: str, hints: Hints) -> Response:
        """Send the browser to a provider."""
        problems.offer(sign_in_href(target), text("button.again"))
        if self._visitor.loses_every_session():
            return self._stopped(provider, target)
        try:
            return self._begun(provider, target, hints)
        except SignInError as error:
            return self._failed(provider, error, target)

    def complete(self, provider: str, parameters: MultiDict[str, str]) -> Response:
        """Take the browser back from a provider."""
        with _audited(provider):
            answer = _each_once(parameters)
        transaction = self._transactions.find(request, provider, answer.get("state", ""))
        if transaction is None:
            return self._failed(provider, self._unexpected(provider, answer), "/")
        target, seconds = transaction.target, seconds_left(transaction)
        if seconds <= 0:
            return self._failed(provider, SignInInterrupted("expired"), target, transaction.begun_at)
        if not self._used_states.use(transaction.state, seconds):
            return self._repeated(provider, target)
        problems.offer(sign_in_href(target), text("button.again"))
        try:
            if expired_at_provider(answer) and not transaction.again:
                return self._begun_again(provider, transaction)
            return self._enter(provider, transaction, self._signed_in(provider, transaction, answer))
        except (SignInError, TooManyAttempts) as error:
            return self._failed(provider, error, target, transaction.begun_at)

    def _begun(self, provider: str, target: str, hints: Hints, *, again: bool = False) -> Response:
        asked = replace(hints, reauthenticate=self._provider_sessions.is_open(provider))
        url, transaction = self._provider(provider).begin(target, asked, again=again)
        response = to_address(url)
        self._transactions.put(request, response, transaction)
        return response

    def _begun_again(self, provider: str, transaction: Transaction) -> Response:
        """Begin anew, once, where the person took too long at the provider; unless another tab has signed in."""
        if self._has_signed_in(since=transaction.begun_at):
            return to_address(transaction.target)
        log.event("sign_in.begun_again", provider=provider)
        return self._begun(provider, transaction.target, Hints(prompt=transaction.prompt), again=True)

    def _signed_in(self, provider: str, transaction: Transaction, answer: Mapping[str, str]) -> SignedIn:
        """Return what the sign-in brought; a code that fails counts for the address that it came from."""
        relying_party = self._provider(provider)
        code = relying_party.code(answer)
        self._failed_codes.check(log.client())
        try:
            return relying_party.complete(transaction, code)
        except (SignInInterrupted, SignInNotTrusted):
            self._failed_codes.count(log.client())
            raise

    def _enter(self, provider: str, transaction: Transaction, signed_in: SignedIn) -> Response:
        before = self._visitor.session()
        session_id = self._sessions.create(
            signed_in.identity, signed_in.id_token, signed_in.sub, signed_in.sid, signed_in.logout_hint
        )
        if before is not None:
            self._sessions.replace(before, signed_in.identity, session_id)
        issuer, person = signed_in.identity.issuer, signed_in.identity.key
        log.audit("sign_in", outcome="success", provider=provider, issuer=issuer, person=person)
        response = to_address(transaction.target)
        self._visitor.welcome(response, session_id)
        self._provider_sessions.signed_in(response, provider)
        return response

    def _failed(self, provider: str, error: GatewayError, target: str, since: int | None = None) -> Response:
        """Answer a sign-in that failed.

        Whoever has just signed in, in another tab, goes where this one was to lead. All others see a page.

        Args:
            provider: where it failed.
            error: why.
            target: where it was to lead.
            since: when it was begun, where that is known.

        Raises:
            GatewayError: the error, where it has no page of its own.
        """
        _refused(provider, error)
        if self._has_signed_in(since):
            return to_address(target)
        if isinstance(error, SignInInterrupted):
            return _interrupted(target)
        raise error

    def _has_signed_in(self, since: int | None) -> bool:
        """Return whether this browser has a session that began since this time, or just now."""
        session = self._visitor.session()
        if session is None:
            return False
        earliest = time.time() - JUST_NOW_SECONDS if since is None else since
        return self._sessions.began_at(session) >= earliest

    def _unexpected(self, provider: str, answer: Mapping[str, str]) -> SignInError:
        """Return what a callback means that is no answer to a sign-in of this browser, but perhaps a denial.

        Some providers leave the state out of an error. Anybody can make such a callback up, so nothing but the page
        that is shown depends on it, and whatever is not a denial is no fault that an operator is woken for.
        """
        asked = self._providers.get(provider)
        if asked is None or "error" not in answer or answer.get("iss", asked.issuer) != asked.issuer:
            return SignInInterrupted("nothing that this browser began")
        where = "authorization response to nothing that this browser began"
        error = refused(where, answer["error"], answer.get("error_description"))
        return error if isinstance(error, SignInDenied) else SignInInterrupted(error.note)

    def _stopped(self, provider: str, target: str) -> Response:
        """Show a page in place of a loop; its button begins anew."""
        _refused(provider, SignInInterrupted("no session lasts in this browser"))
        response = _interrupted(target)
        self._visitor.dismiss(response)
        return response

    def _repeated(self, provider: str, target: str) -> Response:
        """Answer the back button, a reload or a double click: on, where it should have gone."""
        if self._visitor.session() is not None:
            return to_address(target)
        return self._failed(provider, SignInInterrupted("used before"), target)

    def named_by(self, issuer: str | None) -> str:
        """Return the name of the provider with this issuer.

        Raises:
            BadRequest: none of ours; nobody can send a person to a provider that we do not know.
        """
        for name, relying_party in self._providers.items():
            if relying_party.issuer == issuer:
                return name
        raise BadRequest("iss is not the issuer of a configured identity provider")

    def _provider(self, name: str) -> RelyingParty:
        if name not in self._providers:
            raise PageNotFound(f"no identity provider named {name[:40]!r}")
        return self._providers[name]


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
        hints = _hints(request.values)
        if request.method == "POST":
            return _once_more_by_get(name, target, hints)
        return sign_in.begin(name, target, hints)

    @routes.get("/callback/<provider>")
    def callback(provider: str) -> Response:
        return sign_in.complete(provider, request.args)

    return routes


@contextmanager
def _audited(provider: str) -> Iterator[None]:
    """Write down that what was asked for could not be read."""
    try:
        yield
    except BadRequest as error:
        _refused(provider, error)
        raise


def _refused(provider: str, error: GatewayError) -> None:
    """Write down that a sign-in was refused, and why."""
    log.audit("sign_in", outcome="refused", reason=error.code, provider=provider, note=error.note)


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


def _once_more_by_get(provider: str, target: str, hints: Hints) -> Response:
    """Send a form of another site on to our own address: with a navigation the browser sends its cookies along.

    Without them nobody would know which sign-ins are under way, nor whom the provider has to ask anew.
    """
    said = {"next": target, "login_hint": hints.login_hint, "prompt": hints.prompt, "ui_locales": hints.ui_locales}
    query = urlencode({name: text for name, text in said.items() if text}, safe="/")
    response = to_address(f"/login/{provider}?{query}")
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _interrupted(target: str) -> Response:
    error = SignInInterrupted()
    if not problems.for_a_person():
        return problems.shown(error)
    shown_as = page_for(error)
    return page(
        "interrupted.html",
        status=shown_as.status,
        happened=shown_as.happened,
        continue_href=sign_in_href(own_path(target)),
        reference=log.reference(),
    )
