"""A webhook → its event, committed. What becomes of the order is the worker's part (``fulfilment``)."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from gateway import log
from gateway.config.storefronts import StorefrontSettings
from gateway.database.orders import Orders
from gateway.errors import PageNotFound
from schemas.order import OrderEvent
from schemas.secret import Secret


class Reader(Protocol):
    """What is wanted of a dialect."""

    def read(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: float) -> OrderEvent:
        """Return what a webhook says; see ``gateway.storefronts.dialects.Dialect``."""


class OrderIntake:
    """Webhooks.

    Args:
        storefronts: the storefronts, by name.
        dialects: how each kind of storefront speaks.
        orders: where events are kept.
        told: what to do once something was committed, such as waking the worker of this process.
    """

    def __init__(
        self,
        storefronts: Mapping[str, StorefrontSettings],
        dialects: Mapping[str, Reader],
        orders: Orders,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._storefronts = storefronts
        self._dialects = dialects
        self._orders = orders
        self._told = told

    def receive(self, storefront: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a webhook; when this returns, what it says is on disk, or says nothing that is of use here.

        Args:
            storefront: by which address it came.
            headers: all of them.
            body: as it came, byte for byte.

        Raises:
            PageNotFound: no such storefront.
            WebhookRefused: one of its kinds says why; nothing was written.
            DatabaseUnavailable: nothing was written; the shop has to send it again.
        """
        settings = self._storefronts.get(storefront)
        if settings is None:
            raise PageNotFound("there is no such storefront")
        event = self._dialects[settings.kind].read(headers, body, settings.webhook_secrets, time.time())
        self.take(storefront, event)

    def take(self, storefront: str, event: OrderEvent) -> bool:
        """Commit an event that is believed; return whether it is new and of use."""
        if event.order is None and event.refund is None:
            return False
        is_new = self._orders.receive(storefront, event)
        order_id = event.order.id if event.order else event.refund.order if event.refund else ""
        log.event("order.told", storefront=storefront, order=order_id, topic=event.topic, is_new=is_new)
        if is_new:
            self._told()
        return is_new
