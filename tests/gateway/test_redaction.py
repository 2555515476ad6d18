"""What may be written down of a text that a stranger wrote."""

import pytest

from gateway.redaction import excerpt, redacted, shortened

LINK = "https://acme.talentlms.com/index/gotocourse/key:abc123secret,course_id:12"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJraW0ifQ.c2lnbmF0dXJl"


SECRETS_IN_TEXT = [
    (LINK, "abc123secret"),
    ("GET https://acme.talentlms.com/index/autologin/key:abc123secret failed", "abc123secret"),
    ("https://acme.talentlms.com/index/logout/token:abc123secret,next:aHR0cA==", "abc123secret"),
    (f"token was {JWT} and so on", "eyJzdWIiOiJraW0ifQ"),
    ("Authorization: Basic c2VjcmV0OnNlY3JldA==", "c2VjcmV0OnNlY3JldA"),
    ("authorization: bearer abc123secret", "abc123secret"),
    ("redis://:abc123secret@redis.internal:6379/0", "abc123secret"),
    ("rediss://user:abc123secret@redis.internal:6379/0", "abc123secret"),
    ("/callback/acme?code=abc123secret&state=other456secret", "abc123secret"),
    ("/callback/acme?code=abc123secret&state=other456secret", "other456secret"),
    ("grant_type=authorization_code&code_verifier=abc123secret&client_secret=x", "abc123secret"),
    ("login=kim&password=abc123secret", "abc123secret"),
    ("csrf_token=abc123secret", "abc123secret"),
    ("Cookie: __Host-talentlms_gateway_session=abc123secret; theme=dark", "abc123secret"),
    ("Cookie: talentlms_gateway_transaction_0a1b2c=1234.abc123secret", "abc123secret"),
    ('{"id": "7", "login_key": "abc123secret"}', "abc123secret"),
    ('{"id":"7","password":"abc123secret"}', "abc123secret"),
    ("{'access_token': 'abc123secret'}", "abc123secret"),
    ("api_key=abc123secret", "abc123secret"),
    ("https://user:abc123secret@id.acme.example/token", "abc123secret"),
    ("GATEWAY_SECRET_KEYS='abc123secret'", "abc123secret"),
    ("OIDC_CLIENT_SECRET=abc123secret", "abc123secret"),
    ('{"Password": "abc123secret"}', "abc123secret"),
    ("https://abc123secret@git.acme.example/", "abc123secret"),
    ("Cookie: talentlms_gateway_arrival=abc123secret", "abc123secret"),
    ("GET /redeem/abc123secret failed", "abc123secret"),
    ("/redeem/ABCD EFGH abc123secret", "abc123secret"),
    ("/login?next=%2Fredeem%2Fabc123secret", "abc123secret"),
]


@pytest.mark.statement(61)
@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_inside_a_text_are_redacted(text, secret):
    assert secret not in redacted(text)


@pytest.mark.statement(61)
@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_a_secret_that_is_cut_anywhere_is_redacted_all_the_same(text, secret):
    for characters in range(1, len(text)):
        assert secret[:3] not in excerpt(text, characters).replace("eyJ", "", secret.startswith("eyJ") and 1)


@pytest.mark.parametrize("characters", [1, 5, 20, 300])
@pytest.mark.parametrize("text", ["a" * 8000, "key=a&" * 1000, "code=x " * 1000, "short"])
def test_an_excerpt_has_so_many_characters_at_most(text, characters):
    assert len(excerpt(text, characters)) <= characters


def test_what_is_shortened_says_so():
    assert (shortened("abcdef", 6), shortened("abcdef", 5)) == ("abcdef", "abcd…")


@pytest.mark.parametrize(
    "text",
    [
        "https://training.acme.com/go/course/12",
        "no secret here",
        "status: active",
        "a=b",
        "http://127.0.0.1:8000",
        "kim@acme.example",
        "the ID token: alg is none",
        "grant_type=authorization_code",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text):
    assert redacted(text) == text
