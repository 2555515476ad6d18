"""A person is erased: from the database, the audit trail and the custom field, and their sessions end."""

from dataclasses import replace

import pytest

from gateway.database.assigned_people import AssignedPeople, AssignedPerson
from gateway.database.assignments import Assignment, Assignments
from gateway.database.audit_trail import AuditTrail
from gateway.errors import Unavailable
from gateway.flows.accounts import Accounts
from gateway.flows.erasure import Erasure
from gateway.flows.issuer_move import IssuerMove
from gateway.flows.link_field import LinkField
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.people import People
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from schemas.audit_entry import AuditEntry
from schemas.order import Customer
from schemas.secret import Secret
from tests.gateway.database.orders import erased_of, order, orders_of, told
from tests.gateway.flows.scene import KIM, NEW_KEY

UMA = replace(KIM, subject="uma-1", email="uma@acme.example", username="uma", given_name="Uma")
MIA = Customer("mia@example.com", "c-9", "Mia", "Roe")


class Scene:
    def __init__(self, lms, store, links, database, field=3):
        self.sessions, self.links, self.trail = Sessions(store, 60, 600), links, AuditTrail(database)
        keyring = Keyring([NEW_KEY])
        passwords, link_field = ManagedPasswords(keyring), LinkField(lms.users, keyring, field)
        ends, all_end = self.sessions.end_of_person, self.sessions.end_all_of_user
        types = ("Learner", "Learner-Type")
        self.accounts = Accounts(lms, links, Locks(store), passwords, types, None, ends, link_field)
        self.people = People(lms.users, links, self.accounts, link_field, Locks(store), ends, all_end)
        self.erasure = Erasure(links, link_field, erased_of(database), self.trail, ends, all_end)
        self.assignments, self.assigned_people = Assignments(database), AssignedPeople(database)

    def ensure(self, identity, trust=None):
        return self.accounts.ensure(Person(identity, trust or Trust()))

    def signed_in(self, identity):
        session_id = self.sessions.create(identity, Secret("token")).reveal()
        return lambda: self.sessions.find(session_id) is not None


@pytest.fixture
def scene(lms, store, links, database):
    return Scene(lms, store, links, database)


@pytest.fixture
def value_of(portal):
    """Return what stands in the field of an account."""

    def found(user_id):
        [user] = [user for user in portal.control.state()["users"] if user["id"] == user_id]
        return user["custom_fields"].get("custom_field_3", "")

    return found


@pytest.fixture
def kim(scene):
    """Somebody with an account, assignments and entries; another one has the same."""
    for identity in (KIM, UMA):
        learner = scene.ensure(identity)
        row = Assignment(identity.key, "course", "12", rule="sales", user_id=learner.user_id, state="given")
        scene.assignments.tell(AssignedPerson(identity.key, "acme", "one", {"sales": "group 'Sales'"}), [row])
        scene.trail.add(AuditEntry(at=1, event="sign_in", outcome="success", person=identity.key))
        scene.trail.add(AuditEntry(at=1, event="launch", outcome="success", user_id=learner.user_id))
    return scene.links.find(KIM.key)


def known_of(scene, person):
    entries = [one.person for one in scene.trail.listed() if one.person]
    return (
        scene.links.find(person),
        scene.assigned_people.find(person),
        scene.assignments.of_person(person),
        person in entries,
    )


def test_a_person_is_erased_with_their_assignments_entries_sessions_and_custom_field(scene, kim, value_of, asked):
    is_signed_in, other = scene.signed_in(KIM), scene.signed_in(UMA)
    asked()
    assert value_of(kim.user_id)
    assert scene.erasure.person(KIM.key) == 5
    assert asked() == ["edituser"]
    assert value_of(kim.user_id) == ""
    assert known_of(scene, KIM.key) == (None, None, [], False)
    assert [one.user_id for one in scene.trail.listed() if one.user_id] == [scene.links.find(UMA.key).user_id]
    assert (is_signed_in(), other()) == (False, True)
    assert scene.erasure.person(KIM.key) == 0


def test_nobody_else_is(scene, kim, value_of):
    before = known_of(scene, UMA.key)
    scene.erasure.person(KIM.key)
    assert known_of(scene, UMA.key) == before
    assert value_of(scene.links.find(UMA.key).user_id)


def test_so_is_somebody_whose_link_has_ended_without_a_call(scene, kim, asked):
    scene.people.unlink(kim)
    asked()
    assert scene.erasure.person(KIM.key) == 3
    assert known_of(scene, KIM.key) == (None, None, [], False)
    assert asked() == []


def test_so_is_somebody_who_is_expected_at_another_provider(scene, kim):
    new = "https://id.new.example"
    IssuerMove(scene.links, lambda _: None, KIM.issuer, new, Trust()).apply(kim)
    scene.erasure.person(kim.moved(new).person)
    assert known_of(scene, KIM.key) == (None, None, [], False)


def test_while_the_field_cannot_be_emptied_nobody_is_erased(scene, kim, portal):
    before, is_signed_in = known_of(scene, KIM.key), scene.signed_in(KIM)
    portal.control.fault("edituser", kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.erasure.person(KIM.key)
    assert known_of(scene, KIM.key) == before
    assert is_signed_in()


def test_a_customer_who_is_erased_from_orders_has_no_custom_field_and_no_session_either(
    scene, database, value_of, asked, audited
):
    orders_of(database).receive("shop", told(order(1, customer=MIA)))
    person = replace(MIA.identity("shop"), provider="shop", email_verified=True)
    learner = scene.ensure(person, Trust(is_shop=True))
    is_signed_in = scene.signed_in(person)
    assert value_of(learner.user_id)
    asked()
    assert scene.erasure.orders(MIA.email) == 1
    assert asked() == ["edituser"]
    assert (value_of(learner.user_id), scene.links.find(person.key), is_signed_in()) == ("", None, False)
    assert [line["orders"] for line in audited("erasure")] == [1]
    assert scene.erasure.orders(MIA.email) == 0


def test_while_the_customers_field_cannot_be_emptied_nobody_is_erased_from_orders(scene, database, portal):
    orders_of(database).receive("shop", told(order(1, customer=MIA)))
    person = replace(MIA.identity("shop"), provider="shop", email_verified=True)
    scene.ensure(person, Trust(is_shop=True))
    portal.control.fault("edituser", kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.erasure.orders(MIA.email)
    assert scene.links.find(person.key)
    portal.control.clear_faults()
    assert scene.erasure.orders(MIA.email) == 1


def test_without_the_setting_talentlms_is_not_asked(lms, store, links, database, asked):
    scene = Scene(lms, store, links, database, field=0)
    scene.ensure(KIM)
    asked()
    assert scene.erasure.person(KIM.key) == 1
    assert asked() == []


def test_the_links_of_a_provider_end_with_their_custom_fields(scene, kim, value_of, asked, audited):
    asked()
    assert scene.people.unlink_issuer(KIM.issuer) == 2
    assert asked() == ["edituser"] * 2
    assert value_of(kim.user_id) == ""
    assert scene.links.listed() == []
    assert [line["accounts"] for line in audited("account_link")] == [2]


def test_links_whose_field_cannot_be_emptied_are_still_there_and_the_rest_ends_with_the_next_time(
    scene, kim, portal, audited
):
    portal.control.fault("edituser", kind="slow")  # the first one is answered
    portal.control.fault("edituser", kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        scene.people.unlink_issuer(KIM.issuer)
    assert len(scene.links.listed()) == 1
    portal.control.clear_faults()
    assert scene.people.unlink_issuer(KIM.issuer) == 1
    assert [line["accounts"] for line in audited("account_link")] == [1, 1]
