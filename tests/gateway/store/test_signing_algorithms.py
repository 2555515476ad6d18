import pytest

from gateway.store.signing_algorithms import SigningAlgorithms

ISSUER, CLIENT = "https://id.acme.example", "gateway"
EACH = ("RS256", "PS256", "ES256", "EdDSA")


@pytest.fixture
def algorithms(store):
    return SigningAlgorithms(store, keep=43200)


def test_what_was_shown_is_remembered_for_that_issuer_and_client_alone(algorithms):
    assert algorithms.remembered(ISSUER, CLIENT, EACH) == []
    for algorithm in ("ES256", "RS256", "ES256"):
        algorithms.remember(ISSUER, CLIENT, algorithm)
    assert algorithms.remembered(ISSUER, CLIENT, EACH) == ["RS256", "ES256"]
    assert algorithms.remembered(ISSUER, CLIENT, ["PS256", "ES256"]) == ["ES256"]
    assert algorithms.remembered(f"{ISSUER}/", CLIENT, EACH) == []
    assert algorithms.remembered(ISSUER, "another", EACH) == []


def test_each_is_remembered_from_the_latest_time_on(algorithms, store):
    for algorithm in ("RS256", "ES256"):
        algorithms.remember(ISSUER, CLIENT, algorithm)
    first, _ = sorted(store.ask("KEYS", "*"))
    store.ask("EXPIRE", first, 10)
    assert sorted(store.ask("TTL", key) > 43100 for key in store.ask("KEYS", "*")) == [False, True]
    for algorithm in ("RS256", "ES256"):
        algorithms.remember(ISSUER, CLIENT, algorithm)
    assert [43100 < store.ask("TTL", key) <= 43200 for key in store.ask("KEYS", "*")] == [True, True]


def test_they_can_be_forgotten(algorithms):
    algorithms.remember(ISSUER, CLIENT, "RS256")
    algorithms.remember(ISSUER, "another", "RS256")
    algorithms.forget(ISSUER, CLIENT, EACH)
    assert algorithms.remembered(ISSUER, CLIENT, EACH) == []
    assert algorithms.remembered(ISSUER, "another", EACH) == ["RS256"]
