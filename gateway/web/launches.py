"""``/l``: a launch that a storefront was given. Opening the page does nothing; its button uses the launch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.errors import (
    AlreadyYours,
    CouponRefused,
    FormExpired,
    GatewayError,
    LaunchExpired,
    LaunchUsed,
    PageNotFound,
)
from gateway.flows.handover import Handovers
from gateway.flows.items import Item, Items
from gateway.store.launches import MintedLaunches, is_launch_id
from gateway.web import problems
from gateway.web.addresses import BUY_CATEGORY, BUY_COURSE, LAUNCH, to
from gateway.web.error_pages import page_for
from gateway.web.forms import Forms
from gateway.web.headers import to_address, to_link
from gateway.web.messages import text
from gateway.web.navigation import only_for_people
from gateway.web.pages import page
from gateway.web.visitor import Visitor
from schemas.handover import Handover, Target
from schemas.session import Session

NAME_SECONDS = 1.0
"""How long the page waits for a call by which it learns what a course is called; without it the page is shown, too."""


@dataclass(frozen=True)
class Shop:
    """A storefront as pages name it.

    Attributes:
        label: what to call it.
        account_url: its customers' page, where a launch can be had; or ``None``.
    """

    label: str
    account_url: str | None = None


class LaunchPages:
    """What a browser meets at the address of a launch.

    Args:
        visitor: whose browser it is.
        forms: that the button is ours.
        launches: the launches.
        handovers: what a launch does.
        items: what courses and categories are called.
        shops: by their names.
        form_origins: where the button may lead.
    """

    def __init__(
        self,
        visitor: Visitor,
        forms: Forms,
        launches: MintedLaunches,
        handovers: Handovers,
        items: Items,
        shops: Mapping[str, Shop],
        form_origins: Collection[str],
    ) -> None:
        self._visitor = visitor
        self._forms = forms
        self._launches = launches
        self._handovers = handovers
        self._items = items
        self._shops = shops
        self._form_origins = form_origins

    def show(self, launch_id: str) -> Response:
        """Show whom the launch hands over, and where to; nothing is used up by that."""
        browser = self._forms.browser()
        handover = self._found(launch_id, browser)
        person, target = handover.customer.first_name, handover.target
        session = self._visitor.session()
        is_other = session is not None and session.identity.key != handover.identity.key
        item = self._item(target)
        response = page(
            "launch.html",
            form_origins=self._form_origins,
            action=to(LAUNCH, launch_id),
            csrf_token=self._forms.browser_token(browser),
            person=person,
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

    def press(self, launch_id: str) -> Response:
        """Use the launch: sign its customer in, and go on to the target."""
        self._check_form(launch_id)
        browser = self._forms.browser()
        handover = self._found(launch_id, browser)
        if not self._launches.claim(launch_id, browser):
            raise LaunchUsed
        before = self._visitor.session()
        try:
            entry = self._handovers.enter(handover, before)
        except GatewayError as error:
            self._launches.release(launch_id, browser)
            self._offer_way_on(error, launch_id, handover)
            raise
        self._launches.used(launch_id, browser)
        response = self._onward(entry.session, handover, launch_id)
        self._visitor.welcome(response, entry.session_id)
        return response

    def _check_form(self, launch_id: str) -> None:
        try:
            self._forms.check_browser()
        except FormExpired:
            problems.offer(to(LAUNCH, launch_id), text("button.again"))
            raise

    def _found(self, launch_id: str, browser: str) -> Handover:
        found = self._launches.find(launch_id, browser)
        if found is None or found.handover.storefront not in self._shops:
            self._offer_the_only_shop()
            raise LaunchExpired
        if not found.is_open:
            self._offer_shop(found.handover.storefront)
            raise LaunchUsed
        return found.handover

    def _onward(self, session: Session, handover: Handover, launch_id: str) -> Response:
        """Lead on to the target; who cannot get there is signed in all the same, and told why."""
        target = handover.target
        try:
            return to_link(self._handovers.link(session, handover))
        except (CouponRefused, AlreadyYours):
            return to_address(_own_address(target))  # a page there says so, and what can be done
        except GatewayError as error:
            self._offer_way_on(error, launch_id, handover)
            return problems.answer(error)

    def _offer_way_on(self, error: GatewayError, launch_id: str, handover: Handover) -> None:
        if page_for(error).way_on == "again":
            problems.offer(to(LAUNCH, launch_id), text("button.again"))
        else:
            self._offer_shop(handover.storefront)

    def _offer_shop(self, storefront: str) -> None:
        shop = self._shops[storefront]
        if shop.account_url:
            problems.offer(shop.account_url, text("button.back-to-shop", shop=shop.label))

    def _offer_the_only_shop(self) -> None:
        """Offer the way back where nobody knows whose launch it was, and there is but one shop."""
        if len(self._shops) == 1:
            self._offer_shop(next(iter(self._shops)))

    def _item(self, target: Target) -> Item | None:
        if target.kind == "dashboard":
            return None
        context.queue_as(QueueEntry(Lane.PURCHASE, patience=NAME_SECONDS))
        return self._items.find("category" if target.kind == "buy_category" else "course", target.id)


def blueprint(pages: LaunchPages) -> Blueprint:
    """Return the routes.

    Args:
        pages: what a browser meets there.
    """
    routes = Blueprint("launches", __name__)
    routes.before_request(only_for_people)

    @routes.get(LAUNCH)
    def show(launch: str) -> Response:
        return pages.show(_checked(launch))

    @routes.post(LAUNCH)
    def press(launch: str) -> Response:
        return pages.press(_checked(launch))

    return routes


def _checked(launch_id: str) -> str:
    if not is_launch_id(launch_id):
        raise PageNotFound("not the id of a launch")
    return launch_id


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
    return text("launch.price", price=item.price) if item.price else ""
