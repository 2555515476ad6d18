"""Whom a storefront sends: a page that uses nothing up, and its button, which signs the customer in and leads on."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlencode

from flask import Response

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.errors import AlreadyYours, CouponRefused, FormExpired, FreeOfCharge, GatewayError, ProvisioningRefused
from gateway.flows.handover import Handovers
from gateway.flows.items import Item, Items
from gateway.personal_data import masked_address
from gateway.web import error_handlers
from gateway.web.addresses import BUY_CATEGORY, BUY_COURSE, to
from gateway.web.chosen_sign_in import ChosenSignIn
from gateway.web.error_pages import page_for
from gateway.web.forms import Forms
from gateway.web.headers import to_address, to_link
from gateway.web.languages import price
from gateway.web.message_catalog import text
from gateway.web.pages import page
from gateway.web.shops import Shop
from gateway.web.visitor import Visitor
from schemas.handover import Claim, Handover, Target
from schemas.session import Session

NAME_SECONDS = 1.0
"""How long the page waits for a call by which it learns what a course is called; without it the page is shown, too."""


class Ticket(Protocol):
    """What a storefront made for one customer and one visit: a launch, or a hand-off token."""

    @property
    def href(self) -> str:
        """The address of its page."""
        ...

    @property
    def action(self) -> str:
        """Where its button sends the form."""
        ...

    @property
    def fields(self) -> Mapping[str, str]:
        """What the form carries besides."""
        ...

    def found(self, browser: str) -> Handover:
        """Return whom it hands over, and where to; raises a ``GatewayError`` where this browser may not use it."""
        ...

    def claim(self, browser: str) -> Claim:
        """Take it for this browser, before anything comes of it; raises as ``found``."""
        ...

    def release(self, browser: str) -> None:
        """Give it back: nothing came of it."""
        ...

    def used(self, browser: str) -> None:
        """Remember that it was used."""
        ...


class HandoverPages:
    """What a browser meets that a storefront sends.

    Args:
        visitor: whose browser it is.
        forms: that the button is ours.
        handovers: what the button does.
        items: what courses and categories are called.
        shops: by their names.
        form_origins: where the button may lead.
        choice: which way in this browser has.
    """

    def __init__(
        self,
        visitor: Visitor,
        forms: Forms,
        handovers: Handovers,
        items: Items,
        shops: Mapping[str, Shop],
        form_origins: Collection[str],
        choice: ChosenSignIn,
    ) -> None:
        self._visitor = visitor
        self._forms = forms
        self._handovers = handovers
        self._items = items
        self._shops = shops
        self._form_origins = form_origins
        self._choice = choice

    def show(self, ticket: Ticket) -> Response:
        """Show whom a storefront sends, and where to; nothing is used up by that."""
        with _leading_back(ticket):
            return self._page(ticket)

    def press(self, ticket: Ticket, *, says_origin: bool = True) -> Response:
        """Sign the customer in, and go on to the target.

        Args:
            ticket: what the button's form carries.
            says_origin: whether the page lets the browser say from where it sends the form.
        """
        with _leading_back(ticket):
            self._forms.check_browser(says_origin=says_origin)
            return self._entered(ticket)

    def knows(self, storefront: str) -> bool:
        """Return whether there is such a storefront in the settings."""
        return storefront in self._shops

    def offer_shop(self, storefront: str) -> None:
        """Offer the way back to a shop on the error page, should there be one; of a single shop also for no name."""
        name = storefront or (next(iter(self._shops)) if len(self._shops) == 1 else "")
        shop = self._shops.get(name)
        if shop is not None and shop.account_url:
            error_handlers.offer(shop.account_url, text("button.back-to-shop", shop=shop.label))

    def _page(self, ticket: Ticket) -> Response:
        browser = self._forms.browser()
        handover = ticket.found(browser)
        person, target = handover.customer.first_name, handover.target
        session = self._visitor.session()
        is_other = session is not None and session.identity.key != handover.identity.key
        item = self._item(target)
        response = page(
            "launch.html",
            form_origins=self._form_origins,
            action=ticket.action,
            fields=ticket.fields,
            csrf_token=self._forms.browser_token(browser),
            person=person,
            address=masked_address(handover.customer.email),
            lead=_lead(target, self._shops[handover.storefront].label),
            item=item,
            price=_price(target, item),
            coupon=target.coupon,
            button=_button(target),
            signed_in=session.identity.display_name if session and is_other else None,
        )
        response.headers["X-Robots-Tag"] = "noindex"
        self._forms.remember(browser, response)
        return response

    def _entered(self, ticket: Ticket) -> Response:
        browser = self._forms.browser()
        handover = ticket.found(browser)
        before = self._visitor.session()
        claim = ticket.claim(browser)
        try:
            entry = self._handovers.enter(handover, before)
        except GatewayError:
            if claim.is_first:
                ticket.release(browser)
            self.offer_shop(handover.storefront)
            raise
        ticket.used(browser)
        response = self._onward(entry.session, handover, ticket)
        self._visitor.welcome(response, entry.session_id)
        self._choice.came_by_shop(response, handover.storefront)
        return response

    def _onward(self, session: Session, handover: Handover, ticket: Ticket) -> Response:
        """Lead on to the target; who cannot get there is signed in all the same, and told why.

        Raises:
            ProvisioningRefused: the account is not theirs to open, and nobody is signed in.
        """
        target = handover.target
        try:
            return to_link(self._handovers.link(session, handover))
        except (CouponRefused, AlreadyYours, FreeOfCharge):
            return to_address(_own_address(target))  # a page there says so, and what can be done
        except GatewayError as error:
            self.offer_shop(handover.storefront)
            if isinstance(error, ProvisioningRefused):
                raise
            _offer_again(error, ticket)
            return error_handlers.answer(error)

    def _item(self, target: Target) -> Item | None:
        if target.kind == "dashboard":
            return None
        context.queue_as(QueueEntry(Lane.PURCHASE, patience=NAME_SECONDS))
        return self._items.find("category" if target.kind == "buy_category" else "course", target.id)


@contextmanager
def _leading_back(ticket: Ticket) -> Iterator[None]:
    """Let an error page lead back to the ticket's page where that is worth another try."""
    try:
        yield
    except GatewayError as error:
        _offer_again(error, ticket)
        raise


def _offer_again(error: GatewayError, ticket: Ticket) -> None:
    if isinstance(error, FormExpired) or page_for(error).way_on == "again":
        error_handlers.offer(ticket.href, text("button.again"))


def _own_address(target: Target) -> str:
    """Return our own address of a payment page."""
    path = to(BUY_COURSE if target.kind == "buy_course" else BUY_CATEGORY, target.id)
    return f"{path}?{urlencode({'coupon': target.coupon})}" if target.coupon else path


def _lead(target: Target, shop: str) -> str:
    if target.kind == "dashboard":
        return text("launch-training.happened", shop=shop)
    return (
        text("launch-course.happened", shop=shop)
        if target.kind == "course"
        else text("launch-payment.happened", shop=shop)
    )


def _button(target: Target) -> str:
    if target.kind == "dashboard":
        return text("button.go-to-training")
    return text("button.start-course") if target.kind == "course" else text("button.to-payment")


def _price(target: Target, item: Item | None) -> str:
    """Return what the item costs, where that matters: on the way to the payment."""
    if item is None or not target.kind.startswith("buy_"):
        return ""
    if item.is_free:
        return text("launch.free")
    if item.price is None:
        return ""
    return text("launch.price", price=price(item.price.text, item.price.symbol, item.price.amount))
