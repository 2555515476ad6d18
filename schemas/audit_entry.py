"""One entry of the audit trail: who did what, when, and with which outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """What somebody did, or was refused.

    ``person``, ``user_id``, ``client`` and ``note`` may say who it was; the rest names nobody.

    Attributes:
        at: epoch seconds, UTC.
        event: what it is, such as ``sign_in``; docs/operating.md lists them.
        outcome: ``success``, or ``refused``.
        reason: why it was refused, an error's code; empty where it was not.
        reference: the code that an error page shows and the log has; ``-`` outside of a request.
        person: ``Identity.key``; empty where nobody is known.
        user_id: TalentLMS's id of the account; 0 where none is meant.
        origin: the identity provider or the storefront, by its name; empty for none.
        client: the address of the browser; empty for none.
        note: what exactly is the matter, and what helps, as a sentence; or empty.
        facts: whatever else there is to say, as JSON has it.
    """

    at: int
    event: str
    outcome: str
    reason: str = ""
    reference: str = ""
    person: str = ""
    user_id: int = 0
    origin: str = ""
    client: str = ""
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
