"""The shop for people: the window, the basket, paying in several ways, and what was posted."""

import re

import pytest
import requests

from sandbox.storefront.config import KINDS
from tests.patience import PATIENT_SECONDS


@pytest.fixture
def buyer(shop):
    """Return somebody with a browser of their own at the shop."""
    with requests.Session() as session:
        session.trust_env = False
        yield Buyer(session, shop.url)


class Buyer:
    def __init__(self, session, url):
        self.session, self.url = session, url

    def see(self, path="/"):
        return self.session.get(f"{self.url}{path}", timeout=PATIENT_SECONDS).text

    def press(self, path, **form):
        return self.session.post(f"{self.url}{path}", data=form, timeout=PATIENT_SECONDS)

    def pay(self, *skus, **form):
        for sku in skus:
            self.press("/basket", sku=sku)
        return self.press("/orders", **{"customer": "7001", "storefront": "shop-standard", **form})


def test_what_is_put_into_the_basket_is_there_with_its_price_until_it_is_taken_out(buyer):
    for name in ("Intro to the academy", "Health and safety", "Data protection", "It is empty."):
        assert name in buyer.see()
    buyer.press("/basket", sku="SKU-INTRO")
    buyer.press("/basket", sku="SKU-INTRO")
    buyer.press("/basket", sku="SKU-PRIVACY")
    page = buyer.see()
    assert "Basket (3)" in page
    assert "Pay €87.00" in page
    buyer.press("/basket", sku="SKU-INTRO", quantity="0")
    assert "Pay €49.00" in buyer.see()
    assert "SKU-OTHER" not in buyer.press("/basket", sku="SKU-OTHER").text


def test_whether_the_gateway_took_what_it_was_told_is_said_at_once(buyer, receiver):
    assert "The gateway answered: 200 OK.</p>" in buyer.pay("SKU-INTRO").text
    receiver.answer("/webhooks/shop-standard", 503)
    page = buyer.press("/orders/1001/refund").text
    assert "The gateway answered: 503 Service Unavailable. What it did not take can be sent again below." in page


@pytest.mark.parametrize("kind", KINDS)
def test_paying_empties_the_basket_and_tells_the_gateway_in_the_chosen_dialect(kind, buyer, receiver):
    page = buyer.pay("SKU-INTRO", storefront=f"shop-{kind}")
    assert [one.path for one in receiver.received] == [f"/webhooks/shop-{kind}"]
    assert page.url.endswith("/orders/1001")
    assert "200 OK" in page.text
    assert f"Pia Novak, pia.novak@shop-{kind}.example" in page.text
    assert "It is empty." in buyer.see()
    buyer.press("/basket", sku="SKU-INTRO")
    assert f'value="shop-{kind}" selected' in buyer.see()


def test_an_order_is_sent_twice(buyer, receiver):
    page = buyer.pay("SKU-INTRO", how="twice")
    first, again = receiver.received
    assert first.body == again.body
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert [name for name in ("Post 1:", "Post 2:", "Post 3:") if name in page.text] == ["Post 1:", "Post 2:"]


def test_the_refund_is_sent_first(buyer, receiver):
    page = buyer.pay("SKU-INTRO", how="refund_first")
    assert [one.json["type"] for one in receiver.received] == ["order.refunded", "order.paid"]
    assert receiver.received[0].json["data"]["id"] == receiver.received[1].json["data"]["id"]
    assert "Refunded" in page.text


def test_a_forged_signature_is_shown_with_the_answer_and_the_event_can_be_sent_again(buyer, receiver):
    receiver.answer("/webhooks/shop-standard", 401, {"title": "Wrong signature"})
    page = buyer.pay("SKU-INTRO", how="forged").text
    assert "401 Unauthorized" in page
    assert "Wrong signature" in page
    receiver.answer("/webhooks/shop-standard", 200)
    assert "The gateway answered: 200 OK." in buyer.press("/events/1").text
    buyer.press("/events/1", forge="1")
    bodies = {one.body for one in receiver.received}
    signatures = [one.headers["webhook-signature"] for one in receiver.received]
    assert (len(bodies), len(receiver.received)) == (1, 3)
    assert len(set(signatures)) >= 2


def test_a_line_is_given_back_and_then_the_rest(buyer, receiver):
    page = buyer.pay("SKU-INTRO", "SKU-SAFETY").text
    line = re.search(r'id="refund-([0-9]+)"', page)[1]
    assert "of which €19.00 given back" in buyer.press("/orders/1001/refund", line=line).text
    assert "Refund all of it" not in buyer.press("/orders/1001/refund").text
    assert [one.json["type"] for one in receiver.received] == ["order.paid", "order.refunded", "order.refunded"]
    assert buyer.press("/orders/1001/refund").status_code == 400


def test_a_guest_buys_with_the_address_that_they_type_or_with_none(buyer, receiver):
    form = {"customer": "guest", "email": " gil@guest.example ", "first_name": "Gil", "student_email": "lea@x.example"}
    buyer.pay("SKU-INTRO", **form, student_name="Lea Maria Ito")
    buyer.pay("SKU-INTRO", customer="guest")
    first, second = (one.json["data"] for one in receiver.received)
    assert (first["customer"]["email"], first["customer"]["id"]) == ("gil@guest.example", None)
    assert (first["lines"][0]["student_email"], first["lines"][0]["student_name"]) == ("lea@x.example", "Lea Maria Ito")
    assert second["customer"]["email"] == ""


def test_to_my_course_leads_to_the_address_that_the_gateway_made(buyer, shop, receiver):
    buyer.pay("SKU-INTRO")
    receiver.answer("/api/v1/launches", 201, {"url": f"{receiver.url}/l/once", "expires_at": "2026-11-23T09:05:00Z"})
    arrived = buyer.press("/orders/1001/course", course="12")
    assert arrived.url == f"{receiver.url}/l/once"
    asked = [one.json["target"] for one in receiver.received if one.path == "/api/v1/launches"]
    buyer.press("/orders/1001/course")
    asked = [one.json["target"] for one in receiver.received if one.path == "/api/v1/launches"]
    assert asked == [{"course": 12}, {"dashboard": True}]


def test_a_gift_leads_its_learner_into_the_course(buyer, receiver):
    page = buyer.pay("SKU-INTRO", student_email="lea@x.example", student_name="Lea Ito").text
    assert "To Lea Ito&#39;s course" in page
    buyer.press("/orders/1001/course", course="12")
    buyer.press("/orders/1001/course")
    people = [one.json["person"] for one in receiver.received if one.path == "/api/v1/launches"]
    assert [one["email"] for one in people] == ["lea@x.example", "pia.novak@shop-standard.example"]
    assert (people[0]["email_verified"], "customer_id" in people[0]) == (False, False)


@pytest.mark.parametrize("answer", [(403, {"title": "No course <b>"}), (201, ["url"]), (200, {"address": "x"})])
def test_where_the_gateway_opens_no_way_its_answer_is_shown(answer, buyer, receiver):
    buyer.pay("SKU-INTRO")
    receiver.answer("/api/v1/launches", *answer)
    refused = buyer.press("/orders/1001/course", course="12")
    assert refused.status_code == 502
    assert f'<strong id="answer-status">{answer[0]}</strong>' in refused.text
    assert "<b>" not in refused.text


def test_what_became_of_an_order_is_asked_when_somebody_wants_to_know(buyer, receiver):
    buyer.pay("SKU-INTRO")
    receiver.answer("/api/v1/orders/order-1001", 200, {"lines": [{"state": "given"}]})
    assert "given" not in buyer.see("/orders/1001").partition('id="became"')[2]
    assert "given" in buyer.see("/orders/1001?asked=1").partition('id="became"')[2]


def test_the_account_lists_what_a_customer_still_has(buyer):
    buyer.pay("SKU-INTRO")
    buyer.pay("SKU-SAFETY", customer="7002")
    assert "Sam Okafor&#39;s courses" in buyer.see("/account")
    page = buyer.press("/account", customer="7001").text
    assert "To my course: Intro to the academy" in page
    assert "Health and safety" not in page
    buyer.press("/orders/1001/refund")
    assert "All of it was given back." in buyer.see("/account")
    assert "Nobody is signed in here." in buyer.press("/account", customer="guest").text


def test_whoever_bought_seats_is_led_to_their_codes_and_not_into_the_course(buyer, receiver):
    buyer.pay("SKU-INTRO", "SKU-INTRO")
    page = buyer.see("/account")
    assert "To my course" not in page
    assert f'<a href="{receiver.url}/" aria-label="Codes of 2 seats: Intro to the academy">' in page
    assert 'aria-label="To my training: the codes of 2 seats"' in page


def test_everything_that_was_posted_is_on_one_page_and_shows_no_secret(buyer, receiver):
    receiver.answer("/webhooks/shop-shopify", 503, {"title": "Come <later>"})
    for kind in KINDS:
        buyer.pay("SKU-INTRO", storefront=f"shop-{kind}")
    page = buyer.see("/posts")
    for text in ("503 Service Unavailable", "Come &lt;later&gt;", "Stripe-Signature: t=", "webhook-signature: v1,"):
        assert text in page
    assert not any(secret in page for secret in ("hush", "bearer-", "sk_live_1", "cs_1:"))


@pytest.mark.parametrize("path", ["/", "/orders", "/account", "/posts", "/orders/1001"])
def test_pages_load_nothing_from_elsewhere_and_name_every_button_and_field(path, buyer, receiver):
    buyer.pay("SKU-INTRO", "SKU-SAFETY")
    buyer.press("/basket", sku="SKU-INTRO")
    page = buyer.see(path)
    assert not re.findall(r'(?:src|srcset|@import|url\()\s*=?\s*["\']?(?:https?:)?//', page)
    assert "<script" not in page
    assert "<h1>" in page
    assert '<html lang="en">' in page
    names = re.findall(r"<button[^>]*?(?:aria-label=\"([^\"]*)\")?>([^<]*)</button>", page)
    said = [label or text for label, text in names]
    assert all(said)
    assert len(set(said)) == len(said)
    for field in re.findall(r"<(?:input|select)(?![^>]*type=\"hidden\")[^>]*>", page):
        assert "aria-label" in field or re.search(r"<label>[^\n]*" + re.escape(field), page)


def test_what_cannot_be_is_explained(buyer):
    answer = buyer.press("/orders/5/refund")
    assert (answer.status_code, "there is no order 5" in answer.text) == (400, True)
    assert buyer.press("/orders").url == f"{buyer.url}/"
