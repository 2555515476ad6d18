"""Changes of an account that TalentLMS refuses: the person gets in, the change waits; and accounts that stay closed."""

import time
from dataclasses import replace

import pytest

from gateway.errors import AccountInactive, SeatsUsedUp, TooManyAttempts
from gateway.flows.account_refusals import REFUSAL_SECONDS, REFUSALS
from gateway.flows.account_upkeep import RETRY_SECONDS
from gateway.flows.managed_password import ManagedPasswords
from gateway.keyring import Keyring
from gateway.store.attempts import Attempts
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY

KIMBERLY = replace(KIM, given_name="Kimberly")
WEAK = "Password is not strong enough (should have at least (40) characters in length)"
OLD, NEW = (ManagedPasswords(Keyring([key])).current_key for key in (OLD_KEY, NEW_KEY))


@pytest.fixture
def refuse(portal):
    """Have TalentLMS refuse the next changes of accounts, with these texts."""

    def refused(*messages, operation="edituser"):
        for message in messages:
            portal.control.fault(operation, kind="status", status=400, message=message)

    return refused


@pytest.fixture
def after_a_day(links):
    """Let the time be over that a refused change waits."""

    def over():
        known = links.find(KIM.key)
        assert known.retry_at > time.time() + RETRY_SECONDS - 600
        links.update(replace(known, retry_at=int(time.time())))

    return over


@pytest.mark.parametrize(
    "message",
    ["Invalid arguments provided", "The custom field Staff number is mandatory", "The field Staff number is required"],
)
def test_a_change_that_a_new_mandatory_field_forbids_keeps_nobody_out_and_waits_for_a_day(
    provisioning, portal, asked, audited, account, refuse, after_a_day, message
):
    learner = provisioning().learner_for(KIM)
    portal.control.add_custom_field("user", "custom_field_2", "Staff number", mandatory=True)
    refuse(message)
    asked()
    assert provisioning().learner_for(KIMBERLY) == learner
    assert asked() == ["edituser", "getcustomregistrationfields"]
    (line,) = audited("profile")
    assert (line["outcome"], line["reason"], line["user_id"]) == ("refused", "field-required", learner.user_id)
    assert f"(Staff number); make them optional (400: {message})" in line["remedy"]
    assert provisioning().learner_for(KIMBERLY) == learner
    assert asked() == []
    after_a_day()
    assert provisioning().learner_for(KIMBERLY) == learner
    assert asked() == ["edituser"]
    assert account("kim@acme.example")["first_name"] == "Kimberly"
    provisioning().learner_for(KIMBERLY)
    assert asked() == []
    assert len(audited("profile")) == 1


@pytest.mark.parametrize(
    "message", ["The field email must be a valid address", "kim@acme is not a valid email", "First name is too long"]
)
def test_a_detail_that_talentlms_names_is_not_blamed_on_a_mandatory_field_that_the_domain_has_too(
    provisioning, portal, asked, audited, refuse, message
):
    provisioning().learner_for(KIM)
    portal.control.add_custom_field("user", "custom_field_2", "Staff number", mandatory=True)
    refuse(message)
    asked()
    provisioning().learner_for(KIMBERLY)
    assert asked() == ["edituser"]
    (line,) = audited("profile")
    assert (line["reason"], f"(400: {message})" in line["remedy"]) == ("sign-up-refused", True)


def test_a_refused_change_is_told_at_once_when_the_profile_changes_again(provisioning, asked, account, refuse):
    provisioning().learner_for(KIM)
    refuse("Not on a Sunday")
    provisioning().learner_for(KIMBERLY)
    asked()
    provisioning().learner_for(replace(KIM, given_name="Kimba"))
    assert asked() == ["edituser"]
    assert account("kim@acme.example")["first_name"] == "Kimba"


def test_a_change_that_was_taken_in_part_is_taken_back_when_the_profile_is_the_old_one_again(
    provisioning, portal, account
):
    provisioning().learner_for(KIM)
    portal.control.add_user("taken@acme.example", login="somebody")
    provisioning().learner_for(replace(KIMBERLY, email="taken@acme.example"))
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["first_name"] == "Kim"


def test_an_address_that_was_another_accounts_is_told_a_day_later(
    provisioning, portal, lms, asked, audited, account, after_a_day
):
    provisioning().learner_for(KIM)
    other = portal.control.add_user("taken@acme.example", login="somebody")
    moved = replace(KIMBERLY, email="taken@acme.example")
    provisioning().learner_for(moved)
    (line,) = audited("profile")
    assert (line["reason"], "merge or change one" in line["remedy"]) == ("talentlms-conflict", True)
    lms.users.delete(other, permanent=True)
    after_a_day()
    asked()
    provisioning().learner_for(moved)
    assert asked() == ["edituser"]
    assert account("taken@acme.example")["login"] == "kim.lee"


@pytest.mark.parametrize(("ring", "calls"), [((NEW_KEY, OLD_KEY), ["userlogin"]), ((NEW_KEY,), [])])
def test_a_renewed_password_that_talentlms_finds_too_weak_leaves_the_old_one_and_is_sent_again_a_day_later(
    provisioning, launch, asked, audited, refuse, after_a_day, ring, calls
):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    refuse(WEAK)
    asked()
    assert provisioning(*ring).learner_for(KIM) == replace(learner, password_key=OLD)
    assert asked() == [*calls, "edituser"]
    (line,) = audited("profile")
    assert (line["reason"], "relax its rule" in line["remedy"]) == ("talentlms-weak-password", True)
    assert provisioning(*ring).learner_for(KIM) == learner
    assert asked() == []
    launch(*ring).dashboard(learner)
    assert asked() == (["userlogin"] if OLD_KEY in ring else ["users/id"])
    after_a_day()
    assert provisioning(*ring).learner_for(KIM).password_key == NEW
    assert asked() == [*calls, "edituser"]


def test_a_renewed_password_that_is_too_weak_does_not_keep_the_name_from_being_told(
    provisioning, asked, account, refuse
):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    refuse(WEAK)
    asked()
    assert provisioning(NEW_KEY, OLD_KEY).learner_for(KIMBERLY) == learner
    assert asked() == ["userlogin", "edituser", "edituser"]
    assert account("kim@acme.example")["first_name"] == "Kimberly"


def test_an_adopted_account_that_talentlms_does_not_let_be_changed_is_opened_as_it_is(
    provisioning, portal, asked, refuse
):
    portal.control.add_user("kim@acme.example", login="kim.old")
    refuse("Not on a Sunday")
    learner = provisioning().learner_for(KIM)
    assert learner.login == "kim.old"
    asked()
    assert provisioning().learner_for(KIM) == learner
    assert asked() == []


def test_what_talentlms_refuses_of_a_change_counts_as_nobodys_refusal(provisioning, store, refuse):
    attempts = Attempts(store, REFUSAL_SECONDS)
    provisioning(refusals=attempts).learner_for(KIM)
    refuse("Not on a Sunday")
    provisioning(refusals=attempts).learner_for(KIMBERLY)
    assert attempts.count(f"provisioning:person:{KIM.key}") == [0]


@pytest.mark.parametrize(
    ("message", "kind"), [("User limit reached", SeatsUsedUp), ("Not on a Sunday", AccountInactive)]
)
def test_an_account_that_cannot_be_activated_stays_closed_and_costs_no_call_for_ever(
    provisioning, portal, store, asked, audited, refuse, message, kind
):
    portal.control.quirk(inactive_after_signup=True)
    refuse(*[message] * (REFUSALS + 1), operation="usersetstatus")
    flow = provisioning(refusals=Attempts(store, REFUSAL_SECONDS))
    for _ in range(REFUSALS):
        with pytest.raises(kind):
            flow.learner_for(KIM)
    assert f"(400: {message})" in audited("provisioning")[-1]["remedy"]
    asked()
    with pytest.raises(TooManyAttempts):
        flow.learner_for(KIM)
    assert asked() == []
