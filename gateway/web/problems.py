"""Errors, shown once: a page for a person, ``application/problem+json`` (RFC 9457) for a machine."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as FlasksMethodNotAllowed

from gateway import log
from gateway.errors import (
    AccountTaken,
    BadRequest,
    GatewayError,
    MethodNotAllowed,
    PageNotFound,
    TooLong,
    VisitorError,
)
from gateway.web.next_page import address, own_path
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


_SIGN_INS = "sign-ins-by-issuer"
_PAGES = ("text/html", "application/xhtml+xml")
_WAYS_ON = {"training": Action("/", "My training"), "sign-out": Action("/logout", "Sign out")}


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
    level = logging.ERROR if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
    log.event("problem", level=level, problem=error.code, status=error.status, path=request.path, note=error.note)
    return shown(error)


def shown(error: GatewayError) -> Response:
    """Show an error: a page for a person, a problem for a machine."""
    response = _page(error) if for_a_person() else _problem(error)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def for_a_person() -> bool:
    """Return whether a page is wanted: browsers name its kind, and whoever accepts just anything is a machine."""
    return any(kind.partition(";")[0].lower() in _PAGES and quality > 0 for kind, quality in request.accept_mimetypes)


def _page(error: GatewayError) -> Response:
    return page(
        "problem.html",
        status=error.status,
        title=error.title,
        happened=error.happened,
        advice=error.advice,
        reference=log.reference(),
        action=_other_sign_in(error) or g.get("action") or _WAYS_ON.get(error.way_on) or _again(error),
    )


def _other_sign_in(error: GatewayError) -> Action | None:
    """Return a button to the sign-in that the person's account is connected to, if it is one of ours."""
    if not isinstance(error, AccountTaken):
        return None
    other: OtherSignIn | None = current_app.extensions[_SIGN_INS].get(error.issuer)
    if other is None:
        return None
    target = own_path(address(request.path, request.query_string)) if request.method == "GET" else "/"
    return Action(sign_in_href(target, other.provider), f"Sign in with {other.label}")


def _again(error: GatewayError) -> Action | None:
    """Return a button to the same address, which only a page can be asked for once more."""
    if error.way_on != "again" or request.method != "GET":
        return None
    return Action(own_path(address(request.path, request.query_string)), "Try again")


def _problem(error: GatewayError) -> Response:
    """Return the error as RFC 9457 has it; ``reference`` is our extension member."""
    response = jsonify(
        type=f"urn:talentlms-gateway:problem:{error.code}",
        title=error.title,
        status=error.status,
        detail=f"{error.happened} {error.advice}",
        reference=log.reference(),
    )
    response.status_code = error.status
    response.content_type = "application/problem+json"
    return response
