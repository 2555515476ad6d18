"""The validator of tokens, with keys of our own: the good ones pass, and nothing else does."""

import json
import math
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.errors import SignInNotTrusted
from gateway.oidc import tokens
from gateway.oidc.algorithms import TOKEN_BYTES
from gateway.oidc.tokens import (
    AGE_SECONDS,
    CANDIDATES,
    SKEW_SECONDS,
    check_id_token,
    signed_claims,
)
from sandbox.idp.jose import b64, joined, left_half_hash, signature
from sandbox.idp.keys import new_key
from tests.gateway.oidc.tokens_made import (
    ACCESS_TOKEN,
    ALGORITHMS,
    CLIENT,
    ISSUER,
    NONCE,
    claims_now,
    one_of_each,
    published,
    registration,
    token,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)
mutating = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
every_algorithm = pytest.mark.parametrize("alg", ALGORITHMS)


@pytest.fixture(scope="module")
def keys():
    return one_of_each()


@pytest.fixture(scope="module")
def key_set(keys):
    return published(*keys.values())


@pytest.fixture
def read(key_set):
    """Return a function that verifies a token with the published keys."""
    return lambda text: signed_claims(text, lambda _kid: key_set, ALGORITHMS)


def check(claims, algorithm="RS256", **changes):
    check_id_token(claims, registration(**changes), NONCE, ACCESS_TOKEN, algorithm)


def refused(words=None):
    return pytest.raises(SignInNotTrusted, match=words)


# --- signatures ------------------------------------------------------------------------------------------------


@pytest.mark.statement(21)
@pytest.mark.conformance("oidcc-client-test-idtoken-sig-rs256", "rp-id_token-sig-rs256", "rp-id_token-sig-es256")
@every_algorithm
def test_a_good_token_of_each_algorithm_is_believed(read, keys, alg):
    claims = claims_now()
    assert read(token(keys[alg], claims)) == claims


@pytest.mark.statement(21)
@every_algorithm
@mutating
@given(data=st.data())
def test_a_single_changed_character_never_passes(read, keys, alg, data):
    text = token(keys[alg])
    position = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != text[position]))
    with refused():
        read(text[:position] + other + text[position + 1 :])


@pytest.mark.statement(21)
@every_algorithm
def test_the_unused_bits_of_the_last_character_have_to_be_zero(read, keys, alg):
    text = token(keys[alg])
    assert read(text)
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if other != text[-1]:
            with refused():
                read(text[:-1] + other)


@pytest.mark.statement(21)
@every_algorithm
@pytest.mark.parametrize("cut", ["", "=", "==", "\n", " ", ".", ".AAAA"])
def test_nothing_may_hang_on_to_a_token(read, keys, alg, cut):
    text = token(keys[alg])
    if cut:
        with refused():
            read(text + cut)
        with refused():
            read(cut + text)
    with refused():
        read(text[:-4])


@pytest.mark.statement(21)
@pytest.mark.conformance(
    "oidcc-client-test-invalid-sig-rs256", "rp-id_token-bad-sig-rs256", "rp-id_token-bad-sig-es256"
)
@every_algorithm
def test_a_key_that_is_not_published_signs_nothing(read, keys, alg):
    with refused("no key of the provider"):
        read(token(new_key(alg), header={"kid": keys[alg].kid}))


@pytest.mark.statement(21)
@every_algorithm
def test_an_algorithm_that_is_not_pinned_is_refused_however_good_the_signature(key_set, keys, alg):
    others = [other for other in ALGORITHMS if other != alg]
    asked = []
    with refused(f"alg '{alg}'"):
        signed_claims(token(keys[alg]), lambda kid: asked.append(kid) or key_set, others)
    assert asked == []


@pytest.mark.statement(21)
@pytest.mark.parametrize("named", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("published_as", ["EdDSA", "Ed25519", ...])
@pytest.mark.parametrize("pinned", ["EdDSA", "Ed25519"])
def test_both_names_of_ed25519_mean_the_same(keys, named, published_as, pinned):
    """RFC 9864, 2.2: the newer name says which curve; the older one stands for no other curve here."""
    key, claims = keys["EdDSA"], claims_now()
    text = token(key, claims, header={"alg": named}, alg="EdDSA")
    assert signed_claims(text, lambda _kid: published(key, alg=published_as), (pinned,)) == claims


@pytest.mark.statement(21)
@pytest.mark.parametrize("named", ["EdDSA", "Ed25519", "Ed448"])
def test_no_name_of_ed25519_admits_another_curve_or_a_wrong_signature(keys, named):
    other = OKPKey.generate_key("Ed448", {"kid": keys["EdDSA"].kid})
    text = token(other, header={"alg": named}, alg="EdDSA")
    for key in (other, keys["EdDSA"]):
        with refused("no key|alg 'Ed448'"):
            signed_claims(text, lambda _kid, key=key: published(key, alg=...), ("EdDSA", "Ed25519"))


@pytest.mark.statement(21)
@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "ES384", "rs256", "RS256 "]
)
def test_any_other_algorithm_is_refused_even_where_the_settings_name_it(keys, key_set, alg):
    text = token(keys["RS256"], header={"alg": alg}, alg="RS256")
    with refused("alg "):
        signed_claims(text, lambda _kid: key_set, (*ALGORITHMS, alg))
    with refused("alg "):
        signed_claims(text.rpartition(".")[0] + ".", lambda _kid: key_set, (*ALGORITHMS, alg))


@pytest.mark.statement(21)
@pytest.mark.parametrize("alg", [None, 1, True, ["RS256"], {"RS256": 1}, ...])
def test_an_algorithm_that_is_no_text_is_refused(read, keys, alg):
    with refused("alg "):
        read(token(keys["RS256"], header={"alg": alg}, alg="RS256"))


@pytest.mark.statement(21)
def test_a_signature_of_another_algorithm_with_the_same_key_is_refused(keys):
    either = published(keys["RS256"], alg=...)
    for signed, named in (("RS256", "PS256"), ("PS256", "RS256")):
        with refused("no key"):
            signed_claims(token(keys["RS256"], header={"alg": named}, alg=signed), lambda _kid: either, ALGORITHMS)


# --- candidate keys --------------------------------------------------------------------------------------------


@pytest.mark.statement(21, 36)
@every_algorithm
@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "RSA-OAEP-256"},
        {"kid": "another"},
        {"key_ops": ["encrypt"], "use": ...},
        {"use": "enc", "kid": ...},
    ],
    ids=str,
)
def test_a_key_for_another_use_is_no_candidate(keys, alg, change):
    with refused("no key"):
        signed_claims(token(keys[alg]), lambda _kid: published(keys[alg], **change), ALGORITHMS)


@pytest.mark.conformance("oidcc-client-test-kid-absent-single-jwks", "rp-id_token-kid-absent-single-jwks")
@every_algorithm
def test_without_kid_the_one_key_that_fits_is_taken(read, keys, alg):
    assert read(token(keys[alg], header={"kid": ...}))


@pytest.mark.conformance("oidcc-client-test-kid-absent-multiple-jwks", "rp-id_token-kid-absent-multiple-jwks")
@every_algorithm
def test_without_kid_all_keys_that_fit_are_tried(keys, alg):
    several = published(new_key(alg), keys[alg], new_key(alg))
    assert signed_claims(token(keys[alg], header={"kid": ...}), lambda _kid: several, ALGORITHMS)


@pytest.mark.statement(36)
@every_algorithm
def test_a_key_without_a_name_may_be_the_one_that_a_token_names(keys, alg):
    nameless = [*published(new_key(alg), kid="another"), *published(new_key(alg), keys[alg], kid=...)]
    assert signed_claims(token(keys[alg]), lambda _kid: nameless, ALGORITHMS)
    with refused(r"\(2 tried\)"):
        signed_claims(token(new_key(alg)), lambda _kid: nameless, ALGORITHMS)


@pytest.mark.statement(36)
def test_no_further_key_is_asked_for_once_one_has_verified_the_signature(keys):
    asked = (
        pytest.fail("one was enough") if number else key for number, key in enumerate(published(keys["ES256"]) * 2)
    )
    assert signed_claims(token(keys["ES256"]), lambda _kid: asked, ALGORITHMS)


@pytest.mark.statement(36)
def test_a_token_costs_sixteen_verifications_at_most_however_many_keys_are_published(keys, monkeypatch):
    one = published(new_key("ES256"), kid=...)
    others = one * 4 + published(new_key("RS256"), kid=...) * 100
    verified, verifies = [], tokens._verifies
    monkeypatch.setattr(tokens, "_verifies", lambda *asked: verified.append(asked) or verifies(*asked))
    with refused(rf"\({CANDIDATES} tried\)"):
        signed_claims(token(keys["ES256"]), lambda _kid: one * 200, ALGORITHMS)
    assert len(verified) == CANDIDATES == 16
    last = [*others, *one * (CANDIDATES - 5), *published(keys["ES256"], kid=...)]
    assert signed_claims(token(keys["ES256"], header={"kid": ...}), lambda _kid: last, ALGORITHMS)
    with refused():
        signed_claims(token(keys["ES256"]), lambda _kid: [*one, *last], ALGORITHMS)


@pytest.mark.statement(36)
def test_the_key_source_is_told_the_kid_and_asked_once(keys, key_set):
    asked = []
    signed_claims(token(keys["ES256"]), lambda kid: asked.append(kid) or key_set, ALGORITHMS)
    signed_claims(token(keys["ES256"], header={"kid": ...}), lambda kid: asked.append(kid) or key_set, ALGORITHMS)
    assert asked == [keys["ES256"].kid, None]


@pytest.mark.statement(21)
def test_keys_of_other_curves_and_weak_ones_are_no_candidates():
    curve = ECKey.generate_key("P-384", {"kid": "p384"})
    exchange = OKPKey.generate_key("X25519", {"kid": "x"})
    for key, alg in ((curve, "ES256"), (exchange, "EdDSA")):
        with refused("no key"):
            signed_claims(
                token(new_key(alg), header={"kid": key.kid}), lambda _kid, key=key: published(key), ALGORITHMS
            )


@pytest.mark.statement(21)
@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_an_rsa_key_of_less_than_2048_bits_is_no_candidate(alg):
    """RFC 7518, 3.3 and 3.5: 2048 bits or more."""
    pem = rsa.generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    weak = RSAKey.import_key(pem, {"kid": "weak", "use": "sig", "alg": alg})
    with refused("no key"):
        signed_claims(token(weak), lambda _kid: published(weak), ALGORITHMS)


# --- headers and shapes ----------------------------------------------------------------------------------------


@pytest.mark.statement(22)
@mutating
@given(
    name=st.sampled_from(["jku", "jwk", "x5u", "x5c", "x5t", "typ", "cty", "zip", "b64", "enc", "epk", "x"]), value=JSON
)
def test_a_header_that_offers_other_keys_never_leads_to_other_claims(read, keys, name, value):
    claims = claims_now()
    assume(not _has_constant(value))
    try:
        found = read(token(keys["ES256"], claims, {name: value}))
    except SignInNotTrusted:
        found = claims  # malformed, so that joserfc does not read on
    assert found == claims


def _has_constant(value):
    if isinstance(value, float):
        return not math.isfinite(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_constant, inner))


@pytest.mark.statement(22)
@pytest.mark.parametrize("crit", [[], ["exp"], ["b64"], ["x"], "x", None, {}, 1])
def test_any_critical_header_is_refused(read, keys, crit):
    with refused("critical"):
        read(token(keys["ES256"], header={"crit": crit, "x": 1, "b64": True}))


@pytest.mark.statement(22)
def test_a_token_has_at_most_64_kib_and_a_longer_one_is_not_even_looked_at(keys, key_set):
    fits = token(keys["ES256"])
    padding = (TOKEN_BYTES - len(fits)) * 3 // 4 - 40
    longest = token(keys["ES256"], claims_now(padding="p" * padding))
    assert TOKEN_BYTES - 100 < len(longest) <= TOKEN_BYTES
    assert signed_claims(longest, lambda _kid: key_set, ALGORITHMS)
    asked = []
    for text in (token(keys["ES256"], claims_now(padding="p" * (padding + 200))), "a" * (TOKEN_BYTES + 1)):
        with refused("longer than 65536 bytes"):
            signed_claims(text, asked.append, ALGORITHMS)
    assert asked == []


@pytest.mark.statement(22)
@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "e30.e30.", "bnVsbA.e30.AA", "é.é.é", "[]", "\x00.\x00.\x00"]
)
def test_what_is_no_token_is_refused(read, text):
    with refused():
        read(text)


@pytest.mark.statement(22)
@mutating
@given(st.text(max_size=60) | st.lists(st.binary(max_size=20), max_size=6).map(lambda parts: ".".join(map(b64, parts))))
def test_any_other_text_is_refused_and_never_a_fault_of_our_own(read, text):
    with refused():
        read(text)


@pytest.mark.statement(22)
@pytest.mark.parametrize(
    "payload",
    ["", "[1, 2]", "null", "1", '"x"', "sub=kim", "{", '{"a": NaN}', '{"a": -Infinity}', "[" * 5000],
    ids=range(10),
)
def test_a_payload_that_is_no_object_of_json_is_refused_although_it_is_signed(read, keys, payload):
    key = keys["ES256"]
    text = joined({"alg": "ES256", "kid": key.kid}, payload)
    with refused("not a signed JWT"):
        read(f"{text}.{signature('ES256', text, key)}")


@pytest.mark.statement(22)
def test_a_payload_in_latin_1_is_refused_and_no_fault_of_our_own(read, keys):
    key = keys["ES256"]
    head = json.dumps({"alg": "ES256", "kid": key.kid}).encode()
    payload = '{"sub": "jürgen"}'.encode("latin-1")
    text = f"{b64(head)}.{b64(payload)}"
    with refused("not a signed JWT"):
        read(f"{text}.{signature('ES256', text, key)}")


# --- claims ----------------------------------------------------------------------------------------------------


@pytest.mark.conformance("oidcc-client-test", "rp-response_type-code")
def test_a_flawless_token_passes():
    check(claims_now())


@pytest.mark.statement(23, 24, 25, 26, 27, 28)
@pytest.mark.conformance(
    "oidcc-client-test-invalid-iss",
    "oidcc-client-test-missing-sub",
    "oidcc-client-test-invalid-aud",
    "oidcc-client-test-missing-iat",
    "oidcc-client-test-nonce-invalid",
    "oidcc-client-test-invalid-athash",
)
@settings(max_examples=600, deadline=None)
@given(name=st.sampled_from(["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash"]), value=JSON)
def test_a_claim_with_any_other_value_never_passes_unless_the_specification_allows_it(name, value):
    claims = claims_now(**{name: value})
    assume(not _is_close(name, value))
    if _is_allowed(name, value):
        check(claims)
    else:
        with refused(rf"\b{name}\b"):
            check(claims)


def _is_close(name, value):
    """Whether a time is so near to a limit that the outcome depends on the second."""
    if name not in ("exp", "iat", "nbf") or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    away = value - time.time()
    return any(abs(away - limit) < 5 for limit in (-SKEW_SECONDS, SKEW_SECONDS, -AGE_SECONDS - SKEW_SECONDS))


def _is_allowed(name, value):
    """Core 3.1.3.7 and 2 in other words, for one claim of an otherwise flawless token."""
    now = time.time()
    number = type(value) in (int, float) and math.isfinite(value) and 0 < value < 2**33
    return {
        "iss": value == ISSUER,
        "sub": type(value) is str and value.isascii() and 1 <= len(value) <= 255,
        "aud": value in (CLIENT, [CLIENT]),
        "azp": value == CLIENT,
        "exp": number and value > now,
        "iat": number and now - 600 < value < now,
        "nbf": type(value) in (int, float) and -math.inf < value < now,
        "nonce": value == NONCE,
        "at_hash": False,
    }[name]


@pytest.mark.statement(23, 24, 25, 26, 27)
@pytest.mark.conformance(
    "oidcc-client-test-missing-sub", "oidcc-client-test-missing-aud", "oidcc-client-test-missing-iat"
)
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
def test_a_claim_that_is_missing_is_named(name):
    with refused(rf"\b{name}\b"):
        check(claims_now(**{name: ...}))


@pytest.mark.statement(24)
@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another", "azp": CLIENT},
        {"aud": ["another"], "azp": CLIENT},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"aud": ["another", CLIENT], "azp": CLIENT},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, CLIENT]},
        {"aud": [[CLIENT]]},
        {"aud": {CLIENT: True}},
        {"aud": f"{CLIENT} another"},
        {"azp": "another"},
        {"azp": ""},
        {"azp": None},
        {"azp": [CLIENT]},
    ],
    ids=str,
)
def test_the_token_is_for_this_client_and_for_nobody_else(change):
    with refused(r"\baud\b|\bazp\b"):
        check(claims_now(**change))


@pytest.mark.statement(24)
@pytest.mark.parametrize(
    "change",
    [
        {"aud": [CLIENT, "2463617"], "azp": CLIENT},
        {"aud": ["2463617", CLIENT], "azp": CLIENT},
        {"aud": ["2463617", "https://api.acme.example", CLIENT], "azp": CLIENT},
        {"aud": [CLIENT, CLIENT], "azp": CLIENT},
        {"aud": [CLIENT]},
        {"aud": CLIENT, "azp": CLIENT},
    ],
    ids=str,
)
def test_further_audiences_that_are_trusted_may_be_named_besides_this_client(change):
    check(claims_now(**change), trusted_audiences={"2463617", "https://api.acme.example"})


@pytest.mark.statement(24)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aud": [CLIENT, "2463617"]}, "azp is missing"),
        ({"aud": [CLIENT, CLIENT]}, "azp is missing"),
        ({"aud": [CLIENT, "2463617"], "azp": None}, "azp is another client"),
        ({"aud": [CLIENT, "2463617"], "azp": "2463617"}, "azp is another client"),
        ({"aud": [CLIENT, "2463617"], "azp": [CLIENT]}, "azp is another client"),
        ({"aud": [CLIENT], "azp": "2463617"}, "azp is another client"),
        ({"aud": ["2463617"], "azp": CLIENT}, "aud does not name this client"),
        ({"aud": "2463617", "azp": CLIENT}, "aud does not name this client"),
        ({"aud": f"{CLIENT},2463617", "azp": CLIENT}, "aud does not name this client"),
        ({"aud": [CLIENT, ["2463617"]], "azp": CLIENT}, "aud does not name this client"),
        ({"aud": [CLIENT, "2463617", "another"], "azp": CLIENT}, r"aud names others .*: \['another'\]"),
        ({"aud": [CLIENT, "246361"], "azp": CLIENT}, r"aud names others .*: \['246361'\]"),
        ({"aud": [CLIENT, "2463617 "], "azp": CLIENT}, "aud names others"),
        ({"aud": [CLIENT, ""], "azp": CLIENT}, "aud names others"),
    ],
    ids=str,
)
def test_a_trusted_audience_replaces_neither_this_client_nor_its_azp(change, words):
    with refused(words):
        check(claims_now(**change), trusted_audiences={"2463617"})


@pytest.mark.statement(24)
def test_the_note_on_foreign_audiences_is_short_however_many_and_long_they_are():
    with refused("aud names others") as caught:
        check(claims_now(aud=[CLIENT, *(f"{number}-" + "x" * 5000 for number in range(50))], azp=CLIENT))
    assert len(caught.value.note) < 600


@pytest.mark.statement(25)
@pytest.mark.parametrize(
    ("name", "seconds", "passes"),
    [
        ("exp", -SKEW_SECONDS + 5, True),
        ("exp", -SKEW_SECONDS - 5, False),
        ("exp", 10 * 365 * 86400, True),
        ("iat", SKEW_SECONDS - 5, True),
        ("iat", SKEW_SECONDS + 5, False),
        ("iat", -AGE_SECONDS, True),
        ("iat", -AGE_SECONDS - SKEW_SECONDS - 5, False),
        ("nbf", SKEW_SECONDS - 5, True),
        ("nbf", SKEW_SECONDS + 5, False),
        ("nbf", -86400, True),
        ("nbf", -(10**12), True),
    ],
)
def test_clocks_may_differ_by_a_minute_and_no_more(name, seconds, passes):
    assert SKEW_SECONDS <= 120
    claims = claims_now(**{name: time.time() + seconds})
    if passes:
        check(claims)
    else:
        with refused(rf"\b{name}\b"):
            check(claims)


@pytest.mark.statement(25)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value",
    ["1", "", None, True, False, [], {}, math.nan, math.inf, -math.inf, 1e300, 2**40, 10**400],
    ids=lambda value: str(value)[:9],
)
def test_a_time_is_a_finite_number_of_this_age(name, value):
    with refused(rf"\b{name}\b"):
        check(claims_now(**{name: value}))


@pytest.mark.statement(25)
@pytest.mark.parametrize("value", [0, 0.0, -1, -1e300, -(10**400)], ids=lambda value: str(value)[:9])
def test_a_time_that_is_past_for_ever_begins_a_token_and_neither_makes_nor_ends_it(value):
    check(claims_now(nbf=value))
    for name in ("exp", "iat"):
        with refused(rf"\b{name}\b"):
            check(claims_now(**{name: value}))


@pytest.mark.statement(27)
@pytest.mark.parametrize(("subject", "passes"), [("s", True), ("s" * 255, True), ("s" * 256, False), ("é", False)])
def test_a_subject_has_1_to_255_characters_of_ascii(subject, passes):
    if passes:
        check(claims_now(sub=subject))
    else:
        with refused(r"\bsub\b"):
            check(claims_now(sub=subject))


@pytest.mark.statement(26)
@pytest.mark.parametrize("nonce", ["", NONCE.upper(), f"{NONCE} ", NONCE[:-1], "nönce", [NONCE], None, 1])
def test_the_nonce_is_the_transactions_and_no_other(nonce):
    with refused(r"\bnonce\b"):
        check(claims_now(nonce=nonce))


@pytest.mark.statement(28)
@pytest.mark.conformance("oidcc-client-test-invalid-athash", "rp-id_token-bad-at_hash")
@pytest.mark.parametrize("value", ["", "77QmUPtjPfzWtF2AnpK9RQ", None, 1, True, [], {}])
def test_an_at_hash_of_another_access_token_is_refused(value):
    with refused(r"\bat_hash\b"):
        check(claims_now(at_hash=value))


@pytest.mark.statement(28)
@pytest.mark.parametrize("alg", [*ALGORITHMS, "Ed25519"])
def test_an_at_hash_is_made_by_the_hash_that_belongs_to_the_algorithm(alg):
    other = "RS256" if alg in ("EdDSA", "Ed25519") else "EdDSA"
    check(claims_now(at_hash=left_half_hash(ACCESS_TOKEN, "EdDSA" if alg == "Ed25519" else alg)), algorithm=alg)
    with refused(r"\bat_hash\b"):
        check(claims_now(at_hash=left_half_hash(ACCESS_TOKEN, other)), algorithm=alg)


@pytest.mark.statement(28)
@pytest.mark.conformance("oidcc-client-test-missing-athash", "rp-id_token-missing-at_hash")
def test_without_at_hash_a_token_of_the_code_flow_passes():
    check(claims_now(at_hash=...))


@pytest.mark.statement(30)
@pytest.mark.parametrize(
    ("auth_time", "passes"),
    [(-10, True), (-300, True), (-300 - SKEW_SECONDS - 5, False), (-86400, False), (..., False), ("text", False)],
)
def test_where_max_age_was_asked_for_auth_time_has_to_be_young_enough(auth_time, passes):
    value = time.time() + auth_time if isinstance(auth_time, int) else auth_time
    claims = claims_now(auth_time=value)
    check(claims)
    if passes:
        check(claims, max_age=300)
    else:
        with refused("auth_time"):
            check(claims, max_age=300)


@pytest.mark.statement(30)
@pytest.mark.parametrize(
    "auth_time", [math.nan, 1e300, True, None, [], 86400, 10**400], ids=lambda value: str(value)[:9]
)
def test_an_auth_time_that_lies_in_the_future_or_is_no_time_is_refused_where_max_age_was_asked_for(auth_time):
    value = time.time() + auth_time if auth_time == 86400 else auth_time
    with refused("auth_time"):
        check(claims_now(auth_time=value), max_age=300)


@pytest.mark.statement(30)
@pytest.mark.parametrize(
    ("acr", "passes"),
    [("mfa", True), ("phr", True), ("0", False), ("", False), (None, False), (["mfa"], False), ("mfa phr", False)],
)
def test_where_acr_values_were_asked_for_one_of_them_is_demanded(acr, passes):
    claims = claims_now(acr=acr)
    check(claims)
    if passes:
        check(claims, acr_values=("mfa", "phr"))
    else:
        with refused(r"\bacr\b"):
            check(claims, acr_values=("mfa", "phr"))
