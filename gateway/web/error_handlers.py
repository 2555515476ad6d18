"""The error handlers: each error is shown once, as a page for a person or as ``application/problem+json`` (RFC 9457).

How an error is shown, its status, sentences and button, stands in ``error_pages``.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as FlasksMethodNotAllowed

from gateway import context, log
from gateway.errors import (
    AccountTaken,
    BadRequest,
    GatewayError,
    MethodNotAllowed,
    PageNotFound,
    RequestMembersRefused,
    TooLong,
    VisitorError,
)
from gateway.web.addresses import LOGOUT, TRAINING
from gateway.web.error_pages import ErrorPage, page_for
from gateway.web.languages import in_english
from gateway.web.message_catalog import text
from gateway.web.next_page import here
from gateway.web.pages import page
from gateway.web.visitor import sign_in_href

_BY_STATUS: dict[int, type[VisitorError]] = {
    HTTPStatus.NOT_FOUND: PageNotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLong,
}


@dataclass(frozen=True)
class Action:
    """A button on an error page.

    Attributes:
        href: where it leads.
        label: what it says.
    """

    href: str
    label: str


def offer(href: str, label: str) -> None:
    """Let the error page of this request, should there be one, offer a way on."""
    g.action = Action(href, label)


MACHINES = "/api/"
"""What the addresses begin with to which machines alone come, whatever they say they accept."""
_SIGN_INS = "sign-ins-by-issuer"
_PAGES = ("text/html", "application/xhtml+xml")
_WAYS_ON = {"training": (TRAINING, "button.training"), "sign-out": (LOGOUT, "button.sign-out")}


@dataclass(frozen=True)
class OtherSignIn:
    """A sign-in to offer to somebody whose account is connected to it.

    Attributes:
        provider: its provider's name.
        label: what to call the provider.
    """

    provider: str
    label: str


def install(app: Flask, sign_ins: Mapping[str, OtherSignIn]) -> None:
    """Show every error in one place.

    Args:
        app: the application.
        sign_ins: by issuer.
    """
    app.extensions[_SIGN_INS] = sign_ins

    @app.errorhandler(GatewayError)
    def ours(error: GatewayError) -> Response:
        return answer(error)

    @app.errorhandler(HTTPException)
    def flasks(error: HTTPException) -> Response:
        code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        kind = GatewayError if code >= HTTPStatus.INTERNAL_SERVER_ERROR else _BY_STATUS.get(code, BadRequest)
        response = answer(kind(f"{error.code} {error.name}"))
        if isinstance(error, FlasksMethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        logging.getLogger("gateway").error(
            "problem.unforeseen", exc_info=error, extra={"fields": {"path": request.path}}
        )
        return shown(GatewayError())


def answer(error: GatewayError) -> Response:
    """Write an error down and show it."""
    write_down(error)
    return shown(error)


def write_down(error: GatewayError) -> None:
    """Write down that an error is shown, with what the operator has to know of it."""
    status = page_for(error).status
    level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
    log.event("problem", level=level, problem=error.code, status=status, path=request.path, note=error.note)


def shown(error: GatewayError) -> Response:
    """Show an error: a page for a person in their language, a problem in English for a machine."""
    context.note_problem(error.code)
    shown_as = page_for(error)
    route = request.url_rule.rule if request.url_rule is not None else ""
    log.tell("problem.shown", {"problem": error.code, "status": shown_as.status, "route": route})
    if for_a_person():
        response = _page(error, shown_as)
    else:
        with in_english():
            response = _problem(error, shown_as)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def for_a_person() -> bool:
    """Return whether a page is wanted: browsers name its kind, and what accepts just anything is a machine."""
    if request.path.startswith(MACHINES):
        return False
    return any(kind.partition(";")[0].lower() in _PAGES and quality > 0 for kind, quality in request.accept_mimetypes)


def _page(error: GatewayError, shown_as: ErrorPage) -> Response:
    return page(
        "problem.html",
        status=shown_as.status,
        title=shown_as.title,
        happened=shown_as.happened,
        advice=shown_as.advice,
        reference=context.current().reference,
        action=_other_sign_in(error) or g.get("action") or _way_on(shown_as),
    )


def _other_sign_in(error: GatewayError) -> Action | None:
    """Return a button to the sign-in that the person's account is connected to, if it is one of ours."""
    if not isinstance(error, AccountTaken):
        return None
    other: OtherSignIn | None = current_app.extensions[_SIGN_INS].get(error.issuer)
    if other is None:
        return None
    target = here() if request.method == "GET" else "/"
    return Action(sign_in_href(target, other.provider), text("button.other-sign-in", provider=other.label))


def _way_on(shown_as: ErrorPage) -> Action | None:
    """Return the button that such a page has; only a page can be asked for once more at the same address."""
    if shown_as.way_on != "again":
        href, label = _WAYS_ON[shown_as.way_on]
        return Action(href, text(label))
    if request.method != "GET":
        return None
    return Action(here(), text("button.again"))


def _problem(error: GatewayError, shown_as: ErrorPage) -> Response:
    """Return the error as RFC 9457 has it; ``reference`` and ``errors`` are extension members."""
    members = {"errors": [asdict(fault) for fault in error.faults]} if isinstance(error, RequestMembersRefused) else {}
    response = jsonify(
        type=f"urn:talentlms-gateway:problem:{error.code}",
        title=shown_as.title,
        status=shown_as.status,
        detail=f"{shown_as.happened} {shown_as.advice}",
        reference=context.current().reference,
        **members,
    )
    response.status_code = shown_as.status
    response.content_type = "application/problem+json"
    return response
