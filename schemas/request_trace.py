"""What is remembered of one request for a while, under its reference code, to tell a help desk what happened."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class RequestTrace:
    """One request. No text of it holds a secret, a link or an e-mail address.

    Attributes:
        reference: its code.
        at: when it began, epoch seconds, UTC.
        seconds: until its answer was handed over.
        method: of HTTP.
        route: the template of its address, such as ``/go/course/<course>``.
        target: what the address names, a course's, a category's or a provider's; empty for nothing, and for whatever
            else it may hold.
        status: of the answer; 0 for none.
        outcome: what became of it, as the log's ``request`` has it.
        problem: the code of the error that was shown; empty for none.
        signed_in: whether the browser had a session; ``None`` where nobody needed to know.
        person: ``Identity.key`` of whom it was about; empty where nobody knows.
        talentlms_calls: how many calls of TalentLMS were made for it.
        budget_seconds: how long it was held for calls of the budget.
        events: what happened, in order: each with its ``event``, and facts about it.
    """

    reference: str
    at: float
    seconds: float = 0.0
    method: str = "GET"
    route: str = ""
    target: str = ""
    status: int = 0
    outcome: str = ""
    problem: str = ""
    signed_in: bool | None = None
    person: str = ""
    talentlms_calls: int = 0
    budget_seconds: float = 0.0
    events: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def trace_text(trace: RequestTrace) -> str:
    """Return a request as JSON; what is empty is left out."""
    # not by dataclasses.asdict, which copies every value first: this is written for each click
    told = {name: value for name, value in vars(trace).items() if value not in (None, "", (), [])}
    return json.dumps(told, separators=(",", ":"))


def trace_from_text(text: str | bytes) -> RequestTrace:
    """Return a request again; members that this version does not know are left out.

    Raises:
        ValueError: it is none.
    """
    told = json.loads(text)
    known = {name: value for name, value in told.items() if name in RequestTrace.__dataclass_fields__}
    try:
        return RequestTrace(**known)
    except TypeError as error:
        raise ValueError(str(error)) from None
