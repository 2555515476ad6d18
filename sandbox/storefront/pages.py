"""What people see: the window, the basket, an order, the account, and everything that was posted."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.storefront import basket, loopback
from sandbox.storefront.catalogue import CURRENCY, PRODUCTS, money
from sandbox.storefront.delivery import Delivery
from sandbox.storefront.dialects import dialect
from sandbox.storefront.http_call import Answer
from sandbox.storefront.orders import PEOPLE, REFUNDED, Customer
from sandbox.storefront.shop import Shop

LATEST = 50
TWICE, REFUND_FIRST, FORGED = "twice", "refund_first", "forged"


def blueprint(shop: Shop) -> Blueprint:
    """Return the routes of the pages."""
    routes, pages = Blueprint("pages", __name__), _Pages(shop)
    routes.before_request(loopback.only)
    routes.register_error_handler(ValueError, _refused)
    for path, view, methods in (
        ("/", pages.window, ["GET"]),
        ("/basket", pages.basket, ["POST"]),
        ("/orders", pages.orders, ["GET"]),
        ("/orders", pages.buy, ["POST"]),
        ("/orders/<int:number>", pages.order, ["GET"]),
        ("/orders/<int:number>/refund", pages.refund, ["POST"]),
        ("/orders/<int:number>/course", pages.to_course, ["POST"]),
        ("/events/<int:number>", pages.send, ["POST"]),
        ("/account", pages.account, ["GET"]),
        ("/account", pages.sign_in, ["POST"]),
        ("/posts", pages.posts, ["GET"]),
    ):
        routes.add_url_rule(path, view.__name__, view, methods=methods)
    return routes


class _Pages:
    """The pages and their buttons."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def window(self) -> str:
        """Show the courses, the basket and how to pay."""
        lines = basket.content()
        return self._page(
            "window.html",
            products=PRODUCTS,
            lines=lines,
            total=money(sum(one.cents * many for one, many in lines)),
            storefronts=[(one, dialect(one.kind).LABEL) for one in self._shop.storefronts.values()],
            chosen=basket.storefront(self._shop.config.storefronts[0].name),
        )

    def basket(self) -> Response:
        """Put a course into the basket, or change how many of it are there."""
        sku, quantity = request.form.get("sku", ""), request.form.get("quantity", type=int)
        if quantity is None:
            basket.add(sku)
        else:
            basket.put(sku, quantity)
        return redirect(url_for("pages.window", _anchor="basket"), 303)

    def buy(self) -> Response:
        """Buy what is in the basket and tell the gateway, in the way that the button says."""
        given, lines = request.form, basket.content()
        if not lines:
            return redirect(url_for("pages.window"), 303)
        storefront = self._shop.storefront(given.get("storefront", self._shop.config.storefronts[0].name))
        customer, student = _customer(storefront.name), _student()
        how = given.get("how", "")
        order, events = self._shop.buy(
            storefront.name,
            customer,
            [(one.sku, many) for one, many in lines],
            student=student,
            is_test="is_test" in given,
        )
        if how == REFUND_FIRST:
            events = [*self._shop.act(order.number, REFUNDED)[1], *events]
        posted = [event.number for event in events for _ in range(2 if how == TWICE else 1)]
        deliveries = [self._shop.post(one, forge=how == FORGED) for one in posted]
        basket.clear()
        basket.speak(storefront.name)
        flash(_BOUGHT.get(how, "Thank you. The order is paid."))
        flash(_answers(deliveries))
        return redirect(url_for("pages.order", number=order.number), 303)

    def orders(self) -> str:
        """List the orders."""
        return self._page("orders.html", orders=list(reversed(self._shop.orders())), labels=self._labels())

    def order(self, number: int) -> str:
        """Show an order, what the gateway was told of it and, if asked, what became of it."""
        order = self._shop.order(number)
        asked = "asked" in request.args
        return self._page(
            "order.html",
            order=order,
            told=self._told(number),
            label=dialect(order.kind).LABEL,
            answer=_readable(self._shop.became(number)) if asked else None,
        )

    def refund(self, number: int) -> Response:
        """Give back an order, or a line of it."""
        line = request.form.get("line", type=int)
        order = self._shop.order(number)
        back = None if line is None else {one.number: one.current for one in order.lines if one.number == line}
        _order, events = self._shop.act(number, REFUNDED, back)
        flash("The money is given back.")
        flash(_answers([self._shop.post(event.number) for event in events]))
        return redirect(url_for("pages.order", number=number), 303)

    def to_course(self, number: int) -> Response | tuple[str, int]:
        """Have the gateway make a one-time address for the learner, and lead there."""
        course = request.form.get("course", type=int)
        target = {"course": course} if course else {"dashboard": True}
        # a gift is learned by whom it is for; the buyer's own training is where seats' codes are
        learner = self._shop.order(number).student if course else None
        answer = self._shop.launch(number, target, customer=learner)
        url = _launch_url(answer)
        if url:
            return redirect(url, 303)
        page = self._page("refused.html", order=self._shop.order(number), answer=_readable(answer))
        return page, 502

    def send(self, number: int) -> Response:
        """Post an event again, or with a forged signature."""
        delivery = self._shop.post(number, forge="forge" in request.form)
        flash(_answers([delivery]))
        return redirect(url_for("pages.order", number=delivery.event.order), 303)

    def account(self) -> str:
        """Show what a customer has bought, with the way into each course."""
        customer = basket.who()
        bought = [one for one in reversed(self._shop.orders()) if customer and one.customer.id == customer.id]
        return self._page("account.html", orders=bought)

    def sign_in(self) -> Response:
        """Be one of the shop's customers."""
        basket.be(request.form.get("customer", ""))
        return redirect(url_for("pages.account"), 303)

    def posts(self) -> str:
        """Show what was posted last, and what the gateway answered."""
        return self._page("posts.html", deliveries=list(reversed(self._shop.deliveries()))[:LATEST])

    def _told(self, number: int) -> list[tuple[Any, list[Any]]]:
        deliveries = self._shop.deliveries(number)
        return [
            (event, [one for one in deliveries if one.event.number == event.number])
            for event in self._shop.events(number)
        ]

    def _labels(self) -> dict[str, str]:
        return {one.kind: dialect(one.kind).LABEL for one in self._shop.storefronts.values()}

    def _page(self, template: str, **content: Any) -> str:
        return render_template(
            template,
            customer=basket.who(),
            people=PEOPLE,
            guest=basket.GUEST,
            pieces=sum(many for _one, many in basket.content()),
            gateway=self._shop.gateway,
            money=money,
            currency=CURRENCY,
            **content,
        )


_BOUGHT = {
    TWICE: "The order is paid, and told of twice. The gateway should act once.",
    REFUND_FIRST: "The order was paid and given back, and the refund is told of first. Nothing should be open.",
    FORGED: "The order is paid, and told of with a forged signature. The gateway should refuse that.",
}


def _answers(deliveries: list[Delivery]) -> str:
    """Return what the gateway answered, in a sentence."""
    told = " and ".join(dict.fromkeys(one.answered for one in deliveries))
    remedy = (
        "" if all(one.answer.is_success for one in deliveries) else " What it did not take can be sent again below."
    )
    return f"The gateway answered: {told}.{remedy}"


def _customer(storefront: str) -> Customer:
    """Return who buys at a storefront, as the form says."""
    given = request.form
    basket.be(given.get("customer", ""))
    known = basket.who()
    if known:
        return known.at(storefront)
    email, first_name, last_name = (given.get(name, "").strip() for name in ("email", "first_name", "last_name"))
    return Customer(email, first_name, last_name)


def _student() -> Customer | None:
    """Return for whom it is bought, where the form names somebody."""
    email = request.form.get("student_email", "").strip()
    first, _, last = request.form.get("student_name", "").strip().partition(" ")
    return Customer(email, first, last.strip()) if email else None


def _launch_url(answer: Answer) -> str:
    try:
        url = json.loads(answer.body)["url"] if answer.is_success else ""
    except (ValueError, KeyError, TypeError):
        return ""
    return str(url)


def _readable(answer: Answer) -> tuple[str, str]:
    """Return status and body of an answer, for people."""
    try:
        body = json.dumps(json.loads(answer.body), indent=2, ensure_ascii=False)
    except ValueError:
        body = answer.body
    return str(answer.status or "no answer"), body


def _refused(fault: ValueError) -> tuple[str, int]:
    return render_template("fault.html", fault=str(fault)), 400
