"""``/redeem``: the code of a seat. Opening the page uses nothing up; its button does, for somebody who is signed in."""

from collections.abc import Collection, Mapping

from flask import Blueprint, Response

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.errors import CodeUsed, FormExpired, GatewayError
from gateway.flows.items import Item, Items
from gateway.flows.redemption import Offer, Redemption
from gateway.web import error_handlers
from gateway.web.addresses import LOGOUT, REDEEM, TRAINING, to
from gateway.web.error_pages import page_for
from gateway.web.forms import Forms
from gateway.web.headers import to_address, to_link
from gateway.web.message_catalog import text
from gateway.web.navigation import only_for_people
from gateway.web.next_page import own_path
from gateway.web.pages import page
from gateway.web.shops import Shop
from gateway.web.visitor import Visitor, sign_in_href
from schemas.product import Product
from schemas.session import Session

NAME_SECONDS = 1.0
"""How long the page waits for a call by which it learns what a course is called; without it the page is shown, too."""


class RedeemPages:
    """What a browser meets at the address of a code.

    Args:
        visitor: whose browser it is.
        forms: that the button is ours.
        redemption: what codes stand for.
        items: what courses and categories are called.
        shops: the storefronts, by their names.
        form_origins: where the button may lead.
    """

    def __init__(
        self,
        visitor: Visitor,
        forms: Forms,
        redemption: Redemption,
        items: Items,
        shops: Mapping[str, Shop],
        form_origins: Collection[str],
    ) -> None:
        self._visitor = visitor
        self._forms = forms
        self._redemption = redemption
        self._items = items
        self._shops = shops
        self._form_origins = form_origins

    def show(self, code: str) -> Response:
        """Show what the code opens, with the button or the ways to sign in; nothing is used up by that."""
        session = self._visitor.session()
        offer = self._offer(code, session)
        shop = self._shops[offer.seat.storefront]
        response = page(
            "redeem.html",
            form_origins=self._form_origins if session else None,
            item=self._item(offer.product),
            shop=shop.label,
            is_theirs=offer.is_theirs,
            person=session.identity.display_name if session else None,
            csrf_token=self._forms.token(session) if session else None,
            action=_own(code),
            sign_in_href=sign_in_href(_own(code)),
            sign_out_href=LOGOUT,
            account_url=shop.account_url,
        )
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def press(self, code: str) -> Response:
        """Use the code, and lead into the course."""
        session = self._visitor.session()
        if session is None:
            return to_address(_own(code))  # where the ways to sign in are
        try:
            self._forms.check(session)
            link = self._redemption.redeem(self._offer(code, session), session)
        except GatewayError as error:
            if isinstance(error, FormExpired) or page_for(error).way_on == "again":
                error_handlers.offer(_own(code), text("button.again"))
            raise
        return to_address(TRAINING) if link is None else to_link(link)

    def _offer(self, code: str, session: Session | None) -> Offer:
        try:
            return self._redemption.look(code, context.current().client, session.identity if session else None)
        except CodeUsed:
            if session is None:  # it may have been they who used it
                error_handlers.offer(sign_in_href(_own(code)), text("button.sign-in"))
            raise

    def _item(self, product: Product | None) -> Item | None:
        if product is None or product.kind == "group":
            return None
        context.queue_as(QueueEntry(Lane.PURCHASE, patience=NAME_SECONDS))
        return self._items.find(product.kind, product.id)


def blueprint(pages: RedeemPages) -> Blueprint:
    """Return the routes.

    Args:
        pages: what a browser meets there.
    """
    routes = Blueprint("redeem", __name__)
    routes.before_request(only_for_people)

    @routes.get(REDEEM)
    def show(code: str) -> Response:
        return pages.show(code)

    @routes.post(REDEEM)
    def press(code: str) -> Response:
        return pages.press(code)

    return routes


def _own(code: str) -> str:
    """Return the address of a code that is one, without what browsers may not be sent to."""
    return own_path(to(REDEEM, code.replace(" ", "")))
