"""The loop that takes due orders and has them fulfilled, a few at a time.

An order that meets a fault which passes by is postponed, longer each time. While TalentLMS is away one order at a time
finds out whether it is back; then all that wait for that run at once, as far as the budget of calls has any for them.
"""

import logging
import threading
import time
from collections.abc import Callable

from gateway import context, log
from gateway.admission import Lane, QueueEntry
from gateway.database.order_queue import LEASE_SECONDS, Claim, OrderQueue
from gateway.errors import (
    DatabaseUnavailable,
    Forbidden,
    GatewayError,
    Misunderstood,
    Queued,
    StoreUnavailable,
    Throttled,
    Unauthorized,
    Unavailable,
)
from gateway.flows.fulfilment import Fulfilment
from gateway.services import Services
from gateway.worker.backoff import pause
from gateway.worker.leases import LeaseLost, Leases
from gateway.worker.upkeep import Upkeep

LOOK_SECONDS = 1.0
"""How often it is looked for orders that another process was told of."""
PATIENCE_SECONDS = 10.0
"""How long an order is held until the time of its next call comes."""
QUEUED_SECONDS = 30.0
"""After how long at the latest an order asks again for which the hour had no call."""
OUTAGES = (Unavailable, Misunderstood, Unauthorized, Forbidden, Throttled, StoreUnavailable)
"""What no order can do anything about."""

_OUTAGE_CODES = frozenset(kind.code for kind in (*OUTAGES, Queued))
AT_ONCE_INSIDE, AT_ONCE_APART = 4, 16
"""How many orders at a time: a gateway process has clicks to answer besides."""
APART_SECONDS_INSIDE = 0.125
"""How long after one order the next begins in a gateway process: a click that comes meets one of them, not a burst."""


def worker_of(services: Services) -> "OrderWorker":
    """Return the worker of a process; nothing runs yet."""
    given = services.order_queue, services.fulfilment, services.order_told
    upkeep = Upkeep(services.used_handoffs).look
    if services.settings.worker == "inside":
        return OrderWorker(*given, AT_ONCE_INSIDE, upkeep, apart=APART_SECONDS_INSIDE, trail=services.audit_rows)
    return OrderWorker(*given, AT_ONCE_APART, upkeep, trail=services.audit_rows)


class OrderWorker:
    """Fulfils orders that are due.

    Args:
        queue: which are due.
        fulfilment: what is done with one.
        told: is set by whoever commits something new in this process.
        at_once: how many orders at a time.
        upkeep: what is done besides, each time that it was looked for orders.
        apart: how many seconds after one order the next begins.
        trail: where what is done for orders is written down; ``None``: in the log alone.
    """

    def __init__(
        self,
        queue: OrderQueue,
        fulfilment: Fulfilment,
        told: threading.Event,
        at_once: int,
        upkeep: Callable[[], None] = lambda: None,
        *,
        apart: float = 0.0,
        trail: context.Trail | None = None,
    ) -> None:
        self._queue = queue
        self._fulfilment = fulfilment
        self._told = told
        self._at_once = at_once
        self._upkeep = upkeep
        self._apart = apart
        self._trail = trail
        self._leases = Leases(queue)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_outage = False
        self._has_more = False

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="orders", daemon=True)
        self._thread.start()

    def stop(self, wait: float = 0.0) -> None:
        """Take no more orders, and let each that is under way end with the call that it is in.

        Args:
            wait: seconds to wait for that; what has not ended by then goes to another worker once its lease is over.
        """
        self._leases.end()
        self._ended.set()
        self._told.set()
        end = time.monotonic() + wait
        while self._leases and time.monotonic() < end:
            time.sleep(0.05)
        if self._thread is not None:
            self._thread.join(max(0.0, end - time.monotonic()))

    def run(self) -> None:
        """Fulfil orders until ``stop``."""
        threading.Thread(target=self._keep, name="leases", daemon=True).start()
        while not self._ended.is_set():
            self._told.clear()
            try:
                self._look()
                self._upkeep()
            except Exception:  # webhooks are still accepted: this thread must not end
                logging.getLogger("gateway").exception("orders.unforeseen")
                self._ended.wait(LOOK_SECONDS)
            self._told.wait(LOOK_SECONDS)

    def work_off(self) -> int:
        """Fulfil all orders that are due, one by one, in this thread; return how many were looked at."""
        number = 0
        while claims := self._queue.claim():
            for claim in claims:
                self._leases.add(claim, time.monotonic())
                self._one(claim)
                number += 1
        return number

    def _look(self) -> None:
        """Begin with as many orders that are due as may be under way."""
        free = (1 if self._is_outage else self._at_once) - len(self._leases)
        if free <= 0:
            return
        wanted = 1 if self._apart else free
        try:
            if not self._has_more and not self._is_one_due():
                return
            claimed_at = time.monotonic()
            claims = self._queue.claim(wanted)
            self._has_more = len(claims) == wanted
        except DatabaseUnavailable as error:
            log.event("orders.not_claimed", why=error.code, note=error.note)
            return
        for claim in claims:
            self._begin(claim, claimed_at)
        if self._apart and claims:
            self._ended.wait(self._apart)
            self._told.set()

    def _is_one_due(self) -> bool:
        """Return whether an order is due; that writes nothing, unlike a claim."""
        next_at = self._queue.next_at()
        return next_at is not None and next_at <= time.time()

    def _begin(self, claim: Claim, claimed_at: float) -> None:
        """Look at one order in a thread; where there can be none, its lease ends by itself."""
        self._leases.add(claim, claimed_at)
        try:
            threading.Thread(target=self._one, args=(claim,), daemon=True).start()
        except BaseException:
            self._leases.remove(claim)
            raise

    def _one(self, claim: Claim) -> None:
        """Look at one order; whatever happens, it comes back by itself where it is not done."""
        entry = QueueEntry(lane=Lane.PURCHASE, patience=PATIENCE_SECONDS)
        context.begin(entry=entry, trail=self._trail)
        try:
            self._fulfilled(claim)
        except DatabaseUnavailable as error:
            log.event("orders.not_released", why=error.code, note=error.note)
        except Exception:  # its lease ends by itself
            logging.getLogger("gateway").exception("orders.unforeseen")
        finally:
            context.end()
            self._leases.remove(claim)
            if not self._is_outage:
                self._told.set()

    def _fulfilled(self, claim: Claim) -> None:
        try:
            result = self._fulfilment.fulfil(claim.storefront, claim.order_id, lambda: self._leases.check(claim))
        except LeaseLost:
            self._queue.postpone(claim, 0, claim.error, "", counts=False)
        except Queued as error:
            self._is_outage = True
            self._queue.postpone(claim, min(error.wait, QUEUED_SECONDS), error.code, error.note, counts=False)
        except GatewayError as error:
            self._is_outage = isinstance(error, OUTAGES) or (self._is_outage and not _is_answered())
            self._postpone(claim, error.code, error.note, error.retry_after or 0)
        except Exception as error:  # a fault of ours in one order is no reason to leave the others alone
            logging.getLogger("gateway").exception(
                "order.unforeseen", extra={"fields": {"storefront": claim.storefront, "order": claim.order_id}}
            )
            self._postpone(claim, GatewayError.code, type(error).__name__)
        else:
            if result.state == "waiting":
                self._postpone(claim, result.error, result.note)
            else:
                self._queue.finish(claim, result.state, result.error, result.note)
            if _is_answered() and (self._is_outage or claim.error in _OUTAGE_CODES):
                self._is_outage = False
                self._queue.wake(_OUTAGE_CODES)

    def _postpone(self, claim: Claim, error: str, note: str, at_least: float = 0) -> None:
        seconds = max(pause(claim.tries), at_least)
        log.event(
            "order.postponed",
            storefront=claim.storefront,
            order=claim.order_id,
            tries=claim.tries + 1,
            seconds=round(seconds),
            why=error,
            note=note,
        )
        self._queue.postpone(claim, seconds, error, note)

    def _keep(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            try:
                self._leases.renew()
            except Exception:  # without renewals every order under way would be taken by another worker
                logging.getLogger("gateway").exception("orders.unforeseen")


def _is_answered() -> bool:
    """Return whether TalentLMS has answered a call for the order at hand: only that says that it is back."""
    return context.current().left.answered > 0
