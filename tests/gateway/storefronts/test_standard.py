"""Standard Webhooks; their own library signs what is verified here, and verifies what is signed here."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.errors import WebhookRefused, WebhookSignatureWrong, WebhookUnreadable
from gateway.storefronts import standard
from gateway.storefronts.standard import key_of
from schemas.order import Customer, LineItem, Refund
from schemas.secret import Secret
from tests.gateway.storefronts.bodies import NOW, SECRETS, written
from tests.gateway.storefronts.bodies import standard as event_of

KIND = "standard"
SECRET = SECRETS[KIND]


def signed(body, message="msg_1", at=NOW, secret=SECRET):
    """Return the headers as the library makes them."""
    signature = Webhook(secret.reveal()).sign(message, datetime.fromtimestamp(at, UTC), body.decode())
    return {"webhook-id": message, "webhook-timestamp": str(int(at)), "webhook-signature": signature}


# --- the library ---------------------------------------------------------------------------------------------------


@given(
    message=st.from_regex(r"\A[!-~]{1,60}\Z"),
    at=st.integers(0, 10**11),
    key=st.sampled_from(["whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWQ", "whsec_QUI="]),
)
def test_what_the_library_signs_is_taken(message, at, key):
    body = written(event_of())
    assert standard.read(signed(body, message, at, Secret(key)), body, [Secret(key)], at).key == message


def test_the_library_takes_what_is_signed_here():
    body = written(event_of())
    headers = standard.sign(body, SECRET, time.time(), event_id="msg_1")
    assert Webhook(SECRET.reveal()).verify(body, headers)["data"]["id"] == "A-1001"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET.reveal()).verify(body + b" ", headers)


headers_of_strangers = st.fixed_dictionaries(
    {},
    optional={
        "webhook-id": st.text(max_size=20),
        "webhook-timestamp": st.text(max_size=12) | st.just(str(int(NOW))),
        "webhook-signature": st.text(max_size=60) | st.from_regex(r"\A(v1a?,[A-Za-z0-9+/=]{0,48} ?){0,3}\Z"),
    },
)


@given(headers_of_strangers)
def test_whatever_makes_the_library_stumble_is_refused(headers):
    with pytest.raises(WebhookRefused):
        standard.read(headers, written(event_of()), [SECRET], NOW)


def test_one_signature_of_several_is_enough_and_one_of_another_version_is_none():
    body = written(event_of())
    headers = signed(body)
    other = signed(body, secret=Secret("whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"))["webhook-signature"]
    for several in (f"{other} {headers['webhook-signature']}", f"{headers['webhook-signature']} v1a,x junk"):
        assert standard.read({**headers, "webhook-signature": several}, body, [SECRET], NOW).order
    asymmetric = headers["webhook-signature"].replace("v1,", "v1a,")
    with pytest.raises(WebhookSignatureWrong):
        standard.read({**headers, "webhook-signature": asymmetric}, body, [SECRET], NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-id": "msg 1"},
        {"webhook-timestamp": str(int(NOW) - 1)},
        {"webhook-timestamp": f"{int(NOW)}.0"},
        {"webhook-timestamp": f" {int(NOW)}"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,ü"},
    ],
)
def test_all_that_is_signed_counts(changed):
    body = written(event_of())
    with pytest.raises(WebhookSignatureWrong):
        standard.read({**signed(body), **changed}, body, [SECRET], NOW)


@pytest.mark.parametrize("message", ["msg 1", "x" * 256, "msg_\xfc", "msg_\x00"])
def test_an_id_that_is_none_is_refused_however_it_is_signed(message):
    body = written(event_of())
    with pytest.raises(WebhookSignatureWrong):
        standard.read(signed(body, message), body, [SECRET], NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "no base64 at all", "whsec_ü"])
def test_a_secret_that_is_none_signs_nothing(secret):
    assert key_of(Secret(secret)) == b""
    body = written(event_of())
    with pytest.raises(WebhookSignatureWrong):
        standard.read(standard.sign(body, Secret(secret), NOW), body, [Secret(secret)], NOW)


# --- what events say -----------------------------------------------------------------------------------------------


def test_a_paid_order_is_read(read):
    found = read(KIND, event_of(), event_id="msg_7")
    assert (found.key, found.topic, found.refund) == ("msg_7", "order.paid", None)
    assert (found.order.id, found.order.version, found.order.status) == ("A-1001", 3, "paid")
    assert found.order.customer == Customer("kim@example.com", "c-77", "Kim", "Lee")
    assert found.order.lines == (LineItem("1", "INTRO", 1, 1), LineItem("2", "TEAM", 5, 5))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (0, 0),
        (1_780_000_000_000, 1_780_000_000_000),
        ("2026-11-28T19:28:08Z", 1_795_894_088_000_000),
        ("2026-11-28T20:28:08.5+01:00", 1_795_894_088_500_000),
        ("2026-11-28T19:28:08", 1_795_894_088_000_000),
    ],
)
def test_a_version_is_a_number_or_a_time(read, version, expected):
    assert read(KIND, event_of(version=version)).order.version == expected


@pytest.mark.parametrize("version", [None, True, -1, 2**53 + 1, 1.5, "", "three", []])
def test_anything_else_is_no_version(read, version):
    with pytest.raises(WebhookUnreadable):
        read(KIND, event_of(version=version))


def test_a_refund_gives_back_the_lines_that_it_names_or_all(read):
    def refund(**members):
        return read(KIND, event_of("order.refunded", version=4, **members)).refund

    assert refund() == Refund("A-1001-4", "A-1001", (("1", 1), ("2", 5)), 4)
    assert refund(lines=[{"id": "2", "quantity": 1}, {"id": 2, "quantity": 1}]).lines == (("2", 2),)
    assert refund(lines=[]).lines == ()
    assert refund(lines=None).lines is None


def test_a_refund_that_is_told_twice_is_one(read):
    first = read(KIND, event_of("order.refunded"), event_id="msg_1")
    again = read(KIND, event_of("order.refunded"), event_id="msg_2")
    assert (first.refund, first.key != again.key) == (again.refund, True)


def test_a_refund_with_an_id_of_its_own_is_replaced_by_a_later_version_of_it_alone(read):
    def refund(**members):
        return read(KIND, event_of("order.refunded", lines=[{"id": "2", "quantity": 1}], **members)).refund

    first, corrected = refund(version=4, refund_id="r-1"), refund(version=5, refund_id="r-1")
    assert (first.id, first.version, corrected.version) == (corrected.id, 4, 5)
    others = {
        refund(version=4, refund_id="r-2").id,
        refund(version=4, refund_id="r-1", id="A-1002").id,
        refund(version=4).id,
        refund(version=5).id,
    }
    assert len(others | {first.id}) == 5
    assert refund(version=4, refund_id=7).id == refund(version=5, refund_id="7").id


@pytest.mark.parametrize("refund_id", ["", " ", True, 0, [], "x" * 256])
def test_an_id_of_a_refund_that_is_none_is_unreadable(read, refund_id):
    with pytest.raises(WebhookUnreadable):
        read(KIND, event_of("order.refunded", refund_id=refund_id))


def test_somebody_else_may_be_the_student_and_an_order_a_test(read):
    lines = [{"id": "1", "sku": "INTRO", "quantity": 1, "student_email": "ada@example.com", "student_name": "Ada King"}]
    order = read(KIND, event_of(lines=lines, test=True)).order
    assert (order.lines[0].student, order.is_test) == (Customer("ada@example.com", "", "Ada", "King"), True)


@pytest.mark.parametrize("members", [{"id": None}, {"lines": None}, {"lines": [{"sku": "INTRO", "quantity": 1}]}])
def test_without_what_an_order_needs_it_is_unreadable(read, members):
    with pytest.raises(WebhookUnreadable):
        read(KIND, event_of(**members))
