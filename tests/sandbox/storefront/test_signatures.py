"""The libraries of Stripe, Standard Webhooks and Shopify, and WooCommerce's own formula, verify what the shop posts."""

import base64
import hashlib
import hmac
import json
import subprocess
from pathlib import Path

import pytest
import standardwebhooks
import stripe

from sandbox.storefront.config import KINDS
from tests.sandbox.storefront.conftest import PIA, SECRETS

SHOPIFY = Path(__file__).parent / "shopify" / "validate.mjs"


def by_stripe(received):
    try:
        stripe.Webhook.construct_event(received.body, received.headers["Stripe-Signature"], SECRETS["stripe"])
    except stripe.SignatureVerificationError:
        return False
    return True


def by_standard_webhooks(received):
    try:
        standardwebhooks.Webhook(SECRETS["standard"]).verify(received.body, received.headers)
    except standardwebhooks.WebhookVerificationError:
        return False
    return True


def by_shopify(received):
    return validation(received)["valid"]


def validation(received):
    """Return what Shopify's library for Node.js says of a request."""
    given = json.dumps({"secret": SECRETS["shopify"], "headers": received.headers, "body": received.body.decode()})
    ended = subprocess.run(["node", SHOPIFY], input=given, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(ended.stdout)


def by_woocommerce(received):
    """Do as ``WC_Webhook::generate_signature`` does: ``base64_encode( hash_hmac( 'sha256', $payload, $secret, true ) )``."""
    expected = base64.b64encode(hmac.digest(SECRETS["woocommerce"].encode(), received.body, hashlib.sha256)).decode()
    return received.headers["X-WC-Webhook-Signature"] == expected


VERIFY = {
    "shopify": by_shopify,
    "woocommerce": by_woocommerce,
    "stripe": by_stripe,
    "standard": by_standard_webhooks,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_posted_verifies_and_what_is_forged_does_not(kind, shop, receiver):
    told = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", customer=PIA)
    told = [*told["events"], *shop.control.refund(told["order"]["number"])["events"]]
    shop.control.post(told[0]["number"], forge=True)
    genuine, forgery = receiver.received[:-1], receiver.received[-1]

    assert len(genuine) == len(told)
    assert all(VERIFY[kind](one) for one in genuine)
    assert not VERIFY[kind](forgery)
    assert forgery.body == genuine[0].body


@pytest.mark.parametrize("kind", ["stripe", "standard"])
@pytest.mark.parametrize(("late", "is_fresh"), [(200, True), (400, False)])
def test_a_signature_is_as_old_as_is_asked_for(kind, late, is_fresh, shop, receiver):
    event = shop.control.buy("SKU-INTRO", storefront=f"shop-{kind}", post=False)["events"][0]
    shop.control.post(event["number"], late=late)
    assert VERIFY[kind](receiver.received[0]) is is_fresh


def test_shopify_reads_topic_shop_and_ids_of_what_is_posted(shop, receiver):
    shop.control.buy("SKU-INTRO", storefront="shop-shopify")
    read = validation(receiver.received[0])
    assert (read["topic"], read["domain"]) == ("ORDERS_PAID", "sandbox-shop.myshopify.com")
    assert read["webhookId"] == receiver.received[0].headers["X-Shopify-Webhook-Id"]


def test_stripe_reads_what_is_posted_as_its_own_objects(shop, receiver):
    number = shop.control.buy(("SKU-INTRO", 2), "SKU-PRIVACY", storefront="shop-stripe")["order"]["number"]
    shop.control.refund(number)
    bought, refunded = (
        stripe.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], SECRETS["stripe"]).data.object
        for one in receiver.received
    )
    assert isinstance(bought, stripe.checkout.Session)
    assert isinstance(refunded, stripe.Charge)
    assert bought.metadata["skus"] == "SKU-INTRO,SKU-INTRO,SKU-PRIVACY"
    assert bought.payment_intent == refunded.payment_intent
    assert (refunded.refunded, refunded.amount_refunded) == (True, bought.amount_total)
