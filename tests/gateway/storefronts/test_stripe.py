"""Stripe's events; Stripe's own library signs what is verified here, and verifies what is signed here."""

import time

import pytest
import stripe as stripe_library
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import WebhookRefused, WebhookSignatureWrong, WebhookStale, WebhookUnreadable
from gateway.storefronts import stripe
from schemas.order import Customer, LineItem, Refund
from schemas.secret import Secret
from tests.gateway.storefronts.bodies import NOW, SECRETS, stripe_event, stripe_session, written
from tests.gateway.storefronts.bodies import stripe as event_of

KIND = "stripe"
SECRET = SECRETS[KIND]


def signature(body, at=NOW, secret=SECRET):
    """Return the header as Stripe's library makes it."""
    made = stripe_library.WebhookSignature.generate_signature_header(body.decode(), secret.reveal(), int(at))
    return {"Stripe-Signature": made}


# --- the library ---------------------------------------------------------------------------------------------------


@given(at=st.integers(0, 10**11), number=st.integers(1, 10**6))
def test_what_the_library_signs_is_taken(at, number):
    body = written({**event_of(), "id": f"evt_{number}"})
    assert stripe.read(signature(body, at), body, [SECRET], at).key == f"evt_{number}"


def test_the_library_takes_what_is_signed_here():
    body = written(event_of())
    header = stripe.sign(body, SECRET, time.time())["Stripe-Signature"]
    assert stripe_library.Webhook.construct_event(body, header, SECRET.reveal()).id == "evt_1"
    with pytest.raises(stripe_library.SignatureVerificationError):
        stripe_library.Webhook.construct_event(body + b" ", header, SECRET.reveal())


TRUE_HEADER = signature(written(event_of()))["Stripe-Signature"]
edits = st.tuples(st.integers(0, len(TRUE_HEADER)), st.integers(0, 3), st.text("t=v10,9af \u0663", max_size=2))


@given(edits)
def test_whatever_the_library_refuses_is_refused(edit):
    at, removed, put = edit
    body, header = written(event_of()), TRUE_HEADER[:at] + put + TRUE_HEADER[at + removed :]
    try:
        stripe.read({"Stripe-Signature": header}, body, [SECRET], NOW)
    except WebhookRefused:
        return
    assert stripe_library.WebhookSignature.verify_header(body, header, SECRET.reveal())


def test_a_rotated_endpoint_signs_with_both_secrets_and_one_that_is_known_is_enough():
    body = written(event_of())
    other = signature(body, secret=Secret("whsec_new"))["Stripe-Signature"].partition(",")[2]
    both = f"{signature(body)['Stripe-Signature']},{other},v0=00"
    for secrets in ([SECRET], [Secret("whsec_new")], [Secret("whsec_none"), SECRET]):
        assert stripe.read({"Stripe-Signature": both}, body, secrets, NOW).order
    stripe_library.WebhookSignature.verify_header(body, both, SECRET.reveal())


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace("v1=", "v0="),
        lambda header: header.replace("t=", "s="),
        lambda header: header.replace("t=", f"t={int(NOW) - 1},t="),
        lambda header: header.replace("t=1", "t=2"),
        lambda header: header[:-2],
        lambda header: header.replace("v1=", "v1=00"),
        lambda header: header.partition(",")[0],
    ],
)
def test_a_header_that_was_changed_holds_no_longer(change):
    body = written(event_of())
    with pytest.raises(WebhookSignatureWrong):
        stripe.read({"Stripe-Signature": change(signature(body)["Stripe-Signature"])}, body, [SECRET], NOW)


def test_a_delivery_is_signed_anew_and_an_old_one_cannot_be_sent_again():
    body = written(event_of())
    assert stripe.read(signature(body, NOW + 7200), body, [SECRET], NOW + 7200).key == "evt_1"
    with pytest.raises(WebhookStale, match="7200 seconds old"):
        stripe.read(signature(body), body, [SECRET], NOW + 7200)


# --- what events say -----------------------------------------------------------------------------------------------


def test_a_session_is_read(read):
    found = read(KIND, event_of())
    assert (found.key, found.topic) == ("evt_1", "checkout.session.completed")
    assert (found.order.id, found.order.payment, found.order.number) == ("cs_live_1", "pi_1", "")
    assert found.order.customer == Customer("kim@example.com", "cus_1", "Kim", "Lee")
    assert found.order.lines == (LineItem("INTRO", "INTRO", 1, 1), LineItem("TEAM", "TEAM", 2, 2))


@pytest.mark.parametrize(
    ("metadata", "lines"),
    [
        ({"sku": "INTRO"}, [("INTRO", 1)]),
        ({"sku": "TEAM", "quantity": "5"}, [("TEAM", 5)]),
        ({"skus": " INTRO , TEAM,,"}, [("INTRO", 1), ("TEAM", 1)]),
        ({"skus": "INTRO", "sku": "TEAM"}, [("INTRO", 1)]),
        ({}, None),
        ({"sku": ""}, None),
        ({"skus": " , "}, None),
        ([], None),
        (None, None),
    ],
)
def test_its_metadata_names_what_was_sold_or_the_shop_has_to_be_asked(read, metadata, lines):
    found = read(KIND, event_of(metadata=metadata)).order.lines
    assert (found and [(line.sku, line.quantity) for line in found]) == lines


def test_the_shops_own_id_of_the_customer_goes_before_stripes(read):
    assert read(KIND, event_of(metadata={"customer_id": "c-77"})).order.customer.id == "c-77"
    assert read(KIND, event_of(customer={"id": "cus_2", "email": None})).order.customer.id == "cus_2"
    assert read(KIND, event_of(customer=None)).order.customer.id == ""


def test_the_address_may_be_the_one_that_the_session_was_begun_with(read):
    found = read(KIND, event_of(customer_details=None, customer_email="Kim@example.com")).order.customer
    assert found == Customer("kim@example.com", "cus_1")


def test_somebody_else_may_be_the_student(read):
    metadata = {"sku": "INTRO", "student_email": "ada@example.com", "student_name": "Ada King"}
    assert read(KIND, event_of(metadata=metadata)).order.lines[0].student == Customer(
        "ada@example.com", "", "Ada", "King"
    )


@pytest.mark.parametrize(
    ("topic", "payment_status", "status"),
    [
        ("checkout.session.completed", "paid", "paid"),
        ("checkout.session.completed", "no_payment_required", "paid"),
        ("checkout.session.completed", "unpaid", "unpaid"),
        ("checkout.session.async_payment_succeeded", "paid", "paid"),
        ("checkout.session.async_payment_failed", "unpaid", "unpaid"),
    ],
)
def test_how_a_session_stands(read, topic, payment_status, status):
    found = read(KIND, stripe_event(topic, stripe_session(payment_status=payment_status)))
    assert found.order.status == status


def test_a_session_that_does_not_say_is_unpaid(read):
    session = stripe_session()
    del session["payment_status"]
    assert read(KIND, stripe_event("checkout.session.completed", session)).order.status == "unpaid"


def test_what_sets_a_card_up_sells_nothing(read):
    assert read(KIND, event_of(mode="setup", payment_status="no_payment_required")).order is None


def test_whatever_is_not_live_is_a_test(read):
    assert read(KIND, event_of(livemode=False)).order.is_test
    assert read(KIND, event_of(livemode=None)).order.is_test
    assert not read(KIND, event_of()).order.is_test


def test_the_version_is_the_time_of_the_event(read):
    assert read(KIND, event_of()).order.version == (int(NOW) - 7) * 1_000_000


AT = (int(NOW) - 7) * 1_000_000
"""When the events of these tests were made."""


def test_only_a_whole_charge_is_a_refund(read):
    charge = {"id": "ch_1", "refunded": True, "payment_intent": "pi_1", "amount_refunded": 900}
    assert read(KIND, stripe_event("charge.refunded", charge)).refund == Refund("ch_1", "pi_1", None, AT)
    assert read(KIND, stripe_event("charge.refunded", {**charge, "payment_intent": {"id": "pi_1"}})).refund
    for none in ({"refunded": False}, {"refunded": None}, {"payment_intent": None}):
        assert read(KIND, stripe_event("charge.refunded", {**charge, **none})).refund is None


DISPUTES = [f"charge.dispute.{name}" for name in ("created", "updated", "funds_withdrawn", "closed")]
DISPUTE = {"id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "status": "needs_response"}


@pytest.mark.parametrize("topic", DISPUTES)
@pytest.mark.parametrize("status", ["needs_response", "under_review", "lost", "prevented", "whatever comes next"])
def test_a_dispute_is_a_refund(read, topic, status):
    found = read(KIND, stripe_event(topic, {**DISPUTE, "status": status})).refund
    assert found == Refund("dp_1", "pi_1", None, AT)


@pytest.mark.parametrize("topic", [*DISPUTES, "charge.dispute.funds_reinstated"])
@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review", "warning_closed"])
def test_an_inquiry_is_no_refund(read, topic, status):
    assert read(KIND, stripe_event(topic, {**DISPUTE, "status": status})).refund is None


@pytest.mark.parametrize(
    ("topic", "status"),
    [
        *((topic, "won") for topic in DISPUTES),
        *(("charge.dispute.funds_reinstated", one) for one in ("won", "lost", "")),
    ],
)
def test_a_dispute_that_was_won_gives_nothing_back_any_more(read, topic, status):
    found = read(KIND, stripe_event(topic, {**DISPUTE, "status": status})).refund
    assert found == Refund("dp_1", "pi_1", None, AT, is_void=True)


def test_a_dispute_without_a_payment_is_known_by_its_charge_so_that_somebody_finds_it(read):
    found = read(KIND, stripe_event("charge.dispute.created", {**DISPUTE, "payment_intent": None})).refund
    assert found == Refund("dp_1", "ch_1", None, AT)


def test_the_first_payment_of_a_subscription_is_known_by_its_invoice(read):
    session = {"mode": "subscription", "payment_intent": None, "invoice": "in_1", "subscription": "sub_1"}
    assert read(KIND, event_of(**session)).order.payment == "in_1"
    assert read(KIND, event_of(**{**session, "invoice": {"id": "in_1"}})).order.payment == "in_1"
    assert read(KIND, event_of(invoice="in_1")).order.payment == "pi_1"
    charge = {"id": "ch_1", "refunded": True, "payment_intent": "pi_9", "invoice": "in_1"}
    found = read(KIND, stripe_event("charge.refunded", charge)).refund
    assert found == Refund("ch_1", "pi_9", None, AT, other="in_1")
    found = read(KIND, stripe_event("charge.refunded", {**charge, "payment_intent": None})).refund
    assert found == Refund("ch_1", "in_1", None, AT)


@pytest.mark.parametrize("topic", ["charge.refund.updated", "charge.updated", "checkout.session.expired", "x", None])
def test_other_events_need_nothing_done(read, topic):
    found = read(KIND, stripe_event(topic, {"id": "re_1", "refunded": True, "payment_intent": "pi_1"}))
    assert (found.order, found.refund) == (None, None)


@pytest.mark.parametrize("created", [None, "1", -1, 2**60, 1.5])
@pytest.mark.parametrize("topic", ["charge.refunded", "charge.dispute.closed"])
def test_without_its_time_a_refund_is_unreadable(read, topic, created):
    told = stripe_event(topic, {**DISPUTE, "refunded": True}, created=created)
    with pytest.raises(WebhookUnreadable):
        read(KIND, told)


@pytest.mark.parametrize("created", [None, "1", -1, 2**60, 1.5])
def test_without_its_time_a_session_is_unreadable(read, created):
    with pytest.raises(WebhookUnreadable):
        read(KIND, {**event_of(), "created": created})


def test_without_its_id_an_event_is_unreadable(read):
    with pytest.raises(WebhookUnreadable):
        read(KIND, {**event_of(), "id": ""})
