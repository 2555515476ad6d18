"""What holds in every dialect: nothing is read before its signature holds, and whatever comes, the answer is foreseen."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import WebhookRefused, WebhookSignatureWrong, WebhookStale, WebhookUnreadable, WebhookUnsigned
from gateway.storefronts.dialects import DIALECTS
from schemas.order import Customer, OrderEvent
from schemas.secret import Secret
from tests.gateway.storefronts.bodies import KINDS, NOW, PAID, SECRETS, shopify_refund, stripe_event, written

SIGNATURES = {
    "shopify": "X-Shopify-Hmac-Sha256",
    "woocommerce": "X-WC-Webhook-Signature",
    "stripe": "Stripe-Signature",
    "standard": "webhook-signature",
}
TIMED = ("stripe", "standard")
OTHER = Secret("whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY")
NO_JSON = (b"", b"{", b"not JSON", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 100_000, b"\xef\xbb\xbf{}", b"9" * 5000)


def signed(kind, body, now=NOW):
    return DIALECTS[kind].sign(body, SECRETS[kind], now)


def event(kind, headers, body, now=NOW, secrets=None):
    return DIALECTS[kind].read(headers, body, [SECRETS[kind]] if secrets is None else secrets, now)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_order_is_read_from_every_dialect(kind, read):
    order = read(kind, PAID[kind]()).order

    assert order.status == "paid"
    several = 2 if kind == "stripe" else 5
    assert [(line.sku, line.quantity, line.current, line.student) for line in order.lines] == [
        ("INTRO", 1, 1, None),
        ("TEAM", several, several, None),
    ]
    assert (order.customer.email, order.customer.first_name, order.customer.last_name) == (
        "kim@example.com",
        "Kim",
        "Lee",
    )
    assert order.customer.id
    assert not order.is_test


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_that_is_delivered_again_has_the_same_key(kind, read):
    first, again = read(kind, PAID[kind]()), read(kind, PAID[kind]())
    assert first == again
    assert 1 <= len(first.key) <= 255


UNSIGNED = [
    {"X-Shopify-Event-Id": "another"},
    {"Shopify-Event-Id": "another"},
    {"X-Shopify-Webhook-Id": "another", "X-Shopify-Event-Id": ""},
    {"X-Shopify-Shop-Domain": "another.myshopify.com"},
    {"X-Shopify-Triggered-At": "2026-11-28T19:28:08Z"},
    {"X-Shopify-Topic": "orders/cancelled"},
    {"X-WC-Webhook-Delivery-ID": "another"},
    {"X-WC-Webhook-Topic": "order.created"},
    {"Idempotency-Key": "another", "X-Request-Id": "another"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("headers", UNSIGNED)
def test_whoever_sends_a_signed_body_again_under_other_headers_sends_the_same_event(kind, headers):
    body = written(PAID[kind]())
    first, again = event(kind, signed(kind, body), body), event(kind, {**signed(kind, body), **headers}, body)
    assert (again.key, again.order) == (first.key, first.order)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "topic", [f"{name}/{verb}" for name in ("refunds", "disputes") for verb in ("create", "update")]
)
def test_no_topic_that_nobody_signed_makes_a_refund_of_an_order(kind, topic):
    body = written(PAID[kind]())
    found = answered(kind, {**signed(kind, body), "X-Shopify-Topic": topic, "X-WC-Webhook-Topic": topic}, body)
    assert getattr(found, "refund", None) is None


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_signature_nothing_is_read(kind):
    for body in (written(PAID[kind]()), *NO_JSON, b"\xff"):
        headers = signed(kind, body)
        del headers[SIGNATURES[kind]]
        with pytest.raises(WebhookUnsigned):
            event(kind, headers, body)
        with pytest.raises(WebhookUnsigned):
            event(kind, headers | {SIGNATURES[kind]: ""}, body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_holds_for_one_body_and_one_secret(kind):
    body = written(PAID[kind]())
    headers = signed(kind, body)
    assert event(kind, headers, body).order
    for other in (body + b" ", body[:-1], b"", *NO_JSON, b"\xff"):
        with pytest.raises(WebhookSignatureWrong):
            event(kind, headers, other)
    for secrets in ([], [OTHER], [Secret("")], [Secret("whsec_")]):
        with pytest.raises(WebhookSignatureWrong):
            event(kind, headers, body, secrets=secrets)


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_rotation_either_secret_signs(kind):
    body = written(PAID[kind]())
    for secrets in ([OTHER, SECRETS[kind]], [SECRETS[kind], OTHER]):
        assert event(kind, signed(kind, body), body, secrets=secrets).order


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_secret_signs_nothing_and_makes_nothing_of_what_is_no_signature(kind):
    secret = Secret("whsec_" if kind == "standard" else "")
    body = written(PAID[kind]())
    headers = DIALECTS[kind].sign(body, secret, NOW)
    for signature in (headers[SIGNATURES[kind]], "!", f"t={int(NOW)},v1=", "v1,", "v1,!"):
        with pytest.raises(WebhookSignatureWrong):
            event(kind, headers | {SIGNATURES[kind]: signature}, body, secrets=[secret])


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_headers_are_told_apart_by_no_case(kind):
    body = written(PAID[kind]())
    for spelt in (str.lower, str.upper):
        headers = {spelt(name): value for name, value in signed(kind, body).items()}
        assert event(kind, headers, body).order


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [-301, 301, -10_000_000, 10_000_000])
def test_a_signed_time_is_near_now(kind, seconds):
    body = written(PAID[kind]())
    if kind not in TIMED:
        assert event(kind, signed(kind, body, NOW + seconds), body).order
        return
    with pytest.raises(WebhookStale):
        event(kind, signed(kind, body, NOW + seconds), body)
    with pytest.raises(WebhookSignatureWrong):
        event(kind, signed(kind, body, NOW + seconds), body, secrets=[OTHER])


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_are_tolerated_both_ways(kind, seconds):
    body = written(PAID[kind]())
    assert event(kind, signed(kind, body, NOW + seconds), body).order


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [*NO_JSON, b"\xff\xfe", b'"text"', b"[]", b"null", "{}".encode("utf-16")])
def test_what_is_signed_and_is_no_object_is_unreadable(kind, body):
    with pytest.raises(WebhookUnreadable):
        event(kind, signed(kind, body), body)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_topic_is_an_event_that_needs_nothing_done(kind, read):
    known = PAID[kind]()
    content = known if kind in {"shopify", "woocommerce"} else {**known, "type": "product.updated"}
    found = read(kind, content, topic="products/update")
    assert (found.order, found.refund) == (None, None)
    assert found.topic in {"products/update", "product.updated"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_refusal_tells_holds_nothing_of_the_body(kind):
    body = written({**PAID[kind](), "id": {"email": "kim@example.com"}, "data": "kim@example.com"})
    with pytest.raises(WebhookRefused) as refused:
        event(kind, signed(kind, body), body)
    assert "kim" not in refused.value.note


# --- whatever comes ----------------------------------------------------------------------------------------------

texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["", " ", "\x00", "\ud800", "9" * 5000, "1" * 30, "v1,", "t=1"])
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts,
    st.sampled_from([2**63, -(2**63), 10**400, 1e308, "2026-11-28T19:28:08", "0001-01-01T00:00:00+23:59", "kim@example.com"]),
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
names = st.sampled_from(sorted({*SIGNATURES.values(), "webhook-id", "webhook-timestamp", "X-Shopify-Topic", "X"}))
headers_of_strangers = st.dictionaries(st.one_of(names, texts), st.one_of(texts, st.text(max_size=200)), max_size=6)


def answered(kind, headers, body):
    """Read, and take what may be raised; anything else fails the test."""
    try:
        found = event(kind, headers, body)
    except (WebhookUnsigned, WebhookSignatureWrong, WebhookStale, WebhookUnreadable) as refused:
        return refused
    assert isinstance(found, OrderEvent)
    return found


@pytest.mark.parametrize("kind", KINDS)
@given(headers=headers_of_strangers, body=st.binary(max_size=200))
def test_no_bytes_of_a_stranger_raise_anything_else(kind, headers, body):
    found = answered(kind, headers, body)
    assert isinstance(found, WebhookUnsigned | WebhookSignatureWrong) or found == OrderEvent("", "ping")


@pytest.mark.parametrize("kind", KINDS)
@given(headers=headers_of_strangers, body=st.binary(max_size=200) | values.map(written))
def test_no_signed_bytes_raise_anything_else(kind, headers, body):
    answered(kind, {**headers, **signed(kind, body)}, body)


def places(content, path=()):
    """Return every place in a body, the whole first."""
    yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def put(content, path, value):
    if not path:
        return value
    changed = copy.deepcopy(content)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


TELLINGS = [
    *((kind, PAID[kind](), "") for kind in KINDS),
    ("shopify", shopify_refund(), "refunds/create"),
    ("shopify", {"id": 1, "order_id": 2, "type": "chargeback", "status": "lost"}, "disputes/create"),
    (
        "shopify",
        {"id": 1, "order_id": 2, "type": "chargeback", "status": "won", "finalized_on": "2026-11-28T19:28:08Z"},
        "disputes/update",
    ),
    ("stripe", stripe_event("charge.dispute.closed", {"id": "dp_1", "status": "won", "payment_intent": "pi_1"}), ""),
    ("stripe", stripe_event("charge.refunded", {"id": "ch_1", "refunded": True, "payment_intent": "pi_1"}), ""),
    ("standard", PAID["standard"]("order.refunded"), ""),
]


def storable(value):
    """Walk all texts and numbers of an event, as a database would get them."""
    if isinstance(value, str):
        assert value.encode()
        assert value.isprintable()
        assert len(value) <= 400
    elif isinstance(value, int):
        assert -(2**63) <= value < 2**63
    elif isinstance(value, tuple):
        for inner in value:
            storable(inner)
    elif value is not None:
        storable(tuple(inner for inner in vars(value).values() if inner != ""))


@pytest.mark.parametrize(("kind", "content", "topic"), TELLINGS)
@given(data=st.data())
def test_no_member_of_another_type_raises_anything_else_and_what_is_read_can_be_stored(kind, content, topic, data):
    path = data.draw(st.sampled_from(list(places(content))))
    body = written(put(content, path, data.draw(values)))
    found = answered(kind, DIALECTS[kind].sign(body, SECRETS[kind], NOW, topic=topic), body)
    if isinstance(found, OrderEvent):
        storable(found)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_has_a_customer_even_where_the_shop_told_none(kind, read):
    content = copy.deepcopy(PAID[kind]())
    holder = {"stripe": lambda: content["data"]["object"], "standard": lambda: content["data"]}.get(
        kind, lambda: content
    )()
    for name in ("email", "contact_email", "customer", "customer_id", "billing", "billing_address", "customer_details"):
        holder.pop(name, None)
    assert read(kind, content).order.customer == Customer("")
