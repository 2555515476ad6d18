"""The snippets that mint a hand-off token, each run by its own language."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.storefronts.handoff import HandoffTokens, Signer, shared_key
from schemas.launch import launch_request
from schemas.secret import Secret
from tests.docs.documents import DOCS, text_of

PUBLIC_URL, KEY = "https://training.acme.com", "key-of-the-examples-0123456789-öäü"
EXAMPLES = {"handoff.php": "php", "handoff.mjs": "node", "handoff.py": sys.executable}
CUSTOMER = {
    "sub": "77",
    "email": "zoe@example.com",
    "email_verified": True,
    "first_name": 'Zoë "Z/"',
    "last_name": "李",
}
# a storefront's own members win over whatever a form of its customer's has brought along
FORGED = {"iss": "other", "aud": "https://evil.example", "exp": 4e9, "jti": "known"}


def minted(example, customer, target):
    """Run an example and return the token of the address that it prints."""
    environment = {"PATH": os.environ["PATH"], "TRAINING_URL": PUBLIC_URL, "STOREFRONT": "shop", "HANDOFF_KEY": KEY}
    ran = subprocess.run(
        [EXAMPLES[example], str(Path(DOCS, "examples", example))],
        input=json.dumps({"customer": customer, "target": target}),
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    address, _, token = ran.stdout.removesuffix("\n").partition("?token=")
    assert address == f"{PUBLIC_URL}/handoff"
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    return token


def read(token):
    return HandoffTokens({"shop": Signer("HS256", shared_key(Secret(KEY)))}, PUBLIC_URL).read(token)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_mints_tokens_that_are_accepted(example):
    began = int(time.time())
    first, second = (
        read(minted(example, CUSTOMER | FORGED, {"buy_course": 12, "coupon": "SAVE 10%"})) for _ in range(2)
    )
    assert first.request == second.request
    assert first.id != second.id
    assert (first.storefront, first.request.person.customer_id) == ("shop", "77")
    assert first.request.person.first_name == 'Zoë "Z/"'
    assert first.request.person.last_name == "李"
    assert first.request.person.email_verified is True
    assert (first.request.target.kind, first.request.target.name) == ("buy_course", "12")
    assert first.request.target.coupon == "SAVE 10%"
    assert began + 120 + 60 <= first.expires_at <= time.time() + 180


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_hands_a_guest_over(example):
    guest = read(minted(example, {"email": "guest@example.com"}, {"dashboard": True}))
    assert (guest.request.person.customer_id, guest.request.person.email) == ("", "guest@example.com")


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_document_leads_to_each_example(example):
    assert f"(examples/{example})" in text_of(DOCS / "handoff.md")


def filled_in(template, told):
    """Return a recipe of Shopify's as Liquid fills it in: variables, ``default: ""`` and ``json``."""

    def value(found):
        name, *filters = (part.strip() for part in found[1].split("|"))
        given = told.get(name)
        given = "" if given is None and 'default: ""' in filters else given
        return json.dumps(given) if "json" in filters else str(given)

    return re.sub(r"\{\{(.+?)\}\}", value, template)


@pytest.mark.parametrize("name", ['Zoë "Z/"', None])
def test_what_flow_sends_is_a_launch_that_says_no_more_than_shopify_knows(name):
    text = text_of(DOCS / "handoff.md")
    (recipe,) = re.findall(r"```liquid\n(.+?)```", text, re.DOTALL)
    told = {"order.email": "zoe@example.com", "order.customer.firstName": name, "order.customer.legacyResourceId": 77}
    person = launch_request(json.loads(filled_in(recipe, told))).person
    assert (person.email, person.first_name, person.customer_id) == ("zoe@example.com", name or "", "77")
    assert not person.email_verified
    assert "`order.customer.numberOfOrders` equal to `1`" in text
