"""The worker of people who are due: their accounts, and what rules of the mapping give them, are brought in step."""

import logging
import threading
from collections.abc import Callable

from gateway import log
from gateway.admission import Lane
from gateway.database.assigned_people import PersonClaim
from gateway.errors import DatabaseUnavailable
from gateway.flows.order_work import Result
from gateway.flows.provisioning import Provisioning
from gateway.services import Services
from gateway.worker.due_worker import APART_SECONDS_INSIDE, AT_ONCE_APART, AT_ONCE_INSIDE, DueWorker
from gateway.worker.withheld_work import WithheldWork


def person_worker_of(services: Services) -> DueWorker[PersonClaim]:
    """Return the worker of a process; nothing runs yet."""
    given = services.person_queue, PersonWork(services.provisioning), threading.Event()
    is_over = services.settings.mapping.mode == "apply"
    before = WithheldWork(services.person_queue, is_over=is_over).look
    if services.settings.worker == "inside":
        return DueWorker(*given, AT_ONCE_INSIDE, before, apart=APART_SECONDS_INSIDE, trail=services.audit_rows)
    return DueWorker(*given, AT_ONCE_APART, before, trail=services.audit_rows)


class PersonWork:
    """Provisioning and assignments, as a worker has them made. Clicks and orders go first.

    Args:
        provisioning: what is done for a person.
    """

    name = "people"
    lane = Lane.BACKGROUND

    def __init__(self, provisioning: Provisioning) -> None:
        self._provisioning = provisioning

    def look(self, claim: PersonClaim, check: Callable[[], None]) -> Result:
        """Bring a person's account in step with the directory, and what they have with their rules."""
        return self._provisioning.apply(claim.person, claim.tries, check)

    def postponed(self, claim: PersonClaim, seconds: float, why: str, note: str) -> None:
        """Log that a person is looked at again."""
        log.event(
            "person.postponed", person=claim.person, tries=claim.tries + 1, seconds=round(seconds), why=why, note=note
        )

    def failed(self, claim: PersonClaim, error: Exception) -> None:
        """Log a fault with one person."""
        logging.getLogger("gateway").error(
            "person.unforeseen", exc_info=error, extra={"fields": {"person": claim.person}}
        )

    def unforeseen(self, error: Exception) -> None:
        """Log a fault in the loop."""
        logging.getLogger("gateway").error("people.unforeseen", exc_info=error, extra={"fields": {}})

    def not_claimed(self, error: DatabaseUnavailable) -> None:
        """Log that nobody knows who is due."""
        log.event("people.not_claimed", why=error.code, note=error.note)

    def not_renewed(self, error: DatabaseUnavailable) -> None:
        """Log that leases cannot be renewed."""
        log.event("people.not_renewed", why=error.code, note=error.note)

    def not_released(self, error: DatabaseUnavailable) -> None:
        """Log that what became of a person cannot be written."""
        log.event("people.not_released", why=error.code, note=error.note)
