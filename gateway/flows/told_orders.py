"""Order → as it was told, with the lines that a webhook lacks, for which the shop is asked."""

from collections.abc import Mapping
from typing import Protocol

from gateway.config.storefronts import StorefrontSettings
from gateway.database.orders import Orders, Snapshot
from gateway.errors import GatewayError
from gateway.flows.dead_letters import NO_LINES, DeadLetter, dead_letter
from schemas.order import LineItem, Order


class LineSource(Protocol):
    """Where the lines of an order are asked for that its webhook lacks."""

    def lines_of(self, storefront: str, order: Order) -> tuple[LineItem, ...] | None:
        """Return them; ``None`` where the shop cannot be asked. Raises ``GatewayError`` where it does not answer."""


class ToldOrders:
    """Orders as they were told.

    Args:
        orders: what was told.
        lines: where lines are asked for that a webhook lacks; ``None``: nowhere.
    """

    def __init__(self, orders: Orders, lines: LineSource | None = None) -> None:
        self._orders = orders
        self._lines = lines

    def snapshot(self, storefront: str, order_id: str) -> Snapshot | None:
        """Return an order as it stands; ``None`` for none."""
        return self._orders.snapshot(storefront, order_id)

    def with_lines(self, snapshot: Snapshot, settings: StorefrontSettings) -> Snapshot:
        """Return an order with its lines, where they matter.

        Raises:
            DeadLetter: nobody says what they are.
            GatewayError: the shop does not say it now.
        """
        order = snapshot.order
        if order.lines is not None or order.status != "paid" or (order.is_test and not settings.test_orders):
            return snapshot
        try:
            lines = self._lines.lines_of(snapshot.storefront, order) if self._lines else None
        except GatewayError as error:
            raise dead_letter(error) or error from None
        if lines is None:
            raise DeadLetter(NO_LINES)
        return self._orders.put_lines(snapshot, lines)

    def note_faults(self, snapshot: Snapshot, faults: Mapping[str, tuple[str, str]]) -> None:
        """Write what keeps lines of an order from being fulfilled: by the line's id, a code and a sentence."""
        self._orders.note_lines(snapshot.storefront, snapshot.order.id, faults)
