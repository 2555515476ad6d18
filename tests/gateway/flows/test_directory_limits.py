"""What a directory may give, and by what TalentLMS is told of groups."""

import pytest

from tests.gateway.flows.assignments import rule
from tests.gateway.flows.pushed import Pushed

MAIL = "kim@acme.example"
SIGN_UP = {"first_name", "last_name", "email", "login", "password"}


@pytest.fixture
def pushed(lms, store, database):
    return Pushed(lms, store, database)


@pytest.fixture
def called(pushed, portal):
    """Have the worker look at everybody who is due; return the operations with their arguments."""

    def calls():
        portal.control.clear_calls()
        pushed.works()
        return [(call.operation, call.arguments) for call in portal.control.calls() if call.operation != "ratelimit"]

    return calls


@pytest.mark.parametrize(
    "attributes",
    [
        {"userType": "SuperAdmin"},
        {"roles": [{"value": "SuperAdmin", "primary": True}]},
        {"entitlements": [{"value": "Administrator"}], "title": "Administrator"},
        {"user_type": "SuperAdmin"},
    ],
    ids=str,
)
def test_n5_nothing_that_is_pushed_gives_a_user_type_that_no_rule_gives(pushed, called, account, attributes):
    own_id = pushed.pushes(**attributes)
    pushed.pushes_group("SuperAdmin", own_id)
    [(operation, arguments)] = called()
    assert (operation, set(arguments) - SIGN_UP) == ("usersignup", set())
    assert account(MAIL)["user_type"] == "Learner"
    pushed.patches(own_id, title="Administrator", userType="Admin-Type")
    assert [operation for operation, _ in called()] == []


def test_h13_a_group_is_joined_by_its_key_and_left_by_its_id(pushed, called, portal):
    [found] = [group for group in portal.control.state()["groups"] if group["key"] == "KEY12345"]
    pushed.sets(rule("Sales", groups=["KEY12345"]))
    own_id = pushed.pushes()
    sales = pushed.pushes_group("Sales", own_id)
    joined = dict(called())["addusertogroup"]
    assert joined["group_key"] == "KEY12345"
    pushed.groups.delete("acme", sales)
    left = dict(called())["removeuserfromgroup"]
    assert (left["group_id"], left["user_id"]) == (str(found["id"]), joined["user_id"])
