"""``/login`` and ``/callback``: the round trip to the identity provider."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway import context
from gateway.errors import BadRequest, SignInInterrupted
from gateway.flows.sign_in import Browser, NextStep, SignIn, audit_refusal
from gateway.web import error_handlers
from gateway.web.addresses import LOGIN, LOGIN_AT, LOGIN_INITIATE, LOGIN_PASSWORD, to
from gateway.web.chosen_sign_in import ChosenSignIn
from gateway.web.error_pages import page_for
from gateway.web.headers import to_address
from gateway.web.message_catalog import text
from gateway.web.navigation import is_from_own_page, only_for_people
from gateway.web.next_page import own_path, own_target
from gateway.web.other_host import HostNotice
from gateway.web.pages import page
from gateway.web.provider_session import ProviderSessions
from gateway.web.shops import Shop
from gateway.web.transaction_cookies import TransactionCookies
from gateway.web.visitor import Visitor, sign_in_href
from schemas.transaction import Hints

HINT_LENGTH = 254
_PROMPTS = ("login", "select_account", "consent")
_LOCALES = re.compile(r"[A-Za-z0-9-]{2,16}( [A-Za-z0-9-]{2,16}){0,9}")
_ONCE = ("code", "state", "iss", "error")


class RoundTrip:
    """What a browser brings to a sign-in, and what it takes away.

    Args:
        visitor: whose browser it is.
        sign_in: the two halves.
        transactions: sign-ins under way.
        provider_sessions: where this browser's session could not be ended.
        choice: which way in this browser has.
        host_notice: what is told of browsers that come by another host.
    """

    def __init__(
        self,
        visitor: Visitor,
        sign_in: SignIn,
        transactions: TransactionCookies,
        provider_sessions: ProviderSessions,
        choice: ChosenSignIn,
        host_notice: HostNotice,
    ) -> None:
        self._visitor = visitor
        self._sign_in = sign_in
        self._transactions = transactions
        self._provider_sessions = provider_sessions
        self._choice = choice
        self._host_notice = host_notice

    def begin(self, provider: str, target: str, hints: Hints, *, is_chosen: bool = False) -> Response:
        """Send the browser to a provider.

        Args:
            provider: its name.
            target: our own path where the browser goes afterwards.
            hints: with which the provider is asked.
            is_chosen: whether the person chose it on a page of ours.
        """
        error_handlers.offer(sign_in_href(target), text("button.again"))
        if self._visitor.loses_every_session():
            return self._stopped(provider, target)
        begin = self._sign_in.begin
        return self._next(
            provider, target, lambda browser: begin(provider, target, hints, browser), is_chosen=is_chosen
        )

    def complete(self, provider: str, parameters: MultiDict[str, str]) -> Response:
        """Take the browser back from a provider."""
        with _audited(provider):
            answer = _each_once(parameters)
        transaction = self._transactions.find(request, provider, answer.get("state", ""))
        if transaction is not None:
            error_handlers.offer(sign_in_href(transaction.target), text("button.again"))
        target = transaction.target if transaction else "/"
        is_chosen = transaction is not None and transaction.chosen
        complete = self._sign_in.complete
        return self._next(
            provider, target, lambda browser: complete(provider, answer, transaction, browser), is_chosen=is_chosen
        )

    def _next(self, provider: str, target: str, take: Callable[[Browser], NextStep], *, is_chosen: bool) -> Response:
        browser = Browser(self._visitor.session, context.current().client, self._provider_sessions.is_open(provider))
        try:
            step = take(browser)
        except SignInInterrupted:
            return _interrupted(target)
        response = to_address(step.url)
        if step.transaction is not None:
            context.note_event("sign_in.begun", {"provider": provider})
            self._host_notice.look(request.headers.get("Host", ""))
            self._transactions.put(request, response, replace(step.transaction, chosen=is_chosen))
        if step.session_id is not None:
            self._visitor.welcome(response, step.session_id)
            self._provider_sessions.signed_in(response, provider)
            self._choice.signed_in_at(response, provider, is_chosen=is_chosen)
        return response

    def _stopped(self, provider: str, target: str) -> Response:
        """Show a page in place of a loop; its button begins anew."""
        audit_refusal(provider, SignInInterrupted("no session lasts in this browser"))
        response = _interrupted(target)
        self._visitor.dismiss(response)
        return response


def blueprint(
    sign_ins: RoundTrip,
    sign_in: SignIn,
    labels: Mapping[str, str],
    shops: Mapping[str, Shop],
    choice: ChosenSignIn,
    public_url: str,
    *,
    with_password: bool,
) -> Blueprint:
    """Return the routes.

    Args:
        sign_ins: the round trip of a browser.
        sign_in: who knows the providers.
        labels: what to call each provider on the chooser, by its name.
        shops: whose customers have an account page, by the storefront's name.
        choice: which way in this browser has.
        public_url: our own origin.
        with_password: whether ``/login/password`` is there.
    """
    routes = Blueprint("sign_in", __name__)
    routes.before_request(only_for_people)

    @routes.get(LOGIN)
    def login() -> Response:
        target = own_path(request.args.get("next"))
        chosen = "" if "choose" in request.args else choice.name()
        if len(labels) == 1 and not with_password and not shops:
            chosen = next(iter(labels))
        if chosen in labels:
            return sign_ins.begin(chosen, target, _hints(request.args))
        query = "" if target == "/" else "?" + urlencode({"next": target}, safe="/")
        return page(
            "sign_in.html",
            providers=[{"label": label, "href": to(LOGIN_AT, name) + query} for name, label in labels.items()],
            shops=[{"label": shop.label, "href": to(LOGIN_AT, name)} for name, shop in shops.items()],
            shops_first=chosen in shops,
            password_href=LOGIN_PASSWORD if with_password else None,
        )

    @routes.get(LOGIN_AT)
    def login_at(provider: str) -> Response:
        if provider in shops:
            response = to_address(shops[provider].account_url or "/")
            if is_from_own_page():
                choice.came_by_shop(response, provider)
            return response
        target, hints = own_path(request.args.get("next")), _hints(request.args)
        return sign_ins.begin(provider, target, hints, is_chosen=is_from_own_page())

    @routes.route(LOGIN_INITIATE, methods=["GET", "POST"])
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
        return sign_ins.begin(name, target, hints)

    @routes.get("/callback/<provider>")
    def callback(provider: str) -> Response:
        return sign_ins.complete(provider, request.args)

    return routes


@contextmanager
def _audited(provider: str) -> Iterator[None]:
    """Write down that what was asked for could not be read."""
    try:
        yield
    except BadRequest as error:
        audit_refusal(provider, error)
        raise


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
    response = to_address(f"{to(LOGIN_AT, provider)}?{query}")
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _interrupted(target: str) -> Response:
    error = SignInInterrupted()
    context.note_problem(error.code)
    if not error_handlers.for_a_person():
        return error_handlers.shown(error)
    shown_as = page_for(error)
    return page(
        "interrupted.html",
        status=shown_as.status,
        happened=shown_as.happened,
        continue_href=sign_in_href(own_path(target)),
        reference=context.current().reference,
    )
