"""Hand-off tokens: what a right one says, and that every other one is refused in the same way."""

import base64
import hmac
import json
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import HandoffKeysUnavailable, HandoffRefused
from gateway.oidc.provider_calls import BODY_BYTES, ProviderAdapter
from gateway.oidc.published import STALE_SECONDS, PublishedDocuments, PublishedKeys
from gateway.oidc.tokens import signed_claims
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.store.provider_documents import ProviderDocuments
from gateway.storefronts.handoff import KIND, HandoffTokens, Signer, shared_key
from sandbox.idp.jose import b64, signing_input
from sandbox.idp.keys import new_key, public
from schemas.launch import LaunchPerson, LaunchRequest, LaunchTarget
from schemas.secret import Secret
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.storefronts.handoff_tokens import AUDIENCE, KEY, SHOP, claims_now, token


def reader(signer=None):
    signer = signer or Signer("HS256", shared_key(Secret(KEY)))
    return HandoffTokens({SHOP: signer, "deaf": Signer("RS256", unheard)}, AUDIENCE)


def unheard(_):
    raise AssertionError("another storefront's keys were asked for")


TOKENS = reader()


def refusal(text, tokens=TOKENS):
    with pytest.raises(HandoffRefused) as refused:
        tokens.read(text)
    assert str(refused.value).startswith("hand-off token: ")
    return refused.value.note.removeprefix("hand-off token: ")


def test_a_token_says_who_comes_and_where_to():
    claims = claims_now()
    handoff = TOKENS.read(token(claims))
    person = LaunchPerson("Kim@Example.com", "Kim", "Lee", email_verified=True, customer_id="c-77")
    assert handoff.storefront == SHOP
    assert handoff.request == LaunchRequest(person, LaunchTarget("course", "12"))
    assert handoff.id == "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"
    assert handoff.expires_at == claims["exp"] + 60


def test_two_tokens_with_one_jti_are_one():
    assert TOKENS.read(token()).id == TOKENS.read(token(claims_now(sub="c-78"))).id
    assert TOKENS.read(token()).id != TOKENS.read(token(claims_now(jti="another"))).id


@pytest.mark.parametrize(
    ("target", "read"),
    [
        (..., LaunchTarget("dashboard")),
        ({"dashboard": True}, LaunchTarget("dashboard")),
        ({"course": "gdpr"}, LaunchTarget("course", "gdpr")),
        ({"buy_course": 12, "coupon": "SAVE10"}, LaunchTarget("buy_course", "12", "SAVE10")),
        ({"buy_category": "compliance"}, LaunchTarget("buy_category", "compliance")),
    ],
)
def test_a_target_is_the_same_as_a_launchs_and_without_one_it_is_the_dashboard(target, read):
    assert TOKENS.read(token(claims_now(target=target))).request.target == read


@pytest.mark.parametrize("subject", [..., None, "Kim@Example.com", "kim@example.com"])
def test_a_guest_is_known_by_the_address_alone(subject):
    assert TOKENS.read(token(claims_now(sub=subject))).request.person.customer_id == ""


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE]])
def test_the_audience_is_the_gateway(audience):
    assert TOKENS.read(token(claims_now(aud=audience)))


WRONG_CLAIMS = {
    "iss is not the name": [{"iss": "other"}, {"iss": ...}, {"iss": ["shop"]}, {"iss": None}],
    "aud is not": [{"aud": ...}, {"aud": f"{AUDIENCE}/"}, {"aud": [AUDIENCE, "x"]}, {"aud": []}, {"aud": {}}],
    "iat or exp is missing": [
        *({name: value} for name in ("iat", "exp") for value in (..., None, "1", True, -1, 1e300, [])),
    ],
    "exp is not within": [{"exp": timedelta()}, {"exp": timedelta(seconds=302)}, {"iat": timedelta(seconds=-300)}],
    "exp is past": [{"iat": timedelta(seconds=-200), "exp": timedelta(seconds=-61)}],
    "iat is in the future": [{"iat": timedelta(seconds=62), "exp": timedelta(seconds=100)}],
    "nbf is in the future": [{"nbf": timedelta(seconds=62)}, {"nbf": "now"}],
    "jti is missing": [{"jti": value} for value in (..., "", 7, None, "x" * 256, "a\nb")],
    "#/person/customer_id ": [
        {"sub": value} for value in ("", 77, True, ["c"], "x" * 129, "a\x00", "a b", "0", "000", "null")
    ],
    "#/person/email ": [{"email": value} for value in (..., "", None, 7, ["kim@example.com"], "x" * 255)],
    "#/person/email_verified ": [{"email_verified": value} for value in ("true", 1, None)],
    "#/person/first_name ": [{"first_name": value} for value in (7, None, "x" * 101, "a\nb")],
    "#/target ": [{"target": value} for value in (None, 12, "course", [], {}, {"course": 1, "dashboard": True})],
    "#/target/dashboard ": [{"target": {"dashboard": value}} for value in (False, 1, "true")],
    "#/target/course ": [{"target": {"course": value}} for value in (0, -1, 2**31, True, None, 1.5, [], {})],
    "#/target/coupon ": [
        {"target": {"course": 12, "coupon": "SAVE10"}},
        *({"target": {"buy_course": 12, "coupon": value}} for value in (7, None, "x" * 65, "a\nb")),
    ],
    "#/target/curse ": [{"target": {"curse": 12}}],
}


@pytest.mark.parametrize(("said", "changes"), [(said, each) for said, wrong in WRONG_CLAIMS.items() for each in wrong])
def test_a_wrong_claim_is_refused_and_the_note_names_it(said, changes):
    assert refusal(token(claims_now(**changes))).startswith(said)


@pytest.mark.parametrize(
    ("said", "header"),
    [
        *(("typ is not", {"typ": value}) for value in (..., "JWT", "logout+jwt", None, ["tlms-handoff+jwt"])),
        *(("alg is not", {"alg": value}) for value in ("none", "RS256", "HS512", "hs256", None, ["HS256"])),
        *(
            ("its header holds more", {name: value})
            for name, value in {
                "crit": ["exp"],
                "jku": "https://evil.example/keys",
                "x5u": "https://evil.example/cert",
                "jwk": {"kty": "oct", "k": "AAAA"},
                "x5c": ["AAAA"],
                "b64": False,
                "zip": "DEF",
                "cty": "JWT",
            }.items()
        ),
    ],
)
def test_a_wrong_header_is_refused_before_any_key_is_used(said, header):
    assert refusal(token(header=header), reader(Signer("HS256", unheard))).startswith(said)


def test_a_token_of_a_shared_key_holds_no_other_signature():
    assert (
        refusal(token(key="another-key-of-thirty-two-bytes-or-more")) == "the signature is not by the storefront's key"
    )
    head, claims, mark = token().split(".")
    other = token(claims_now(sub="c-1")).split(".")[1]
    assert refusal(f"{head}.{other}.{mark}") == "the signature is not by the storefront's key"
    assert refusal(f"{head}.{claims}.") == "the signature is not by the storefront's key"


def test_a_token_is_short():
    fits = claims_now(padding="")
    fits["padding"] = "x" * ((4096 - len(token(fits))) * 3 // 4)
    assert 4090 <= len(token(fits)) <= 4096
    assert TOKENS.read(token(fits))
    assert refusal(token(fits | {"padding": fits["padding"] + "x" * 8})) == "longer than 4096 bytes"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "eyJ.eyJ.", "\u2028" * 9, "[" * 4000, "e30.e30.e30.e30"]
)
def test_what_is_no_token_is_refused(text):
    assert refusal(text) == "not a signed JWT"


def test_a_key_of_one_storefront_signs_nothing_for_another():
    shops = {
        "shop": Signer("HS256", shared_key(Secret(KEY))),
        "other": Signer("HS256", shared_key(Secret("key-of-the-other-shop-0123456789-0123456789"))),
    }
    both = HandoffTokens(shops, AUDIENCE)
    assert both.read(token()).storefront == "shop"
    assert refusal(token(claims_now(iss="other")), both) == "the signature is not by the storefront's key"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("iss", "aud", "sub", "iat", "exp", "nbf", "jti", "email", "email_verified", "first_name", "target", "coupon")
STORM = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_or_refused(text):
    try:
        handoff = TOKENS.read(text)
    except HandoffRefused:
        return None
    return handoff


@STORM
@given(st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1, max_size=3))
def test_whatever_a_storefront_signs_is_read_or_refused_and_nothing_else(changes):
    handoff = read_or_refused(token(claims_now(**changes)))
    assert handoff is None or handoff.storefront == SHOP


@STORM
@given(st.dictionaries(st.sampled_from(("alg", "typ", "kid", "crit", "jku", "b64")), JSON, min_size=1))
def test_whatever_a_header_holds_the_token_is_read_or_refused(header):
    handoff = read_or_refused(token(header=header))
    assert handoff is None or not header.keys() & {"crit", "jku", "b64"}


@STORM
@given(
    st.text()
    | st.lists(st.binary().map(base64.urlsafe_b64encode), max_size=5).map(lambda parts: b".".join(parts).decode())
)
def test_whatever_a_stranger_sends_is_refused(text):
    assert read_or_refused(text) is None


@STORM
@given(st.data())
def test_a_token_that_was_changed_anywhere_is_refused(data):
    whole = token()
    place = data.draw(st.integers(0, len(whole) - 3))  # the last character may hold bits that mean nothing
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one != whole[place]))
    assert read_or_refused(whole[:place] + letter + whole[place + 1 :]) is None


@pytest.fixture
def shop():
    with raw_server() as server:
        yield server


def publish(server, *keys):
    server.answer("/keys", json.dumps({"keys": [public(key) for key in keys]}).encode())


def published(server, alg, store=None):
    documents = ProviderDocuments(store or connect(None), STALE_SECONDS)
    keys = PublishedKeys(PublishedDocuments(SHOP, documents, ProviderAdapter(HttpClient())), f"{server.url}/keys")
    return reader(Signer(alg, partial(signed_claims, keys=keys.candidates, algorithms=(alg,), kind=KIND)))


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_a_key_set_signs_by_the_algorithm_that_was_pinned(shop, alg):
    key, other = new_key(alg), new_key(alg)
    publish(shop, key)
    tokens = published(shop, alg)
    assert tokens.read(token(key=key, alg=alg)).request.person.customer_id == "c-77"
    assert tokens.read(token(key=key, alg=alg, header={"kid": key.kid})).request.person.customer_id == "c-77"
    assert [path for path, _ in shop.requests] == ["/keys"]
    assert "no key of the provider made this signature" in refusal(token(key=other, alg=alg), tokens)
    assert refusal(token(), tokens) == f"alg is not {alg}, by which this storefront signs"


def test_a_public_key_is_no_shared_key(shop):
    key = new_key("RS256")
    publish(shop, key)
    tokens = published(shop, "RS256")
    text = signing_input({"alg": "RS256", "typ": "tlms-handoff+jwt"}, claims_now())
    mixed_up = f"{text}.{b64(hmac.digest(key.as_pem(private=False), text.encode(), 'sha256'))}"
    assert "no key of the provider made this signature" in refusal(mixed_up, tokens)


def test_a_new_key_is_found_and_strangers_do_not_have_the_set_fetched_for_ever(shop):
    old, new = new_key("ES256"), new_key("ES256")
    publish(shop, old)
    tokens = published(shop, "ES256")
    tokens.read(token(key=old, alg="ES256"))
    publish(shop, new)
    assert tokens.read(token(key=new, alg="ES256", header={"kid": new.kid}))
    for _ in range(9):
        refusal(token(key=new_key("ES256"), alg="ES256"), tokens)
    assert len(shop.requests) == 4


def test_keys_that_cannot_be_had_are_no_fault_of_the_token(shop):
    tokens = published(shop, "ES256")
    with pytest.raises(HandoffKeysUnavailable, match="status 404"):
        tokens.read(token(key=new_key("ES256"), alg="ES256"))


UNUSABLE = {
    "no JSON": (b"<html>", "not a JSON object"),
    "a list": (b"[]", "not a JSON object"),
    "no list of keys": (b'{"keys": 7}', "the key set holds no list of keys"),
    "no keys": (b'{"keys": []}', "none of its keys can be used"),
    "no objects": (b'{"keys": [1, null, "x", []]}', "none of its keys can be used"),
    "shared keys": (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "none of its keys can be used"),
    "nonsense": (
        b'{"keys": [{"kty": "RSA", "n": 5, "e": []}, {"kty": {}}, {"kty": "EC", "crv": 5}, {"kid": 7}, {}]}',
        "none of its keys can be used",
    ),
    "too large": (b" " * (BODY_BYTES + 1), "the answer is too large"),
}


@pytest.mark.parametrize(("body", "note"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("kid", [..., "key-1"])
def test_a_key_set_of_no_use_is_no_fault_of_the_token(shop, body, note, kid):
    shop.answer("/keys", body)
    with pytest.raises(HandoffKeysUnavailable, match=f"^storefront shop: keys.*{note}"):
        published(shop, "ES256").read(token(key=new_key("ES256"), alg="ES256", header={"kid": kid}))


def test_a_key_set_that_turns_into_nonsense_leaves_the_last_good_one(shop):
    key = new_key("ES256")
    publish(shop, key)
    tokens = published(shop, "ES256")
    assert tokens.read(token(key=key, alg="ES256"))
    shop.answer("/keys", b"<html>")
    with pytest.raises(HandoffKeysUnavailable, match="not a JSON object"):
        tokens.read(token(key=new_key("ES256"), alg="ES256"))
    assert tokens.read(token(key=key, alg="ES256"))


def test_strangers_do_not_have_a_key_set_of_no_use_fetched_for_ever(shop):
    shop.answer("/keys", b'{"keys": 7}')
    tokens = published(shop, "ES256")
    for _ in range(9):
        with pytest.raises(HandoffKeysUnavailable) as refused:
            tokens.read(token(key=new_key("ES256"), alg="ES256"))
    assert len(shop.requests) == 3
    assert refused.value.retry_after == 10
