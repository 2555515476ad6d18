"""A request, and what the audit trail has of it, told in sentences to somebody who knows no code."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.audit_entry import AuditEntry
from schemas.request_trace import RequestTrace

_ASKED = {
    "/": "opened the list of courses",
    "/go": "asked for the training site",
    "/go/course/<course>": "asked for course {target}",
    "/buy/course/<course>": "asked for the payment page of course {target}",
    "/buy/category/<category>": "asked for the payment page of category {target}",
    "/completed": "came back from a course",
    "/completed/<course>": "came back from course {target}",
    "/login": "asked to sign in",
    "/login/<provider>": "asked to sign in with {target}",
    "/login/initiate": "came from a provider's portal to sign in",
    "/login/password": "opened or sent the sign-in with a password",
    "/callback/<provider>": "came back from the sign-in of {target}",
    "/logout": "asked to sign out",
    "/l/<launch>": "opened a launch link of a storefront",
    "/handoff": "came from a storefront with a hand-off token",
    "/redeem/<code>": "opened a redeem code",
    "/catalog": "opened the catalogue",
}
_HAPPENED = {
    ("sign_in.begun", ""): "was sent to the sign-in of {provider}",
    ("sign_in.begun_again", ""): "took too long at {provider} and was sent there once more",
    ("sign_in", "success"): "signed in by {provider}",
    ("sign_in", "refused"): "was not let in by the sign-in of {provider}: {reason}",
    ("password_sign_in", "success"): "signed in with a TalentLMS password",
    ("password_sign_in", "refused"): "could not sign in with a password: {reason}",
    ("provisioning", "success"): "TalentLMS account {user_id} was {step}",
    ("provisioning", "refused"): "got no TalentLMS account: {reason}",
    ("mapping", "refused"): "no rule of the mapping lets the person in",
    ("profile", "refused"): "TalentLMS did not accept a change of the account: {reason}",
    ("enrolment", "success"): "was enrolled in course {course_id}",
    ("sign_out", "success"): "signed out",
    ("seat", "success"): "used the redeem code of a seat of order {order}",
    ("entitlement", "success"): "an order of {storefront} has {step} {kind} {target}",
    ("assignment", "success"): "rule {rule} has {step} {kind} {target}",
    ("assignment", "refused"): "{kind} {target} of rule {rule} could not be given: {reason}",
    ("session.too_many", ""): "the person's oldest sessions ended, because there were too many",
    ("budget.person_limited", ""): "the person has used up their calls for now",
    ("problem.unforeseen", ""): "a fault of the gateway's own was met; the log has its traceback under this code",
}
_ENDED = {
    "reached": "was sent on into TalentLMS",
    "sign_in": "was sent to sign in first",
    "page": "was shown a page",
    "waiting": "was shown the page for those who wait; it asks again by itself",
    "success": "was answered",
    "redirect": "was sent on",
    "refused": "was refused",
    "failed": "met a fault",
    "client_gone": "was gone before the answer had been sent",
}
_SAID_ELSEWHERE = frozenset({"problem"})
_EXPLANATIONS = ("condition", "note", "remedy")


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "(unknown)"


def story(trace: RequestTrace | None, entries: Sequence[AuditEntry]) -> list[str]:
    """Return what happened, a sentence or more for each moment, in order of time.

    Args:
        trace: the request; ``None`` where nothing is remembered of it.
        entries: those of the audit trail that have its code, in any order; those that say what the request's own
            events say are told once.
    """
    told = {(event["event"], event.get("outcome", "")) for event in (trace.events if trace else ())}
    moments = [(float(entry.at), _of_entry(entry)) for entry in entries if (entry.event, entry.outcome) not in told]
    if trace is not None:
        moments.append((trace.at, _of_request(trace)))
    return [f"{_moment(at)}: {text}." for at, text in sorted(moments, key=lambda moment: moment[0])]


def _of_request(trace: RequestTrace) -> str:
    asked = _ASKED.get(trace.route, "sent a request to {route} ({method})")
    said = [asked.format_map({"target": trace.target, "route": trace.route, "method": trace.method})]
    if trace.signed_in is not None:
        said.append("was signed in" if trace.signed_in else "was not signed in")
    if trace.budget_seconds:
        said.append(f"was held {trace.budget_seconds:.1f} seconds for a call of TalentLMS")
    said += [_happened(event) for event in trace.events if event["event"] not in _SAID_ELSEWHERE]
    said.append(_end(trace))
    return ", ".join(said) + f" ({trace.seconds:.1f} seconds in all)"


def _end(trace: RequestTrace) -> str:
    if not trace.problem or trace.outcome in ("waiting", "client_gone"):
        return _ENDED.get(trace.outcome, trace.outcome)
    notes = [event["note"] for event in trace.events if event["event"] == "problem" and event.get("note")]
    return f"was shown the error {trace.problem}, status {trace.status}" + "".join(f" ({note})" for note in notes)


def _of_entry(entry: AuditEntry) -> str:
    facts = {
        **entry.facts,
        "event": entry.event,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "user_id": entry.user_id,
        "provider": entry.origin,
        "storefront": entry.origin,
        "note": entry.note,
    }
    return f"{_happened({name: value for name, value in facts.items() if value})} (by the audit trail)"


def _happened(event: Mapping[str, Any]) -> str:
    name, outcome = event["event"], event.get("outcome", "")
    explained = [str(event[fact]) for fact in _EXPLANATIONS if event.get(fact)]
    if name in ("launch", "checkout") and outcome == "success":
        return _link(event, "a one-time link" if name == "launch" else "a link to pay")
    sentence = _HAPPENED.get((name, outcome))
    if sentence is None:
        facts = [f"{fact} {value}" for fact, value in event.items() if fact not in ("event", "outcome", *_EXPLANATIONS)]
        said = " ".join(filter(None, (name, outcome)))
        return "; ".join([f"{said} ({', '.join(facts)})" if facts else said, *explained])
    return "; ".join([sentence.format_map(_Facts(event)), *explained])


def _link(event: Mapping[str, Any], what: str) -> str:
    if event.get("course_id"):
        return f"was given {what} for course {event['course_id']}"
    return f"was given {what} for category {event['category_id']}" if event.get("category_id") else f"was given {what}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def who(trace: RequestTrace | None, entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Return what is known of whom it was: the person's key, and the number of their account."""
    persons = [trace.person] if trace and trace.person else []
    persons += [entry.person for entry in entries if entry.person]
    accounts = [event["user_id"] for event in (trace.events if trace else ()) if event.get("user_id")]
    accounts += [entry.user_id for entry in entries if entry.user_id]
    yield from (f"Person: {person}" for person in dict.fromkeys(persons))
    yield from (f"TalentLMS account: {number}" for number in dict.fromkeys(accounts))
