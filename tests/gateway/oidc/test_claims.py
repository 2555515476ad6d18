"""From claims to an identity: one address or none, names for a page, a language tag; nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.oidc.claims import identity_from, together
from gateway.oidc.presets import PRESETS
from gateway.personal_data import EMAIL_LENGTH, NAME_LENGTH, email_address
from tests.gateway.oidc.tokens_made import CLIENT, ISSUER, SUBJECT, registration

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
ENTRA = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def identity(preset="generic", issuer=ISSUER, **claims):
    return identity_from({"iss": issuer, "sub": SUBJECT, **claims}, registration(preset=PRESETS[preset], issuer=issuer))


# --- e-mail addresses ------------------------------------------------------------------------------------------


@pytest.mark.statement(41)
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("kim@acme.example", "kim@acme.example"),
        ("Kim.Lee@ACME.Example", "kim.lee@acme.example"),
        ("kim+training@mail.acme.example", "kim+training@mail.acme.example"),
        ("o'neil@acme.example", "o'neil@acme.example"),
        ("kim@bücher.example", "kim@xn--bcher-kva.example"),
        ("kim@BÜCHER.example", "kim@xn--bcher-kva.example"),
        ("kim@xn--bcher-kva.example", "kim@xn--bcher-kva.example"),
        ("kim@bu\u0308cher.example", "kim@xn--bcher-kva.example"),
        ("kim@straße.example", "kim@xn--strae-oqa.example"),
        ("k@a.bc", "k@a.bc"),
        ("1@1.example", "1@1.example"),
        ("a" * 64 + "@acme.example", "a" * 64 + "@acme.example"),
    ],
)
def test_one_address_is_read_in_lower_case_with_its_domain_in_idna(written, read):
    assert email_address(written) == read


@pytest.mark.statement(41)
@pytest.mark.parametrize(
    "written",
    [
        "a@evil.com@corp.com",
        "a%40evil.com@corp.com@",
        '"a@evil.com"@corp.com',
        '"a b"@corp.com',
        "a b@corp.com",
        " a@corp.com",
        "a@corp.com ",
        "a@corp.com\n",
        "a@corp.com\r\nBcc: all@corp.com",
        "a@corp.com,b@evil.com",
        "a@corp.com;evil.com",
        "a@corp.com, evil.com",
        "Kim <a@corp.com>",
        "<a@corp.com>",
        "a@corp.com(evil.com)",
        "a@[127.0.0.1]",
        "a@corp",
        "a@.com",
        "a@corp.",
        "a@corp..com",
        "a@-corp.com",
        "a@corp-.com",
        "a@corp_x.com",
        "a@corp.com/evil",
        "a@corp.com?evil",
        "a@corp.com#evil",
        "a@corp.com\x00.evil.com",
        "a\x00@corp.com",
        "a\u200b@corp.com",
        "a@corp\u3002com\n",
        "a@corp.c",
        "@corp.com",
        "a@",
        "@",
        "",
        "corp.com",
        "a" * 65 + "@corp.com",
        "a@" + "b" * 64 + ".com",
        "a@" + "b." * 130 + "com",
        "a\\@corp.com",
        "a:b@corp.com",
        "mailto:a@corp.com",
        None,
        42,
        True,
        ["a@corp.com"],
        {"value": "a@corp.com"},
    ],
)
def test_what_is_not_one_plain_address_is_nobodys(written):
    assert email_address(written) == ""


@pytest.mark.statement(41)
@given(st.text(max_size=80) | st.tuples(st.text(max_size=20), st.text(max_size=40)).map("@".join))
def test_whatever_is_read_as_an_address_has_one_at_and_a_domain_of_ascii(written):
    read = email_address(written)
    if read:
        local, at, domain = read.partition("@")
        assert (at, domain.isascii(), "@" in domain) == ("@", True, False)
        assert domain == domain.lower()
        assert len(read) <= EMAIL_LENGTH + 50
        assert not set(read) & set(' \t\r\n"<>()[],;:\\')
        assert all(letter.isprintable() for letter in local)


@pytest.mark.statement(41)
@given(st.emails())
def test_reading_an_address_again_changes_nothing(written):
    once = email_address(written)
    assert email_address(once) == once


@pytest.mark.statement(41)
@pytest.mark.parametrize(
    "domain",
    [
        "\u0430cme.example",  # the first letter is Cyrillic
        "acme\u3002example",  # an ideographic full stop
        "\uff41cme.example",  # a full-width letter
        "ac\u00adme.example",  # a soft hyphen
        "acme.e\u200dxample",  # a joiner of no width
        "\u017facme.example",  # a long s
        "stra\u00dfe.example",  # registered apart from strasse.example since IDNA 2008
        "\u24d0cme.example",  # a letter in a circle
    ],
    ids=ascii,
)
def test_a_domain_that_only_looks_like_another_is_another_or_none(domain):
    read = email_address(f"kim@{domain}")
    assert read == "" or "@xn--" in read


@pytest.mark.statement(41)
def test_letters_that_fold_into_ascii_do_not_make_somebody_elses_address():
    assert email_address("\u212aim@acme.example") != "kim@acme.example"


# --- verified --------------------------------------------------------------------------------------------------


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("said", "means"),
    [(True, True), (False, False), ("true", None), ("false", None), (1, None), (None, None), ([True], None)],
)
@pytest.mark.parametrize("preset", ["generic", "okta", "keycloak", "auth0", "jumpcloud"])
def test_an_address_is_verified_where_a_boolean_says_so(preset, said, means):
    assert identity(preset, email="kim@acme.example", email_verified=said).email_verified is means


@pytest.mark.statement(40)
def test_where_there_is_no_address_nothing_is_verified():
    assert identity(email_verified=True).email_verified is None
    assert identity(email="a@evil.com@corp.com", email_verified=True).email_verified is None


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("said", "means"), [(True, True), (1, True), ("1", True), (False, None), ("0", None), ("true", None), (None, None)]
)
def test_entra_vouches_by_xms_edov_alone(said, means):
    claims = {"oid": "o-1", "tid": TENANT, "email": "kim@acme.example", "email_verified": True}
    assert identity("entra", ENTRA, **claims, xms_edov=said).email_verified is means


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("email", "hd", "verified", "means"),
    [
        ("kim@gmail.com", None, True, True),
        ("kim@gmail.com", None, False, False),
        ("kim@acme.example", "acme.example", True, True),
        ("kim@acme.example", "other.example", True, None),
        ("kim@acme.example", None, True, None),
        ("kim@acme.example", "acme.example", "true", None),
        ("kim@evil.example", "", True, None),
    ],
)
def test_google_vouches_where_it_is_the_authority_over_the_address(email, hd, verified, means):
    assert identity("google", email=email, hd=hd, email_verified=verified).email_verified is means


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("preset", "claims", "doubt"),
    [
        ("generic", {"email_verified": True}, ""),
        ("generic", {"email_verified": False}, "email_verified-false"),
        ("generic", {}, "email_verified-absent"),
        ("generic", {"email_verified": "true"}, "email_verified-text"),
        ("generic", {"email_verified": ""}, "email_verified-text"),
        ("generic", {"email_verified": 1}, "email_verified-not-boolean"),
        ("generic", {"email_verified": [True]}, "email_verified-not-boolean"),
        ("entra", {"xms_edov": True}, ""),
        ("entra", {"xms_edov": "1"}, ""),
        ("entra", {"xms_edov": False}, "xms_edov-not-true"),
        ("entra", {"xms_edov": "0"}, "xms_edov-not-true"),
        ("entra", {"email_verified": True}, "xms_edov-absent"),
        ("google", {"hd": "acme.example", "email_verified": True}, ""),
        ("google", {"hd": "acme.example", "email_verified": "true"}, "email_verified-text"),
        ("google", {"hd": "acme.example"}, "email_verified-absent"),
        ("google", {"hd": "other.example", "email_verified": True}, "hd-differs"),
        ("google", {"email_verified": True}, "hd-absent"),
    ],
    ids=str,
)
def test_what_keeps_an_address_from_counting_is_named_after_the_claim_that_the_preset_expects(preset, claims, doubt):
    found = identity(preset, ENTRA, oid="o-1", tid=TENANT, email="kim@acme.example", **claims)
    assert found.email_doubt == doubt
    assert (found.email_verified is True) is (doubt == "")
    assert (found.email_verified is False) is (doubt == "email_verified-false")


@pytest.mark.statement(41)
@pytest.mark.parametrize(
    ("written", "doubt"),
    [
        (None, "missing"),
        ("", "missing"),
        ("kim@acme.example ", "blanks-around"),
        ("\u00a0kim@acme.example", "blanks-around"),
        ("kim@corp", "malformed"),
        ("kim lee@acme.example", "malformed"),
        (" ", "malformed"),
        (42, "malformed"),
        (["kim@acme.example"], "malformed"),
    ],
)
def test_an_address_that_is_none_is_told_apart_from_one_that_is_missing(written, doubt):
    found = identity(email=written, email_verified=True)
    assert (found.email, found.email_verified, found.email_doubt) == ("", None, doubt)


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("id_token", "userinfo", "address", "verified"),
    [
        ({"email": "a@acme.example", "email_verified": True}, {}, "a@acme.example", True),
        ({}, {"email": "a@acme.example", "email_verified": True}, "a@acme.example", True),
        ({"email": "a@acme.example"}, {"email": "b@acme.example", "email_verified": True}, "b@acme.example", True),
        ({"email": "a@acme.example", "email_verified": False}, {"email_verified": True}, "a@acme.example", False),
        ({"email": "a@acme.example"}, {"email_verified": True}, "a@acme.example", None),
        ({"email_verified": True}, {"email": "b@acme.example"}, "b@acme.example", None),
        (
            {"email": "a@acme.example", "email_verified": False},
            {"email": "b@acme.example", "email_verified": True},
            "a@acme.example",
            False,
        ),
    ],
)
def test_what_vouches_for_one_address_never_vouches_for_another(id_token, userinfo, address, verified):
    found = identity(**together({"sub": SUBJECT, **id_token}, {"sub": SUBJECT, **userinfo}))
    assert (found.email, found.email_verified) == (address, verified)


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("id_token", "userinfo", "doubt"),
    [
        ({"email": "a@acme.example"}, {}, "email_verified-absent"),
        ({}, {"email": "a@acme.example"}, "email_verified-absent"),
        ({"email": "a@acme.example"}, {"email": "a@acme.example"}, "email_verified-absent"),
        ({"email": "a@acme.example", "email_verified": None}, {"email_verified": None}, "email_verified-absent"),
        ({"email": "a@acme.example"}, {"email": "a@acme.example", "email_verified": False}, "email_verified-false"),
        ({"email": "a@acme.example"}, {"email_verified": False}, "email_verified-elsewhere"),
        ({"email_verified": False}, {"email": "a@acme.example"}, "email_verified-elsewhere"),
        (
            {"email": "a@acme.example", "hd": "x"},
            {"email": "a@acme.example", "email_verified": False},
            "email_verified-elsewhere",
        ),
        ({"email": "a@acme.example"}, {"email_verified": "true"}, "email_verified-elsewhere"),
    ],
    ids=str,
)
def test_a_claim_is_absent_only_where_neither_source_has_it(id_token, userinfo, doubt):
    assert identity(**together({"sub": SUBJECT, **id_token}, {"sub": SUBJECT, **userinfo})).email_doubt == doubt


@pytest.mark.statement(40)
@pytest.mark.parametrize(
    ("verified", "doubt"),
    [
        (None, "xms_edov-absent"),
        (True, "xms_edov-absent"),
        (False, "email_verified-false"),
        ("false", "email_verified-text"),
        (0, "email_verified-not-boolean"),
    ],
)
def test_entras_claim_is_not_absent_where_email_verified_denies(verified, doubt):
    found = identity("entra", ENTRA, oid="o-1", tid=TENANT, email="kim@acme.example", email_verified=verified)
    assert (found.email_doubt, found.email_verified is True) == (doubt, False)


@pytest.mark.statement(29)
def test_userinfo_never_replaces_what_the_id_token_said():
    id_token = {"iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "nonce": "n", "oid": "o-1"}
    told = {"iss": "evil", "sub": "evil", "aud": "evil", "nonce": "evil", "oid": "evil", "locale": "de"}
    found = {name: value for name, value in together(id_token, told).items() if value is not None}
    assert found == {**id_token, "locale": "de"}


# --- the key ---------------------------------------------------------------------------------------------------


@pytest.mark.statement(39, 42)
def test_the_key_is_issuer_and_subject_and_nothing_else():
    one = identity(email="kim@acme.example", email_verified=True)
    renamed = identity(email="lee@acme.example", email_verified=True, preferred_username="lee")
    recycled = identity(email="kim@acme.example", email_verified=True, sub="another")
    elsewhere = identity(issuer=f"{ISSUER}/", email="kim@acme.example", email_verified=True)
    assert one.key == renamed.key
    assert len({one.key, recycled.key, elsewhere.key}) == 3


@pytest.mark.statement(39)
def test_entras_key_is_the_object_id_in_the_tenant():
    assert identity("entra", ENTRA, oid="o-1", tid=TENANT).subject == "o-1"
    assert identity("entra", ENTRA, oid="o-1", tid=TENANT, sub="other-client").subject == "o-1"


# --- names and languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({"given_name": "Kim", "family_name": "Lee", "name": "Somebody Else"}, ("Kim", "Lee")),
        ({"given_name": "Kim"}, ("Kim", "")),
        ({"family_name": "Lee"}, ("", "Lee")),
        ({"name": "Kim Lee"}, ("Kim", "Lee")),
        ({"name": "Maria del Carmen Ruiz"}, ("Maria", "del Carmen Ruiz")),
        ({"name": "Cher"}, ("Cher", "")),
        ({"name": "  Kim \t Lee "}, ("Kim", "Lee")),
        ({"name": "李小龍"}, ("李小龍", "")),
        ({"given_name": "Jürgen\r\nX-Header: 1", "family_name": "Öz\x00türk"}, ("Jürgen X-Header: 1", "Öz türk")),
        ({"given_name": "\u202eevil", "family_name": "<b>"}, ("evil", "<b>")),
        ({"given_name": "x" * 500, "family_name": "y"}, ("x" * NAME_LENGTH, "y")),
        ({"given_name": 42, "family_name": ["Lee"], "name": {"a": 1}}, ("", "")),
        ({}, ("", "")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_names_are_printable_text_of_reasonable_length(claims, names):
    found = identity(**claims)
    assert (found.given_name, found.family_name) == names


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("pt-BR", "pt-BR"),
        ("en_US", "en-US"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("de_DE.UTF-8", ""),
        ("german language", ""),
        ("../../etc", ""),
        ("de\n", ""),
        ("", ""),
        ("x" * 500, ""),
        (None, ""),
        (["de"], ""),
        ({"a": 1}, ""),
    ],
    ids=str,
)
def test_a_language_is_a_tag_or_nothing(locale, language):
    assert identity(locale=locale).language == language


@given(
    st.dictionaries(
        st.sampled_from(["email", "email_verified", "name", "given_name", "locale", "preferred_username"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2),
    )
)
def test_no_claim_can_make_the_identity_fail(claims):
    found = identity(**claims)
    assert found.subject == SUBJECT
    shown = found.given_name + found.family_name + found.username
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in shown)
