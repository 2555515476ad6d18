"""The page at ``/``: what is in the portal, what was asked of it, and buttons to break things."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from sandbox.talentlms.faults import KINDS, fault_from
from sandbox.talentlms.operations import OPERATIONS
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.quirks import CHOICES
from sandbox.talentlms.replies import formats
from sandbox.talentlms.web import loopback

LATEST = 30
HOME = "/"


def blueprint(portal: Portal) -> Blueprint:
    """Return the routes of the console."""
    routes = Blueprint("console", __name__)
    routes.before_request(loopback.only)
    console = _Console(portal)
    routes.add_url_rule(HOME, "show", console.show, methods=["GET"])
    routes.add_url_rule("/_console/faults", "fault", console.add_fault, methods=["POST"])
    routes.add_url_rule("/_console/clear", "clear", console.clear_faults, methods=["POST"])
    routes.add_url_rule("/_console/quirks", "quirks", console.set_quirks, methods=["POST"])
    routes.add_url_rule("/_console/reset", "reset", console.reset, methods=["POST"])
    return routes


class _Console:
    """The page and its buttons."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def show(self) -> str:
        """Show everything."""
        portal = self._portal
        with portal.lock:
            return render_template(
                "console.html",
                state=portal.state,
                online={session.user_id for session in portal.state.sessions.values()},
                calls=reversed(portal.calls.all()[-LATEST:]),
                used=portal.limits.used(portal.clock.now()),
                limits=portal.limits,
                faults=portal.faults.waiting(),
                kinds=KINDS,
                operations=sorted(OPERATIONS),
                quirks=asdict(portal.quirks),
                choices=CHOICES,
                time=lambda seconds: formats.time(portal, int(seconds)),
                price=lambda cents: formats.price(cents).replace("&#36;", "$"),
            )

    def add_fault(self) -> Response | tuple[str, int]:
        """Queue the fault of the form."""
        form = request.form
        try:
            fault = fault_from(
                {
                    "kind": form.get("kind", ""),
                    "operation": form.get("operation", ""),
                    "times": int(form.get("times") or 1),
                    "seconds": float(form.get("seconds") or 0),
                    "status": int(form.get("status") or 0),
                }
            )
        except ValueError as problem:
            return render_template("notice.html", heading="This fault cannot be", text=str(problem)), 400
        with self._portal.lock:
            self._portal.faults.add(fault)
        return redirect(HOME, 303)

    def clear_faults(self) -> Response:
        """Forget the queued faults."""
        with self._portal.lock:
            self._portal.faults.clear()
        return redirect(HOME, 303)

    def set_quirks(self) -> Response | tuple[str, int]:
        """Set the quirks as the form shows them."""
        with self._portal.lock:
            try:
                self._portal.quirks = self._portal.quirks.changed(_values(self._portal))
            except ValueError as problem:
                return render_template("notice.html", heading="This quirk cannot be", text=str(problem)), 400
        return redirect(HOME, 303)

    def reset(self) -> Response:
        """Be as at the start."""
        self._portal.reset()
        return redirect(HOME, 303)


def _values(portal: Portal) -> dict[str, Any]:
    """Return the form's quirks in the types of the present ones; a box that is not ticked is not sent."""
    present = asdict(portal.quirks)
    return {name: _value(value, request.form.get(name, "")) for name, value in present.items()}


def _value(present: Any, text: str) -> Any:
    if isinstance(present, bool):
        return text == "on"
    return int(text) if isinstance(present, int) else text
