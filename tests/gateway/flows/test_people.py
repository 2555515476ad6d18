"""Links by an operator's word: what they may connect, and what ends with them."""

from dataclasses import replace

import pytest

from gateway.database.account_links import Listed
from gateway.errors import (
    AccountInactive,
    AccountNotALearner,
    AccountTaken,
    InvalidRequest,
    ProvisioningRefused,
    Unavailable,
    UserNotFound,
    WrongPassword,
)
from gateway.flows.accounts import Accounts
from gateway.flows.link_field import LinkField
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.people import People, likeness
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from schemas.identity import Identity
from schemas.learner import AccountLink, Learner
from schemas.secret import Secret
from tests.gateway.flows.scene import KIM, NEW_KEY, OTHER_KIM

UMA = Identity("https://id.acme.example", "uma-1", "acme")
LEARNERS = ("Learner", "Learner-Type")


def person(identity):
    """Somebody of whom an operator names issuer and subject alone."""
    return Person(Identity(identity.issuer, identity.subject, identity.provider), Trust())


class Scene:
    """What the command has, and people who are signed in."""

    def __init__(self, lms, store, links, learner_types=LEARNERS, field=0):
        self.sessions, self.links = Sessions(store, 60, 600), links
        keyring = Keyring([NEW_KEY])
        passwords, link_field = ManagedPasswords(keyring), LinkField(lms.users, keyring, field)
        ends = self.sessions.end_of_person
        self.accounts = Accounts(lms, links, Locks(store), passwords, learner_types, None, ends, link_field)
        everybody = self.sessions.end_all_of_user
        self.people = People(lms.users, links, self.accounts, link_field, Locks(store), ends, everybody)

    def link(self, identity, account, *, replaces=False):
        return self.people.link(person(identity), str(account), replaces=replaces)

    def signed_in(self, identity, user_id):
        session_id = self.sessions.create(identity, Secret("token")).reveal()
        session = self.sessions.find(session_id)
        self.sessions.keep_learner(session, Learner(user_id, "", identity.key))
        return lambda: self.sessions.find(session_id) is not None


@pytest.fixture
def scene(lms, store, links):
    return Scene(lms, store, links)


@pytest.fixture
def made(portal, asked):
    """Make an account and return its id."""

    def add(email="kim.lee@private.example", login="kim.private", **values):
        number = portal.control.add_user(email, **{"login": login, "password": "Own-Password-1", **values})
        asked()
        return number

    return add


@pytest.mark.parametrize("named", ["{number}", "kim.lee@private.example", "Kim.Lee@Private.example", "kim.private"])
def test_a_person_is_linked_with_an_account_by_whatever_names_it_with_one_call(scene, made, asked, audited, named):
    number = made()
    link = scene.link(KIM, named.format(number=number))
    assert scene.links.find(KIM.key) == link == AccountLink(KIM.issuer, KIM.subject, number, "kim.private")
    assert len(asked()) == 1
    [line] = audited("account_link")
    assert (line["step"], line["outcome"], line["person"], line["user_id"]) == ("linked", "success", KIM.key, number)


def test_whoever_was_linked_gets_in_without_a_word_about_addresses(scene, made, provisioning):
    number = made()
    scene.link(KIM, number)
    assert provisioning().learner_for(replace(KIM, email_verified=False)).user_id == number


def test_a_link_whose_custom_field_cannot_be_emptied_stays_and_nothing_is_changed(
    lms, store, links, made, portal, audited
):
    scene, first, second = Scene(lms, store, links, field=3), made(), made("second@private.example", "second")
    link = scene.link(KIM, first)
    is_signed_in = scene.signed_in(KIM, first)
    portal.control.fault("edituser", kind="status", status=400, message="Invalid arguments provided")
    with pytest.raises(InvalidRequest):
        scene.link(KIM, second, replaces=True)
    assert (links.find(KIM.key), links.owner_of(second), is_signed_in()) == (link, None, True)
    assert [line["step"] for line in audited("account_link")] == ["linked"]
    assert scene.link(KIM, second, replaces=True) == links.find(KIM.key)
    assert (links.find(KIM.key).user_id, is_signed_in()) == (second, False)


def test_a_link_that_is_there_already_stays_as_it_is(scene, made, audited):
    number = made()
    scene.link(KIM, number)
    scene.links.update(replace(scene.links.find(KIM.key), email="kim@acme.example", profile="digest"))
    is_signed_in = scene.signed_in(KIM, number)
    assert scene.link(KIM, number).profile == "digest"
    assert is_signed_in()
    assert len(audited("account_link")) == 1


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"user_type": "SuperAdmin"}, AccountNotALearner),
        ({"user_type": "Site admin"}, AccountNotALearner),
        ({"user_type": "Trainer-Type"}, AccountNotALearner),
        ({"status": "inactive"}, AccountInactive),
    ],
)
def test_an_account_that_no_sign_in_would_open_is_linked_with_nobody(
    scene, made, audited, asked, values, kind, replaces
):
    number = made(**values)
    with pytest.raises(kind):
        scene.link(KIM, number, replaces=replaces)
    assert scene.links.listed() == []
    assert asked() == ["users/id"]
    [line] = audited("provisioning")
    assert (line["outcome"], line["reason"], line["person"]) == ("refused", kind.code, KIM.key)


def test_an_administrators_account_is_not_linked_even_where_a_sign_in_may_open_it(lms, store, links, made):
    scene = Scene(lms, store, links, (*LEARNERS, "SuperAdmin"))
    with pytest.raises(AccountNotALearner):
        scene.link(KIM, made(user_type="SuperAdmin"), replaces=True)
    assert links.listed() == []


@pytest.mark.parametrize("named", ["987654", "nobody@acme.example", "nobody", "٣"])
def test_an_account_that_is_not_there_is_said_so(scene, named):
    with pytest.raises(UserNotFound):
        scene.link(KIM, named)


def test_an_account_of_somebody_else_is_refused_and_their_session_goes_on(scene, made, audited, asked):
    number = made()
    scene.link(UMA, number)
    is_signed_in = scene.signed_in(UMA, number)
    asked()
    with pytest.raises(AccountTaken) as refused:
        scene.link(KIM, number)
    assert "--replace" in refused.value.note
    assert is_signed_in()
    assert scene.links.owner_of(number).person == UMA.key
    assert asked() == ["users/id"]
    assert [line["reason"] for line in audited("provisioning")] == ["account-taken"]


def test_replacing_ends_the_others_link_sessions_and_password(scene, made, audited, asked, lms):
    number = made()
    scene.link(UMA, number)
    theirs, own = scene.signed_in(UMA, number), scene.signed_in(KIM, 0)
    asked()
    link = scene.link(KIM, number, replaces=True)
    assert asked() == ["users/id", "edituser"]
    assert [one.link for one in scene.links.listed()] == [link]
    assert link.password_key
    assert (theirs(), own()) == (False, True)
    with pytest.raises(WrongPassword):
        lms.users.log_in("kim.private", "Own-Password-1")
    steps = [(line["step"], line["person"]) for line in audited("account_link")]
    assert steps == [("linked", UMA.key), ("replaced", UMA.key), ("linked", KIM.key)]


def test_another_account_of_the_same_person_only_by_replacing_and_their_sessions_end(scene, made):
    first, second = made(), made("kim@acme.example", "kim.two")
    scene.link(KIM, first)
    is_signed_in = scene.signed_in(KIM, first)
    with pytest.raises(AccountTaken):
        scene.link(KIM, second)
    assert is_signed_in()
    scene.link(KIM, second, replaces=True)
    assert [one.link.user_id for one in scene.links.listed()] == [second]
    assert not is_signed_in()


@pytest.mark.parametrize("operation", ["users/id", "edituser"])
def test_where_talentlms_is_away_nothing_is_changed(scene, made, portal, operation):
    number = made()
    scene.link(UMA, number)
    is_signed_in = scene.signed_in(UMA, number)
    portal.control.fault(operation, kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.link(KIM, number, replaces=True)
    assert scene.links.owner_of(number).person == UMA.key
    assert is_signed_in()


def test_a_password_that_talentlms_refuses_leaves_the_account_to_the_other(scene, made, portal):
    number = made()
    scene.link(UMA, number)
    portal.control.fault("edituser", kind="status", status=400, message="Invalid arguments provided", times=1)
    with pytest.raises(ProvisioningRefused):
        scene.link(KIM, number, replaces=True)
    assert scene.links.owner_of(number).person == UMA.key


def test_an_ended_link_ends_the_sessions_of_the_person_and_of_the_account(scene, made, audited):
    number = made()
    link = scene.link(KIM, number)
    own, former, others = scene.signed_in(KIM, 0), scene.signed_in(OTHER_KIM, number), scene.signed_in(UMA, 0)
    scene.people.unlink(link)
    assert scene.links.listed() == []
    assert (own(), former(), others()) == (False, False, True)
    line = audited("account_link")[-1]
    assert (line["step"], line["person"], line["user_id"]) == ("unlinked", KIM.key, number)
    assert line["linked_issuer"] == KIM.issuer


def test_an_account_that_is_nobodys_has_no_link_to_end_and_its_sessions_end_all_the_same(scene, audited):
    is_signed_in = scene.signed_in(KIM, 57)
    assert scene.people.unlink_account(57) is False
    assert not is_signed_in()
    assert audited("account_link") == []


def test_ended_links_of_a_whole_provider_are_one_line(scene, made, audited):
    scene.link(KIM, made())
    scene.link(UMA, made("uma@acme.example", "uma"))
    assert scene.people.unlink_issuer(KIM.issuer) == 2
    assert scene.people.unlink_issuer(KIM.issuer) == 0
    line = audited("account_link")[-1]
    assert (line["step"], line["linked_issuer"], line["accounts"]) == ("unlinked", KIM.issuer, 2)
    assert len(audited("account_link")) == 3


ACME, OTHER, SHOP, KIOSK = "https://id.acme.example", "https://other.example", "storefront:shop", "storefront:kiosk"


@pytest.mark.parametrize(
    ("issuers", "expected"),
    [
        ([ACME, OTHER], "providers"),
        ([ACME, ACME], "one provider"),
        ([ACME, SHOP], "provider and shop"),
        ([SHOP, KIOSK], "shops"),
        ([SHOP, SHOP], "one shop"),
    ],
)
def test_it_is_said_where_people_who_look_alike_are_known(issuers, expected):
    people = [Listed(AccountLink(issuer, f"s-{number}", number, ""), 0) for number, issuer in enumerate(issuers)]
    assert likeness(people) == expected


def test_whoever_is_expected_elsewhere_is_known_where_they_came_from():
    moved = AccountLink(ACME, "kim 1", 7, "kim").moved(OTHER)
    assert (moved.expected_at, moved.former_identity) == (OTHER, (ACME, "kim 1"))
    assert moved.moved("https://third.example").former_identity == (ACME, "kim 1")
    assert likeness([Listed(moved, 0), Listed(AccountLink(ACME, "uma", 8, "uma"), 0)]) == "one provider"
