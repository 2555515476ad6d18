from dataclasses import replace

import pytest

from gateway.database import account_links
from gateway.database.account_links import AccountLinks
from schemas.learner import AccountLink
from tests.gateway.threads import at_once

ISSUER = "https://id.acme.example"
KIMS = AccountLink(ISSUER, "kim", 7, "kim.lee", "digest", "key-1", pending=True, email="kim.lee@acme.example")
UMAS = AccountLink(ISSUER, "uma", 7, "kim.lee")
CARLS = AccountLink(ISSUER, "carl", 7, "kim.lee")


@pytest.fixture
def links(database):
    return AccountLinks(database)


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


def test_a_forgotten_account_is_free_again(links):
    links.claim(KIMS)
    links.forget(KIMS)
    assert links.find(KIMS.person) is None
    assert links.owner_of(KIMS.user_id) is None
    assert links.claim(UMAS)


def test_links_outlive_the_process(links, database_url, opened):
    links.claim(KIMS)
    assert AccountLinks(opened(database_url)).find(KIMS.person) == KIMS


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


def test_what_is_remembered_for_a_while_is_over_afterwards(links, monkeypatch):
    links.intend(KIMS.person, "kim.lee")
    links.proof_failed(KIMS.person)
    now = account_links.time.time()
    monkeypatch.setattr(account_links.time, "time", lambda: now + account_links.SIGN_UP_SECONDS)
    assert links.intended(KIMS.person) == ""
    assert links.may_prove(KIMS.person)


def test_twenty_clicks_at_once_that_remember_the_same_sign_up_remember_it_once(links):
    at_once(20, lambda _: links.intend(KIMS.person, "kim.lee"))
    assert links.intended(KIMS.person) == "kim.lee"


def test_the_owner_of_an_account_is_known(links):
    links.claim(KIMS)
    assert links.owner_of(KIMS.user_id) == KIMS


@pytest.mark.parametrize("wanted", ["kim.lee@acme.example", "Kim.Lee", "kim", KIMS.person, "7"])
def test_a_person_is_found_by_whatever_names_them(links, wanted):
    links.claim(KIMS)
    links.claim(AccountLink(ISSUER, "uma", 8, "uma", email="uma@acme.example"))
    assert [one.link for one in links.listed(wanted)] == [KIMS]


@pytest.mark.parametrize("wanted", ["nobody", "77", "9" * 40, "kim.lee@", "' OR 1=1 --"])
def test_whatever_names_nobody_finds_nobody(links, wanted):
    links.claim(KIMS)
    assert links.listed(wanted) == []


def test_all_links_are_listed_page_by_page(links):
    people = [AccountLink(ISSUER, f"person-{number}", number + 1, f"login-{number}") for number in range(25)]
    for person in people:
        links.claim(person)
    found, after = [], ""
    while page := links.listed(after=after, at_most=10):
        found += [one.link for one in page]
        after = found[-1].person
    assert sorted(found, key=lambda link: link.user_id) == people


def test_a_link_keeps_the_moment_at_which_it_was_made(links, monkeypatch):
    monkeypatch.setattr(account_links.time, "time", lambda: 1_700_000_000.5)
    links.claim(KIMS)
    monkeypatch.setattr(account_links.time, "time", lambda: 1_700_009_999.5)
    links.claim(replace(KIMS, profile="newer"))
    assert [one.linked_at for one in links.listed()] == [1_700_000_000]


def test_a_link_ends_for_another_one_in_the_same_step(links):
    links.claim(KIMS)
    assert not links.claim(UMAS, instead_of=CARLS)
    assert links.claim(UMAS, instead_of=KIMS)
    assert [one.link for one in links.listed()] == [UMAS]


def test_nothing_is_claimed_instead_of_a_link_that_is_gone(links):
    assert not links.claim(UMAS, instead_of=KIMS)
    assert links.listed() == []


def test_of_twenty_people_who_claim_an_account_instead_of_one_exactly_one_gets_it(links):
    links.claim(KIMS)
    people = [AccountLink(ISSUER, f"person-{number}", 7, "kim.lee") for number in range(20)]
    won = at_once(20, lambda number: links.claim(people[number], instead_of=KIMS))
    assert won.count(True) == 1
    assert [one.link.subject for one in links.listed()] == [f"person-{won.index(True)}"]


def test_the_people_of_one_issuer_are_listed_alone(links):
    links.claim(KIMS)
    links.claim(AccountLink("https://other.example", "kim", 8, "kim.lee"))
    assert [one.link for one in links.listed(issuer=ISSUER)] == [KIMS]
    assert {one.link.user_id for one in links.listed("kim.lee")} == {7, 8}
    assert links.listed("kim.lee", issuer="https://nowhere.example") == []


def test_addresses_that_several_people_of_some_issuers_have(links):
    for number, (issuer, email) in enumerate(
        [
            ("a", "kim@x.example"),
            ("b", "kim@x.example"),
            ("a", ""),
            ("a", ""),
            ("a", "uma@x.example"),
            ("c", "uma@x.example"),
        ]
    ):
        links.claim(AccountLink(issuer, f"s-{number}", number + 1, f"l-{number}", email=email))
    assert links.shared_emails({"a", "b"}) == {"kim@x.example"}
    assert links.shared_emails({"a", "c"}) == {"uma@x.example"}
    assert links.shared_emails({"b", "c"}) == set()


def test_people_who_share_an_address_or_whose_login_is_anothers_address_look_alike(links):
    for number, (issuer, login, email) in enumerate(
        [
            ("https://a.example", "kim@x.example", "kim@x.example"),
            ("https://b.example", "kim", "kim@x.example"),
            ("storefront:shop", "Uma@X.example", "u@y.example"),
            ("https://a.example", "uma", "uma@x.example"),
            ("https://a.example", "carl", "carl@x.example"),
            ("https://b.example", "nobody", ""),
            ("https://b.example", "nobody-2", ""),
        ],
        1,
    ):
        links.claim(AccountLink(issuer, f"s-{number}", number, login, email=email))
    groups = {group.name: {one.link.user_id for one in group.people} for group in links.look_alikes()}
    assert groups == {"kim@x.example": {1, 2}, "uma@x.example": {3, 4}}
    assert [group.name for group in links.look_alikes(at_most=1)] == ["kim@x.example"]
    assert [group.name for group in links.look_alikes(after="kim@x.example")] == ["uma@x.example"]
