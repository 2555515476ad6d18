"""``/webhooks``: shops tell of orders."""

import logging
from collections.abc import Collection
from contextlib import nullcontext
from http import HTTPStatus

from flask import Blueprint, Response, request

from gateway import log
from gateway.errors import GatewayError, PageNotFound, TooLong, WebhookRefused, WebhooksBusy
from gateway.flows.order_intake import OrderIntake
from gateway.in_flight import InFlight
from gateway.web import error_handlers
from gateway.web.bodies import whole_body
from gateway.web.refusals import Refusals

WEBHOOK_BYTES = 1024 * 1024
"""The largest webhook that is read."""
SMALL_BYTES = 64 * 1024
"""A webhook up to this size is read at once, as any form is."""
LARGE_AT_ONCE = 32
"""Larger ones that a process reads at the same time: strangers fill its memory with no more than these."""


def blueprint(intake: OrderIntake, storefronts: Collection[str]) -> Blueprint:
    """Return the route.

    Args:
        intake: what takes webhooks in.
        storefronts: the names of those that there are.
    """
    routes = Blueprint("webhooks", __name__)
    refusals = Refusals(_tell)
    large = InFlight(LARGE_AT_ONCE, lambda note: WebhooksBusy(note, retry_after=5))

    def refused(storefront: str, error: GatewayError) -> Response:
        refusals.count(storefront, error)
        return error_handlers.shown(error)

    @routes.post("/webhooks/<storefront>")
    def receive(storefront: str) -> Response:
        if storefront not in storefronts:
            return refused("", PageNotFound("there is no such storefront"))
        try:
            with nullcontext() if _is_small() else large.one():
                intake.receive(storefront, dict(request.headers), whole_body(WEBHOOK_BYTES))
        except (WebhookRefused, WebhooksBusy, TooLong) as error:
            return refused(storefront, error)
        return Response(status=HTTPStatus.OK, content_type="text/plain")  # WooCommerce's ping wants exactly this one

    return routes


def _tell(storefront: str, error: GatewayError, count: int) -> None:
    log.event(
        "webhook.refused",
        level=logging.WARNING,
        storefront=storefront,
        problem=error.code,
        count=count,
        note=error.note,
    )


def _is_small() -> bool:
    """Return whether a body is announced, and small; one in chunks announces nothing."""
    return request.content_length is not None and request.content_length <= SMALL_BYTES
