"""The shop's own API: what Stripe and WooCommerce tell who asks, and leave out of their webhooks."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from sandbox.storefront.dialects import stripe, woocommerce
from sandbox.storefront.orders import Order
from sandbox.storefront.shop import Shop

MOST_ORDERS = 100


def blueprint(shop: Shop) -> Blueprint:
    """Return the routes of the shop's API."""
    routes, api = Blueprint("shop_api", __name__), _ShopApi(shop)
    routes.add_url_rule("/v1/checkout/sessions/<order_id>", "session", api.session)
    routes.add_url_rule("/v1/checkout/sessions/<order_id>/line_items", "line_items", api.line_items)
    routes.add_url_rule("/wp-json/wc/v3/orders", "orders", api.orders)
    routes.add_url_rule("/wp-json/wc/v3/orders/<order_id>", "order", api.order)
    routes.add_url_rule("/wp-json/wc/v3/orders/<order_id>/refunds", "refunds", api.refunds)
    return routes


class _ShopApi:
    """What is asked and answered."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def session(self, order_id: str) -> Response:
        """Tell of a session of Stripe."""
        return self._of_stripe(order_id, stripe.session)

    def line_items(self, order_id: str) -> Response:
        """Tell what was sold in a session of Stripe."""
        return self._of_stripe(order_id, stripe.line_items)

    def orders(self) -> Response:
        """List the orders of WooCommerce, the newest first, a page at a time."""
        if not self._knows("woocommerce"):
            return _woo_error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        size = min(max(request.args.get("per_page", 10, type=int), 1), MOST_ORDERS)
        first = (max(request.args.get("page", 1, type=int), 1) - 1) * size
        found = [one for one in reversed(self._shop.orders()) if one.kind == "woocommerce"]
        answer = jsonify([woocommerce.content(one) for one in found[first : first + size]])
        answer.headers["X-WP-Total"] = str(len(found))
        answer.headers["X-WP-TotalPages"] = str(-(-len(found) // size))
        return answer

    def order(self, order_id: str) -> Response:
        """Tell of one order of WooCommerce."""
        return self._of_woo(order_id, woocommerce.content)

    def refunds(self, order_id: str) -> Response:
        """Tell of an order's refunds and their lines."""
        return self._of_woo(order_id, woocommerce.refunds)

    def _of_stripe(self, order_id: str, told: Callable[[Order], Any]) -> Response:
        if not self._knows("stripe"):
            return _stripe_error(401, "Invalid API Key provided")
        order = self._shop.find("stripe", order_id)
        if order is None:
            return _stripe_error(404, f"No such checkout.session: '{order_id}'")
        return jsonify(told(order))

    def _of_woo(self, order_id: str, told: Callable[[Order], Any]) -> Response:
        if not self._knows("woocommerce"):
            return _woo_error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
        order = self._shop.find("woocommerce", order_id)
        if order is None:
            return _woo_error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return jsonify(told(order))

    def _knows(self, kind: str) -> bool:
        """Return whether a request has the key of a storefront of this kind, as basic or bearer credentials."""
        given = request.authorization
        if given is None:
            return False
        key = given.token or f"{given.username or ''}:{given.password or ''}".removesuffix(":")
        keys = [one.shop_api_key for one in self._shop.storefronts.values() if one.kind == kind]
        return any(known and compare_digest(known.encode(), key.encode()) for known in keys)


def _stripe_error(status: int, message: str) -> Response:
    return make_response(jsonify(error={"message": message, "type": "invalid_request_error"}), status)


def _woo_error(status: int, code: str, message: str) -> Response:
    return make_response(jsonify(code=code, message=message, data={"status": status}), status)
