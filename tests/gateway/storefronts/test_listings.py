"""Listings of shops: what they hold, in every form in which an API, or a file of one, has them."""

import io
import json
import tracemalloc

import pytest

from gateway.errors import WebhookUnreadable
from gateway.storefronts.dialects import DIALECTS
from gateway.storefronts.listings import TOPIC, Record, records, told
from tests.gateway.storefronts import bodies
from tests.gateway.storefronts.bodies import KINDS, NOW, PAID, SECRETS, written

ONE, TWO, THREE = {"id": 1}, {"id": 2}, {"id": 3}


def read(text, **more):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return [(one.position, one.content, one.fault) for one in records(file, **more)]


def contents(text):
    found = read(text)
    assert [position for position, _, _ in found] == list(range(1, len(found) + 1))
    assert [fault for _, _, fault in found if fault] == []
    return [content for _, content, _ in found]


def refusal(kind, content):
    with pytest.raises(WebhookUnreadable) as caught:
        told(kind, Record(1, content))
    return caught.value.note


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO, THREE]),
        json.dumps([ONE, TWO, THREE], indent=2),
        json.dumps({"orders": [ONE, TWO, THREE]}),
        json.dumps({"object": "list", "data": [ONE, TWO, THREE], "has_more": False}, indent=4),
        '{"id": 1}\n{"id": 2}\r\n\n{"id": 3}',
        '{"id": 1}\n{"id": 2}\n{"id": 3}\n\n',
        '{"orders": [{"id": 1}, {"id": 2}]}\n{"orders": [{"id": 3}]}\n',
        '[{"id": 1}, {"id": 2}][{"id": 3}]',
        '[[{"id": 1}], {"orders": [{"id": 2}]}, [], [[{"id": 3}]]]',
        "\n".join(json.dumps(one, indent=1) for one in (ONE, TWO, THREE)),
        "\ufeff" + json.dumps([ONE, TWO, THREE]),
        "\n\n" + json.dumps({"orders": [ONE, TWO, THREE]}, indent=2) + "\n",
    ],
)
def test_records_are_the_same_in_every_form(text):
    assert contents(text) == [ONE, TWO, THREE]


@pytest.mark.parametrize("text", ["", "\n \n", "[]", '{"orders": []}', '{"data": []}\n[]\n'])
def test_a_listing_without_records_has_none(text):
    assert contents(text) == []


def test_a_line_that_is_not_json_is_named_and_the_others_go_on():
    assert read('{"id": 1}\n{"id": 2\n{"id": 3}\n') == [
        (1, ONE, ""), (2, None, "it is not JSON in UTF-8"), (3, THREE, "")
    ]  # fmt: skip


@pytest.mark.parametrize("bad", ['{"id": 1,}', '{"id": NaN}', "{'id': 1}"])
def test_so_is_the_first_line(bad):
    assert read(f'{bad}\n{{"id": 2}}\n{{"id":}}\n{{"id": 3}}\n') == [
        (1, None, "line 1 is not JSON"), (2, TWO, ""), (3, None, "line 3 is not JSON"), (4, THREE, "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"orders": [{"id": 1},\n  {"id": 2}', "it is not JSON from line 1 on"),
        ('[\n{"id": 1}\n]\n[\n{"id": 2', "it is not JSON from line 4 on"),
        ("Name,Email\n#1001,kim@example.com\n", "it is not JSON from line 1 on"),
        (b'{"id": 1}\n{"id": "\xff"}', "it is not JSON in UTF-8"),
        (b'[\n{"id": "\xff"}]', "the file is not in UTF-8"),
        ("[" * 100_000, "it is not JSON from line 1 on"),
        ("9" * 10_000, "it is not JSON from line 1 on"),
    ],
)
def test_what_is_no_listing_says_so(text, fault):
    assert read(text)[-1][1:] == (None, fault)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_document_that_is_too_large_says_what_to_do_instead(wrapped):
    text = json.dumps({"orders": [{"id": number} for number in range(200)]}, indent=0 if wrapped else None)
    ((position, _, fault),) = read(text, document_bytes=1024)
    assert (position, "one a line" in fault) == (1, True)


def test_a_line_that_is_too_long_is_left_out_and_the_others_go_on():
    found = read(f'{{"id": 1}}\n{{"id": "{"x" * 5000}"}}\n{{"id": 3}}\n', document_bytes=1024)
    assert [(content, bool(fault)) for _, content, fault in found] == [(ONE, False), (None, True), (THREE, False)]


def test_of_lines_only_one_at_a_time_is_in_memory():
    class Lines(io.RawIOBase):
        left = 2000

        def readline(self, _size):
            self.left -= 1
            return json.dumps({"id": self.left, "note": "x" * 10_000}).encode() + b"\n" if self.left >= 0 else b""

    tracemalloc.start()
    assert sum(1 for _ in records(Lines())) == 2000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_pages_that_follow_each_other_are_read_in_linear_time():
    found = read(json.dumps(ONE, indent=1) * 50_000)
    assert len(found) == 50_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_says_the_same_as_a_webhook(kind):
    body = PAID[kind]()
    webhook = DIALECTS[kind].read(
        DIALECTS[kind].sign(written(body), SECRETS[kind], NOW), written(body), [SECRETS[kind]], NOW
    )
    one = told(kind, Record(1, body))
    assert one.event.order == webhook.order
    assert one.has_version


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_has_one_key_each_time_and_another_once_it_has_changed(kind):
    changed = {
        "shopify": bodies.shopify(financial_status="refunded"),
        "woocommerce": bodies.woocommerce(status="cancelled"),
        "stripe": {**bodies.stripe(), "id": "evt_2"},
        "standard": bodies.standard(version=4),
    }
    keys = [told(kind, Record(1, body)).event.key for body in (PAID[kind](), PAID[kind](), changed[kind])]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


@pytest.mark.parametrize(
    ("kind", "body", "status", "current"),
    [
        ("shopify", bodies.shopify(financial_status="refunded"), "refunded", [1, 5]),
        ("shopify", bodies.shopify(cancelled_at="2026-11-28T16:00:00Z"), "cancelled", [1, 5]),
        ("shopify", bodies.shopify(financial_status="pending"), "unpaid", [1, 5]),
        (
            "shopify",
            bodies.shopify(
                financial_status="partially_refunded",
                line_items=[{"id": 11, "sku": "INTRO", "quantity": 1, "current_quantity": 0}],
            ),
            "paid",
            [0],
        ),
        ("woocommerce", bodies.woocommerce(status="refunded"), "refunded", [1, 5]),
        ("woocommerce", bodies.woocommerce(status="cancelled"), "cancelled", [1, 5]),
        ("woocommerce", bodies.woocommerce(status="pending"), "unpaid", [1, 5]),
        ("woocommerce", bodies.woocommerce(refunds=[{"id": 9, "total": "-10.00"}]), "paid", None),
        ("stripe", bodies.stripe_session(created=1_779_999_000), "paid", [1, 2]),
        ("stripe", bodies.stripe_session(created=1_779_999_000, payment_status="unpaid"), "unpaid", [1, 2]),
    ],
)
def test_how_an_order_stands_is_read_from_a_listing_too(kind, body, status, current):
    order = told(kind, Record(1, body)).event.order
    lines = None if order.lines is None else [line.current for line in order.lines]
    assert (order.status, lines) == (status, current)


def test_a_session_of_stripes_does_not_tell_when_it_was_changed():
    assert not told("stripe", Record(1, bodies.stripe_session(created=1_779_999_000))).has_version
    assert told("stripe", Record(1, bodies.stripe())).has_version


def test_an_event_of_stripes_keeps_its_own_key():
    assert told("stripe", Record(1, bodies.stripe())).event.key == "evt_1"


def test_a_refund_of_standard_events_is_one():
    body = bodies.standard("order.refunded", lines=[{"id": "2", "quantity": 2}])
    event = told("standard", Record(1, body)).event
    assert (event.topic, event.refund.order, event.refund.lines) == (TOPIC, "A-1001", (("2", 2),))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("stripe", bodies.stripe_event("invoice.paid", {"id": "in_1"})),
        ("stripe", bodies.stripe_session(created=1, mode="setup")),
        ("standard", bodies.standard("customer.updated")),
    ],
)
def test_what_is_about_no_order_needs_nothing_done(kind, body):
    event = told(kind, Record(1, body)).event
    assert (event.order, event.refund) == (None, None)


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("shopify", {"id": 1}, "line_items is not a list of 1000 entries at most"),
        ("woocommerce", bodies.woocommerce(id=0), "id is missing or is no id"),
        ("woocommerce", bodies.woocommerce(date_modified_gmt="soon"), "date_modified_gmt is missing or is no time"),
        (
            "stripe",
            {"object": "customer", "id": "cus_1"},
            "object is neither checkout.session nor event",
        ),
        ("stripe", bodies.stripe_session(), "created is not a time"),
        ("standard", {"id": "A-1001"}, "type is missing"),
        ("standard", bodies.standard(version="x"), "version is missing or is no time"),
        ("standard", "kim@example.com", "it is not a JSON object"),
    ],
)
def test_a_record_that_cannot_be_read_says_why_without_anything_of_it(kind, body, reason):
    assert refusal(kind, body) == reason


def test_a_record_is_called_by_its_id():
    names = [
        Record(1, one).name for one in ({"id": 7}, {"id": "cs_1"}, bodies.standard(), {"id": "\x1b[31m"}, [], None)
    ]
    assert names == ["7", "cs_1", "A-1001", "", "", ""]
