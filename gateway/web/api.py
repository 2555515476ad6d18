"""``/api/v1``: what storefronts ask for, each with its own key."""

import json
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from gateway import log
from gateway.database.entitlements import Entitlements
from gateway.database.order_listing import OrderListing
from gateway.errors import BadRequest, PageNotFound, RequestMembersRefused
from gateway.store.launches import Minted, MintedLaunches
from gateway.web.addresses import LAUNCH, to
from gateway.web.api_keys import ApiKeys
from gateway.web.bodies import whole_body
from gateway.web.handover_requests import handover_of
from gateway.web.order_answers import order_answer, time_of
from gateway.web.slugs import Slugs
from schemas.handover import Handover
from schemas.launch import FaultyRequest, launch_request

BODY_BYTES = 8 * 1024
"""The longest request; none that is right has half as much."""

ORDER_ID_LENGTH = 255

_REQUEST_KEY = re.compile(r"[ -~]{1,255}")


def blueprint(
    keys: ApiKeys,
    launches: MintedLaunches,
    slugs: Slugs,
    orders: OrderListing,
    entitlements: Entitlements,
    public_url: str,
) -> Blueprint:
    """Return the routes.

    Args:
        keys: who may ask.
        launches: where a launch is made.
        slugs: which course or category a name means.
        orders: what storefronts told of orders.
        entitlements: what became of them.
        public_url: our own origin.
    """
    routes = Blueprint("api", __name__, url_prefix="/api/v1")

    keys.guard(routes)

    @routes.post("/launches")
    def mint() -> Response:
        storefront = keys.storefront()
        request_key = _request_key()
        handover = _handover(storefront, _content(whole_body(BODY_BYTES)), slugs)
        minted = launches.mint(handover, request_key)
        log.event("launch.minted", storefront=storefront, person=handover.identity.key, kind=handover.target.kind)
        return _answer(minted, public_url)

    @routes.get("/orders/<path:order_id>")
    def order(order_id: str) -> Response:
        storefront = keys.storefront()
        is_id = len(order_id) <= ORDER_ID_LENGTH and order_id.isprintable()
        story = orders.story(storefront, order_id) if is_id else None
        if story is None:
            raise PageNotFound("this storefront has told of no such order")
        return jsonify(order_answer(story, entitlements.of_order(storefront, order_id)))

    return routes


def _request_key() -> str:
    request_key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not _REQUEST_KEY.fullmatch(request_key):
        raise BadRequest("Idempotency-Key is not 1 to 255 printable ASCII characters")
    return request_key


def _content(body: bytes) -> object:
    """Return the JSON document of a body (RFC 8259), in which no member is there twice."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON in UTF-8: {type(error).__name__}") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _handover(storefront: str, content: object, slugs: Slugs) -> Handover:
    """Return what a request asks for.

    Raises:
        RequestMembersRefused: something of it is not as it has to be.
    """
    try:
        return handover_of(storefront, launch_request(content), slugs)
    except FaultyRequest as error:
        raise RequestMembersRefused(error.faults) from None


def _answer(minted: Minted, public_url: str) -> Response:
    response = jsonify(url=public_url + to(LAUNCH, minted.id.reveal()), expires_at=time_of(minted.expires_at))
    response.status_code = HTTPStatus.CREATED
    return response
