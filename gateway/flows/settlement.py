"""A refund that waits for a person → what the person says of it: that the course stays, or that it is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateway import log
from gateway.database.entitlements import Entitlements
from gateway.database.order_queue import Claim, OrderQueue
from gateway.errors import GatewayError
from gateway.flows.order_work import Key, Result, key_of

Decision = Literal["keep", "unenroll"]
Fulfil = Callable[[str, str, Callable[[], None], Decision], Result]
"""``Fulfilment.fulfil``."""

SOON_SECONDS = 1.0
"""After how long a worker looks at an order again that could not be settled."""


class Busy(Exception):
    """Another worker has the order."""


@dataclass(frozen=True)
class Settled:
    """What came of it.

    Attributes:
        number: of how many entitlements it was decided; 0 where none waits for a person because of a refund.
        result: how it stands with the order then.
    """

    number: int
    result: Result


class Settlement:
    """Decisions on refunds, each once; it is in the audit trail.

    Args:
        queue: which order is whose to look at.
        entitlements: what waits.
        fulfil: looks at an order.
    """

    def __init__(self, queue: OrderQueue, entitlements: Entitlements, fulfil: Fulfil) -> None:
        self._queue = queue
        self._entitlements = entitlements
        self._fulfil = fulfil

    def settle(self, storefront: str, order_id: str, decision: Decision) -> Settled:
        """Settle an order: what the shop says that is to be had again is given, of the rest it is decided.

        Args:
            storefront: whose order.
            order_id: which.
            decision: what becomes of what waits.

        Raises:
            Busy: another worker looks at the order; nothing was decided, or not all of it.
            GatewayError: TalentLMS or the database could not be asked; what was done until then stays done.
        """
        before = self._waiting(storefront, order_id)
        if not before:
            return Settled(0, Result("done"))
        claim = self._queue.claim_any(storefront, order_id)
        if claim is None:
            raise Busy
        before = self._waiting(storefront, order_id)
        try:
            result = self._fulfil(storefront, order_id, lambda: self._check(claim), decision)
        except GatewayError as error:
            self._queue.postpone(claim, SOON_SECONDS, error.code, error.note, counts=False)
            raise
        except BaseException:
            self._queue.postpone(claim, SOON_SECONDS, claim.error, "", counts=False)
            raise
        finally:
            number = len(before - self._waiting(storefront, order_id))
            if number:
                log.audit(
                    "settlement",
                    outcome="success",
                    storefront=storefront,
                    order=order_id,
                    decision=decision,
                    entitlements=number,
                )
        if result.state == "waiting":
            self._queue.postpone(claim, SOON_SECONDS, result.error, result.note, counts=False)
        else:
            self._queue.finish(claim, result.state, result.error, result.note)
        return Settled(number, result)

    def _waiting(self, storefront: str, order_id: str) -> set[Key]:
        return {key_of(one) for one in self._entitlements.of_order(storefront, order_id) if one.state == "review"}

    def _check(self, claim: Claim) -> None:
        """Keep the order before each call that changes something; a person waits, so nobody else renews the lease."""
        if self._queue.renew([claim]):
            raise Busy
