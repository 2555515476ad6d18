"""The dry-run: calls that would change something are written down in the audit trail, and none is sent."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import NoReturn

from gateway import context, log
from gateway.errors import DryRun

_NOT_TOLD_APART = frozenset({"password", "coupon"})
"""Arguments that say nothing of what would be changed: a secret, and what anybody may type."""


class WithheldChanges:
    """Keeps every change from being sent; each is written down once, however often it is tried.

    Args:
        is_new: says of a change, by whose it is and a digest of all of it, whether it is to be written down.
    """

    def __init__(self, is_new: Callable[[str, str], bool]) -> None:
        self._is_new = is_new

    def __call__(self, operation: str, texts: Mapping[str, str]) -> NoReturn:
        """Keep one change from being sent.

        Args:
            operation: the document's name of it.
            texts: its arguments; their names are written down, never their values, but for the account's number.

        Raises:
            DryRun: always.
            StoreUnavailable: nobody knows whether it has been written down.
        """
        work = context.current()
        context.note_withheld()
        person, user_id = work.person or work.entry.person, texts.get("user_id", "")
        if self._is_new(user_id or person, _digest(operation, person, texts)):
            log.audit(
                "would_change",
                outcome="nothing",
                operation=operation,
                person=person or None,
                user_id=int(user_id) if user_id.isdecimal() else None,
                arguments=", ".join(sorted(texts)),
            )
        raise DryRun(f"{operation} is not sent: mapping.mode is dry-run")


def _digest(operation: str, person: str, texts: Mapping[str, str]) -> str:
    told = {name: text for name, text in texts.items() if name not in _NOT_TOLD_APART}
    told_by_number = person if "user_id" not in texts else ""
    return hashlib.sha256(
        json.dumps([operation, told_by_number, "password" in texts, told], sort_keys=True).encode()
    ).hexdigest()
