import base64
import hashlib
import hmac

import pytest

from gateway.errors import WebhookSignatureWrong, WebhookUnreadable, WebhookUnsigned
from gateway.storefronts import woocommerce
from gateway.storefronts.woocommerce import lines_in
from schemas.order import Customer, OrderEvent
from tests.gateway.storefronts.bodies import NOW, SECRETS, written
from tests.gateway.storefronts.bodies import woocommerce as order_of

KIND = "woocommerce"


def refund_of(*lines):
    """Return a refund as the REST API lists it; ``lines`` are (line of the order, quantity)."""
    return {
        "id": 801,
        "line_items": [
            {"id": 900 + line, "quantity": -quantity, "meta_data": [{"key": "_refunded_item_id", "value": str(line)}]}
            for line, quantity in lines
        ],
    }


def test_the_signature_is_the_documented_one():
    body = written(order_of())
    mac = base64.b64encode(hmac.digest(SECRETS[KIND].reveal().encode(), body, hashlib.sha256)).decode()
    headers = {"X-WC-Webhook-Signature": mac, "X-WC-Webhook-Topic": "order.updated"}
    assert woocommerce.read(headers, body, [SECRETS[KIND]], NOW).order.id == "727"


def test_an_order_is_read(read):
    found = read(KIND, order_of())
    assert (found.topic, found.order.number, found.order.customer) == (
        "order.updated",
        "727-A",
        Customer("kim@example.com", "26", "Kim", "Lee"),
    )
    assert [(one.id, one.sku, one.quantity, one.current) for one in found.order.lines] == [
        ("315", "INTRO", 1, 1),
        ("316", "TEAM", 5, 5),
    ]


def test_customer_0_is_a_guest(read):
    assert read(KIND, order_of(customer_id=0)).order.customer == Customer("kim@example.com", "", "Kim", "Lee")


@pytest.mark.parametrize("topic", ["order.created", "order.updated"])
@pytest.mark.parametrize(
    ("status", "paid", "read_as"),
    [
        ("processing", None, "paid"),
        ("completed", None, "paid"),
        ("refunded", "2026-11-28T19:28:08", "refunded"),
        ("cancelled", "2026-11-28T19:28:08", "cancelled"),
        ("trash", "2026-11-28T19:28:08", "cancelled"),
        ("pending", None, "unpaid"),
        ("failed", "2026-11-28T19:28:08", "unpaid"),
        ("checkout-draft", None, "unpaid"),
        ("on-hold", None, "unpaid"),
        ("on-hold", "2026-11-28T19:28:08", "disputed"),
        ("shipped", "2026-11-28T19:28:08", "paid"),
        ("awaiting-deposit", None, "unpaid"),
        (None, None, "unpaid"),
    ],
)
def test_how_an_order_stands(read, topic, status, paid, read_as):
    assert read(KIND, order_of(status=status, date_paid_gmt=paid), topic=topic).order.status == read_as


def test_an_order_with_refunds_does_not_tell_of_which_lines(read):
    refunds = [{"id": 801, "reason": "", "total": "-9.00"}]
    assert read(KIND, order_of(refunds=refunds)).order.lines is None
    assert len(read(KIND, order_of(refunds=refunds, status="refunded")).order.lines) == 2
    with pytest.raises(WebhookUnreadable):
        read(KIND, order_of(refunds=refunds, line_items=None))


def test_the_shops_own_list_of_refunds_does():
    found = lines_in(order_of(), [refund_of((316, 2)), refund_of((315, 1), (316, 1))])
    assert [(one.id, one.quantity, one.current) for one in found] == [("315", 1, 0), ("316", 5, 2)]


def test_a_refund_of_an_amount_takes_no_line_away():
    assert [one.current for one in lines_in(order_of(), [refund_of()])] == [1, 5]


@pytest.mark.parametrize("meta", [[], [{"key": "_refunded_item_id", "value": ""}], [{"key": "_refunded_item_id"}]])
def test_a_refund_whose_line_nobody_knows_is_unreadable(meta):
    with pytest.raises(WebhookUnreadable):
        lines_in(order_of(), [{"line_items": [{"id": 1, "quantity": -1, "meta_data": meta}]}])


def test_the_unsigned_ping_needs_nothing_done():
    assert woocommerce.read({}, b"webhook_id=17", [SECRETS[KIND]], NOW) == OrderEvent("", "ping")
    assert woocommerce.read({"X-WC-Webhook-Signature": ""}, b"webhook_id=17", [], NOW) == OrderEvent("", "ping")


@pytest.mark.parametrize(
    "body", [b"webhook_id=", b"webhook_id=17&x=1", b"webhook_id=17\n", b"webhook_id=x", b"x=17", b""]
)
def test_nothing_else_goes_without_a_signature(body):
    with pytest.raises(WebhookUnsigned):
        woocommerce.read({}, body, [SECRETS[KIND]], NOW)


def test_what_is_signed_wrongly_is_no_ping():
    with pytest.raises(WebhookSignatureWrong):
        woocommerce.read({"X-WC-Webhook-Signature": "AAAA"}, b"webhook_id=17", [SECRETS[KIND]], NOW)


def test_what_makes_an_event_is_what_is_told_and_not_when_it_is_delivered():
    body = written(order_of())
    headers = woocommerce.sign(body, SECRETS[KIND], NOW)
    again = {**headers, "X-WC-Webhook-Delivery-ID": "2d7a"}
    assert {woocommerce.read(one, body, [SECRETS[KIND]], NOW).key for one in (headers, again)} == {
        woocommerce.read(headers, body, [SECRETS[KIND]], NOW + 9).key
    }


def test_every_other_telling_is_another_event(read):
    told = [
        {},
        {"id": 728},
        {"date_modified_gmt": "2026-11-28T19:28:09"},
        {"status": "completed"},
        {"refunds": [{"id": 801}]},
        {"refunds": [{"id": 801}, {"id": 802}]},
    ]
    told += [{"billing": {"email": "kim.lee@example.com"}}, {"customer_note": "within the same second"}]
    assert len({read(KIND, order_of(**members)).key for members in told}) == len(told)


def test_a_subscription_is_no_order_whatever_its_topic_says(read):
    subscription = order_of(status="active", billing_period="month", billing_interval="1")
    with pytest.raises(WebhookUnreadable):
        read(KIND, subscription)


def test_a_later_telling_has_a_larger_version(read):
    at = "2026-11-28T19:28:08"
    told = [
        read(KIND, order_of(**members)).order.version
        for members in (
            {"date_modified_gmt": "2026-11-28T19:28:07"},
            {"date_modified_gmt": at},
            {"date_modified_gmt": at, "refunds": [{"id": 1}]},
            {"date_modified_gmt": at, "refunds": [{"id": 1}, {"id": 2}]},
            {"date_modified_gmt": "2026-11-28T19:28:09"},
        )
    ]
    assert told == sorted(set(told))
    assert told[1] == 1_795_894_088_000_000


def test_an_order_that_was_never_changed_has_the_version_of_its_creation(read):
    first = read(KIND, order_of(date_modified_gmt=None, date_created_gmt="2026-11-28T19:28:02", status="pending")).order
    assert first.version == 1_795_894_082_000_000


def test_somebody_else_may_be_the_student(read):
    meta = [{"id": 1, "key": "student_email", "value": "ada@example.com"}, {"key": "student_name", "value": "Ada King"}]
    ada = Customer("ada@example.com", "", "Ada", "King")
    lines = [{"id": 315, "sku": "INTRO", "quantity": 1, "meta_data": meta}, {"id": 316, "sku": "TEAM", "quantity": 1}]
    assert [one.student for one in read(KIND, order_of(line_items=lines)).order.lines] == [ada, None]
    assert [one.student for one in read(KIND, order_of(meta_data=meta)).order.lines] == [ada, ada]


@pytest.mark.parametrize("quantity", [-1, -0.5, -1.5, True, None, "0.5", "many", [], {}])
def test_what_is_no_quantity_is_unreadable(read, quantity):
    with pytest.raises(WebhookUnreadable):
        read(KIND, order_of(line_items=[{"id": 315, "sku": "INTRO", "quantity": quantity}]))


def test_what_is_sold_by_measure_is_given_back_by_measure():
    found = lines_in(order_of(line_items=[{"id": 315, "sku": "INTRO", "quantity": 2.5}]), [refund_of((315, 2.5))])
    assert [(one.quantity, one.current) for one in found] == [(3, 0)]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("2", 2), (2.0, 2), (0, 0), (0.5, 1), (2.25, 3), (250_000, 100_000), (1e300, 100_000), (10**400, 100_000)],
)
def test_a_quantity_may_be_written_in_other_ways(read, quantity, expected):
    lines = [{"id": 315, "sku": "INTRO", "quantity": quantity}]
    assert read(KIND, order_of(line_items=lines)).order.lines[0].quantity == expected


def test_an_order_whose_personal_data_was_removed_is_nobodys(read):
    erased = {"first_name": "[deleted]", "last_name": "[deleted]", "email": "deleted@site.invalid"}
    customer = read(KIND, order_of(customer_id=0, billing=erased)).order.customer
    assert (customer.email, customer.id) == ("", "")


@pytest.mark.parametrize("address", ["kim@x.invalid.example", "kim@invalid.example"])
def test_an_address_that_only_looks_like_one_that_does_not_exist_is_one(read, address):
    assert read(KIND, order_of(billing={"email": address})).order.customer.email == address
