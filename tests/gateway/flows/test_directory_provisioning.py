"""TalentLMS follows the directory that an identity provider pushes: each call is counted."""

from dataclasses import replace

import pytest

from gateway.config.mapping import ConditionSettings, FieldSettings
from gateway.errors import AccountTaken, Gone, NoRuleHolds, PersonDeactivated, Unavailable
from gateway.flows import directory
from gateway.flows.assigning import TRIES
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.scim.errors import ScimError
from schemas.identity import person_key
from tests.gateway.flows.assignments import rule
from tests.gateway.flows.pushed import Pushed
from tests.gateway.flows.scene import KIM

MAIL = "kim@acme.example"
SALES = rule("Sales", courses=[12])
LEGAL = rule("Legal", courses=[34])
TAKE = ["getuserstatusincourse", "removeuserfromcourse"]


@pytest.fixture
def pushed(lms, store, database):
    return Pushed(lms, store, database)


@pytest.fixture
def calls(pushed, asked):
    """Have the worker look at everybody who is due, with one result; return the calls that it took."""

    def taken(result="done"):
        asked()
        assert set(pushed.works()) == {result}
        return asked()

    return taken


@pytest.fixture
def courses(portal):
    """Return Kim's courses but those that everybody has."""

    def now():
        state = portal.control.state()
        ids = [user["id"] for user in state["users"] if user["email"] == MAIL]
        return sorted(one["course_id"] for one in state["enrolments"] if one["user_id"] in ids)

    return now


def test_c15_whoever_is_pushed_is_signed_up_in_the_background_with_one_call_and_their_user_name(
    pushed, calls, asked, account
):
    """C15, and ``userName`` -> login."""
    pushed.pushes()
    assert asked() == []
    assert calls() == ["usersignup"]
    made = account(MAIL)
    assert (made["login"], made["first_name"], made["last_name"], made["status"]) == (MAIL, "Kim", "Lee", "active")
    assert pushed.works() == []
    assert pushed.clicks().user_id == made["id"]
    assert pushed.works() == []
    assert asked() == []


def test_a_sign_in_finds_the_account_of_whoever_was_pushed_and_is_the_same_person(pushed, calls, asked):
    pushed.pushes()
    calls()
    identity = pushed.signs_in()
    assert identity.key == KIM.key
    pushed.clicks(identity)
    assert asked() == []  # the directory's names are those that TalentLMS was told
    assert pushed.works() == []


def test_a_click_does_not_wait_for_the_worker(pushed, calls, asked, courses):
    pushed.sets(SALES)
    own_id = pushed.pushes()
    pushed.pushes_group("Sales", own_id)
    learner = pushed.clicks(pushed.signs_in())
    assert asked() == ["users/email", "usersignup"]
    assert pushed.provisioning.give_now(learner, 12)
    assert asked() == ["addusertocourse"]
    assert calls() == []
    assert courses() == [12]


def test_changes_make_the_calls_that_differ_and_the_same_again_makes_none(pushed, calls, account):
    """E18: the second of two equal changes costs no call."""
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, name={"givenName": "Kimberly", "familyName": "Lee"})
    assert calls() == ["edituser"]
    assert account(MAIL)["first_name"] == "Kimberly"
    pushed.patches(own_id, name={"givenName": "Kimberly", "familyName": "Lee"})
    assert pushed.works() == []
    pushed.patches(own_id, nickName="Kimmy")
    assert calls() == []


def test_g2_a_leaver_is_deactivated_and_comes_back_as_the_same_account(pushed, calls, asked, account, audited):
    """G2: the same account, with what it has."""
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, active=False)
    assert pushed.ended == [KIM.key]
    with pytest.raises(PersonDeactivated):
        pushed.signs_in()
    assert calls() == ["users/id", "usersetstatus"]
    assert account(MAIL)["status"] == "inactive"
    with pytest.raises(PersonDeactivated):
        pushed.signs_in()
    pushed.patches(own_id, active=True)
    assert calls() == ["usersetstatus"]
    assert account(MAIL)["status"] == "active"
    pushed.patches(own_id, title="Boss")
    assert calls() == []
    steps = [(one["step"], one["outcome"]) for one in audited("account_status")]
    assert steps == [("deactivated", "success"), ("activated", "success")]


def test_a_click_of_somebody_who_is_back_does_not_wait_for_the_worker(pushed, calls, asked, account):
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, active=False)
    calls()
    pushed.patches(own_id, active=True)
    pushed.clicks(pushed.signs_in())
    assert asked() == ["usersetstatus"]
    assert account(MAIL)["status"] == "active"
    assert calls() == []


def test_a_click_that_was_under_way_does_not_activate_whoever_left(pushed, calls, account):
    own_id = pushed.pushes()
    calls()
    learner = pushed.clicks()
    pushed.patches(own_id, active=False)
    calls()
    with pytest.raises(PersonDeactivated):
        pushed.provisioning.account_found(learner)
    assert account(MAIL)["status"] == "inactive"


def test_an_account_that_a_click_made_while_its_owner_left_is_deactivated(pushed, calls, account):
    own_id = pushed.pushes()
    pushed.patches(own_id, active=False)
    assert calls() == []
    with pytest.raises(PersonDeactivated):
        pushed.clicks()
    assert calls() == ["users/id", "usersetstatus"]
    assert account(MAIL)["status"] == "inactive"


def test_g3_g5_whoever_is_deleted_is_deactivated_and_the_same_account_when_told_of_again(pushed, calls, account):
    own_id = pushed.pushes()
    calls()
    before = account(MAIL)["id"]
    pushed.directory.delete("acme", own_id)
    assert calls() == ["users/id", "usersetstatus"]
    assert pushed.pushes() == own_id
    assert calls() == ["usersetstatus"]
    assert (account(MAIL)["id"], account(MAIL)["status"]) == (before, "active")


def test_g4_a_deleted_persons_account_is_deleted_where_the_settings_say_so(pushed, calls, portal):
    pushed.sets(deletes=True)
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, active=False)
    assert calls() == ["users/id", "usersetstatus"]
    pushed.directory.delete("acme", own_id)
    assert calls() == ["users/id", "deleteuser"]
    assert [user["archived"] for user in portal.control.state()["users"] if user["email"] == MAIL] == [True]
    assert pushed.links.find(KIM.key) is None
    pushed.pushes()  # an administrator can restore what was archived
    with pytest.raises(Gone):
        pushed.works()
    assert pushed.apply(TRIES).state == "dead"


def test_n2_an_administrators_account_is_never_deactivated(pushed, calls, account, portal, audited):
    """N2: somebody made the account an administrator's since."""
    own_id = pushed.pushes()
    calls()
    snapshot = portal.control.snapshot()
    for user in snapshot["users"]:
        user["user_type"] = "SuperAdmin" if user["email"] == MAIL else user["user_type"]
    portal.control.restore(snapshot)
    pushed.patches(own_id, active=False)
    assert calls("dead") == ["users/id"]
    assert account(MAIL)["status"] == "active"
    assert [(one["outcome"], one["reason"]) for one in audited("account_status")] == [
        ("refused", "account-not-a-learner")
    ]


def test_an_account_that_somebody_else_switched_off_stays_off(pushed, calls, account, lms):
    own_id = pushed.pushes()
    calls()
    lms.users.set_status(account(MAIL)["id"], "inactive")
    pushed.patches(own_id, active=False)
    assert calls() == ["users/id"]
    pushed.patches(own_id, active=True)
    assert calls() == []
    assert account(MAIL)["status"] == "inactive"


def test_n1_an_existing_account_is_adopted_by_a_trusted_address_alone(pushed, calls, portal, account, audited):
    """N1: never, unless the settings say so and the domain is trusted; never an administrator's."""
    portal.control.add_user(MAIL, first_name="Kim", last_name="Lee")
    own_id = pushed.pushes()
    assert calls("dead") == ["usersignup", "users/email", "userlogin"]
    (refused,) = [one for one in audited("provisioning") if one["outcome"] == "refused"]
    assert (refused["reason"], refused["condition"]) == ("email-not-verified", 'the setting scim.adopt is "never"')
    for trusted, outcome in ((("other.example",), "dead"), (("acme.example",), "done")):
        pushed.sets(trust=Trust(trusted))
        pushed.patches(own_id, title=trusted[0])
        calls(outcome)
    assert pushed.links.find(KIM.key).user_id == account(MAIL)["id"]


def test_an_account_that_was_refused_is_found_by_a_sign_in_that_vouches_for_the_address(pushed, calls, portal):
    user_id = portal.control.add_user(MAIL, first_name="Kim", last_name="Lee")
    pushed.pushes()
    calls("dead")
    assert pushed.clicks(pushed.signs_in()).user_id == user_id


def test_the_account_of_another_person_is_nobody_elses(pushed, calls):
    other = pushed.accounts.ensure(Person(replace(KIM, subject="other"), Trust()))
    pushed.sets(trust=Trust(("acme.example",)))
    pushed.pushes()
    calls("dead")
    assert pushed.links.find(KIM.key) is None
    assert pushed.links.find(person_key(KIM.issuer, "other")).user_id == other.user_id
    with pytest.raises(AccountTaken):
        pushed.clicks(pushed.signs_in())


def test_h12_groups_feed_the_rules_and_those_without_a_rule_cost_nothing(pushed, calls, courses):
    pushed.sets(SALES, LEGAL)
    own_id = pushed.pushes()
    calls()
    sales = pushed.pushes_group("Sales", own_id)
    assert calls() == ["addusertocourse"]
    pushed.pushes_group("Choir", own_id)
    assert calls() == []
    pushed.groups.patch("acme", sales, {"Operations": [{"op": "replace", "path": "displayName", "value": "Legal"}]})
    assert calls() == [*TAKE, "addusertocourse"]
    assert courses() == [34]
    pushed.groups.delete("acme", sales)
    assert calls() == TAKE
    assert courses() == []


def test_h9_what_a_rule_keeps_stays_when_the_group_is_deleted(pushed, calls, courses):
    pushed.sets(rule("Sales", "keep", courses=[12]))
    sales = pushed.pushes_group("Sales", pushed.pushes())
    assert calls() == ["usersignup", "addusertocourse"]
    pushed.groups.delete("acme", sales)
    assert calls() == []
    assert courses() == [12]


def test_where_groups_are_pushed_those_of_a_sign_in_count_for_nothing(pushed, calls, courses):
    pushed.sets(SALES, LEGAL)
    own_id = pushed.pushes()
    calls()
    pushed.signs_in("Sales")
    assert calls() == ["addusertocourse"]  # nobody has pushed any group yet
    legal = pushed.pushes_group("Legal", own_id)
    assert calls() == ["addusertocourse"]
    pushed.signs_in("Sales")
    assert calls() == TAKE
    assert courses() == [34]
    pushed.groups.delete("acme", legal)
    assert calls() == TAKE
    pushed.signs_in("Sales")
    assert calls() == ["addusertocourse"]
    assert courses() == [12]


def test_what_only_a_sign_in_tells_stays_when_the_directory_changes(pushed, calls, courses):
    staff = rule("Staff", courses=[34], when=ConditionSettings(claim="employment", equals="staff"))
    pushed.sets(SALES, staff)
    own_id = pushed.pushes()
    group = pushed.pushes_group("Sales", own_id)
    calls()
    pushed.signs_in(employment="staff")
    assert calls() == ["addusertocourse"]
    pushed.patches(own_id, title="Boss")
    assert calls() == []
    pushed.groups.delete("acme", group)
    assert calls() == TAKE
    assert courses() == [34]
    pushed.signs_in(employment="staff")
    assert pushed.works() in ([], ["done"])
    pushed.signs_in()
    assert calls() == TAKE
    assert courses() == []


def test_the_directory_and_a_sign_in_that_give_the_same_take_it_away_with_the_last(pushed, calls, courses):
    both = rule("Sales", courses=[12], when=ConditionSettings(claim="title", equals="Boss"))
    pushed.sets(both)
    own_id = pushed.pushes()
    pushed.signs_in(title="Boss")
    calls()
    assert courses() == [12]
    pushed.patches(own_id, title="Boss")
    assert calls() == []
    pushed.patches(own_id, title="Clerk")
    assert calls() == TAKE
    pushed.signs_in(title="Boss")  # what the directory says is newer than a sign-in's claims
    assert calls() == []
    assert courses() == []


def test_fields_are_mapped_from_what_is_pushed(pushed, calls, account, portal):
    portal.control.add_custom_field("user", "custom_field_3", "Department")
    pushed.sets(fields={"custom_field_3": FieldSettings(claim="department", update="on_login")})
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    own_id = pushed.pushes(**{"schemas": [enterprise], enterprise: {"department": "R&D"}})
    assert calls() == ["usersignup"]
    pushed.patches(own_id, **{f"{enterprise}:department": "Sales"})
    assert calls() == ["edituser"]
    assert account(MAIL)["custom_fields"]["custom_field_3"] == "Sales"


def test_whom_no_rule_lets_in_is_not_signed_up(pushed, calls, courses, portal):
    pushed.sets(SALES, default="deny")
    own_id = pushed.pushes()
    assert calls() == []
    with pytest.raises(NoRuleHolds):
        pushed.signs_in()
    pushed.pushes_group("Sales", own_id)
    assert calls() == ["usersignup", "addusertocourse"]
    assert courses() == [12]


def test_whom_no_rule_lets_in_any_more_loses_what_rules_gave(pushed, calls, courses):
    pushed.sets(SALES, default="deny")
    sales = pushed.pushes_group("Sales", pushed.pushes())
    assert calls() == ["usersignup", "addusertocourse"]
    pushed.groups.delete("acme", sales)
    assert calls() == TAKE
    assert courses() == []


@pytest.mark.parametrize("leaves", [{"active": False}, {"active": False, "externalId": ""}])
def test_a_leaver_whose_external_id_is_left_out_stays_out(pushed, calls, account, leaves):
    """A ``PUT`` says all that there is of somebody, and some clients leave out what they do not map any more."""
    own_id = pushed.pushes()
    calls()
    pushed.directory.replace("acme", own_id, {"userName": MAIL} | leaves)
    assert pushed.ended == [KIM.key]
    with pytest.raises(PersonDeactivated):
        pushed.signs_in()
    assert calls() == ["users/id", "usersetstatus"]
    assert account(MAIL)["status"] == "inactive"


def test_whoever_has_no_external_id_is_kept_and_followed_once_they_have(pushed, calls):
    own_id = pushed.pushes(externalId=None)
    assert calls() == []
    pushed.patches(own_id, externalId="kim-1")
    assert calls() == ["usersignup"]


@pytest.mark.parametrize("steps", [[{"active": False}, {}], [{"active": False}, {"active": True}], [{"active": False}]])
def test_a_leaver_whose_external_id_becomes_anothers_stays_out(pushed, calls, account, steps):
    """Their account is deactivated, and never deleted by that; who has the other ``externalId`` is another person."""
    pushed.sets(deletes=True)
    own_id = pushed.pushes()
    calls()
    for values in steps[:-1]:
        pushed.patches(own_id, **values)
        calls()
    pushed.patches(own_id, externalId="kim-2", **steps[-1])
    pushed.works()
    with pytest.raises(PersonDeactivated):
        pushed.signs_in()
    with pytest.raises(PersonDeactivated):
        pushed.clicks()
    pushed.works()
    assert account(MAIL)["status"] == "inactive"
    pushed.patches(own_id, externalId="kim-1", active=True)
    pushed.clicks(pushed.signs_in())
    assert account(MAIL)["status"] == "active"


def test_an_external_id_that_is_corrected_leaves_the_account_in_use(pushed, calls, account):
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, externalId="kim-2")
    pushed.works()
    assert account(MAIL)["status"] == "active"


def test_leavers_go_before_everybody_else(pushed, calls):
    leaver = pushed.pushes("lea")
    calls()
    for name in ("ann", "bob", "cem"):
        pushed.pushes(name)
    pushed.patches(leaver, active=False)
    assert pushed.queue.claim()[0].person == person_key(KIM.issuer, "lea-1")


def test_an_outage_loses_nothing(pushed, portal, asked, account):
    own_id = pushed.pushes()
    portal.control.fault("usersignup", kind="status", status=500, times=1)
    with pytest.raises(Unavailable):
        pushed.works()
    assert pushed.apply().state == "done"
    pushed.patches(own_id, active=False)
    portal.control.fault("usersetstatus", kind="status", status=500, times=3)
    with pytest.raises(Unavailable):
        pushed.apply()
    assert account(MAIL)["status"] == "active"
    portal.control.clear_faults()
    assert pushed.apply().state == "done"
    assert account(MAIL)["status"] == "inactive"


def test_a_leaver_whose_account_cannot_be_deactivated_is_in_the_trail(pushed, calls, portal, audited):
    own_id = pushed.pushes()
    calls()
    pushed.patches(own_id, active=False)
    portal.control.fault("usersetstatus", kind="status", status=400, message="Not this one", times=3)
    calls("dead")
    (refused,) = audited("account_status")
    assert (refused["outcome"], refused["person"]) == ("refused", KIM.key)


def test_somebody_new_with_the_name_of_a_leaver_is_not_the_leaver(pushed, calls):
    leaver = pushed.pushes()
    calls()
    pushed.directory.delete("acme", leaver)
    calls()
    assert pushed.pushes(externalId=None) != leaver
    with pytest.raises(PersonDeactivated):
        pushed.signs_in()


def test_a_first_synchronisation_that_tells_of_everybody_as_inactive_is_stopped(pushed, monkeypatch):
    monkeypatch.setattr(directory, "MANY", 1)
    for name in ("ann", "bob", "cem"):
        pushed.clicks(replace(KIM, subject=f"{name}-1", email=f"{name}@acme.example", username=name))
    pushed.pushes("new", active=False)  # who has no account is no deactivation
    pushed.pushes("ann", active=False)
    with pytest.raises(ScimError, match="scim resume acme"):
        pushed.pushes("bob", active=False)
    assert pushed.people.find(person_key(KIM.issuer, "bob-1")) is None
    pushed.pushes("cem")
