"""A client of the shop's control plane, for tests: standard library only."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from sandbox.storefront.http_call import call

SECONDS = 60
GUEST = {"email": "gil.hart@guest.example", "first_name": "Gil", "last_name": "Hart"}


class ControlError(Exception):
    """The shop refused; the text says why."""


class Control:
    """Buys and gives back at a running shop.

    An order is ``{number, id, storefront, kind, status, email, lines: [{number, sku, quantity, current}]}``, an event
    ``{number, storefront, order, topic, body}``, a delivery ``{number, event, url, headers, forged, status, answer,
    milliseconds}`` with status 0 where nobody answered.

    Args:
        url: the shop's address.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def buy(
        self,
        *lines: str | tuple[str, int],
        storefront: str = "",
        customer: Mapping[str, Any] = GUEST,
        post: bool = True,
        **details: Any,
    ) -> dict[str, Any]:
        """Buy something.

        Args:
            lines: SKUs, or SKU and quantity.
            storefront: by which storefront the gateway is told; empty: the first.
            customer: ``email``, ``first_name``, ``last_name``, ``id`` (digits; none: a guest), ``verified``.
            post: tell the gateway at once; if not, ``post`` does it later.
            details: ``student`` (like ``customer``), ``is_test``, ``lines_in_event``.

        Returns:
            ``order``, ``events``, and the ``deliveries`` of them.
        """
        wanted = [(line, 1) if isinstance(line, str) else line for line in lines]
        content = {"storefront": storefront, "customer": dict(customer), "lines": wanted, "post": post, **details}
        return dict(self._send("POST", "/orders", content))

    def refund(self, number: int, lines: Mapping[int, int] | None = None, *, post: bool = True) -> dict[str, Any]:
        """Give back some of an order.

        Args:
            number: the order's.
            lines: how many of each line, by the line's number; ``None``: whatever is left.
            post: tell the gateway at once.

        Returns:
            What ``buy`` does.
        """
        return self._act(number, {"action": "refunded", "lines": lines, "post": post})

    def cancel(self, number: int, *, post: bool = True) -> dict[str, Any]:
        """Cancel an order of Shopify or WooCommerce."""
        return self._act(number, {"action": "cancelled", "post": post})

    def dispute(self, number: int, *, post: bool = True) -> dict[str, Any]:
        """Let a customer's bank take the money back, with any dialect but ``standard``."""
        return self._act(number, {"action": "disputed", "post": post})

    def win(self, number: int, *, post: bool = True) -> dict[str, Any]:
        """Let the shop win the dispute of an order."""
        return self._act(number, {"action": "won", "post": post})

    def post(self, event: int, *, forge: bool = False, late: int = 0) -> dict[str, Any]:
        """Post an event, for the first time or again; return the delivery.

        Args:
            event: its number.
            forge: sign it with another secret.
            late: so many seconds ago was it signed; below 0: in the future.
        """
        return dict(self._send("POST", f"/events/{event}/deliveries", {"forge": forge, "late": late}))

    def post_all(self, events: Sequence[int]) -> list[dict[str, Any]]:
        """Post events in this order."""
        return [self.post(event) for event in events]

    def post_untold(self) -> list[dict[str, Any]]:
        """Post every event that the gateway has not taken yet, as shops do that send again; return the deliveries."""
        return list(self._send("POST", "/deliveries", {}))

    def ping(self, storefront: str) -> dict[str, Any]:
        """Post the unsigned ping of WooCommerce; return the delivery."""
        return dict(self._send("POST", "/pings", {"storefront": storefront}))

    def launch(self, number: int, target: Mapping[str, Any], **details: Any) -> dict[str, Any]:
        """Ask the gateway for a launch of an order's customer.

        Args:
            number: the order's.
            target: ``{"course": 12}`` and the like.
            details: ``key`` (the ``Idempotency-Key``; without it a new one), ``customer`` in the buyer's stead.

        Returns:
            ``status`` and ``answer``, the gateway's own.
        """
        return dict(self._send("POST", f"/orders/{number}/launches", {"target": dict(target), **details}))

    def became(self, number: int) -> dict[str, Any]:
        """Ask the gateway what became of an order; returns ``status`` and ``answer``."""
        return dict(self._send("GET", f"/orders/{number}/gateway"))

    def state(self) -> dict[str, Any]:
        """Return ``orders``, ``events``, ``deliveries``, and ``untold``: the numbers of events not taken yet."""
        return dict(self._send("GET", "/state"))

    def point_at(self, gateway: str) -> None:
        """Tell the shop where the gateway is."""
        self._send("PUT", "/gateway", {"url": gateway})

    def reset(self) -> None:
        """Forget every order; no number is given a second time."""
        self._send("POST", "/reset", {})

    def _act(self, number: int, content: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send("POST", f"/orders/{number}/actions", content))

    def _send(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        answer = call(method, f"{self._url}/_control{path}", {"Content-Type": "application/json"}, body, SECONDS)
        if not answer.status:
            raise ControlError(answer.body)
        told = json.loads(answer.body)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ControlError(told["error"])
        return told
