import pytest

from gateway.store.used_tokens import UsedTokens

ISSUER = "https://id.acme.example"


@pytest.fixture
def used_tokens(store):
    return UsedTokens(store)


def test_an_id_belongs_to_its_issuer(used_tokens):
    used_tokens.remember(ISSUER, "jti-1", 120)
    assert used_tokens.was_used(ISSUER, "jti-1")
    assert not used_tokens.was_used("https://other.example", "jti-1")
    assert not used_tokens.was_used(ISSUER, "jti-2")


def test_an_id_is_remembered_for_as_long_as_it_could_come_again(used_tokens, store):
    used_tokens.remember(ISSUER, "jti-1", 120)
    (key,) = store.keys("*")
    assert 110 < store.ask("TTL", key) <= 120
    assert b"jti-1" not in key
