"""The control plane: ``/_control/…``, JSON, no credentials, from the machine itself only."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.talentlms.calls import REDACTED
from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.faults import fault_from
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.rules import accounts, enrolments, lookup, staging
from sandbox.talentlms.web import loopback

SECRETS = {"users": ("password", "login_key"), "links": ("key",), "sessions": ("id",)}
Handler = Callable[[Any], Any]


def blueprint(portal: Portal) -> Blueprint:
    """Return the routes of the control plane."""
    routes = Blueprint("control", __name__, url_prefix="/_control")
    routes.before_request(loopback.only)
    routes.register_error_handler(HTTPException, _refused)
    for method, path, handler in _handlers(portal):
        name = f"{method} {path}".replace("/", "")
        routes.add_url_rule(path, name, _view(portal, handler), methods=[method])
    return routes


def _handlers(portal: Portal) -> list[tuple[str, str, Handler]]:
    controls, staged = _Controls(portal), _Staging(portal)
    return [
        ("POST", "/reset", controls.reset),
        ("POST", "/seed", controls.seed),
        ("GET", "/snapshot", controls.snapshot),
        ("POST", "/restore", controls.restore),
        ("GET", "/state", controls.state),
        ("GET", "/calls", controls.calls),
        ("DELETE", "/calls", controls.clear_calls),
        ("GET", "/faults", controls.faults),
        ("POST", "/faults", controls.add_fault),
        ("DELETE", "/faults", controls.clear_faults),
        ("GET", "/quirks", controls.quirks),
        ("PATCH", "/quirks", controls.set_quirks),
        ("GET", "/limits", controls.limits),
        ("PATCH", "/limits", controls.set_limits),
        ("POST", "/clock", controls.advance),
        ("POST", "/users", staged.user),
        ("POST", "/courses", staged.course),
        ("POST", "/enrolments", staged.enrolment),
        ("POST", "/progress", staged.progress),
        ("POST", "/sessions", staged.session),
        ("POST", "/coupons", staged.coupon),
        ("POST", "/custom_fields", staged.custom_field),
    ]


def _view(portal: Portal, handler: Handler) -> Callable[[], Response | tuple[Response, int]]:
    def answer() -> Response | tuple[Response, int]:
        try:
            with portal.lock:
                return jsonify(handler(request.get_json(silent=True) or {}))
        except (ApiError, ValueError, TypeError, KeyError) as fault:
            return jsonify(error=str(fault)), 400

    return answer


def _refused(fault: HTTPException) -> tuple[Response, int]:
    return jsonify(error=fault.description), fault.code or 500


class _Controls:
    """What the sandbox as a whole can be told."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def reset(self, _body: Any) -> Any:
        self._portal.reset()
        return {}

    def seed(self, _body: Any) -> Any:
        self._portal.seed(full=True)
        return {}

    def snapshot(self, _body: Any) -> Any:
        return self._portal.state.snapshot()

    def restore(self, body: Any) -> Any:
        self._portal.state.restore(body)
        return {}

    def state(self, _body: Any) -> Any:
        tables = self._portal.state.snapshot()
        for name, secrets in SECRETS.items():
            tables[name] = [{**row, **dict.fromkeys(secrets, REDACTED)} for row in tables[name]]
        online = sorted({session.user_id for session in self._portal.state.sessions.values()})
        return {**tables, "online": online}

    def calls(self, _body: Any) -> Any:
        return [asdict(call) for call in self._portal.calls.all(request.args.get("operation", ""))]

    def clear_calls(self, _body: Any) -> Any:
        self._portal.calls.clear()
        return {}

    def faults(self, _body: Any) -> Any:
        return [asdict(fault) for fault in self._portal.faults.waiting()]

    def add_fault(self, body: Any) -> Any:
        self._portal.faults.add(fault_from(body))
        return {}

    def clear_faults(self, _body: Any) -> Any:
        self._portal.faults.clear()
        return {}

    def quirks(self, _body: Any) -> Any:
        return asdict(self._portal.quirks)

    def set_quirks(self, body: Any) -> Any:
        self._portal.quirks = self._portal.quirks.changed(body)
        return asdict(self._portal.quirks)

    def limits(self, _body: Any) -> Any:
        limits = self._portal.limits
        used = limits.used(self._portal.clock.now())
        return {"per_hour": limits.per_hour, "per_5_seconds": limits.per_5_seconds, "used": used}

    def set_limits(self, body: Any) -> Any:
        limits = self._portal.limits
        limits.per_hour = int(body.get("per_hour", limits.per_hour))
        limits.per_5_seconds = int(body.get("per_5_seconds", limits.per_5_seconds))
        return self.limits(body)

    def advance(self, body: Any) -> Any:
        self._portal.clock.advance(float(body["advance"]))
        return {"now": self._portal.clock.now()}


class _Staging:
    """What can be put into the portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def user(self, body: Any) -> Any:
        return {"id": staging.add_user(self._portal, body).id}

    def course(self, body: Any) -> Any:
        return {"id": staging.add_course(self._portal, body).id}

    def enrolment(self, body: Any) -> Any:
        user, course = self._pair(body)
        expires_on = int(body["expires_on"]) if body.get("expires_on") else None
        enrolments.enrol(self._portal, user, course, body.get("role", "learner"), expires_on=expires_on)
        return {}

    def progress(self, body: Any) -> Any:
        user, course = self._pair(body)
        enrolments.set_percentage(self._portal, user, course, int(body["percentage"]))
        return {}

    def session(self, body: Any) -> Any:
        staging.open_session(self._portal, accounts.user_by_id(self._portal, int(body["user_id"])))
        return {}

    def coupon(self, body: Any) -> Any:
        expired = bool(body.get("expired", False))
        staging.add_coupon(self._portal, str(body["code"]), int(body["percent"]), expired=expired)
        return {}

    def custom_field(self, body: Any) -> Any:
        return {"key": staging.add_custom_field(self._portal, body).key}

    def _pair(self, body: Any) -> Any:
        user = accounts.user_by_id(self._portal, int(body["user_id"]))
        return user, lookup.course_by_id(self._portal, int(body["course_id"]))
