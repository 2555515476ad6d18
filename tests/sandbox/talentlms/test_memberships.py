"""Groups and branches."""

import pytest

INVALID = (400, "Invalid arguments provided")
TOM, ROBIN = 10, 4


def test_joining_a_group_enrols_in_its_courses(api):
    answer = api.ask("addusertogroup", user_id=TOM, group_key="KEY12345")
    assert answer == {"user_id": "10", "group_id": "1", "group_name": "Starters"}
    assert [course["id"] for course in api.ask("users/id", id=TOM)["courses"]] == ["1"]
    assert api.ask("groups/id", id=1)["redemptions_sofar"] == "3"


def test_joining_a_group_leaves_enrolments_as_they_are(api):
    api.ask("addcoursetogroup", course_id=12, group_id=2)
    api.ask("addusertogroup", user_id=ROBIN, group_key="TEAMSEATS")
    assert api.ask("getuserstatusincourse", user_id=ROBIN, course_id=12)["completion_status"] == "Completed"


def test_a_group_says_who_is_in_and_who_is_not(api):
    joined = (400, "The requested user is already a member of this group")
    assert api.refusal("addusertogroup", user_id=ROBIN, group_key="KEY12345") == joined
    assert api.refusal("addusertogroup", user_id=TOM, group_key="NOKEY") == (400, "There is no group with such key")
    absent = (400, "The requested user is not a member of this group")
    assert api.refusal("removeuserfromgroup", user_id=TOM, group_id=1) == absent
    assert api.refusal("groups/id", id=99) == (404, "The requested group does not exist")


def test_leaving_a_group_keeps_the_enrolments(api):
    api.ask("removeuserfromgroup", user_id=ROBIN, group_id=1)
    user = api.ask("users/id", id=ROBIN)
    assert user["groups"] == []
    assert "1" in [course["id"] for course in user["courses"]]


def test_a_group_takes_a_course_once(api):
    assert api.ask("addcoursetogroup", course_id=34, group_id=1)["group_name"] == "Starters"
    twice = (400, "The requested course is already a member of this group")
    assert api.refusal("addcoursetogroup", course_id=34, group_id=1) == twice


def test_a_key_can_be_redeemed_as_often_as_its_group_says(api):
    group = api.ask("creategroup", name="Two seats", key="TWO", price="20", max_redemptions=2, creator_id=2)
    assert (group["key"], group["price"], group["max_redemptions"], group["owner_id"]) == (
        "TWO",
        "&#36;20.00",
        "2",
        "2",
    )
    for user_id in (TOM, ROBIN):
        api.ask("addusertogroup", user_id=user_id, group_key="TWO")
    assert api.refusal("addusertogroup", user_id=5, group_key="TWO")[0] == 400
    person = {"first_name": "K", "last_name": "L", "email": "k@e.com", "login": "k", "password": "Secret-123"}
    assert api.refusal("usersignup", **person, group_id=group["id"])[0] == 400
    assert api.refusal("users/username", username="k") == (404, "The requested user does not exist")


def test_a_group_gets_a_key_of_its_own(api):
    keys = {api.ask("creategroup", name=name)["key"] for name in ("A", "B")}
    assert len(keys) == 2
    assert api.refusal("creategroup", name="C", key="KEY12345")[0] == 400


def test_a_deleted_group_is_gone_and_its_enrolments_stay(api):
    api.ask("deletegroup", group_id=1, deleted_by_user_id=2)
    assert api.refusal("groups/id", id=1) == (404, "The requested group does not exist")
    assert "1" in [course["id"] for course in api.ask("users/id", id=ROBIN)["courses"]]


def test_a_branch_says_who_is_in_and_who_is_not(api):
    answer = api.ask("addusertobranch", user_id=TOM, branch_id=1)
    assert answer == {"user_id": "10", "branch_id": "1", "branch_name": "emea"}
    joined = (400, "The requested user is already a member of this branch")
    assert api.refusal("addusertobranch", user_id=TOM, branch_id=1) == joined
    api.ask("removeuserfrombranch", user_id=TOM, branch_id=1)
    absent = (400, "The requested user is not a member of this branch")
    assert api.refusal("removeuserfrombranch", user_id=TOM, branch_id=1) == absent
    assert api.refusal("addusertobranch", user_id=TOM, branch_id=99) == (404, "The requested branch does not exist")


def test_a_full_branch_takes_nobody(api):
    assert api.refusal("addusertobranch", user_id=ROBIN, branch_id=2)[0] == 400


def test_a_branch_takes_a_course_once(api):
    api.ask("addcoursetobranch", course_id=34, branch_id=1)
    twice = (400, "The requested course is already a member of this branch")
    assert api.refusal("addcoursetobranch", course_id=34, branch_id=1) == twice


def test_a_branch_takes_every_argument_of_the_document(api):
    values = {
        "name": "apac",
        "description": "Asia and the Pacific",
        "disallow_global_login": "on",
        "group_id": "1",
        "language": "ja",
        "timezone": "9",
        "signup_method": "direct",
        "verification": "email",
        "user_type": "Trainer-Type",
        "registration_email_restriction": "example.com",
        "users_limit": "100",
        "ecommerce_processor": "paypal",
        "currency": "jpy",
        "paypal_email": "pay@example.com",
        "ecommerce_subscription": "on",
        "ecommerce_subscription_price": "12",
        "ecommerce_subscription_interval": "month",
        "ecommerce_credits": "on",
        "internal_announcement": "Hello",
        "external_announcement": "Welcome",
        "creator_id": "2",
    }
    made = api.ask("createbranch", **values)
    kept = {
        "disallow_global_login": "1",
        "group_id": "1",
        "language": "ja",
        "timezone": "Osaka, Sapporo, Tokyo, Japan",
        "signup_method": "email",
        "signup_type": "direct",
        "verification": "email",
        "user_type": "Trainer-Type",
        "user_type_id": "3",
        "registration_email_restriction": "example.com",
        "users_limit": "100",
        "payment_processor": "paypal",
        "currency": "Japanese Yen",
        "paypal_email": "pay@example.com",
        "ecommerce_subscription": "1",
        "ecommerce_subscription_price": "12",
        "ecommerce_subscription_interval": "month",
        "ecommerce_credits": "1",
        "internal_announcement": "Hello",
        "external_announcement": "Welcome",
    }
    assert {name: made[name] for name in kept} == kept


@pytest.mark.parametrize(
    "values", [{"currency": "gold"}, {"language": "xx"}, {"signup_method": "magic"}, {"users_limit": "few"}]
)
def test_a_branch_that_cannot_be_made_leaves_nothing_behind(api, values):
    before = api.ask("branches")
    assert api.refusal("createbranch", name="apac", **values) == INVALID
    assert api.ask("branches") == before


def test_a_branch_can_be_made_inactive_and_deleted(api, box):
    assert api.ask("branchsetstatus", branch_id=1, status="inactive") == {"branch_id": "1", "status": "inactive"}
    assert box.control.state()["branches"][0]["status"] == "inactive"
    assert api.refusal("branchsetstatus", branch_id=1, status="closed") == INVALID
    api.ask("deletebranch", branch_id=1)
    assert api.refusal("branches/id", id=1) == (404, "The requested branch does not exist")


def test_no_two_branches_have_one_name(api):
    assert api.refusal("createbranch", name="emea")[0] == 400
