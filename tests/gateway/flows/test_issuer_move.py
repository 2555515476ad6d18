"""From one identity provider to another: whose account waits for whom."""

from dataclasses import replace

import pytest

from gateway.database.redeem_codes import RedeemCodes, Seat
from gateway.errors import AccountTaken, EmailNotVerified, WrongPassword
from gateway.flows.accounts import Accounts
from gateway.flows.issuer_move import IssuerMove
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from schemas.learner import AccountLink
from schemas.order import Customer
from schemas.secret import Secret
from tests.gateway.flows.scene import KIM, NEW_KEY

NEW = "https://id.new.example"
NEW_KIM = replace(KIM, issuer=NEW, subject="4711", provider="new")
UMA = replace(KIM, subject="uma-1", email="uma@acme.example", username="uma", given_name="Uma")


class Scene:
    def __init__(self, lms, store, links, keys=(NEW_KEY,)):
        self.links, self.sessions = links, Sessions(store, 60, 600)
        passwords = ManagedPasswords(Keyring(keys))
        types = ("Learner", "Learner-Type")
        self.accounts = Accounts(lms, links, Locks(store), passwords, types, end_sessions=self.sessions.end_of_person)

    def ensure(self, identity, trust=None):
        return self.accounts.ensure(Person(identity, trust or Trust()))

    def move(self, old=KIM.issuer, new=NEW, **trust):
        return IssuerMove(self.links, self.sessions.end_of_person, old, new, Trust(**trust))

    def moved(self, **how):
        work = self.move(**how)
        work.finish()
        return [work.apply(step.link) for step in work.steps() if not step.obstacle]

    def obstacles(self, **how):
        return {step.link.subject: step.obstacle for step in self.move(**how).steps()}

    def signed_in(self, identity):
        session_id = self.sessions.create(identity, Secret("token")).reveal()
        return lambda: self.sessions.find(session_id) is not None


@pytest.fixture
def scene(lms, store, links):
    return Scene(lms, store, links)


def test_looking_changes_nothing_and_asks_nobody(scene, asked):
    scene.ensure(KIM)
    is_signed_in, before = scene.signed_in(KIM), scene.links.listed()
    asked()
    assert scene.obstacles() == {"kim-1": ""}
    assert scene.links.listed() == before
    assert is_signed_in()
    assert asked() == []


def test_who_signs_in_at_the_new_provider_with_the_verified_address_has_their_account(scene, audited, lms):
    old = scene.ensure(KIM)
    is_signed_in = scene.signed_in(KIM)
    assert scene.moved() == [True]
    assert not is_signed_in()
    learner = scene.ensure(NEW_KIM)
    assert learner.user_id == old.user_id
    assert [one.link.person for one in scene.links.listed()] == [NEW_KIM.key]
    steps = [(line["step"], line["person"], line["linked_issuer"]) for line in audited("account_link")]
    assert steps == [("expected", KIM.key, NEW), ("moved", KIM.key, KIM.issuer)]
    passwords = ManagedPasswords(Keyring([NEW_KEY]))
    assert lms.users.log_in(learner.login, passwords.of(NEW_KIM.key, learner.password_key))
    with pytest.raises(WrongPassword):
        lms.users.log_in(learner.login, passwords.of(KIM.key, old.password_key))


def test_a_seat_that_they_redeemed_is_theirs_by_its_code_once_they_have_their_account(scene, database):
    codes = RedeemCodes(database, Keyring([NEW_KEY]))
    codes.make([Seat("shop", "1001", "l1", 1)])
    learner = scene.ensure(KIM)
    ((_, code),) = codes.shown("shop", "1001")
    codes.redeem(codes.find(code), KIM.key, learner.user_id)
    scene.moved()
    assert codes.find(code).redeemed_by == KIM.key
    scene.ensure(NEW_KIM)
    assert codes.find(code).redeemed_by == NEW_KIM.key


def test_a_password_that_the_person_has_set_stays_theirs(scene, lms):
    old = scene.ensure(KIM)
    lms.users.edit(old.user_id, password="Own-Password-1")
    scene.moved()
    assert scene.ensure(NEW_KIM).password_key == ""
    assert lms.users.log_in(old.login, "Own-Password-1")


def test_a_password_by_a_key_that_is_gone_is_replaced(scene, lms, store, links):
    old = scene.ensure(KIM)
    scene.moved()
    later = Scene(lms, store, links, keys=[Secret("later-" * 10)])
    assert later.ensure(NEW_KIM).user_id == old.user_id
    with pytest.raises(WrongPassword):
        lms.users.log_in(old.login, ManagedPasswords(Keyring([NEW_KEY])).of(KIM.key, old.password_key))


@pytest.mark.parametrize("verified", [None, False])
def test_an_address_that_is_not_verified_there_opens_nothing(scene, verified):
    scene.ensure(KIM)
    scene.moved()
    with pytest.raises(EmailNotVerified):
        scene.ensure(replace(NEW_KIM, email_verified=verified))
    assert scene.links.find(NEW_KIM.key) is None


def test_nor_does_one_of_a_domain_for_which_the_new_provider_may_not_vouch(scene):
    scene.ensure(KIM)
    scene.moved()
    with pytest.raises(EmailNotVerified):
        scene.ensure(NEW_KIM, Trust(email_domains=("other.example",)))


def test_meanwhile_nobody_else_gets_the_account(scene):
    scene.ensure(KIM)
    scene.moved()
    third = replace(NEW_KIM, issuer="https://third.example")
    customer = Customer(KIM.email, "c-77").identity("shop", email_verified=True)
    for somebody in (KIM, third):
        with pytest.raises(AccountTaken) as refused:
            scene.ensure(somebody)
        assert refused.value.issuer == NEW
    with pytest.raises(AccountTaken):
        scene.ensure(customer, Trust(is_shop=True))
    with pytest.raises(AccountTaken):
        scene.ensure(replace(third, email="", username=scene.links.listed()[0].link.login), Trust(usernames=True))
    assert [one.link.expected_at for one in scene.links.listed()] == [NEW]


@pytest.mark.parametrize("told", [{"email_verified": None}, {"email": "other@acme.example"}])
def test_a_trusted_user_name_alone_gives_nobody_an_account_that_is_kept(scene, told):
    login = scene.ensure(KIM).login
    scene.moved()
    with pytest.raises(AccountTaken):
        scene.ensure(replace(NEW_KIM, username=login, **told), Trust(usernames=True))
    assert scene.links.find(NEW_KIM.key) is None


def test_an_account_whose_address_was_changed_in_talentlms_is_not_given_away_by_the_old_one(scene, lms):
    old = scene.ensure(KIM)
    scene.moved()
    lms.users.edit(old.user_id, email="kim.lee@private.example")
    assert scene.ensure(NEW_KIM).user_id != old.user_id


def test_an_account_that_became_an_administrators_is_not_given_to_anybody(scene, portal, lms, links):
    number = portal.control.add_user(KIM.email, login="kim.lee", user_type="SuperAdmin")
    links.claim(AccountLink(KIM.issuer, KIM.subject, number, "kim.lee", email=KIM.email))
    scene.moved()
    with pytest.raises(Exception, match="administrator"):
        scene.ensure(NEW_KIM)
    assert links.find(NEW_KIM.key) is None


def test_people_who_share_an_address_are_not_moved(scene, links):
    links.claim(AccountLink(KIM.issuer, "kim-1", 71, "kim", email=KIM.email))
    links.claim(AccountLink(KIM.issuer, "kim-2", 72, "kim.two", email=KIM.email))
    links.claim(AccountLink(KIM.issuer, "uma-1", 73, "uma", email=UMA.email))
    links.claim(AccountLink(NEW, "4712", 74, "uma.new", email=UMA.email))
    links.claim(AccountLink(KIM.issuer, "carl", 75, "carl", email="carl@acme.example"))
    obstacles = scene.obstacles()
    assert [subject for subject, obstacle in obstacles.items() if not obstacle] == ["carl"]
    assert {obstacles[subject] for subject in ("kim-1", "kim-2", "uma-1")} == {
        "another person there or at the other provider has the same address"
    }
    scene.moved()
    assert {one.link.user_id for one in links.listed(issuer=KIM.issuer)} == {71, 72, 73}


def test_people_without_an_address_that_counts_stay_and_it_is_said_why(scene, links):
    links.claim(AccountLink(KIM.issuer, "nobody", 71, "nobody"))
    links.claim(AccountLink(KIM.issuer, "foreign", 72, "foreign", email="f@other.example"))
    links.claim(AccountLink(KIM.issuer, "pending", 73, "pending", email="p@acme.example", pending=True))
    assert scene.obstacles(email_domains=("acme.example",)) == {
        "nobody": "no e-mail address is known",
        "foreign": "the address is not of trusted_email_domains",
        "pending": "the account was never activated",
    }


def test_more_people_than_a_page_are_all_moved_and_doing_it_again_changes_nothing(scene, links, monkeypatch):
    monkeypatch.setattr("gateway.flows.issuer_move._PAGE", 3)
    for number in range(1, 11):
        links.claim(AccountLink(KIM.issuer, f"p-{number}", number, f"p-{number}", email=f"p-{number}@acme.example"))
    assert scene.moved() == [True] * 10
    after = links.listed()
    assert scene.moved() == []
    assert links.listed() == after


def test_an_interrupted_move_is_finished_by_the_next_one(scene):
    scene.ensure(KIM)
    is_signed_in = scene.signed_in(KIM)

    def interrupted(_):
        raise KeyboardInterrupt

    work = IssuerMove(scene.links, interrupted, KIM.issuer, NEW, Trust())
    [step] = work.steps()
    with pytest.raises(KeyboardInterrupt):
        work.apply(step.link)
    assert is_signed_in()
    assert scene.moved() == []
    assert not is_signed_in()


def test_a_link_that_ended_meanwhile_is_not_brought_back(scene, audited):
    scene.ensure(KIM)
    work = scene.move()
    [step] = work.steps()
    scene.links.forget(step.link)
    assert work.apply(step.link) is False
    assert scene.links.listed() == []
    assert [line["outcome"] for line in audited("account_link")] == ["refused"]


def test_a_move_to_the_wrong_provider_can_be_followed_by_one_to_the_right_one(scene):
    old = scene.ensure(KIM)
    scene.moved(new="https://typo.example")
    scene.moved(old="expected-at:https://typo.example")
    assert scene.ensure(NEW_KIM).user_id == old.user_id
