"""The worker of orders that are due: each is fulfilled."""

import logging
import threading
from collections.abc import Callable

from gateway import context, log
from gateway.admission import Lane
from gateway.database.order_queue import Claim, OrderQueue
from gateway.errors import DatabaseUnavailable
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.order_work import Result
from gateway.services import Services
from gateway.worker.due_worker import APART_SECONDS_INSIDE, AT_ONCE_APART, AT_ONCE_INSIDE, DueWorker
from gateway.worker.withheld_work import WithheldWork


def worker_of(services: Services) -> "OrderWorker":
    """Return the worker of a process; nothing runs yet."""
    given = services.order_queue, services.fulfilment, services.order_told
    is_over = services.settings.mapping.mode == "apply"
    before = WithheldWork(services.order_queue, is_over=is_over).look
    if services.settings.worker == "inside":
        return OrderWorker(*given, AT_ONCE_INSIDE, before, apart=APART_SECONDS_INSIDE, trail=services.audit_rows)
    return OrderWorker(*given, AT_ONCE_APART, before, trail=services.audit_rows)


class OrderWork:
    """Fulfilment, as a worker has it done.

    Args:
        fulfilment: what is done with an order.
    """

    name = "orders"
    lane = Lane.PURCHASE

    def __init__(self, fulfilment: Fulfilment) -> None:
        self._fulfilment = fulfilment

    def look(self, claim: Claim, check: Callable[[], None]) -> Result:
        """Fulfil an order."""
        return self._fulfilment.fulfil(claim.storefront, claim.order_id, check)

    def postponed(self, claim: Claim, seconds: float, why: str, note: str) -> None:
        """Log that an order is tried again."""
        log.event(
            "order.postponed",
            storefront=claim.storefront,
            order=claim.order_id,
            tries=claim.tries + 1,
            seconds=round(seconds),
            why=why,
            note=note,
        )

    def failed(self, claim: Claim, error: Exception) -> None:
        """Log a fault in one order."""
        logging.getLogger("gateway").error(
            "order.unforeseen",
            exc_info=error,
            extra={"fields": {"storefront": claim.storefront, "order": claim.order_id}},
        )

    def unforeseen(self, error: Exception) -> None:
        """Log a fault in the loop."""
        logging.getLogger("gateway").error("orders.unforeseen", exc_info=error, extra={"fields": {}})

    def not_claimed(self, error: DatabaseUnavailable) -> None:
        """Log that nobody knows which orders are due."""
        log.event("orders.not_claimed", why=error.code, note=error.note)

    def not_renewed(self, error: DatabaseUnavailable) -> None:
        """Log that leases cannot be renewed."""
        log.event("orders.not_renewed", why=error.code, note=error.note)

    def not_released(self, error: DatabaseUnavailable) -> None:
        """Log that what became of an order cannot be written."""
        log.event("orders.not_released", why=error.code, note=error.note)


class OrderWorker(DueWorker[Claim]):
    """Fulfils orders that are due.

    Args:
        queue: which are due.
        fulfilment: what is done with one.
        told: as ``DueWorker`` has it, like the others.
        at_once: likewise.
        before: likewise.
        apart: likewise.
        trail: likewise.
    """

    def __init__(
        self,
        queue: OrderQueue,
        fulfilment: Fulfilment,
        told: threading.Event,
        at_once: int,
        before: Callable[[], None] = lambda: None,
        *,
        apart: float = 0.0,
        trail: context.Trail | None = None,
    ) -> None:
        super().__init__(queue, OrderWork(fulfilment), told, at_once, before, apart=apart, trail=trail)
