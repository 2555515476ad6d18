import pytest

from gateway.store.used_tokens import CLAIM_SECONDS, UsedTokens
from tests.gateway.threads import at_once

ISSUER = "https://id.acme.example"


@pytest.fixture
def used_tokens(store):
    return UsedTokens(store)


def test_an_id_belongs_to_its_issuer(used_tokens):
    used_tokens.remember(ISSUER, "jti-1", 120)
    assert not used_tokens.claim(ISSUER, "jti-1")
    assert used_tokens.claim("https://other.example", "jti-1")
    assert used_tokens.claim(ISSUER, "jti-2")


def test_of_twenty_who_claim_an_id_at_once_one_gets_it(used_tokens):
    assert at_once(20, lambda _: used_tokens.claim(ISSUER, "jti-1")).count(True) == 1


def test_a_claim_that_is_given_back_can_be_taken_again(used_tokens, store):
    assert used_tokens.claim(ISSUER, "jti-1")
    used_tokens.release(ISSUER, "jti-1")
    assert used_tokens.claim(ISSUER, "jti-1")


def test_the_claim_of_somebody_who_died_lapses_before_the_token_does(used_tokens, store):
    used_tokens.claim(ISSUER, "jti-1")
    (key,) = store.ask("KEYS", "*")
    assert 15 < store.ask("TTL", key) <= CLAIM_SECONDS
    used_tokens.remember(ISSUER, "jti-1", 120)
    assert 110 < store.ask("TTL", key) <= 120


def test_a_claim_whose_answer_got_lost_and_which_was_sent_again_is_still_ones_own(store):
    class SentTwice:
        def ask(self, *command):
            store.ask(*command)
            return store.ask(*command)

    assert UsedTokens(SentTwice()).claim(ISSUER, "jti-1")
    assert not UsedTokens(store).claim(ISSUER, "jti-1")


def test_an_id_is_remembered_for_as_long_as_it_could_come_again(used_tokens, store):
    used_tokens.remember(ISSUER, "jti-1", 120)
    (key,) = store.ask("KEYS", "*")
    assert 110 < store.ask("TTL", key) <= 120
    assert b"jti-1" not in key
