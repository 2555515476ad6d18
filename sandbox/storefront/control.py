"""The control plane: ``/_control/…``, JSON, no credentials, from the machine itself only."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from sandbox.storefront import loopback
from sandbox.storefront.delivery import Delivery
from sandbox.storefront.event import Event
from sandbox.storefront.http_call import Answer
from sandbox.storefront.orders import Order, customer_from
from sandbox.storefront.shop import Shop

Handler = Callable[..., Any]


def blueprint(shop: Shop) -> Blueprint:
    """Return the routes of the control plane."""
    routes, control = Blueprint("control", __name__, url_prefix="/_control"), _Control(shop)
    routes.before_request(loopback.only)
    for fault in (ValueError, TypeError, KeyError):
        routes.register_error_handler(fault, _refused)
    for method, path, handler in (
        ("GET", "/state", control.state),
        ("POST", "/reset", control.reset),
        ("PUT", "/gateway", control.point),
        ("POST", "/orders", control.buy),
        ("POST", "/orders/<int:number>/actions", control.act),
        ("POST", "/orders/<int:number>/launches", control.launch),
        ("GET", "/orders/<int:number>/gateway", control.became),
        ("POST", "/events/<int:number>/deliveries", control.post),
        ("POST", "/deliveries", control.post_untold),
        ("POST", "/pings", control.ping),
    ):
        routes.add_url_rule(path, f"{method} {path}".replace("/", ""), handler, methods=[method])
    return routes


class _Control:
    """What can be asked of the shop by a machine."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def state(self) -> Response:
        """Everything: orders, events, deliveries, and the numbers of the events that the gateway has not taken."""
        shop = self._shop
        return jsonify(
            gateway=shop.gateway,
            storefronts=[{"name": one.name, "kind": one.kind} for one in shop.storefronts.values()],
            orders=[_order(one) for one in shop.orders()],
            events=[_event(one) for one in shop.events()],
            deliveries=[_delivery(one) for one in shop.deliveries()],
            untold=[one.number for one in shop.untold()],
        )

    def reset(self) -> Response:
        """Forget every order."""
        self._shop.reset()
        return jsonify({})

    def point(self) -> Response:
        """Tell where the gateway is: ``url``."""
        self._shop.gateway = str(_body()["url"]).rstrip("/")
        return jsonify(url=self._shop.gateway)

    def buy(self) -> Response:
        """Sell what ``Control.buy`` names; ``lines`` are pairs of SKU and quantity."""
        given = _body()
        post, name, buyer = given.pop("post", True), given.pop("storefront", ""), customer_from(given.pop("customer"))
        lines = [(str(sku), int(quantity)) for sku, quantity in given.pop("lines")]
        if given.get("student") is not None:
            given["student"] = customer_from(given["student"])
        order, events = self._shop.buy(name or self._shop.config.storefronts[0].name, buyer, lines, **given)
        return self._told(order, events, post=post)

    def act(self, number: int) -> Response:
        """Refund, cancel or dispute an order: ``action``, ``lines`` (how many of each line's number), ``post``."""
        given = _body()
        lines = given.get("lines")
        back = None if lines is None else {int(line): int(many) for line, many in lines.items()}
        order, events = self._shop.act(number, str(given["action"]), back)
        return self._told(order, events, post=given.get("post", True))

    def launch(self, number: int) -> Response:
        """Ask the gateway for a way in: ``target``, and if wanted ``key`` and ``customer`` in the buyer's stead."""
        given = _body()
        stand_in = given.get("customer")
        customer = None if stand_in is None else customer_from(stand_in)
        return jsonify(_answer(self._shop.launch(number, given["target"], str(given.get("key", "")), customer)))

    def became(self, number: int) -> Response:
        """Ask the gateway what became of an order."""
        return jsonify(_answer(self._shop.became(number)))

    def post(self, number: int) -> Response:
        """Post an event: ``forge``, ``late`` (seconds since it was signed)."""
        given = _body()
        forge, late = bool(given.get("forge")), int(given.get("late", 0))
        return jsonify(_delivery(self._shop.post(number, forge=forge, late=late)))

    def post_untold(self) -> Response:
        """Post every event that the gateway has not taken yet, the oldest first."""
        return jsonify([_delivery(self._shop.post(one.number)) for one in self._shop.untold()])

    def ping(self) -> Response:
        """Post WooCommerce's unsigned ping: ``storefront``."""
        return jsonify(_delivery(self._shop.post(self._shop.ping(str(_body()["storefront"])).number)))

    def _told(self, order: Order, events: list[Event], *, post: bool) -> Response:
        deliveries = [self._shop.post(one.number) for one in events] if post else []
        content = {
            "order": _order(order),
            "events": [_event(one) for one in events],
            "deliveries": [_delivery(one) for one in deliveries],
        }
        return make_response(jsonify(content), 201)


def _body() -> dict[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise TypeError("the body must be a JSON object")
    return given


def _refused(fault: Exception) -> Response:
    return make_response(jsonify(error=str(fault)), 400)


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "id": order.id,
        "storefront": order.storefront,
        "kind": order.kind,
        "status": order.status,
        "email": order.customer.email,
        "lines": [
            {"number": one.number, "sku": one.product.sku, "quantity": one.quantity, "current": one.current}
            for one in order.lines
        ],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "storefront": event.storefront,
        "order": event.order,
        "topic": event.topic,
        "body": event.body.decode(),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "number": delivery.number,
        "event": delivery.event.number,
        "url": delivery.url,
        "headers": dict(delivery.headers),
        "forged": delivery.is_forged,
        "milliseconds": delivery.milliseconds,
        **_answer(delivery.answer),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "answer": answer.body}
