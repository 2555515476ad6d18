from dataclasses import replace

import pytest

from gateway.store.account_links import AccountLinks
from schemas.learner import AccountLink
from tests.gateway.threads import at_once

ISSUER = "https://id.acme.example"
KIMS = AccountLink(ISSUER, "kim", 7, "kim.lee", "digest", "key-1", pending=True)
UMAS = AccountLink(ISSUER, "uma", 7, "kim.lee")
CARLS = AccountLink(ISSUER, "carl", 7, "kim.lee")


@pytest.fixture
def links(store):
    return AccountLinks(store)


def test_a_link_comes_back_as_it_was_remembered(links):
    assert links.find(KIMS.person) is None
    assert links.claim(KIMS)
    assert links.find(KIMS.person) == KIMS


def test_of_twenty_people_who_claim_one_account_exactly_one_gets_it(links):
    people = [AccountLink(ISSUER, f"person-{number}", 7, "kim.lee") for number in range(20)]
    won = at_once(20, lambda number: links.claim(people[number]))
    assert won.count(True) == 1
    assert won.count(False) == 19
    assert [links.find(person.person) is not None for person in people] == won


def test_an_account_tells_whose_it_is(links):
    assert links.of_account(7) is None
    links.claim(KIMS)
    links.claim(UMAS)
    assert links.of_account(7) == KIMS
    links.forget(KIMS)
    assert links.of_account(7) is None


def test_a_person_may_claim_their_account_again(links):
    links.claim(KIMS)
    assert links.claim(replace(KIMS, profile="newer"))
    assert links.find(KIMS.person).profile == "newer"


def test_the_same_subject_of_another_issuer_is_somebody_else(links):
    links.claim(KIMS)
    assert not links.claim(replace(KIMS, issuer="https://other.example"))
    assert not links.claim(replace(KIMS, issuer=f"{ISSUER}/"))


def test_what_is_remembered_of_a_link_can_be_brought_up_to_date(links):
    links.claim(KIMS)
    links.update(replace(KIMS, password_key="", pending=False))
    assert links.find(KIMS.person) == replace(KIMS, password_key="", pending=False)


def test_a_forgotten_account_is_free_again(links, store):
    links.claim(KIMS)
    links.forget(KIMS)
    assert links.find(KIMS.person) is None
    assert store.keys("*") == []
    assert links.claim(UMAS)


def test_links_last_as_long_as_the_store(links, store):
    links.claim(KIMS)
    assert {store.ask("TTL", key) for key in store.keys("*")} == {-1}


def test_an_account_that_was_just_made_is_owned_whoever_had_its_number(links):
    links.claim(KIMS)
    links.own(UMAS)
    assert links.find(UMAS.person) == UMAS
    assert not links.claim(CARLS)


def test_whoever_had_the_number_of_a_new_account_no_longer_reaches_it(links):
    links.claim(KIMS)
    links.own(UMAS)
    assert links.find(KIMS.person) is None


def test_forgetting_a_dead_link_leaves_the_account_to_its_new_owner(links):
    links.claim(KIMS)
    links.own(UMAS)
    links.forget(KIMS)
    assert not links.claim(CARLS)


@pytest.mark.parametrize("record", ["", "not json", "[]", '{"issuer": "x"}', '{"issuer": "x", "unknown": 1}'])
def test_a_link_that_another_version_wrote_is_none(links, store, record):
    links.claim(KIMS)
    store.ask("SET", f"account-link:person:{KIMS.person}", record)
    assert links.find(KIMS.person) is None


def test_a_link_that_was_lost_meanwhile_is_not_written_back(links):
    links.claim(KIMS)
    links.forget_account(KIMS.user_id)
    links.update(replace(KIMS, profile="newer"))
    assert links.find(KIMS.person) is None


def test_what_another_tab_has_written_meanwhile_is_not_written_over(links):
    links.claim(KIMS)
    newer = replace(KIMS, password_key="key-2")
    links.update(newer)
    links.change(KIMS, replace(KIMS, password_key=""))
    assert links.find(KIMS.person) == newer
    links.change(newer, KIMS)
    assert links.find(KIMS.person) == KIMS


def test_a_sign_up_that_is_being_sent_is_remembered_until_its_account_is_known(links):
    links.intend(KIMS.person, "kim.lee")
    assert links.intended(KIMS.person) == "kim.lee"
    links.own(KIMS)
    assert links.intended(KIMS.person) == ""


def test_a_failed_proof_is_not_tried_again_for_a_while(links):
    assert links.may_prove(KIMS.person)
    links.proof_failed(KIMS.person)
    assert not links.may_prove(KIMS.person)
