"""A listing of a shop's → its orders, committed by the same rules as webhooks.

WooCommerce never sends again what it sent while the gateway was down, and others stop after hours or days.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from gateway.config.storefronts import StorefrontSettings
from gateway.database.imported_orders import ImportedOrders
from gateway.errors import WebhookUnreadable
from gateway.storefronts.listings import Record, Told
from schemas.order import OrderEvent

Result = Literal["taken", "known", "unpaid", "test", "other", "refused"]
"""It changed what is on record; that says as much already; it is ignored: an order that nobody has paid, one of a test,
something that is about no order; it cannot be read."""


@dataclass(frozen=True)
class Outcome:
    """What became of a record.

    Attributes:
        position: which one, from 1 on.
        name: its id; empty where it has none.
        result: what became of it.
        reason: why it was refused; holds nothing of it.
    """

    position: int
    name: str
    result: Result
    reason: str = ""


class OrderImport:
    """Imports.

    Args:
        read: what a record of a kind of storefront says; raises ``WebhookUnreadable``.
        orders: where orders are kept.
    """

    def __init__(self, read: Callable[[str, Record], Told], orders: ImportedOrders) -> None:
        self._read = read
        self._orders = orders

    def run(self, shop: StorefrontSettings, records: Iterable[Record], *, rehearse: bool) -> Iterator[Outcome]:
        """Take records one by one, each committed by itself, and return what became of each.

        Args:
            shop: whose they are.
            records: of its listing.
            rehearse: whether nothing is to be written.

        Raises:
            DatabaseUnavailable: what was taken before stays; all may be imported once more.
        """
        for record in records:
            try:
                told = self._read(shop.kind, record)
            except WebhookUnreadable as error:
                yield Outcome(record.position, record.name, "refused", error.note)
                continue
            result = self._taken(shop, told, rehearse=rehearse)
            yield Outcome(record.position, record.name, result)

    def _taken(self, shop: StorefrontSettings, told: Told, *, rehearse: bool) -> Result:
        event = told.event
        if event.order is None and event.refund is None:
            return "other"
        if event.order is not None:
            version = self._orders.version(shop.name, event.order.id)
            ignored = _ignored(shop, event) if version is None else None
            if ignored:
                return ignored
            if version is not None and not told.has_version:  # then how it stands decides which of the two is newer
                event = replace(event, order=replace(event.order, version=version))
        return "taken" if self._orders.take(shop.name, event, rehearse=rehearse) else "known"


def _ignored(shop: StorefrontSettings, event: OrderEvent) -> Literal["unpaid", "test"] | None:
    """Return why an order of which nothing is on record leads to nothing; a webhook tells once it does."""
    if event.order is None:
        return None
    if event.order.is_test and not shop.test_orders:
        return "test"
    return "unpaid" if event.order.status == "unpaid" else None
