"""What is remembered of a request for ``talentlms-gateway trace``: less than its log lines say, and no address."""

import json
import re
from collections.abc import Mapping
from typing import Any

from gateway.context import Context
from gateway.flows.directory import SCIM_PATH
from gateway.redaction import safe, shortened
from schemas.request_trace import RequestTrace

TEXT_CHARACTERS = 160
EVENTS_CHARACTERS = 1000
"""How much is kept of what happened during one request."""

_NAMED = ("<course>", "<category>", "<provider>")
_MACHINES = (f"{SCIM_PATH}/", "/api/", "/webhooks/")
_FACTS = frozenset(
    {
        *("outcome", "step", "provider", "storefront", "linked_issuer", "reason", "why", "user_id", "course_id"),
        *("category_id", "kind", "target", "rule", "order", "decision", "condition", "note", "remedy", "sessions"),
        *("ended", "seconds", "problem"),
    }
)
_EMAIL = re.compile(r"[^\s@<>()\[\]{}\"',;:=]{1,64}(?:@|%40)(?=[\w-])")


def is_worth_keeping(route: str | None, outcome: str) -> bool:
    """Return whether a help desk may ask for a request: a person's, or one of a machine's that did not go well."""
    if not route:
        return False
    return not route.startswith(_MACHINES) or outcome in ("refused", "failed")


def target_of(route: str, path: str) -> str:
    """Return the course, the category or the provider that an address names; empty for none, or anything else."""
    return path.rpartition("/")[2][:TEXT_CHARACTERS] if route.endswith(_NAMED) else ""


def trace_of(work: Context, at: float, target: str, told: Mapping[str, Any]) -> RequestTrace:
    """Return what is remembered of a request.

    Args:
        work: the request, which has ended.
        at: when it began, epoch seconds.
        target: what its address names.
        told: the facts of its line in the log.
    """
    return RequestTrace(
        reference=work.reference,
        at=round(at, 3),
        seconds=told["seconds"],
        method=_text(told["method"]),
        route=told["route"],
        target=_text(target),
        status=told.get("status", 0),
        outcome=told["outcome"],
        problem=told.get("problem", ""),
        signed_in=told.get("signed_in"),
        person=_text(told.get("person", "")),
        talentlms_calls=told["talentlms_calls"],
        budget_seconds=told.get("budget_seconds", 0.0),
        events=_events(work),
    )


def _events(work: Context) -> list[dict[str, Any]]:
    """Return what happened, as much of it as there is room for."""
    kept: list[dict[str, Any]] = []
    left = EVENTS_CHARACTERS
    for name, facts in work.left.events:
        told = {"event": name} | {field: _text(value) for field, value in facts.items() if field in _FACTS and value}
        left -= len(json.dumps(told))
        if left < 0:
            break
        kept.append(told)
    return kept


def _text(value: Any) -> Any:
    """Return a value as it may be kept: shortened, without secrets, links and e-mail addresses."""
    told = safe(value)
    if isinstance(told, list):
        return [_text(each) for each in told]
    return _EMAIL.sub("…@", shortened(told, TEXT_CHARACTERS)) if isinstance(told, str) else told
