"""In front of everything: what became of a request is counted, and written down as one line of the log.

Whatever the request meets below, it has its line: an answer, an error, a refusal, a browser that is gone before its
answer has been sent. What monitoring asks again and again, and the files that pages are made of, have none: they would
be most of the log and say nothing of anybody.

A click opens an address that leads into TalentLMS as a page of its own, whoever makes it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request

from gateway import log, tracing
from gateway.context import Allowance, Context
from gateway.flows.directory import SCIM_PATH
from gateway.store.trace_queue import TraceQueue
from gateway.web.addresses import CALLS_TALENTLMS, place_of, without_slash
from gateway.web.navigation import is_click
from gateway.web.request_traces import is_worth_keeping, target_of, trace_of

WORK = "gateway.work"
"""Where in the environment the work of a request is, once it has ended."""
SPAN = "gateway.span"
"""Where its span is; ``None`` where there are none."""
ROUTE = "gateway.route"
"""Where the template of its address is, such as ``/go/course/<course>``, if a route of Flask's was found."""

UNWRITTEN = frozenset({"/livez", "/readyz"})
UNWRITTEN_BELOW = ("/static/", "/brand/")
_KEPT_EVENTS = 6
_OUTCOMES = {2: "success", 3: "redirect", 4: "refused", 5: "failed"}
_GONE = "client_gone"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_OTHER_METHOD = "_OTHER"
"""As OpenTelemetry's conventions for HTTP have it: strangers can make up methods without end."""


def install(app: Flask) -> None:
    """Note of each request which route it has: its address itself can hold a code, a launch or a name."""

    @app.before_request
    def note_route() -> None:
        rule = request.url_rule
        request.environ[ROUTE] = rule.rule if rule else ""


class ObservedRequests:
    """A WSGI application around the gateway's.

    Args:
        app: the gateway's.
        public_url: the gateway's own address.
        traces: where requests wait to be kept for their codes; ``None``: they are not.
    """

    def __init__(self, app: WSGIApplication, public_url: str, traces: TraceQueue | None = None) -> None:
        self._app = app
        self._traces = traces
        self._own = (f"{public_url}/", "/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and tell what became of it."""
        path = environ["PATH_INFO"]
        if path in UNWRITTEN or path.startswith(UNWRITTEN_BELOW):
            return self._app(environ, start_response)
        environ[SPAN] = tracing.request(environ) if tracing.tracers else None
        observed = _Observed(environ, start_response, self._outcome_of(path, environ), self._traces)
        try:
            pieces = self._app(environ, observed.start_response)
        except BaseException as error:
            observed.failed(error)
            raise
        if pieces == []:
            observed.ended()
            return pieces
        return _Counted(pieces, observed)

    def _outcome_of(self, path: str, environ: WSGIEnvironment) -> Callable[[int, list[tuple[str, str]]], str]:
        """Return what says of an answer what became of the request."""
        if path.startswith(SCIM_PATH):
            return _scim_outcome
        return self._click_outcome if _is_click(path, environ) else _outcome

    def _click_outcome(self, status: int, headers: list[tuple[str, str]]) -> str:
        """Return what became of a click, and have it counted.

        Returns:
            ``reached``: sent on into TalentLMS. ``sign_in``: sent to an identity provider, or elsewhere here first.
            ``page``: shown a page of the gateway. ``waiting``: TalentLMS grants no call now. ``refused``: by a rule,
            or TalentLMS has no such thing. ``failed``: something is out of order.
        """
        outcome = _outcome(status, headers)
        if outcome == "redirect":
            leads_here = any(name == "Location" and value.startswith(self._own) for name, value in headers)
            outcome = "sign_in" if leads_here else "reached"
        elif outcome == "success":
            outcome = "page"
        elif any(name == "Refresh" for name, _ in headers):
            outcome = "waiting"
        log.tell("click", {"outcome": outcome})
        return outcome


class _Observed:
    """A request under way.

    Args:
        environ: the request.
        start_response: as WSGI has it.
        outcome_of: says of an answer what became of the request.
        traces: as ``ObservedRequests`` has them.
    """

    __slots__ = (
        *("_began", "_environ", "_is_told", "_outcome", "_outcome_of", "_start_response", "_status", "_traces"),
        "bytes",
    )

    def __init__(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        outcome_of: Callable[[int, list[tuple[str, str]]], str],
        traces: TraceQueue | None,
    ) -> None:
        self._traces = traces
        self._began = time.monotonic()
        self._environ = environ
        self._start_response = start_response
        self._outcome_of = outcome_of
        self._status: int | None = None
        self._outcome = ""
        self._is_told = False
        self.bytes = 0

    def start_response(self, status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
        """Begin the answer, as WSGI has it."""
        self._status = int(status[:3])
        self._outcome = self._outcome_of(self._status, headers)
        return self._start_response(status, headers, *error)

    def failed(self, error: BaseException) -> None:
        """Tell that there is no answer."""
        self._outcome = _GONE if isinstance(error, ConnectionError) else "failed"
        self.ended()

    def ended(self, *, is_whole: bool = True) -> None:
        """Tell what became of the request, once.

        Args:
            is_whole: whether all of the answer was handed to the server, and none of it came back.
        """
        if self._is_told:
            return
        self._is_told = True
        environ = self._environ
        work: Context = environ.get(WORK) or Context()
        left = work.left
        place = None if ROUTE in environ else place_of(environ["PATH_INFO"])
        route: str | None = place.rule if place else environ.get(ROUTE)
        told = log.request(
            "request",
            work,
            method=environ["REQUEST_METHOD"],
            route=route,
            status=self._status,
            seconds=round(time.monotonic() - self._began, 4),
            outcome=self._outcome if is_whole else _GONE,
            problem=left.problem,
            signed_in=None if left.session_of is None else bool(left.session_of),
            person=_person(work),
            events=_events(left),
            talentlms_calls=left.calls,
            talentlms_seconds=round(left.call_seconds, 4) or None,
            budget_seconds=round(left.waited, 3) or None,
            redis_round_trips=left.round_trips,
            bytes=self.bytes,
            trace_id=environ[SPAN].trace_id if environ.get(SPAN) else None,
        )
        if environ.get(SPAN):
            _end(environ[SPAN], work.reference, told)
        if self._traces is not None and route and is_worth_keeping(route, told["outcome"]):
            target = target_of(route, environ["PATH_INFO"])
            self._traces.add(partial(trace_of, work, time.time() - told["seconds"], target, told))


class _Counted:
    """The pieces of an answer, until the server has sent them or its browser is gone; each server closes it at the end.

    Args:
        pieces: the answer.
        observed: the request.
    """

    __slots__ = ("_observed", "_pieces")

    def __init__(self, pieces: Iterable[bytes], observed: _Observed) -> None:
        self._pieces = pieces
        self._observed = observed

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._pieces:
                self._observed.bytes += len(piece)
                yield piece
        except Exception as error:
            self._observed.failed(error)
            raise
        self._observed.ended()

    def close(self) -> None:
        """Close the answer (PEP 3333); where not all of it was asked for, nobody was left to read it."""
        try:
            close: Callable[[], object] | None = getattr(self._pieces, "close", None)
            if close is not None:
                close()
        finally:
            self._observed.ended(is_whole=False)


def _end(span: tracing.Span, reference: str, told: Mapping[str, Any]) -> None:
    """End a request's span; it says less than the log: whose request it was does not belong into a trace."""
    route, status = told.get("route", ""), told.get("status", 0)
    is_known = told["method"] in _METHODS
    attributes = {
        "http.request.method": told["method"] if is_known else _OTHER_METHOD,
        "http.route": route,
        "http.response.status_code": status,
        "talentlms_gateway.reference": reference,
        "talentlms_gateway.outcome": told["outcome"],
        "talentlms_gateway.problem": told.get("problem", ""),
    }
    failed = told["outcome"] in ("failed", _GONE)
    span.end(
        {name: value for name, value in attributes.items() if value},
        name=f"{told['method'] if is_known else 'HTTP'} {route}".rstrip(),
        error=(told.get("problem") or str(status or told["outcome"])) if failed else "",
    )


def _is_click(path: str, environ: WSGIEnvironment) -> bool:
    place = place_of(path) or place_of(without_slash(path))
    return place is not None and place.rule in CALLS_TALENTLMS and is_click(environ)


def _outcome(status: int, _headers: list[tuple[str, str]]) -> str:
    return _OUTCOMES.get(status // 100, "failed")


def _scim_outcome(status: int, headers: list[tuple[str, str]]) -> str:
    outcome = _outcome(status, headers)
    log.tell("scim.request", {"outcome": "success" if outcome == "redirect" else outcome})
    return outcome


def _person(work: Context) -> str:
    """Return whom a request was about, ``Identity.key``; empty where nobody knows."""
    told = (facts["person"] for _, facts in work.left.events if facts.get("person"))
    return work.person or work.left.session_of or next(told, "")


def _events(left: Allowance) -> list[str]:
    """Return what happened: names of events, those of the audit trail with their outcomes."""
    names = [f"{name}:{facts['outcome']}" if "outcome" in facts else name for name, facts in left.events]
    return list(dict.fromkeys(name for name in names if not name.startswith("problem")))[:_KEPT_EVENTS]
