"""Launches as the store keeps them: on the real Redis and on the embedded one."""

import json
import time
from dataclasses import replace

import pytest

from gateway.errors import RequestKeyReused, TooManyLaunches
from gateway.keyring import Keyring
from gateway.store import launches as module
from gateway.store.keys import tagged
from gateway.store.launches import LIFE_SECONDS, REPEAT_SECONDS, MintedLaunches
from schemas.handover import Claim, Handover, Target
from schemas.order import Customer
from schemas.secret import Secret
from tests.gateway.store.key_names import kind_of
from tests.gateway.threads import at_once

OLD, NEW = Secret("old-" * 10), Secret("new-" * 10)
KIM = Customer("kim@example.com", "c-77", "Kim", "Lee")
HANDOVER = Handover("shop", KIM, email_verified=True, target=Target("buy_course", 12, "SPRING"))


@pytest.fixture
def launches(store):
    return MintedLaunches(store, Keyring([NEW]))


@pytest.fixture
def minted(launches):
    return launches.mint(HANDOVER).id.reveal()


def keys(store):
    return sorted(kind_of(key) for key in store.ask("KEYS", tagged("launch*")))


def seconds_left(store, kind):
    (key,) = store.ask("KEYS", tagged(f"{kind}:*"))
    return store.ask("TTL", key)


def test_a_launch_says_whom_it_hands_over_and_where_to_until_it_is_over(store, launches):
    minted = launches.mint(HANDOVER)
    found = launches.find(minted.id.reveal(), "browser")
    assert (found.handover, found.is_open) == (HANDOVER, True)
    assert abs(minted.expires_at - time.time() - LIFE_SECONDS) < 5
    assert LIFE_SECONDS - 5 < seconds_left(store, "launch") <= LIFE_SECONDS
    assert launches.find("A" * 32, "browser") is launches.find("short", "browser") is None


def test_every_id_is_new_and_long(launches):
    ids = {launches.mint(HANDOVER).id.reveal() for _ in range(50)}
    assert {len(launch_id) for launch_id in ids} == {32}
    assert len(ids) == 50


def test_the_same_request_gets_the_same_launch_and_the_store_does_not_know_it(store, launches):
    first = launches.mint(HANDOVER, "order-1")
    assert launches.mint(HANDOVER, "order-1") == first
    everything = b"".join(key + (store.ask("GET", key) or b"") for key in store.ask("KEYS", "*"))
    assert first.id.reveal().encode() not in everything
    assert b"order-1" not in everything
    assert keys(store) == ["launch", "launch-request", "launches-minted"]
    assert launches.mint(HANDOVER, "order-2") != first
    assert MintedLaunches(store, Keyring([OLD])).mint(HANDOVER, "order-1") != first


def test_the_salt_alone_tells_nobody_the_id(launches, store):
    other = MintedLaunches(store, Keyring([OLD]))
    launch_id = launches.mint(HANDOVER, "order-1").id.reveal()
    (key,) = store.ask("KEYS", tagged("launch-request:*"))
    request = module._Request(**json.loads(store.ask("GET", key)))
    forged = replace(request, fingerprint=other._keyring.current)
    assert other._id(forged, "shop", "order-1") != launch_id == launches._id(request, "shop", "order-1")


def test_another_request_with_the_same_key_is_refused_and_another_shops_is_not(launches):
    first = launches.mint(HANDOVER, "order-1")
    for other in (replace(HANDOVER, email_verified=False), replace(HANDOVER, target=Target("course", 12))):
        with pytest.raises(RequestKeyReused):
            launches.mint(other, "order-1")
    assert launches.mint(replace(HANDOVER, storefront="other"), "order-1") != first


def test_a_request_outlives_a_change_of_keys(store, launches):
    first = launches.mint(HANDOVER, "order-1")
    rotated = MintedLaunches(store, Keyring([OLD, NEW]))
    assert rotated.mint(HANDOVER, "order-1") == first
    assert rotated.find(first.id.reveal(), "browser").is_open


def test_repeating_the_request_neither_prolongs_a_launch_nor_makes_a_used_one_new(store, launches):
    minted = launches.mint(HANDOVER, "order-1")
    launch_id = minted.id.reveal()
    assert launches.claim(launch_id, "browser")
    launches.used(launch_id, "browser")
    (key,) = store.ask("KEYS", tagged("launch:*"))
    store.ask("EXPIRE", key, 100)
    assert launches.mint(HANDOVER, "order-1") == minted
    assert store.ask("TTL", key) <= 100
    assert not launches.find(launch_id, "another").is_open
    assert not launches.claim(launch_id, "another")


def test_of_many_who_claim_a_launch_one_gets_it(launches, minted):
    claims = at_once(8, lambda number: launches.claim(minted, f"browser-{number}") is not None)
    assert sorted(claims) == [False] * 7 + [True]


def test_a_claim_of_which_nothing_came_is_given_back_by_its_browser_alone(launches, minted):
    assert launches.claim(minted, "browser")
    launches.release(minted, "another")
    assert not launches.claim(minted, "another")
    launches.release(minted, "browser")
    assert launches.claim(minted, "another")


def test_a_used_launch_is_not_given_back(launches, minted):
    launches.claim(minted, "browser")
    launches.used(minted, "browser")
    launches.release(minted, "browser")
    assert not launches.claim(minted, "another")


def test_only_the_first_claim_of_a_browser_is_its_to_give_back(launches, minted):
    assert launches.claim(minted, "browser") == Claim(is_first=True)
    assert launches.claim(minted, "browser") == Claim(is_first=False)
    assert launches.claim(minted, "another") is None


@pytest.mark.parametrize("claimed_by", ["", "another"])
def test_a_launch_of_which_something_came_is_used_although_its_claim_was_given_back(launches, minted, claimed_by):
    launches.claim(minted, "browser")
    launches.release(minted, "browser")
    if claimed_by:
        launches.claim(minted, claimed_by)
    launches.used(minted, "browser")
    launches.release(minted, "another")
    assert launches.claim(minted, "third") is None
    assert launches.claim(minted, "browser") == Claim(is_first=False)


def test_the_browser_that_used_it_may_do_so_for_a_minute(launches, minted, monkeypatch):
    now = time.time
    for seconds, is_open in ((0, True), (REPEAT_SECONDS - 2, True), (REPEAT_SECONDS + 1, False)):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: now() + seconds)
        assert (launches.claim(minted, "browser") is not None) is launches.find(minted, "browser").is_open is is_open
        launches.used(minted, "browser")


def test_one_that_was_used_at_its_end_lasts_long_enough_to_be_repeated(store, launches, minted):
    (key,) = store.ask("KEYS", tagged("launch:*"))
    store.ask("EXPIRE", key, 2)
    launches.claim(minted, "browser")
    launches.used(minted, "browser")
    assert REPEAT_SECONDS - 5 < store.ask("TTL", key) <= REPEAT_SECONDS
    assert seconds_left(store, "launch-used") > store.ask("TTL", key)


def test_a_shop_gets_so_many_at_once(store, launches, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for _ in range(2):
        launches.mint(HANDOVER)
    for request_key in ("", "order-1"):
        with pytest.raises(TooManyLaunches):
            launches.mint(HANDOVER, request_key)
    assert keys(store) == ["launch", "launch", "launches-minted"]
    assert seconds_left(store, "launches-minted") > 0


def test_a_record_that_another_version_wrote_is_none(store, launches, minted):
    (key,) = store.ask("KEYS", tagged("launch:*"))
    for record in (
        "",
        "{",
        "[]",
        '{"storefront": "shop"}',
        '{"customer": {}, "target": {}}',
        '{"customer": 1, "target": 2}',
    ):
        store.ask("SET", key, record)
        assert launches.find(minted, "browser") is None, record
