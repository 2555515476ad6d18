"""Accounts for people, without a session, a provider or a browser that waits."""

import threading

import pytest

from gateway.errors import AccountTaken, EmailNotVerified, ProvisioningBusy
from gateway.flows.accounts import Accounts
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store import locks as locks_module
from gateway.store.locks import Locks
from schemas.identity import Identity
from tests.gateway.flows.scene import KIM, NEW_KEY
from tests.patience import PATIENT_SECONDS

CUSTOMER = Identity("shop:acme", "c-77", "shop", email="kim@acme.example", email_verified=True, given_name="Kim")


@pytest.fixture
def locks(store):
    return Locks(store)


@pytest.fixture
def accounts(lms, links, locks):
    return Accounts(lms, links, locks, ManagedPasswords(Keyring([NEW_KEY])), {"Learner", "Learner-Type"})


def test_a_customer_of_whom_no_provider_tells_is_signed_up_once(accounts, asked, links):
    person = Person(CUSTOMER, Trust())
    learner = accounts.ensure(person)
    assert asked() == ["users/email", "usersignup"]
    assert accounts.ensure(person) == accounts.known(CUSTOMER.key) == learner
    assert asked() == []
    assert links.find(CUSTOMER.key).email == "kim@acme.example"


def test_what_is_believed_depends_on_who_tells_it(accounts, portal):
    portal.control.add_user("kim@acme.example", login="kim.old")
    with pytest.raises(EmailNotVerified):
        accounts.ensure(Person(CUSTOMER, Trust(email_domains={"shop.example"})))
    learner = accounts.ensure(Person(CUSTOMER, Trust()))
    assert learner.login == "kim.old"
    with pytest.raises(AccountTaken):
        accounts.ensure(Person(KIM, Trust()))


def test_nobody_is_signed_up_by_whoever_has_lost_the_lock(accounts, locks, portal, asked, monkeypatch):
    monkeypatch.setattr(locks_module, "LEASE_SECONDS", 0.2)
    monkeypatch.setattr(locks, "_keep", lambda *_: None)  # what a process does that was stopped for a while
    portal.control.fault("users/email", kind="slow", seconds=0.5)
    with pytest.raises(ProvisioningBusy):
        accounts.ensure(Person(CUSTOMER, Trust()))
    assert asked() == ["users/email"]


def test_a_slow_sign_up_keeps_the_lock_for_as_long_as_it_takes(accounts, portal, asked, monkeypatch):
    monkeypatch.setattr(locks_module, "LEASE_SECONDS", 1.5)
    portal.control.fault("usersignup", kind="slow", seconds=3.0)
    person, found = Person(CUSTOMER, Trust()), []
    threads = [threading.Thread(target=lambda: found.append(accounts.ensure(person))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT_SECONDS)
    assert found == [accounts.known(CUSTOMER.key)] * 2
    assert asked().count("usersignup") == 1
