"""The API's routes: ``/api/v1/…`` in, JSON out."""

import hmac
import time
from dataclasses import dataclass

from flask import Blueprint, Request, Response, request

from sandbox.talentlms import addresses
from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.calls import Call, redacted
from sandbox.talentlms.errors import ApiError, InvalidArguments, Missing, Throttled, Unauthorized, UnknownAction
from sandbox.talentlms.faults import Fault
from sandbox.talentlms.operation import Operation
from sandbox.talentlms.operations import OPERATIONS
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.web import faulty
from sandbox.talentlms.web.answer import Answer, pointing_elsewhere, refusal, response, unauthorized_page

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "")


@dataclass(frozen=True)
class Asked:
    """What a request asks for; ``problem`` is what was wrong with the way it asked."""

    name: str
    values: dict[str, str]
    problem: ApiError | None = None


def blueprint(portal: Portal) -> Blueprint:
    """Return the routes of the API."""
    routes = Blueprint("api", __name__)

    @routes.route("/api/v1/", defaults={"_path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @routes.route("/api/v1/<path:_path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def call(_path: str) -> Response:
        return _take(portal, request)

    return routes


def _take(portal: Portal, request: Request) -> Response:
    came, started = portal.clock.now(), time.perf_counter()
    asked = _read(portal, request)
    with portal.lock:
        fault = portal.faults.take(asked.name)
    if fault and fault.seconds:
        time.sleep(fault.seconds)
    with portal.lock:
        answer = _answer(portal, request, asked, fault)
        milliseconds = (time.perf_counter() - started) * 1000
        portal.calls.add(_entry(portal, request, asked, answer, fault, (came, milliseconds)))
    return _send(answer, fault)


def _read(portal: Portal, request: Request) -> Asked:
    address = addresses.split(request.environ.get("RAW_URI") or request.full_path)
    form = request.form.to_dict()
    try:
        values = addresses.pairs(address.rest)
    except InvalidArguments as problem:
        return Asked(address.action, {}, problem)
    names = (*values, *form) if address.action == "users" else tuple(values)
    name = addresses.operation_name(address.action, names)
    return _checked(portal, request, Asked(name, values | form), address, form)


def _checked(portal: Portal, request: Request, asked: Asked, address: addresses.Address, form: dict[str, str]) -> Asked:
    operation = OPERATIONS.get(asked.name)
    problem: ApiError | None = None
    if operation is None:
        problem = UnknownAction()
    elif request.method not in operation.methods:
        problem = ApiError(f"{asked.name} does not answer to {request.method}")
    elif addresses.hides_at_sign(address.rest, portal.quirks):
        problem = Missing("user" if asked.name.startswith("users") else "API action")
    elif _misplaced(request, address, form):
        problem = InvalidArguments()
    values = form if request.method == "POST" else addresses.decoded(asked.values, portal.quirks)
    return Asked(asked.name, values, problem)


def _misplaced(request: Request, address: addresses.Address, form: dict[str, str]) -> bool:
    """Tell whether arguments stand where the method does not look for them, or in a form that is none."""
    if request.method == "POST":
        return bool(address.rest) or (request.mimetype not in FORMS)
    return bool(form)


def _answer(portal: Portal, request: Request, asked: Asked, fault: Fault | None) -> Answer:
    if fault and not fault.happens:
        return faulty.falsified(portal, fault, faulty.stand_in(portal, fault))
    answer = _perform(portal, request, asked)
    if portal.quirks.link_host:
        answer = _moved(answer, portal)
    return faulty.falsified(portal, fault, answer) if fault else answer


def _moved(answer: Answer, portal: Portal) -> Answer:
    body = pointing_elsewhere(answer.body, portal.url, portal.quirks.link_host)
    return Answer(answer.status, body, answer.cost, answer.headers, answer.content_type, answer.message)


def _perform(portal: Portal, request: Request, asked: Asked) -> Answer:
    operation = OPERATIONS.get(asked.name)
    free = operation is not None and operation.free
    cost = 0 if free else 1
    if request.authorization is None and portal.quirks.unauthorized_is_html:
        return unauthorized_page()
    try:
        _authenticate(portal, request)
        if not free:
            _count(portal)
    except Throttled as fault:
        return faulty.throttled(portal, fault, told=portal.quirks.retry_after)
    except ApiError as fault:
        return refusal(fault, 0)
    try:
        return Answer(200, _run(portal, operation, asked), cost)
    except ApiError as fault:
        return refusal(fault, cost)


def _authenticate(portal: Portal, request: Request) -> None:
    given = request.authorization
    key = given.username or "" if given and given.type == "basic" else ""
    if not hmac.compare_digest(key.encode(), portal.config.api_key.encode()):
        raise Unauthorized


def _count(portal: Portal) -> None:
    wait = portal.limits.take(portal.clock.now())
    if wait:
        raise Throttled(wait)


def _run(portal: Portal, operation: Operation | None, asked: Asked) -> object:
    if asked.problem is not None:
        raise asked.problem
    if operation is None:
        raise UnknownAction
    given = Arguments(asked.values)
    operation.check(given)
    return operation.run(portal, given)


def _entry(
    portal: Portal,
    request: Request,
    asked: Asked,
    answer: Answer,
    fault: Fault | None,
    times: tuple[float, float],
) -> Call:
    dropped = fault is not None and fault.kind == "dropped"
    return Call(
        sequence=portal.calls.next_sequence(),
        operation=asked.name,
        method=request.method,
        arguments=redacted(asked.values),
        status=0 if dropped else answer.status,
        cost=answer.cost,
        time=times[0],
        milliseconds=times[1],
        cookie="Cookie" in request.headers,
        fault=fault.kind if fault else "",
        message=answer.message,
    )


def _send(answer: Answer, fault: Fault | None) -> Response:
    reply = response(answer)
    if fault and fault.kind == "cut":
        faulty.cut_in_half(reply)
    if fault and fault.kind == "dropped":
        faulty.drop(request)
    return reply
