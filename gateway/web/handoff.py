"""``/handoff``: a storefront's signed token. Opening the page does nothing; its button uses the token, once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from gateway.database.used_handoffs import UsedHandoffs
from gateway.errors import HandoffKeysUnavailable, HandoffRefused, HandoffUsed
from gateway.storefronts.handoff import Handoff, HandoffTokens
from gateway.web import error_handlers
from gateway.web.addresses import HANDOFF
from gateway.web.handover_pages import HandoverPages
from gateway.web.handover_requests import handover_of
from gateway.web.message_catalog import text as message
from gateway.web.navigation import only_for_people
from gateway.web.slugs import Slugs
from schemas.handover import Claim, Handover
from schemas.launch import FaultyRequest


@dataclass(frozen=True)
class _Token:
    """A token as the page sees it; a ``gateway.web.handover_pages.Ticket``."""

    text: str
    handoff: Handoff
    handover: Handover
    used_handoffs: UsedHandoffs
    pages: HandoverPages

    @property
    def href(self) -> str:
        return _href(self.text)

    @property
    def action(self) -> str:
        return HANDOFF

    @property
    def fields(self) -> Mapping[str, str]:
        return {"token": self.text}

    def found(self, browser: str) -> Handover:
        if not self.used_handoffs.may_be_used(*self._key(browser)):
            self._refuse()
        return self.handover

    def claim(self, browser: str) -> Claim:
        claim = self.used_handoffs.claim(*self._key(browser), self.handoff.expires_at)
        if claim is None:
            self._refuse()
        return claim

    def release(self, browser: str) -> None:
        self.used_handoffs.release(*self._key(browser))

    def used(self, browser: str) -> None:
        self.used_handoffs.used(*self._key(browser), self.handoff.expires_at)

    def _key(self, browser: str) -> tuple[str, str, str]:
        return self.handoff.storefront, self.handoff.id, hashlib.sha256(browser.encode()).hexdigest()

    def _refuse(self) -> NoReturn:
        self.pages.offer_shop(self.handoff.storefront)
        raise HandoffUsed(f"of storefront {self.handoff.storefront}")


def blueprint(tokens: HandoffTokens, used_handoffs: UsedHandoffs, slugs: Slugs, pages: HandoverPages) -> Blueprint:
    """Return the routes.

    Args:
        tokens: what verifies them.
        used_handoffs: which were used.
        slugs: which course or category a name means.
        pages: what is shown, and what the button does.
    """
    routes = Blueprint("handoff", __name__)
    routes.before_request(only_for_people)

    def read(parameters: MultiDict[str, str]) -> _Token:
        given = parameters.getlist("token")
        text = given[0] if len(given) == 1 else ""
        try:
            handoff = tokens.read(text)
            handover = _handover(handoff, slugs)
        except HandoffKeysUnavailable:
            error_handlers.offer(_href(text), message("button.again"))  # the token is whole, however long
            raise
        except HandoffRefused as error:
            pages.offer_shop(error.storefront)
            raise
        return _Token(text, handoff, handover, used_handoffs, pages)

    @routes.get(HANDOFF)
    def show() -> Response:
        response = pages.show(read(request.args))
        response.headers["Referrer-Policy"] = "no-referrer"  # the address has the token in it
        return response

    @routes.post(HANDOFF)
    def press() -> Response:
        return pages.press(read(request.form), says_origin=False)

    return routes


def _href(token: str) -> str:
    return f"{HANDOFF}?token={token}"


def _handover(handoff: Handoff, slugs: Slugs) -> Handover:
    try:
        return handover_of(handoff.storefront, handoff.request, slugs)
    except FaultyRequest as error:
        said = "; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults)
        raise HandoffRefused(f"hand-off token: {said}", storefront=handoff.storefront) from None
