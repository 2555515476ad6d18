"""What rules assign follows the claims: each call is counted, and nothing but what a rule gave is ever taken away."""

import re
import time
from dataclasses import replace

import pytest

from gateway.config import IdentityProviderSettings
from gateway.config.mapping import ConditionSettings
from gateway.errors import Misunderstood, NoRuleHolds, Unavailable
from gateway.flows import assigning, assignment_targets
from gateway.mapping.groups import GroupClaims
from schemas.order import Customer
from tests.gateway.flows.assignments import Mapped, rule
from tests.gateway.flows.scene import KIM
from tests.gateway.flows.selling import line

SALES = rule("Sales", courses=[12], groups=["KEY12345"], branch="emea")
LEGAL = rule("Legal", courses=[34])
INTRO, LAW = 12, 34
MAIL = "kim@acme.example"


@pytest.fixture
def mapped(lms, store, database):
    return Mapped(lms, store, database)


@pytest.fixture
def steps(mapped, asked):
    """Have Kim sign in, click and be looked at; return the calls that each took."""

    def taken(*groups, **claims):
        mapped.signs_in(*groups, **claims)
        signed_in = asked()
        mapped.clicks()
        clicked = asked()
        mapped.works()
        return signed_in, clicked, asked()

    return taken


@pytest.fixture
def has(portal):
    """Return Kim's courses, groups and branches."""

    def now():
        state = portal.control.state()
        ids = [user["id"] for user in state["users"] if user["email"] == MAIL]
        courses = sorted(one["course_id"] for one in state["enrolments"] if one["user_id"] in ids)
        names = [one["name"] for kind in ("groups", "branches") for one in state[kind] if set(ids) & set(one["users"])]
        return [*courses, *names]

    return now


def test_a_new_colleague_is_given_what_the_rules_say_and_an_unchanged_sign_in_costs_no_call_and_no_write(
    mapped, steps, has, database, monkeypatch
):
    mapped.sets(SALES, LEGAL)
    calls = steps("Sales")
    assert calls[:2] == ([], ["users/email", "usersignup"])
    assert calls[2] == ["branches", "addusertobranch", "addusertocourse", "groups", "addusertogroup"]
    assert has() == [1, 12, "Starters", "emea"]
    assert mapped.ledger() == {"12": "given", "KEY12345": "given", "emea": "given"}
    before = mapped.assignments.people.find(KIM.key)
    monkeypatch.setattr(database, "transaction", None)
    mapped.signs_in("Sales")
    mapped.clicks()
    monkeypatch.undo()
    assert (mapped.works(), mapped.assignments.people.find(KIM.key)) == ([], before)


def test_changed_claims_make_the_calls_that_differ(mapped, steps, has):
    mapped.sets(rule("Sales", courses=[12], branch="emea"), LEGAL)
    steps("Sales")
    taken = ["removeuserfrombranch", "getuserstatusincourse", "removeuserfromcourse"]
    assert steps("Legal") == ([], [], [*taken, "addusertocourse"])
    assert has() == [34]
    assert steps("Legal", "Sales") == ([], [], ["addusertobranch", "addusertocourse"])
    assert has() == [12, 34, "emea"]
    assert steps() == ([], [], [*taken, "getuserstatusincourse", "removeuserfromcourse"])
    assert has() == []


def test_what_a_rule_keeps_stays_and_costs_nothing(mapped, steps, has):
    mapped.sets(rule("Sales", "keep", courses=[12], branch="emea"))
    steps("Sales")
    assert steps() == ([], [], [])
    assert (has(), mapped.ledger()) == ([12, "emea"], {"12": "kept", "emea": "kept"})


def test_what_was_there_before_or_is_completed_is_not_taken_away(mapped, steps, has, portal):
    user_id = portal.control.add_user(MAIL, first_name="Kim", last_name="Lee")
    portal.control.enrol(user_id, LAW)
    mapped.sets(rule("Sales", courses=[12]), LEGAL)
    steps("Sales", "Legal")
    portal.control.set_progress(user_id, INTRO, 100)
    assert steps()[2] == ["getuserstatusincourse"]
    assert (has(), mapped.ledger()) == ([12, 34], {"12": "kept", "34": "kept"})


def test_of_two_rules_that_give_the_same_either_keeps_it(mapped, steps, has):
    mapped.sets(rule("Sales", courses=[12]), rule("Staff", courses=[12]))
    steps("Sales", "Staff")
    assert steps("Staff") == ([], [], [])
    assert mapped.assignments.of_person(KIM.key)[0].rule == "Staff"
    steps()
    assert has() == []


def test_an_instructor_is_enrolled_as_one(mapped, steps, portal):
    mapped.sets(rule("Trainers", courses=[12], role="instructor"))
    steps("Trainers")
    state = portal.control.state()
    ids = [user["id"] for user in state["users"] if user["email"] == MAIL]
    assert [one["role"] for one in state["enrolments"] if one["user_id"] in ids] == ["instructor"]


def test_the_course_that_a_click_goes_to_is_given_at_once_and_once(mapped, launch, asked, has, lms, monkeypatch):
    mapped.sets(SALES)
    mapped.signs_in("Sales")
    learner = mapped.clicks()
    asked()
    going = launch()
    monkeypatch.setattr(going, "_assigned", mapped.assigning.give_now)
    going.course(learner, INTRO, navigation=True)
    assert asked() == ["gotocourse", "addusertocourse", "gotocourse"]
    mapped.works()
    assert asked() == ["branches", "addusertobranch", "groups", "addusertogroup"]
    assert 12 in has()


def test_unknown_names_keep_nobody_out_and_are_told_and_tried_again_after_a_day_or_with_other_settings(
    mapped, steps, has, audited, monkeypatch, portal
):
    mapped.sets(rule("Sales", courses=[4711, 12], groups=["NONE"], branch="nowhere"))
    assert steps("Sales")[2] == ["branches", "addusertocourse", "addusertocourse", "groups"]
    assert (has(), mapped.ledger()) == (
        [12],
        {"4711": "dead", "12": "given", "NONE": "dead", "nowhere": "dead"},
    )
    told = [(one["target"], one["reason"], one["rule"]) for one in audited("assignment") if one["outcome"] == "refused"]
    assert told == [
        ("nowhere", "branch-not-found", "Sales"),
        ("4711", "course-not-found", "Sales"),
        ("NONE", "group-not-found", "Sales"),
    ]
    assert steps("Sales") == ([], [], [])
    portal.control.add_course("New", id=4711)
    later = time.time() + assigning.RETRY_SECONDS
    monkeypatch.setattr(assigning.time, "time", lambda: later)
    monkeypatch.setattr(assignment_targets.time, "monotonic", lambda: later)
    assert steps("Sales")[2] == ["branches", "addusertocourse", "groups"]
    assert has() == [12, 4711]
    mapped.sets(rule("Sales", courses=[4711, 12], branch="emea"))
    assert steps("Sales")[2] == ["branches", "addusertobranch"]
    assert has() == [12, 4711, "emea"]


def test_whoever_is_refused_loses_what_rules_gave(mapped, steps, has):
    mapped.sets(LEGAL, default="deny")
    steps("Legal")
    with pytest.raises(NoRuleHolds):
        mapped.signs_in()
    mapped.works()
    assert has() == []
    with pytest.raises(NoRuleHolds):
        mapped.signs_in(identity=replace(KIM, subject="nobody"))
    assert mapped.assignments.people.find(replace(KIM, subject="nobody").key) is None


def test_where_groups_are_left_out_nothing_is_taken_away(mapped, steps, has):
    mapped.sets(LEGAL, rule("Own", courses=[12], when=ConditionSettings(claim="department", equals="HR")))
    steps("Legal")
    left_out = {"_claim_names": {"groups": "src1"}, "groups": None, "department": "HR"}
    assert steps(**left_out)[2] == ["addusertocourse"]
    assert has() == [12, 34]
    steps()
    assert has() == []


def test_an_account_that_is_gone_is_made_anew_with_all_that_the_rules_give(mapped, steps, has, portal, lms, asked):
    mapped.sets(LEGAL)
    steps("Legal")
    gone = mapped.links.find(KIM.key).user_id
    lms.users.delete(gone, permanent=True)
    mapped.accounts.forget(mapped.links.find(KIM.key).learner)
    asked()
    assert steps("Legal") == ([], ["users/email", "usersignup"], ["addusertocourse"])
    assert has() == [34]


def test_a_worker_that_finds_the_account_gone_waits_for_a_click(mapped, steps, has, lms):
    mapped.sets(LEGAL)
    steps()
    mapped.clicks()
    lms.users.delete(mapped.links.find(KIM.key).user_id, permanent=True)
    mapped.signs_in("Legal")
    assert mapped.works() == ["done"]
    assert mapped.links.find(KIM.key) is None
    mapped.clicks()
    mapped.works()
    assert has() == [34]


def test_an_order_and_a_rule_keep_each_others_course_alive(mapped, steps, has, shop, asked):
    customer = Customer(MAIL, "c-77", "Kim", "Lee")
    mapped.sets(rule("Sales", courses=[12]))
    for first, second in (("rule", "order"), ("order", "rule")):
        steps("Sales")
        shop.tells(line(), customer=customer, order=first)
        shop.fulfils(first)
        ends = {"rule": steps, "order": lambda first=first: refund(shop, first)}
        asked()
        ends[first]()
        assert has() == [12], first
        ends[second]()
        assert has() == [], second


def refund(shop, order):
    shop.refunds(f"r-{order}", order)
    shop.fulfils(order)


def test_a_fault_with_one_assignment_holds_up_no_other_and_in_the_end_waits_for_the_day(mapped, portal, has, audited):
    mapped.sets(rule("Sales", courses=[12, 34]))
    mapped.signs_in("Sales")
    mapped.clicks()
    portal.control.fault("addusertocourse", kind="html")
    with pytest.raises(Misunderstood):
        mapped.apply()
    assert has() == [34]
    portal.control.fault("addusertocourse", kind="html")
    assert mapped.apply(assigning.TRIES).state == "dead"
    assert mapped.ledger() == {"12": "dead", "34": "given"}
    assert [one["reason"] for one in audited("assignment") if one["outcome"] == "refused"] == [Misunderstood.code]
    assert mapped.assignments.people.find(KIM.key).retry_at > time.time()


def test_an_outage_ends_the_look(mapped, portal, asked):
    mapped.sets(rule("Sales", courses=[12, 34]))
    mapped.signs_in("Sales")
    mapped.clicks()
    asked()
    portal.control.fault("addusertocourse", kind="dropped", times=9)
    with pytest.raises(Unavailable):
        mapped.apply(assigning.TRIES)
    assert set(mapped.ledger().values()) == {"wanted"}
    assert set(asked()) == {"addusertocourse"}


TOKENS = {
    "entra": ({"oid": "aa", "tid": "bb", "groups": ["6f1d2c3b-0000-4000-8000-000000000001"], "roles": ["Sales"]}, True),
    "entra with too many groups": ({"oid": "aa", "tid": "bb", "hasgroups": True}, False),
    "okta": ({"groups": ["Everyone", "Sales"]}, True),
    "okta, a filter that lets one group through": ({"groups": "Sales"}, True),
    "google": ({"hd": "acme.example", "groups": ["Sales"]}, False),
    "keycloak": ({"realm_access": {"roles": ["offline_access", "Sales"]}}, True),
    "keycloak, a role of the gateway's own client": ({"resource_access": {"training": {"roles": ["Sales"]}}}, True),
    "keycloak, a role of another client": ({"resource_access": {"account": {"roles": ["Sales"]}}}, False),
    "auth0": ({"https://acme.example/roles": ["Sales"]}, True),
    "jumpcloud": ({"groups": ["Sales", "All Users"]}, True),
    "generic": ({"groups": ["Presales", "sales"]}, False),
}


@pytest.mark.parametrize("token", TOKENS)
def test_a_real_shaped_token_of_each_preset_makes_the_calls_that_it_should(mapped, asked, token):
    claims, is_in_sales = TOKENS[token]
    preset = re.match("[a-z0-9]+", token).group()
    entry = IdentityProviderSettings(name="acme", preset=preset, issuer=KIM.issuer, client_id="training")
    mapped.sets(rule("Sales", courses=[12], branch="emea"), groups=GroupClaims.of(entry))
    mapped.mapping.mapped(KIM, claims)
    mapped.clicks()
    asked()
    mapped.works()
    assert asked() == (["branches", "addusertobranch", "addusertocourse"] if is_in_sales else [])
