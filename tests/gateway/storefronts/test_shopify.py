import base64
import hashlib
import hmac

import pytest

from gateway.errors import WebhookUnreadable
from gateway.storefronts import shopify
from schemas.order import Customer, Refund
from tests.gateway.storefronts.bodies import NOW, SECRETS, shopify_refund, written
from tests.gateway.storefronts.bodies import shopify as order_of

KIND = "shopify"


def line(**members):
    return {"id": 11, "sku": "INTRO", "quantity": 3, "current_quantity": 3, "properties": [], **members}


def test_the_signature_is_the_documented_one_in_both_spellings_of_its_header():
    body = written(order_of())
    mac = base64.b64encode(hmac.digest(SECRETS[KIND].reveal().encode(), body, hashlib.sha256)).decode()
    for prefix in ("X-Shopify-", "Shopify-"):
        headers = {f"{prefix}Hmac-Sha256": mac, f"{prefix}Topic": "orders/paid", f"{prefix}Event-Id": "e"}
        assert shopify.read(headers, body, [SECRETS[KIND]], NOW).order.id == "450789469"


def test_an_order_is_read(read):
    found = read(KIND, order_of())
    assert (found.topic, found.refund) == ("orders/paid", None)
    assert (found.order.id, found.order.number, found.order.payment) == ("450789469", "#1001", "")
    assert found.order.customer == Customer("kim@example.com", "207119551", "Kim", "Lee")
    assert [(one.id, one.sku, one.quantity, one.current) for one in found.order.lines] == [
        ("11", "INTRO", 1, 1),
        ("12", "TEAM", 5, 5),
    ]


def test_a_guest_is_known_by_the_billing_address(read):
    found = read(KIND, order_of(customer=None, email="", contact_email="kim@example.com")).order.customer
    assert found == Customer("kim@example.com", "", "Billing", "Name")


@pytest.mark.parametrize(
    ("financial", "cancelled", "status"),
    [
        ("paid", None, "paid"),
        ("partially_refunded", None, "paid"),
        ("refunded", None, "refunded"),
        ("refunded", "2026-11-28T16:00:00-04:00", "refunded"),
        ("paid", "2026-11-28T16:00:00-04:00", "cancelled"),
        ("voided", None, "cancelled"),
        ("pending", None, "unpaid"),
        ("authorized", None, "unpaid"),
        ("partially_paid", None, "partly_paid"),
        ("partially_paid", "2026-11-28T16:00:00-04:00", "cancelled"),
        ("whatever comes next", None, "unpaid"),
        (None, None, "unpaid"),
    ],
)
@pytest.mark.parametrize("topic", ["orders/paid", "orders/updated", "orders/cancelled"])
def test_how_an_order_stands_is_what_its_signed_body_says_whatever_the_topic(read, topic, financial, cancelled, status):
    found = read(KIND, order_of(financial_status=financial, cancelled_at=cancelled), topic=topic)
    assert found.order.status == status


def test_test_orders_are_told_apart(read):
    assert [read(KIND, order_of(test=test)).order.is_test for test in (True, False, None, "true")] == [
        True,
        False,
        False,
        False,
    ]


def test_what_was_removed_or_refunded_is_no_longer_there(read):
    lines = [line(current_quantity=1), line(id=12, current_quantity=0), line(id=13, current_quantity=9)]
    found = read(KIND, order_of(line_items=lines)).order
    assert [(one.quantity, one.current) for one in found.lines] == [(3, 1), (3, 0), (3, 3)]


def test_an_old_version_of_the_api_says_so_by_its_refunds_alone(read):
    lines = [{"id": 11, "sku": "INTRO", "quantity": 3}, {"id": 12, "sku": "TEAM", "quantity": 5}]
    found = read(KIND, order_of(line_items=lines, refunds=[shopify_refund(), shopify_refund(id=2)])).order
    assert [(one.id, one.current) for one in found.lines] == [("11", 3), ("12", 3)]


def test_a_refund_names_its_order_and_its_lines(read):
    found = read(KIND, shopify_refund(), topic="refunds/create")
    assert (found.order, found.refund) == (None, Refund("929361464", "450789469", (("12", 1),)))


def test_a_refund_of_one_line_in_two_pieces_counts_both(read):
    pieces = [
        {"line_item_id": 12, "quantity": 1},
        {"line_item_id": 11, "quantity": 1},
        {"line_item_id": 12, "quantity": 2},
    ]
    found = read(KIND, shopify_refund(refund_line_items=pieces), topic="refunds/create").refund
    assert found.lines == (("12", 3), ("11", 1))


def test_money_without_lines_gives_nothing_back(read):
    assert read(KIND, shopify_refund(refund_line_items=[]), topic="refunds/create").refund.lines == ()


@pytest.mark.parametrize("topic", ["disputes/create", "disputes/update"])
def test_a_chargeback_is_a_refund_of_the_whole_and_an_inquiry_is_none(read, topic):
    dispute = {"id": 5, "order_id": 450789469, "type": "chargeback", "status": "needs_response"}
    assert read(KIND, dispute, topic=topic).refund == Refund("dispute-5", "450789469", None)
    assert read(KIND, {**dispute, "type": "inquiry"}, topic=topic).refund is None


@pytest.mark.parametrize("topic", ["disputes/create", "disputes/update"])
def test_a_chargeback_that_was_won_gives_nothing_back_any_more(read, topic):
    dispute = {"id": 5, "order_id": 450789469, "type": "chargeback", "finalized_on": "2026-11-29T09:00:00Z"}
    at = 1_795_942_800_000_000
    assert [read(KIND, {**dispute, "status": status}, topic=topic).refund for status in ("won", "lost")] == [
        Refund("dispute-5", "450789469", None, at, is_void=True),
        Refund("dispute-5", "450789469", None, at),
    ]
    undated = {**dispute, "status": "won", "finalized_on": None}
    assert read(KIND, undated, topic=topic).refund == Refund("dispute-5", "450789469", None, is_void=True)


def test_a_body_is_not_taken_for_another_kind_of_thing_by_a_header_that_nobody_signed(read):
    with pytest.raises(WebhookUnreadable):
        read(KIND, shopify_refund(), topic="orders/paid")
    with pytest.raises(WebhookUnreadable):
        read(KIND, order_of(), topic="refunds/create")


@pytest.mark.parametrize("resource", ["Refund", "DraftOrder", "Checkout", "Fulfillment", "OrderEdit"])
def test_a_body_that_says_what_it_is_is_taken_for_nothing_else(read, resource):
    name = f"gid://shopify/{resource}/450789469"
    with pytest.raises(WebhookUnreadable):
        read(KIND, order_of(admin_graphql_api_id=name), topic="orders/paid")
    if resource != "Refund":
        with pytest.raises(WebhookUnreadable):
            read(KIND, shopify_refund(admin_graphql_api_id=name), topic="refunds/create")


def test_a_body_that_says_that_it_is_what_its_topic_says_is_taken(read):
    assert read(KIND, order_of(admin_graphql_api_id="gid://shopify/Order/450789469")).order
    refund = shopify_refund(admin_graphql_api_id="gid://shopify/Refund/929361464")
    assert read(KIND, refund, topic="refunds/create").refund


def test_a_later_telling_has_a_larger_version(read):
    def version(**members):
        return read(KIND, order_of(**members)).order.version

    at = "2026-11-28T15:57:11-04:00"
    told = [
        version(updated_at="2026-11-28T19:57:10Z"),
        version(updated_at=at),
        version(updated_at=at, line_items=[line(current_quantity=2)]),
        version(updated_at=at, line_items=[line(current_quantity=1)]),
        version(updated_at="2026-11-28T15:57:12-04:00"),
    ]
    assert told == sorted(set(told))
    assert told[1] == 1_795_895_831_000_000


def test_somebody_else_may_be_the_student(read):
    def student(*properties, notes=(), **members):
        lines = [line(properties=[{"name": name, "value": value} for name, value in properties])]
        written_notes = [{"name": name, "value": value} for name, value in notes]
        return read(KIND, order_of(line_items=lines, note_attributes=written_notes, **members)).order.lines[0].student

    ada = Customer("ada@example.com", "", "Ada", "King Lovelace")
    name = ("student_name", "Ada King Lovelace")
    assert student(("student_email", "Ada@example.com"), name) == ada
    assert student(("_Student E-Mail", " ada@example.com "), name) == ada
    assert student(("Student Email", "ada@example.com"), ("Student name", "Ada King Lovelace")) == ada
    assert student(notes=[("student_email", "ada@example.com"), name]) == ada
    assert student(("student_email", "ada@example.com"), name, notes=[("student_email", "bo@example.com")]) == ada
    assert student(("student_email", "kim@example.com")) is None
    assert student(("student_email", ""), ("engraving", "Hello")) is None
    assert student(("student_email", "  ")) is None
    assert student(("student_email", "no address"), name) == Customer("", "", "Ada", "King Lovelace")
    assert student(("student_email", 7)) == Customer("")


@pytest.mark.parametrize(
    "members",
    [
        {"id": None},
        {"id": True},
        {"id": -1},
        {"id": 2**63},
        {"updated_at": None, "processed_at": None, "created_at": None},
        {"updated_at": "yesterday"},
        {"updated_at": 1_780_000_000},
        {"line_items": None},
        {"line_items": {}},
        {"line_items": [1]},
        {"line_items": [line(id=None)]},
        {"line_items": [line(quantity=-1)]},
        {"line_items": [line(quantity=1.5)]},
        {"line_items": [line(quantity=100_001)]},
        {"line_items": [line(quantity=None)]},
        {"line_items": [line(), line()]},
        {"line_items": [line(id=number) for number in range(1, 1002)]},
    ],
)
def test_without_what_an_order_needs_it_is_unreadable(read, members):
    with pytest.raises(WebhookUnreadable):
        read(KIND, order_of(**members))
