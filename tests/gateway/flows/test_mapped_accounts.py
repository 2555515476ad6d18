"""What the mapping makes of claims reaches TalentLMS: with the sign-up, and when it changes; each call is counted."""

from dataclasses import replace

import pytest

from gateway.errors import GatewayError
from gateway.flows.accounts import Accounts
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.outbound.client import HttpClient
from gateway.store.locks import Locks
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.mapped import Detail, Mapped
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.scene import KIM, NEW_KEY

MAIL, NOTICE, BOX = "custom_field_1", "custom_field_2", "custom_field_3"


@pytest.fixture(autouse=True)
def fields(portal):
    portal.control.add_custom_field("user", MAIL, "Department")
    portal.control.add_custom_field("user", NOTICE, "Plan", type="dropdown", values=["gold", "silver"])
    portal.control.add_custom_field("user", BOX, "External", type="checkbox")


@pytest.fixture
def asking_lms(portal):
    """A client like the gateway's own, which asks for the domain's date format where it needs it."""
    return TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()), date_format="ask")


def kim(*, kept=(), user_type="", always=(), once=(), **changes):
    told = [(name, value, True) for name, value in dict(always).items()]
    told += [(name, value, False) for name, value in dict(once).items()]
    details = tuple(Detail(*one) for one in sorted(told))
    return replace(KIM, mapped=Mapped(details, kept, user_type), **changes)


def test_a_sign_up_tells_what_it_can_in_its_one_call(provisioning, asked, account):
    told = kim(always={MAIL: "R&D", BOX: "on"}, once={NOTICE: "gold", "restrict_email": "on"}, user_type="Learner")
    provisioning().learner_for(told)
    assert asked() == ["users/email", "usersignup"]
    found = account("kim@acme.example")
    assert found["custom_fields"] == {MAIL: "R&D", NOTICE: "gold", BOX: "on"}
    assert (found["restrict_email"], found["user_type"]) == (True, "Learner")
    provisioning().learner_for(told)
    assert asked() == []


def test_what_a_sign_up_cannot_tell_follows_in_one_more_call_and_an_unchanged_sign_in_costs_none(
    provisioning, asked, account
):
    told = kim(always={MAIL: "R&D", "timezone": "Berlin, Germany"}, once={"bio": "Likes birds"})
    provisioning().learner_for(told)
    assert asked() == ["users/email", "usersignup", "edituser"]
    found = account("kim@acme.example")
    assert (found["bio"], found["timezone"].endswith("Berlin, Germany")) == ("Likes birds", True)
    provisioning().learner_for(told)
    assert asked() == []


@pytest.mark.parametrize(
    ("before", "after", "calls"),
    [
        ({"always": {MAIL: "R&D"}}, {"always": {MAIL: "HR"}}, ["edituser"]),
        ({"always": {MAIL: "R&D"}}, {"always": {MAIL: "R&D", BOX: "on"}, "given_name": "Kimberly"}, ["edituser"]),
        ({"once": {MAIL: "R&D"}}, {"once": {MAIL: "HR"}}, []),
        ({}, {"once": {MAIL: "HR", "bio": "Likes birds"}}, []),
        ({"kept": ("first_name",)}, {"kept": ("first_name",), "given_name": "Kimberly"}, []),
        ({"kept": ("first_name",)}, {"kept": ("first_name",), "family_name": "Li"}, ["edituser"]),
        ({"user_type": "Learner"}, {"user_type": "Trainer-Type"}, []),
    ],
)
def test_a_change_makes_the_calls_that_it_needs(provisioning, asked, before, after, calls):
    provisioning().learner_for(kim(**before))
    asked()
    for _ in range(2):
        provisioning().learner_for(kim(**after))
        assert asked() == calls
        calls = []


def test_what_is_told_once_stays_as_the_person_has_changed_it(provisioning, asked, account):
    provisioning().learner_for(kim(once={MAIL: "R&D", "bio": "Likes birds"}, kept=("last_name",)))
    provisioning().learner_for(
        kim(once={MAIL: "HR", "bio": "x"}, kept=("last_name",), family_name="Li", given_name="K")
    )
    found = account("kim@acme.example")
    assert (found["custom_fields"][MAIL], found["bio"]) == ("R&D", "Likes birds")
    assert (found["first_name"], found["last_name"]) == ("K", "Lee")


def person(**mapped):
    return Person(kim(**mapped), Trust())


def test_an_account_that_is_adopted_is_told_what_is_told_at_a_login(provisioning, portal, asked, account):
    portal.control.add_user("kim@acme.example", login="somebody", first_name="Kim", last_name="Lee")
    provisioning().learner_for(
        kim(always={MAIL: "R&D"}, once={"bio": "Likes birds", NOTICE: "gold"}, user_type="Trainer-Type")
    )
    assert asked() == ["users/email", "edituser"]
    found = account("kim@acme.example")
    assert (found["custom_fields"], found["bio"]) == ({MAIL: "R&D"}, None)
    assert found["user_type"] in ("Learner", "Learner-Type")


def of_types(audited):
    return [(line["user_id"], line["remedy"]) for line in audited("profile") if line["reason"] == "user-type-differs"]


KEPT = (
    "the account's user type is {!r}, the mapping says {!r}; TalentLMS's API cannot change it: change it there by hand"
)


@pytest.mark.parametrize(
    ("details", "calls"),
    [({}, ["users/email"]), ({"always": {MAIL: "R&D"}}, ["users/email", "edituser"])],
    ids=["nothing to tell", "something to tell"],
)
def test_another_type_than_the_rules_is_told_once_where_an_account_is_adopted_and_costs_no_call(
    provisioning, portal, asked, audited, details, calls
):
    names = {"first_name": "Kim", "last_name": "Lee", "user_type": "Learner-Type"}
    user_id = portal.control.add_user("kim@acme.example", login="somebody", **names)
    for _ in range(2):
        provisioning().learner_for(kim(**details, user_type="Trainer-Type"))
    assert of_types(audited) == [(user_id, KEPT.format("Learner-Type", "Trainer-Type"))]
    assert asked() == calls


def test_another_type_than_the_rules_is_told_whenever_talentlms_answers_a_change(provisioning, asked, audited, account):
    provisioning().learner_for(kim(user_type="Learner"))
    user_id = account("kim@acme.example")["id"]
    asked()
    provisioning().learner_for(kim(user_type="Trainer-Type"))
    assert (asked(), of_types(audited)) == ([], [])
    provisioning().learner_for(kim(user_type="Trainer-Type", family_name="Li"))
    assert asked() == ["edituser"]
    assert of_types(audited) == [(user_id, KEPT.format("Learner", "Trainer-Type"))]


@pytest.mark.parametrize(("has", "wanted"), [("Learner-Type", "Learner"), ("Learner", "Learner-Type"), ("Learner", "")])
def test_the_type_of_learners_has_two_names_and_whom_no_rule_gives_one_may_have_any(
    provisioning, portal, audited, has, wanted
):
    portal.control.add_user("kim@acme.example", login="somebody", first_name="Kim", last_name="L", user_type=has)
    provisioning().learner_for(kim(user_type=wanted))
    assert audited("profile") == []


def test_a_day_is_written_as_the_domain_writes_days_and_never_takes_it_away(
    asking_lms, store, links, asked, portal, account
):
    passwords = ManagedPasswords(Keyring([NEW_KEY]))
    accounts = Accounts(asking_lms, links, Locks(store), passwords, ["Learner"])
    portal.control.quirk(date_format="MMDDYYYY")
    accounts.ensure(person(always={"deactivation_date": "2031-03-04"}))
    assert asked() == ["users/email", "usersignup", "siteinfo", "edituser"]
    first = account("kim@acme.example")["deactivates_on"]
    portal.control.quirk(date_format="DDMMYYYY")
    accounts.ensure(person(always={"deactivation_date": "2031-03-05"}))
    assert account("kim@acme.example")["deactivates_on"] - first == 24 * 3600
    asked()
    accounts.ensure(person(always={"deactivation_date": "never"}))
    assert asked() == ["edituser"]
    assert account("kim@acme.example")["deactivates_on"] is None


def test_a_field_or_type_that_the_domain_does_not_have_keeps_nobody_out_and_is_audited(
    provisioning, asked, audited, account
):
    told = kim(always={"custom_field_9": "x", "timezone": "Berlin, Germany"}, user_type="Learner")
    provisioning().learner_for(told)
    found = account("kim@acme.example")
    assert (found["first_name"], found["user_type"], found["status"]) == ("Kim", "Learner", "active")
    assert {line["outcome"] for line in audited("profile")} == {"refused"}
    asked()
    provisioning().learner_for(told)
    assert asked() == []


def test_a_value_that_is_refused_later_does_not_keep_a_new_name_from_being_told(provisioning, asked, account, audited):
    provisioning().learner_for(kim(always={NOTICE: "gold"}))
    asked()
    provisioning().learner_for(kim(always={NOTICE: "platinum"}, given_name="Kimberly"))
    assert asked() == ["edituser", "getcustomregistrationfields", "edituser"]
    found = account("kim@acme.example")
    assert (found["first_name"], found["custom_fields"][NOTICE]) == ("Kimberly", "gold")
    assert [line["outcome"] for line in audited("profile")] == ["refused"]


@pytest.mark.parametrize("is_inactive", [True, False])
@pytest.mark.parametrize("kind", ["dropped", "cut"])
@pytest.mark.parametrize("operation", ["users/email", "usersignup", "usersetstatus", "edituser"])
def test_interrupted_at_any_call_and_repeated_the_end_is_the_same(
    provisioning, portal, account, operation, kind, is_inactive
):
    portal.control.quirk(inactive_after_signup=is_inactive)
    told = kim(always={MAIL: "R&D", "timezone": "Berlin, Germany"}, once={"bio": "Likes birds", NOTICE: "gold"})
    portal.control.fault(operation, kind=kind, times=3)
    for _ in range(4):
        try:
            provisioning().learner_for(told)
        except GatewayError:
            continue
    found = account("kim@acme.example")
    assert (found["status"], found["bio"], found["custom_fields"]) == (
        "active",
        "Likes birds",
        {MAIL: "R&D", NOTICE: "gold"},
    )
    assert found["timezone"].endswith("Berlin, Germany")
