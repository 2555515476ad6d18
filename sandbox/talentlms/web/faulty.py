"""What a fault makes of an answer."""

from dataclasses import replace

from flask import Request, Response

from sandbox.talentlms.errors import ApiError, Throttled
from sandbox.talentlms.faults import Fault
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.web.answer import HTML_TYPE, JSON_TYPE, Answer, pointing_elsewhere, refusal

DROP = "sandbox.drop"
PAGE = "<!DOCTYPE html><title>TalentLMS</title><h1>We will be right back</h1><p>Please try again later.</p>"
MESSAGES = {
    401: "Invalid API Key provided",
    403: "The API is not enabled for this domain",
    404: "The requested API action does not exist",
    429: "API rate limit exceeded. Please try again later",
    500: "Internal server error",
}
REFUSED_ON_ARRIVAL = (401, 403, 429)


def stand_in(portal: Portal, fault: Fault) -> Answer:
    """Return the answer of a call that is not carried out."""
    if fault.kind == "throttled":
        return throttled(portal, Throttled(max(0, fault.retry_after)), told=fault.retry_after >= 0)
    if fault.kind == "status":
        return _error(fault)
    return Answer(200, {}, 1)


def throttled(portal: Portal, fault: Throttled, *, told: bool) -> Answer:
    """Return a throttled answer; with ``told`` it says how long to wait."""
    headers = {"Retry-After": str(fault.wait)} if told else {}
    return replace(refusal(fault, 0, portal.quirks.throttle_status), headers=headers)


def _error(fault: Fault) -> Answer:
    status = fault.status or 500
    error = ApiError(fault.message or MESSAGES.get(status, "Something went wrong"))
    error.kind = "invalid_request_error" if status in (400, 401, 404) else "api_error"
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after >= 0 else {}
    cost = 0 if status in REFUSED_ON_ARRIVAL else 1
    return replace(refusal(error, cost, status), headers=headers)


def falsified(portal: Portal, fault: Fault, answer: Answer) -> Answer:
    """Return the answer as the fault leaves it."""
    if fault.kind in ("status", "throttled"):
        return replace(stand_in(portal, fault), cost=answer.cost)
    if fault.kind == "html":
        return replace(answer, status=fault.status or 200, body=PAGE, content_type=HTML_TYPE)
    if fault.kind == "not_json":
        return replace(answer, status=fault.status or 200, body='{"id": "7", "login', content_type=JSON_TYPE)
    if fault.kind == "foreign_link":
        return replace(answer, body=pointing_elsewhere(answer.body, portal.url, fault.host))
    return answer


def drop(request: Request) -> None:
    """Ask the server to close the connection without an answer; it leaves an event for that in the environment."""
    event = request.environ.get(DROP)
    if event is not None:
        event.set()


def cut_in_half(response: Response) -> None:
    """Announce the whole body, send half of it and close the connection."""
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    response.headers["Content-Length"] = str(len(body))
    response.headers["Connection"] = "close"
