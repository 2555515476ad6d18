"""What a provider publishes, with a lifetime: asked rarely, missed for a while, never flooded."""

import json
import secrets
import threading

import pytest

from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.oidc import shared_fetch
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.published import (
    LIFETIME_SECONDS,
    REFRESH_SECONDS,
    REFRESHES_AT_ONCE,
    RETRY_SECONDS,
    STALE_SECONDS,
)
from gateway.outbound.client import HttpClient
from gateway.store import provider_documents
from gateway.store.connection import connect
from gateway.store.keys import tagged
from gateway.store.provider_documents import ProviderDocuments
from sandbox.idp.keys import new_key, public
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS, wait_until

"""So that a busy machine does not make the provider look slow."""
CONFIGURATION = "/.well-known/openid-configuration"
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
    "pushed_authorization_request_endpoint",
)


class Workers:
    """Workers of one gateway, each with its own connection to one store, and a hand on the store's clock."""

    def __init__(self, issuer, store, open_store):
        self.issuer = issuer
        self._store = store
        self._open = open_store

    def directory(self, issuer=None):
        documents = ProviderDocuments(self._open(), keep=STALE_SECONDS)
        return ProviderDirectory(issuer or self.issuer, documents, ProviderAdapter(HttpClient()))

    def address_of(self, endpoint):
        """Return where the provider publishes its metadata or its keys."""
        return f"{self.issuer}{CONFIGURATION}" if endpoint == "discovery" else self.directory().metadata().jwks_uri

    def grow_old(self, seconds):
        """Let so much time pass for the copies, and forget every allowance that is used up after it."""
        for key in self._store.ask("KEYS", tagged("provider-document:*")):
            entry = json.loads(self._store.ask("GET", key))
            entry["fetched_at"] -= seconds
            left = self._store.ask("TTL", key) - seconds
            if left > 0:
                self._store.ask("SET", key, json.dumps(entry), "EX", left)
            else:
                self._store.ask("DEL", key)
        for key in self._store.ask("KEYS", tagged("provider-fetch:*")):
            left = self._store.ask("TTL", key) - seconds
            self._store.ask(*(("EXPIRE", key, left) if left > 0 else ("DEL", key)))


@pytest.fixture(params=["embedded", "redis"])
def workers(request, provider):
    if request.param == "embedded":
        store = connect(None)
        return Workers(provider.issuer, store, lambda: store)
    url = request.getfixturevalue("redis_server").url
    store = connect(url)
    store.ask("FLUSHALL")
    return Workers(provider.issuer, store, lambda: connect(url))


@pytest.fixture
def directory(workers):
    return workers.directory()


@pytest.fixture
def asked(provider):
    """Return how often an endpoint was asked."""
    return lambda endpoint: len(provider.control.requests(endpoint))


def kids(keys):
    return {key.kid for key in keys}


def unavailable(words=None):
    return pytest.raises(ProviderUnavailable, match=words)


def refused(words=None):
    return pytest.raises(SignInNotTrusted, match=words)


# --- lifetime --------------------------------------------------------------------------------------------------


@pytest.mark.statement(36)
@pytest.mark.conformance("oidcc-client-test-discovery-openid-config", "rp-discovery-openid-configuration")
def test_metadata_and_keys_are_asked_for_once_and_shared_by_all_workers(workers, asked):
    for directory in (workers.directory(), workers.directory(), workers.directory()):
        assert directory.metadata().token_endpoint == f"{workers.issuer}/token"
        assert len(directory.keys()) == 4
    assert (asked("discovery"), asked("jwks")) == (1, 1)


@pytest.mark.statement(36)
@pytest.mark.conformance("oidcc-client-test-discovery-jwks-uri-keys", "rp-discovery-jwks_uri-keys")
def test_keys_come_from_where_the_metadata_say(directory, provider, asked):
    directory.keys()
    assert directory.metadata().jwks_uri.startswith(f"{provider.issuer}/jwks/")
    assert asked("jwks") == 1


@pytest.mark.statement(36)
def test_after_an_hour_they_are_asked_for_again(workers, directory, asked):
    directory.keys()
    workers.grow_old(LIFETIME_SECONDS - 10)
    directory.keys()
    assert (asked("discovery"), asked("jwks")) == (1, 1)
    workers.grow_old(20)
    directory.keys()
    assert (asked("discovery"), asked("jwks")) == (2, 2)
    directory.keys()
    assert (asked("discovery"), asked("jwks")) == (2, 2)


@pytest.mark.statement(37)
@pytest.mark.parametrize("fault", ["discovery-500", "discovery-down", "discovery-html", "discovery-issuer-mismatch"])
def test_the_last_good_copy_serves_for_a_day_while_the_provider_is_away(workers, directory, provider, fault):
    directory.keys()
    provider.control.misbehave(fault)
    provider.control.misbehave("jwks-500")
    workers.grow_old(LIFETIME_SECONDS + 10)
    assert directory.state() == "stale"
    assert directory.metadata().issuer == provider.issuer
    assert len(directory.keys()) == 4
    workers.grow_old(STALE_SECONDS - LIFETIME_SECONDS - 60)
    assert directory.metadata().issuer == provider.issuer
    workers.grow_old(120)
    with pytest.raises((ProviderUnavailable, SignInNotTrusted)):
        directory.metadata()


@pytest.mark.statement(37)
def test_a_copy_is_kept_no_longer_than_the_documented_day(workers):
    assert STALE_SECONDS == 24 * 3600
    workers.directory().keys()
    assert all(
        0 < workers._store.ask("TTL", key) <= STALE_SECONDS
        for key in workers._store.ask("KEYS", tagged("provider-document:*"))
    )


@pytest.mark.statement(37)
def test_a_provider_that_is_away_is_asked_every_ten_seconds_at_most(workers, provider, asked):
    directories = [workers.directory() for _ in range(4)]
    directories[0].metadata()
    provider.control.misbehave("discovery-500")
    workers.grow_old(LIFETIME_SECONDS + 10)
    at_once(4, lambda number: [directories[number].metadata() for _ in range(20)])
    assert asked("discovery") == 2
    workers.grow_old(RETRY_SECONDS + 1)
    directories[0].metadata()
    directories[1].metadata()
    assert asked("discovery") == 3


@pytest.mark.statement(37)
def test_when_the_provider_is_back_so_is_the_fresh_copy(workers, directory, provider):
    directory.metadata()
    provider.control.misbehave("discovery-500")
    workers.grow_old(LIFETIME_SECONDS + 10)
    directory.metadata()
    provider.control.behave()
    workers.grow_old(RETRY_SECONDS + 1)
    directory.metadata()
    assert directory.state() == "fresh"


@pytest.mark.statement(37)
def test_what_is_known_of_a_provider_is_told_without_asking_it(workers, directory, provider, asked):
    assert directory.state() == "unknown"
    provider.control.misbehave("discovery-500")
    with unavailable():
        directory.metadata()
    assert directory.state() == "unavailable"
    provider.control.behave()
    directory.metadata()
    before = asked("discovery")
    assert directory.state() == "fresh"
    assert asked("discovery") == before


# --- rotation --------------------------------------------------------------------------------------------------


@pytest.mark.statement(36)
@pytest.mark.conformance("oidcc-client-test-signing-key-rotation", "rp-key-rotation-op-sign-key")
@pytest.mark.parametrize("age", [0, 60, 1800])
def test_a_key_that_is_not_there_yet_fetches_the_keys_anew(workers, directory, provider, asked, age):
    directory.keys()
    workers.grow_old(age)
    new = provider.control.rotate_keys()
    for each in (directory, workers.directory()):
        assert next(each.candidates(new)).kid == new
    assert asked("jwks") == 2


@pytest.mark.statement(36)
@pytest.mark.parametrize("kid", ["same", "none"])
def test_a_key_that_took_anothers_name_or_has_none_is_found_when_the_old_one_does_not_verify(
    workers, directory, provider, asked, renaming, kid
):
    old = the_one_for_rs256(directory)
    named = provider.control.rotate_keys(kid) or None
    *tried, new = directory.candidates(named)
    assert (old in tried, new in tried, new.kid, new.alg) == (True, False, named, "RS256")
    assert the_one_for_rs256(workers.directory(), named) == new
    assert asked("jwks") == 2


def the_one_for_rs256(directory, kid=None):
    return next(key for key in directory.candidates(kid) if key.alg == "RS256")


@pytest.fixture
def renaming(provider):
    """Give the key a name of its own again after the test."""
    yield
    provider.control.rotate_keys()


@pytest.mark.statement(36)
def test_whoever_needs_no_further_key_fetches_nothing(workers, directory, asked):
    known = kids(directory.keys())
    workers.grow_old(60)
    for kid in known:
        assert next(directory.candidates(kid)).kid == kid
    assert next(directory.candidates()).kid in known
    assert asked("jwks") == 1


@pytest.mark.statement(36)
def test_a_flood_of_a_thousand_random_kids_makes_three_fetches_and_then_one_a_minute_across_workers(workers, asked):
    directories = [workers.directory() for _ in range(4)]
    directories[0].keys()
    for each, fetches in ((250, REFRESHES_AT_ONCE), (10, 1), (10, 1)):
        before = asked("jwks")
        at_once(4, lambda number, each=each: [one_in_vain(directories[number]) for _ in range(each)])
        assert asked("jwks") == before + fetches
        workers.grow_old(REFRESH_SECONDS)


def one_in_vain(directory, purpose="sign-in"):
    assert list(directory.candidates(secrets.token_hex(8), purpose=purpose)) == []


@pytest.mark.statement(36, 56)
def test_a_flood_of_random_kids_in_logout_tokens_does_not_stand_in_the_way_of_a_rotation(workers, provider, asked):
    directory = workers.directory()
    directory.keys()
    for _ in range(250):
        one_in_vain(directory, "logout")
    assert asked("jwks") == 1 + REFRESHES_AT_ONCE
    new = provider.control.rotate_keys()
    assert kids(directory.candidates(new, purpose="logout")) == set()
    assert kids(directory.candidates(new)) == {new}
    assert kids(directory.candidates(new, purpose="logout")) == {new}
    assert asked("jwks") == 2 + REFRESHES_AT_ONCE


@pytest.mark.statement(36)
@pytest.mark.parametrize("age", [1, 60, 1800])
def test_when_all_workers_meet_a_new_key_at_once_one_fetches_and_all_have_it(workers, provider, asked, age):
    directories = [workers.directory() for _ in range(4)]
    directories[0].keys()
    workers.grow_old(age)
    new = provider.control.rotate_keys()
    provider.control.settings(slow_seconds=0.3)
    provider.control.misbehave("jwks-slow")
    found = at_once(4, lambda number: kids(directories[number].candidates(new)))
    assert found == [{new}] * 4
    assert asked("jwks") == 2


@pytest.mark.statement(36)
def test_a_kid_that_nobody_published_keeps_nobody_waiting(workers, directory, monkeypatch):
    directory.keys()
    monkeypatch.setattr("gateway.oidc.shared_fetch.time.sleep", lambda _: pytest.fail("it waits for nobody's fetch"))
    for age in (0, 1, 10, 0, 0, 0):
        workers.grow_old(age)
        one_in_vain(directory)


@pytest.mark.statement(36)
def test_keys_that_cannot_be_renewed_are_kept_and_whoever_needs_newer_ones_is_told_so(workers, directory, provider):
    known = kids(directory.keys())
    provider.control.misbehave("jwks-500")
    with unavailable("status 500"):
        list(directory.candidates("unknown"))
    assert kids(directory.keys()) == known
    assert next(directory.candidates(min(known))).kid == min(known)


# --- a provider that is slow -----------------------------------------------------------------------------------


@pytest.fixture
def slow(provider):
    """Let the provider's metadata or keys take so many seconds."""

    def made(endpoint, seconds):
        provider.control.settings(slow_seconds=seconds)
        provider.control.misbehave(f"{endpoint}-slow")

    return made


@pytest.mark.statement(36)
@pytest.mark.parametrize("endpoint", ["discovery", "jwks"])
def test_two_hundred_who_come_before_anything_is_known_wait_for_the_one_who_asks(
    workers, asked, slow, monkeypatch, endpoint
):
    monkeypatch.setattr(shared_fetch, "WAIT_SECONDS", PATIENT_SECONDS)
    slow(endpoint, 0.3)
    directory = workers.directory()
    found = at_once(200, lambda _: kids(directory.keys()))
    assert {frozenset(each) for each in found} == {frozenset(kids(directory.keys()))}
    assert (asked("discovery"), asked("jwks")) == (1, 1)


@pytest.mark.statement(37)
@pytest.mark.parametrize("endpoint", ["discovery", "jwks"])
def test_nobody_waits_long_for_anothers_fetch_and_all_go_on_when_it_is_done(
    workers, asked, slow, monkeypatch, endpoint
):
    monkeypatch.setattr(shared_fetch, "WAIT_SECONDS", 0.2)
    slow(endpoint, 3.0)
    directories = [workers.directory() for _ in range(4)]
    at_work = threading.Thread(target=directories[0].keys)
    at_work.start()
    wait_until(lambda: asked(endpoint))
    wait_until(lambda: directories[0]._documents.under_way(workers.address_of(endpoint)) >= 0.2)
    monkeypatch.setattr("gateway.oidc.shared_fetch.time.sleep", lambda _: pytest.fail("it has been too long already"))
    for number in range(8):
        with unavailable("its fetch has been under way for") as told:
            directories[number % 4].keys()
        assert told.value.retry_after > 0
    monkeypatch.undo()
    at_work.join()
    assert len(directories[1].keys()) == 4
    assert (asked("discovery"), asked("jwks")) == (1, 1)


@pytest.mark.statement(37)
@pytest.mark.parametrize("endpoint", ["discovery", "jwks"])
def test_while_one_renews_an_old_copy_the_others_use_it(workers, asked, slow, endpoint):
    directories = [workers.directory() for _ in range(4)]
    directories[0].keys()
    slow(endpoint, 2.5)
    workers.grow_old(LIFETIME_SECONDS + 10)
    at_work = threading.Thread(target=directories[0].keys)
    at_work.start()
    wait_until(lambda: asked(endpoint) == 2)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gateway.oidc.shared_fetch.time.sleep", lambda _: pytest.fail("there is a copy"))
        assert [len(directories[number % 4].keys()) for number in range(1, 9)] == [4] * 8
    assert at_work.is_alive()
    at_work.join()
    assert asked(endpoint) == 2


@pytest.mark.statement(36, 56)
def test_those_who_wait_are_counted_and_logout_tokens_take_no_place_from_sign_ins(
    workers, provider, asked, slow, monkeypatch
):
    monkeypatch.setattr(provider_documents, "WAITING_AT_ONCE", {"sign-in": 3, "logout": 1})
    monkeypatch.setattr(shared_fetch, "WAIT_SECONDS", PATIENT_SECONDS)
    directory = workers.directory()
    directory.keys()
    slow("jwks", 2.0)
    new = provider.control.rotate_keys()
    at_work = threading.Thread(target=list, args=[directory.candidates(new, purpose="logout")])
    at_work.start()
    wait_until(lambda: asked("jwks") == 2)
    purposes = ["logout"] * 6 + ["sign-in"] * 3
    found = at_once(9, lambda number: kids(directory.candidates(new, purpose=purposes[number])))
    at_work.join()
    assert found[6:] == [{new}] * 3
    assert sorted(map(str, found[:6])) == sorted([str({new}), *[f"{url(directory)}: {TOO_MANY}"] * 5])
    assert asked("jwks") == 2


TOO_MANY = "it is being fetched, and too many wait for it"


def url(directory):
    return directory.metadata().jwks_uri


@pytest.mark.statement(37)
def test_those_who_wait_for_a_fetch_that_fails_are_told_and_do_not_try_one_after_the_other(
    workers, asked, slow, provider
):
    provider.control.settings(slow_seconds=0.3)
    provider.control.misbehave("discovery-slow")
    provider.control.misbehave("discovery-500")
    directory = workers.directory()
    found = at_once(20, lambda _: directory.metadata())
    assert {type(each) for each in found} == {ProviderUnavailable}
    assert asked("discovery") == 1


@pytest.mark.statement(36)
def test_a_fetch_whose_mark_is_lost_while_others_wait_is_made_by_one_of_them(workers, provider, asked, slow):
    directories = [workers.directory() for _ in range(4)]
    directories[0].keys()
    new = provider.control.rotate_keys()
    with directories[0]._documents.fetching(url(directories[0]), "sign-in", REFRESH_SECONDS, REFRESHES_AT_ONCE):
        waiting = [threading.Thread(target=next, args=[each.candidates(new)]) for each in directories]
        for thread in waiting:
            thread.start()
        workers._store.ask("DEL", tagged(f"provider-fetching:{url(directories[0])}"))
        for thread in waiting:
            thread.join()
    assert next(directories[1].candidates(new)).kid == new
    assert asked("jwks") == 2


@pytest.mark.statement(37)
def test_a_fetch_whose_worker_died_keeps_nobody_from_fetching_for_longer_than_a_fetch_may_take(workers, asked):
    directory = workers.directory()
    workers._store.ask("SET", tagged(f"provider-fetching:{workers.address_of('discovery')}"), "of the dead", "PX", 1000)
    with unavailable("its fetch has been under way for"):
        directory.metadata()
    wait_until(lambda: directory._documents.under_way(workers.address_of("discovery")) is None)
    assert directory.metadata().issuer == workers.issuer
    assert asked("discovery") == 1


# --- forgetting ------------------------------------------------------------------------------------------------


@pytest.mark.statement(36)
def test_what_is_forgotten_is_fetched_by_whoever_needs_it_next(workers, directory, asked):
    assert directory.forget() is False
    directory.keys()
    assert [workers.directory().forget(), workers.directory().forget()] == [True, False]
    assert directory.state() == "unknown"
    assert len(directory.keys()) == 4
    assert (asked("discovery"), asked("jwks")) == (2, 2)


# --- what they may say -----------------------------------------------------------------------------------------


@pytest.fixture
def published():
    """A provider of bytes: what it publishes is up to the test."""
    with raw_server() as server:
        server.document = {
            "issuer": server.url,
            "authorization_endpoint": f"{server.url}/authorize",
            "token_endpoint": f"{server.url}/token",
            "jwks_uri": f"{server.url}/keys",
        }
        server.answer(CONFIGURATION, json.dumps(server.document).encode())
        server.answer("/keys", b'{"keys": []}')
        yield server


@pytest.fixture(scope="module")
def adapter():
    """The way out; to read the system's certificate authorities once is enough."""
    return ProviderAdapter(HttpClient())


@pytest.fixture
def reading(published, adapter):
    """Return a directory with nothing cached, by its issuer."""

    def made(issuer=published.url, query=""):
        return ProviderDirectory(issuer, ProviderDocuments(connect(None), STALE_SECONDS), adapter, query)

    return made


@pytest.mark.statement(34)
def test_an_application_with_a_key_of_its_own_finds_it_only_by_its_query(reading, published):
    """As Entra ID publishes it: `?appid=` leads to metadata whose jwks_uri has it, too."""
    own = new_key("RS256")
    general = json.dumps({"keys": [public(new_key("RS256"))]}).encode()
    published.answer("/keys", general)
    document = {**published.document, "jwks_uri": f"{published.url}/keys?appid=ours"}
    published.answer(f"{CONFIGURATION}?appid=ours", json.dumps(document).encode())
    published.answer("/keys?appid=ours", json.dumps({"keys": [public(own)]}).encode())

    assert own.kid not in kids(reading().keys())
    assert kids(reading(query="appid=ours").keys()) == {own.kid}


@pytest.mark.statement(34)
def test_a_query_changes_nothing_about_whose_metadata_they_have_to_be(reading, published):
    document = {**published.document, "issuer": f"{published.url}?appid=ours"}
    published.answer(f"{CONFIGURATION}?appid=ours", json.dumps(document).encode())
    with refused("the metadata names issuer"):
        reading(query="appid=ours").metadata()


def publish(server, **changes):
    document = {name: value for name, value in {**server.document, **changes}.items() if value is not ...}
    server.answer(CONFIGURATION, json.dumps(document).encode())


@pytest.mark.statement(34)
def test_the_least_that_is_needed_is_enough(reading, published):
    metadata = reading().metadata()
    assert (metadata.userinfo_endpoint, metadata.end_session_endpoint, metadata.answers_with_issuer) == ("", "", False)


@pytest.mark.statement(34)
@pytest.mark.conformance("oidcc-client-test-discovery-issuer-mismatch", "rp-discovery-issuer-not-matching-config")
@pytest.mark.parametrize(
    "change", [str.upper, "{}/".format, "{}#".format, "{} ".format, lambda url: url[:-1], lambda _: ""]
)
def test_the_issuer_is_compared_byte_for_byte(reading, published, change):
    publish(published, issuer=change(published.url))
    with refused("issuer"):
        reading().metadata()


@pytest.mark.statement(34)
def test_an_issuer_with_a_path_publishes_below_it_and_keeps_its_slash(reading, published):
    for issuer in (f"{published.url}/tenant", f"{published.url}/tenant/"):
        published.answers[f"/tenant{CONFIGURATION}"] = None
        document = {**published.document, "issuer": issuer}
        published.answer(f"/tenant{CONFIGURATION}", json.dumps(document).encode())
        assert reading(issuer).metadata().issuer == issuer


@pytest.mark.statement(35)
@pytest.mark.parametrize(
    "address",
    [
        "http://id.acme.example/x",
        "http://127.0.0.1.evil.example/x",
        "http://localhost.evil.example/x",
        "//id.acme.example/x",
        "/x",
        "javascript:alert(1)",
        "data:text/plain,x",
        "file:///etc/passwd",
        "ftp://id.acme.example/x",
        "https:",
        "https:///x",
        "https://",
        "https://:443/x",
        "https://user:password@id.acme.example/x",
        "https://id.acme.example/x#fragment",
        "https://id.acme.example/\r\nX: 1",
        "https://id.acme.example/x y",
        "https://id.acme.example\\@evil.example/",
        "https://[::1/x",
        "https://id.acme.example:99999/x",
        "",
        42,
        ["https://id.acme.example/x"],
    ],
    ids=ascii,
)
def test_an_endpoint_is_a_plain_https_address(reading, published, address):
    for name in ENDPOINTS:
        publish(published, **{name: address})
        with refused(name):
            reading().metadata()


@pytest.mark.statement(35)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"issuer":' * 50_000,
    ],
    ids=range(9),
)
@pytest.mark.parametrize("path", [CONFIGURATION, "/keys"])
def test_what_is_no_json_object_counts_as_no_answer(reading, published, path, body):
    published.answer(path, body)
    with unavailable("not a JSON object"):
        reading().keys()


@pytest.mark.statement(35)
@pytest.mark.parametrize("status", ["204 No", "301 Moved", "401 No", "404 No", "500 No"])
def test_only_200_is_an_answer(reading, published, status):
    published.answer(CONFIGURATION, json.dumps(published.document).encode(), status=status, Location="/keys")
    with unavailable():
        reading().metadata()


@pytest.mark.statement(21, 36)
@pytest.mark.parametrize(
    "entry",
    [
        None,
        "key",
        42,
        [],
        {},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "AQAB", "e": 3},
        {"kty": "RSA", "n": 1, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed448", "x": "AA"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "s"},
        {"kty": "LATTICE", "pub": "AA"},
        {"kty": ["RSA"]},
        {"kty": {"a": 1}},
        {"kty": "RSA", "n": "!!!", "e": "AQAB"},
        {"kid": ["list"]},
        {"kid": {"a": 1}},
    ],
    ids=str,
)
def test_a_key_that_cannot_be_used_is_passed_over(reading, published, provider, entry):
    good = json.loads(json.dumps(provider_keys(provider)))
    published.answer("/keys", json.dumps({"keys": [entry, *good]}).encode())
    assert kids(reading().keys()) == {key["kid"] for key in good}
    for key in good:
        assert kids(reading().candidates(key["kid"])) == {key["kid"]}


def provider_keys(provider):
    directory = ProviderDirectory(
        provider.issuer, ProviderDocuments(connect(None), STALE_SECONDS), ProviderAdapter(HttpClient())
    )
    found = directory.keys()
    return [key.as_dict(private=False) for key in found]
