"""The shop: what was bought and given back, what of it the gateway was told, and what it answered."""

import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.storefront import gateway_api
from sandbox.storefront.config import Config, Storefront
from sandbox.storefront.delivery import Delivery
from sandbox.storefront.dialects import dialect, woocommerce
from sandbox.storefront.event import Event, as_json
from sandbox.storefront.http_call import Answer, call
from sandbox.storefront.orders import CANCELLED, DISPUTED, PAID, REFUNDED, WON, Customer, Order, line_of
from sandbox.storefront.signatures import forged

MOST_DELIVERIES = 20_000


class Shop:
    """Sells and tells of it. Nothing is posted until ``post`` is called, so that events can be posted in any order.

    Args:
        config: what it was started with.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.gateway = config.gateway.rstrip("/")
        self.storefronts = {one.name: one for one in config.storefronts}
        self._lock = threading.Lock()
        self._clear()

    def reset(self) -> None:
        """Forget every order; numbers are not given a second time."""
        with self._lock:
            self._orders.clear()
            self._events.clear()
            self._deliveries.clear()
            self._told.clear()

    def buy(
        self, storefront: str, customer: Customer, lines: Sequence[tuple[str, int]], **details: Any
    ) -> tuple[Order, list[Event]]:
        """Sell something; return the order and the events that tell of it.

        Args:
            storefront: by which storefront the gateway shall be told.
            customer: who buys.
            lines: SKU and quantity of each line.
            details: ``student``, ``is_test``, ``lines_in_event`` of ``Order``.

        Raises:
            ValueError: there is no such storefront, or nothing was bought.
        """
        kind = self.storefront(storefront).kind
        if not lines:
            raise ValueError("nothing was bought")
        with self._lock:
            number, now = self._next_number(), self._next_moment()
            bought = tuple(line_of(number * 100 + place, *line) for place, line in enumerate(lines, 1))
            order = Order(number, storefront, kind, customer, bought, created=now, updated=now, **details)
            return order, self._tell(order, PAID)

    def act(self, number: int, action: str, lines: Mapping[int, int] | None = None) -> tuple[Order, list[Event]]:
        """Let something happen to an order; return it as it stands then, and the events that tell of it.

        Args:
            number: the order's.
            action: ``refunded``, ``cancelled``, ``disputed``, or ``won`` of one that is disputed.
            lines: for a refund, how many of each line, by the line's number; ``None``: whatever is left.

        Raises:
            ValueError: that cannot happen to this order, or such a shop does not tell of it.
        """
        with self._lock:
            order, now = self._order(number), self._next_moment()
            if action == REFUNDED:
                order = order.without(None if lines is None else dict(lines), self._next_number(), now)
            elif action in {CANCELLED, DISPUTED} and order.status == PAID:
                order = replace(order, status=action, updated=now)
            elif action == WON and order.status == DISPUTED:
                order = replace(order, status=PAID, updated=now)
            else:
                raise ValueError(f"an order that is {order.status} cannot be {action}")
            return order, self._tell(order, action)

    def ping(self, storefront: str) -> Event:
        """Return the unsigned ping that WooCommerce sends when a webhook is made.

        Raises:
            ValueError: the storefront speaks another dialect.
        """
        if self.storefront(storefront).kind != "woocommerce":
            raise ValueError("only WooCommerce pings")
        with self._lock:
            body = f"webhook_id={woocommerce.WEBHOOK_ID}".encode()
            return self._note(storefront, 0, woocommerce.PING, uuid.uuid4().hex, body)

    def post(self, number: int, *, forge: bool = False, late: int = 0) -> Delivery:
        """Post an event now.

        Args:
            number: the event's.
            forge: sign it with another secret.
            late: so many seconds ago was it signed.

        Raises:
            ValueError: there is no such event.
        """
        event = self._event(number)
        storefront = self.storefront(event.storefront)
        secret = forged(storefront.webhook_secret) if forge else storefront.webhook_secret
        headers = dialect(storefront.kind).headers(event, secret, int(time.time()) - late)
        url = f"{self.gateway}/webhooks/{storefront.name}"
        at, begun = time.time(), time.perf_counter()
        answer = call("POST", url, headers, event.body, self.config.seconds)
        took = (time.perf_counter() - begun) * 1000
        with self._lock:
            self._delivered += 1
            delivery = Delivery(self._delivered, event, url, headers, forge, answer, at, took)
            self._deliveries.append(delivery)
            if answer.is_success and not forge:
                self._told.add(number)
        return delivery

    def untold(self) -> list[Event]:
        """Return the events that the gateway has not taken yet, the oldest first."""
        with self._lock:
            return [event for number, event in self._events.items() if number not in self._told]

    def launch(self, number: int, target: Mapping[str, Any], key: str = "", customer: Customer | None = None) -> Answer:
        """Ask the gateway for the way of an order's customer to a target; ``customer`` stands in for them."""
        order = self.order(number)
        storefront = self.storefront(order.storefront)
        return gateway_api.launch(
            self.gateway, storefront, customer or order.customer, target, key, self.config.seconds
        )

    def became(self, number: int) -> Answer:
        """Ask the gateway what became of an order."""
        order = self.order(number)
        return gateway_api.order(self.gateway, self.storefront(order.storefront), order.id, self.config.seconds)

    def storefront(self, name: str) -> Storefront:
        """Return a storefront; with an empty name the first.

        Raises:
            ValueError: there is none of this name.
        """
        if name not in self.storefronts:
            raise ValueError(f"there is no storefront {name!r}")
        return self.storefronts[name]

    def order(self, number: int) -> Order:
        """Return an order.

        Raises:
            ValueError: there is none of this number.
        """
        with self._lock:
            return self._order(number)

    def orders(self) -> list[Order]:
        """Return every order, the oldest first."""
        with self._lock:
            return list(self._orders.values())

    def find(self, kind: str, order_id: str) -> Order | None:
        """Return an order by what its dialect calls it."""
        return next((one for one in self.orders() if one.kind == kind and one.id == order_id), None)

    def events(self, order: int | None = None) -> list[Event]:
        """Return the events, of one order if it is named, the oldest first."""
        with self._lock:
            return [event for event in self._events.values() if order in (None, event.order)]

    def deliveries(self, order: int | None = None) -> list[Delivery]:
        """Return what was posted, of one order if it is named, the oldest first."""
        with self._lock:
            return [one for one in self._deliveries if order in (None, one.event.order)]

    def _clear(self) -> None:
        self._orders: dict[int, Order] = {}
        self._events: dict[int, Event] = {}
        self._deliveries: deque[Delivery] = deque(maxlen=MOST_DELIVERIES)
        self._told: set[int] = set()
        self._last_number = self.config.first_number - 1
        self._noted = self._delivered = self._last_moment = 0

    def _order(self, number: int) -> Order:
        if number not in self._orders:
            raise ValueError(f"there is no order {number}")
        return self._orders[number]

    def _event(self, number: int) -> Event:
        with self._lock:
            if number not in self._events:
                raise ValueError(f"there is no event {number}")
            return self._events[number]

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def _next_moment(self) -> int:
        self._last_moment = max(time.time_ns() // 1000, self._last_moment + 1)
        return self._last_moment

    def _tell(self, order: Order, action: str) -> list[Event]:
        action_id = uuid.uuid4().hex
        told = dialect(order.kind).tell(order, action, action_id)
        self._orders[order.number] = order
        return [
            self._note(order.storefront, order.number, topic, action_id, as_json(content)) for topic, content in told
        ]

    def _note(self, storefront: str, order: int, topic: str, action: str, body: bytes) -> Event:
        self._noted += 1
        event_id = f"msg_{uuid.uuid4().hex}"
        event = Event(self._noted, storefront, order, topic, action, event_id, body, self._last_moment)
        self._events[event.number] = event
        return event
