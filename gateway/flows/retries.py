"""What waits for a person is tried again, because a person says so: on the command line or on the operator's page."""

from collections.abc import Callable
from typing import Literal

from gateway import log
from gateway.database.assigned_people import AssignedPeople
from gateway.database.order_queue import OrderQueue

By = Literal["command", "operator-page"]
"""Where it was said."""


class Retries:
    """Orders and people that are tried again. Every method raises ``DatabaseUnavailable``, and returns how many.

    Args:
        orders: which orders are due.
        people: which people are.
        told: is called once an order is due; a worker of this process looks at once.
    """

    def __init__(self, orders: OrderQueue, people: AssignedPeople, told: Callable[[], object]) -> None:
        self._orders = orders
        self._people = people
        self._told = told

    def order(self, storefront: str, order_id: str, by: By) -> int:
        """Make one order due now, whatever became of it, and forget how often it failed."""
        return self._noted_orders(int(self._orders.retry(storefront, order_id)), storefront, order_id, by)

    def dead_orders(self, storefront: str, by: By) -> int:
        """Make all orders of a storefront due whose fault waits for a person."""
        return self._noted_orders(self._orders.retry_dead(storefront), storefront, "", by)

    def people(self, provider: str, by: By) -> int:
        """Make everybody of an identity provider due for whom something could not be done."""
        number = self._people.retry(provider)
        log.audit("retry", outcome="success" if number else "nothing", provider=provider, number=number, by=by)
        return number

    def _noted_orders(self, number: int, storefront: str, order_id: str, by: By) -> int:
        outcome = "success" if number else "nothing"
        log.audit("retry", outcome=outcome, storefront=storefront, order=order_id, number=number, by=by)
        if number:
            self._told()
        return number
