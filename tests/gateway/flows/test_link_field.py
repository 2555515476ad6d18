"""The account link in a custom field of TalentLMS."""

from dataclasses import replace

import pytest

from gateway.errors import AccountNotALearner, EmailNotVerified, Unavailable
from gateway.flows.accounts import Accounts
from gateway.flows.link_field import LinkField
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.people import People
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from schemas.order import Customer
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY, OTHER_KIM, UNVERIFIED_KIM

FIELD = "custom_field_3"
OWN_ADDRESS = "kim.lee@private.example"


class Scene:
    def __init__(self, lms, store, links, keys=(NEW_KEY,), number=3):
        self.links, self._users, keyring = links, lms.users, Keyring(keys)
        field = LinkField(lms.users, keyring, number)
        passwords, types = ManagedPasswords(keyring), ("Learner", "Learner-Type")
        self.accounts = Accounts(lms, links, Locks(store), passwords, types, None, lambda _: None, field)
        nothing = lambda _: None  # noqa: E731
        self.people = People(lms.users, links, self.accounts, field, Locks(store), nothing, nothing)

    def ensure(self, identity, **trust):
        return self.accounts.ensure(Person(identity, Trust(**trust)))

    def ensure_with_own_password(self, identity):
        """Return the learner of somebody whose account no managed password proves to be theirs."""
        learner = self.ensure(identity)
        self._users.edit(learner.user_id, password="Own-Password-1")
        return learner

    def forget_all(self):
        for one in self.links.listed():
            self.links.forget(one.link)


@pytest.fixture
def with_keys(lms, store, links):
    return lambda *keys: Scene(lms, store, links, keys)


@pytest.fixture
def scene(with_keys):
    return with_keys(NEW_KEY)


@pytest.fixture
def value_of(portal):
    """Return what stands in the field of an account."""

    def found(user_id):
        [user] = [user for user in portal.control.state()["users"] if user["id"] == user_id]
        return user["custom_fields"].get(FIELD, "")

    return found


def test_without_the_setting_nothing_is_written_and_nobody_is_asked(lms, store, links, asked, value_of):
    scene = Scene(lms, store, links, number=0)
    learner = scene.ensure(KIM)
    assert asked() == ["users/email", "usersignup"]
    assert value_of(learner.user_id) == ""


def test_a_sign_up_writes_the_link_without_a_further_call_and_one_that_asks_for_it(scene, asked, value_of):
    learner = scene.ensure(KIM)
    assert asked() == ["getusersbycustomfield", "users/email", "usersignup"]
    assert len(value_of(learner.user_id)) == 43
    scene.ensure(KIM)
    assert asked() == []


def test_a_lost_link_is_found_again_whatever_is_told_of_addresses(scene, asked, lms, links):
    learner = scene.ensure(KIM)
    lms.users.edit(learner.user_id, email=OWN_ADDRESS)
    scene.forget_all()
    asked()
    again = scene.ensure(replace(UNVERIFIED_KIM, username=""))
    assert again.user_id == learner.user_id
    assert asked()[:2] == ["getusersbycustomfield", "users/id"]
    assert links.find(KIM.key).user_id == learner.user_id


def test_an_adopted_account_gets_the_link_in_the_same_call_as_its_names(scene, portal, asked, value_of):
    number = portal.control.add_user(KIM.email, login="kim.old", first_name="Kimberly")
    asked()
    scene.ensure(KIM)
    assert asked() == ["getusersbycustomfield", "users/email", "edituser"]
    assert value_of(number)


def test_people_who_are_linked_already_get_it_at_their_next_sign_in_once(lms, store, links, asked, value_of, scene):
    learner = Scene(lms, store, links, number=0).ensure(KIM)
    asked()
    scene.ensure(KIM)
    scene.ensure(KIM)
    assert asked() == ["edituser"]
    assert value_of(learner.user_id)


def test_another_person_with_the_same_address_is_not_found_by_it(scene, asked):
    scene.ensure(KIM)
    scene.forget_all()
    with pytest.raises(EmailNotVerified):
        scene.ensure(replace(OTHER_KIM, email_verified=False))


def test_a_value_by_a_former_key_is_found_and_written_anew(with_keys, value_of):
    learner = with_keys(OLD_KEY).ensure(KIM)
    before = value_of(learner.user_id)
    scene = with_keys(NEW_KEY, OLD_KEY)
    scene.forget_all()
    assert scene.ensure(UNVERIFIED_KIM).user_id == learner.user_id
    assert value_of(learner.user_id) not in ("", before)


def test_a_value_that_somebody_copied_counts_for_nothing_and_is_audited(scene, portal, value_of, audited):
    learner = scene.ensure_with_own_password(KIM)
    portal.control.add_user("eve@acme.example", custom_fields={FIELD: value_of(learner.user_id)})
    scene.forget_all()
    with pytest.raises(EmailNotVerified):
        scene.ensure(UNVERIFIED_KIM)
    [line] = audited("account_link")
    assert (line["outcome"], line["step"], line["person"]) == ("refused", "ambiguous", KIM.key)


def test_a_value_in_another_field_counts_for_nothing_where_talentlms_says_where_it_stands(scene, portal, value_of):
    learner = scene.ensure_with_own_password(KIM)
    value = value_of(learner.user_id)
    scene.people.unlink(scene.links.find(KIM.key))
    portal.control.add_user("eve@acme.example", login="eve", custom_fields={"custom_field_1": value})
    portal.control.quirk(custom_fields_in_user=True)
    with pytest.raises(EmailNotVerified):
        scene.ensure(UNVERIFIED_KIM)


def test_an_administrators_account_is_not_opened_by_it(scene, portal, value_of):
    learner = scene.ensure_with_own_password(KIM)
    value = value_of(learner.user_id)
    scene.people.unlink(scene.links.find(KIM.key))
    portal.control.add_user("root@acme.example", login="root", user_type="SuperAdmin", custom_fields={FIELD: value})
    with pytest.raises(AccountNotALearner):
        scene.ensure(UNVERIFIED_KIM)


def test_an_account_that_is_linked_to_somebody_else_by_now_is_passed_over(scene, links):
    learner = scene.ensure_with_own_password(KIM)
    link = links.find(KIM.key)
    links.forget(link)
    links.claim(replace(link, subject="kim-2"))
    with pytest.raises(EmailNotVerified):
        scene.ensure(UNVERIFIED_KIM)
    assert links.owner_of(learner.user_id).subject == "kim-2"


def test_a_link_that_an_operator_ends_does_not_come_back(scene, value_of, links):
    learner = scene.ensure_with_own_password(KIM)
    scene.people.unlink(links.find(KIM.key))
    assert value_of(learner.user_id) == ""
    with pytest.raises(EmailNotVerified):
        scene.ensure(UNVERIFIED_KIM)


def test_while_the_field_cannot_be_emptied_the_link_stays(scene, portal, links):
    scene.ensure(KIM)
    portal.control.fault("edituser", kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.people.unlink(links.find(KIM.key))
    assert links.find(KIM.key)


def test_the_link_of_an_account_that_no_longer_exists_is_ended_all_the_same(scene, lms, links):
    learner = scene.ensure(KIM)
    lms.users.delete(learner.user_id, permanent=True)
    scene.people.unlink(links.find(KIM.key))
    assert links.listed() == []


def test_a_link_in_place_of_another_empties_the_field_of_the_other_account(scene, portal, value_of):
    first = scene.ensure(KIM).user_id
    second = portal.control.add_user(OWN_ADDRESS, login="kim.two")
    scene.people.link(Person(KIM, Trust()), str(second), replaces=True)
    assert value_of(first) == ""
    scene.ensure(replace(KIM, email=""))
    assert value_of(second)


def test_a_guest_whose_address_is_not_verified_leaves_none(scene, asked, value_of):
    learner = scene.ensure(Customer(KIM.email).identity("shop"), is_shop=True)
    assert "getusersbycustomfield" not in asked()
    assert value_of(learner.user_id) == ""


def test_a_field_that_talentlms_does_not_take_keeps_nobody_out_and_no_name_back(lms, store, links, asked, account):
    scene = Scene(lms, store, links, number=19)
    learner = scene.ensure(KIM)
    assert learner.login == "kim.lee"
    scene.ensure(replace(KIM, given_name="Kimberly"))
    assert account("kim.lee")["first_name"] == "Kimberly"
    asked()
    scene.ensure(replace(KIM, given_name="Kimberly"))
    assert asked() == []


def test_while_talentlms_cannot_be_asked_nobody_is_signed_up(scene, portal, asked):
    portal.control.fault("getusersbycustomfield", kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.ensure(KIM)
    assert "usersignup" not in asked()
