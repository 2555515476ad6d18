"""Units, the domain's figures, and the timeline."""

import pytest
import requests

from tests.patience import PATIENT_SECONDS
from tests.sandbox.talentlms.test_document_examples import ILT, SURVEY, TEST

ROBIN, DANA, TOM = 4, 5, 10
INVALID = (400, "Invalid arguments provided")


def test_scores_of_a_unit_are_those_who_tried_it(api):
    assert [row["user_id"] for row in api.ask("getusersprogressinunits", unit_id=5)] == ["4", "5", "7"]
    assert api.ask("getusersprogressinunits", unit_id=5, user_id=DANA) == [
        {"user_id": "5", "status": "Completed", "score": "100"}
    ]
    assert api.ask("getusersprogressinunits", unit_id=5, user_id=TOM) == []


@pytest.mark.parametrize(
    ("operation", "name", "unit"), [("gettestanswers", "test", TEST), ("getsurveyanswers", "survey", SURVEY)]
)
def test_answers_need_a_unit_an_enrolment_and_an_attempt(api, operation, name, unit):
    key = f"{name}_id"
    assert api.refusal(operation, **{key: ILT, "user_id": ROBIN}) == (404, "The requested unit does not exist")
    not_enrolled = (400, "The requested user is not enrolled in this course")
    assert api.refusal(operation, **{key: unit, "user_id": TOM}) == not_enrolled
    untried = (400, f"User does not have a progress registered for the {name}")
    assert api.refusal(operation, **{key: unit, "user_id": DANA}) == untried


def test_a_passed_test_has_the_right_answers(api):
    answers = api.ask("gettestanswers", test_id=TEST, user_id=ROBIN)
    assert (answers["score"], answers["completion_status"]) == ("100.00%", "Passed")
    assert {question["correct"] for question in answers["questions"]} == {"1"}


def test_sessions_are_of_instructor_led_training_only(api):
    webinar, classroom = api.ask("getiltsessions", ilt_id=ILT)
    assert (webinar["type"], webinar["capacity"], classroom["capacity"]) == ("webinar", "unlimited", "20")
    assert api.refusal("getiltsessions", ilt_id=TEST) == (404, "The requested unit does not exist")


@pytest.mark.parametrize(
    ("date_format", "day"), [("DDMMYYYY", "06/11/2029"), ("MMDDYYYY", "11/06/2029"), ("YYYYMMDD", "2029/11/06")]
)
def test_dates_follow_the_domains_format(api, box, date_format, day):
    box.control.quirk(date_format=date_format)
    assert api.ask("siteinfo")["date_format"] == date_format
    assert api.ask("edituser", user_id=ROBIN, deactivation_date=day)["deactivation_date"] == f"{day}, 23:59:59"


@pytest.mark.parametrize(
    ("event_type", "operation", "arguments"),
    [
        ("user_property_change", "edituser", {"user_id": DANA, "bio": "x"}),
        ("user_property_change", "usersetstatus", {"user_id": DANA, "status": "inactive"}),
        ("user_delete_user", "deleteuser", {"user_id": DANA}),
        ("course_create_course", "createcourse", {"name": "Maps"}),
        ("course_delete_course", "deletecourse", {"course_id": 19}),
        ("course_add_user", "addusertocourse", {"user_id": TOM, "course_id": 12}),
        ("course_remove_user", "removeuserfromcourse", {"user_id": ROBIN, "course_id": 12}),
        ("course_reset_user_progress", "resetuserprogress", {"user_id": ROBIN, "course_id": 12}),
        (
            "certification_remove_certification",
            "resetuserprogress",
            {"user_id": ROBIN, "course_id": 12, "remove_certification": "yes"},
        ),
        ("group_create_group", "creategroup", {"name": "New"}),
        ("group_delete_group", "deletegroup", {"group_id": 1}),
        ("group_add_user", "addusertogroup", {"user_id": TOM, "group_key": "KEY12345"}),
        ("course_add_user", "addusertogroup", {"user_id": TOM, "group_key": "KEY12345"}),
        ("group_remove_user", "removeuserfromgroup", {"user_id": ROBIN, "group_id": 1}),
        ("group_add_course", "addcoursetogroup", {"course_id": 34, "group_id": 1}),
        ("branch_create_branch", "createbranch", {"name": "apac"}),
        ("branch_delete_branch", "deletebranch", {"branch_id": 1}),
        ("branch_property_change", "branchsetstatus", {"branch_id": 1, "status": "inactive"}),
        ("branch_add_user", "addusertobranch", {"user_id": TOM, "branch_id": 1}),
        ("branch_remove_user", "removeuserfrombranch", {"user_id": ROBIN, "branch_id": 1}),
        ("branch_add_course", "addcoursetobranch", {"course_id": 34, "branch_id": 1}),
    ],
)
def test_a_change_leaves_one_event(api, event_type, operation, arguments):
    before = api.ask("gettimeline", event_type=event_type)
    api.ask(operation, **arguments)
    after = api.ask("gettimeline", event_type=event_type)
    assert after[1:] == before
    assert after[0]["action"] == event_type


def test_a_deleted_course_leaves_an_event_for_everything_that_goes_with_it(api, box):
    api.ask("addcoursetogroup", course_id=12, group_id=1)
    takers = [str(one["user_id"]) for one in box.control.state()["enrolments"] if one["course_id"] == 12]
    api.ask("deletecourse", course_id=12, deleted_by_user_id=2)

    left = api.ask("gettimeline", event_type="course_remove_user", course_id=12)
    assert sorted(entry["user_id"] for entry in left) == sorted(takers)
    for event_type, holder in (("group_remove_course", {"group_id": 1}), ("branch_remove_course", {"branch_id": 1})):
        [entry] = api.ask("gettimeline", event_type=event_type, **holder)
        assert (entry["user_id"], entry["object_id"]) == ("2", "12")
    assert api.ask("gettimeline", event_type="group_remove_course", group_id=2) == []
    [deleted] = api.ask("gettimeline", event_type="course_delete_course", course_id=12)
    assert (deleted["user_id"], deleted["object_name"]) == ("2", "Intro to the academy")


def test_completing_a_course_leaves_events_for_it_and_for_its_test_and_its_survey(api, box):
    box.control.enrol(TOM, 12)
    box.control.set_progress(TOM, 12, 100)
    for event_type, thing in (
        ("unitprogress_test_completion", TEST),
        ("unitprogress_survey_completion", SURVEY),
        ("course_completion", 12),
        ("certification_issue_certification", 12),
    ):
        entries = api.ask("gettimeline", event_type=event_type, user_id=TOM)
        assert [entry["object_id"] for entry in entries] == [str(thing)], event_type


def test_a_payment_leaves_an_event_about_the_buyer_and_what_was_bought(api):
    before = api.ask("gettimeline", event_type="user_create_payment")
    link = api.ask("buycourse", user_id=TOM, course_id=34)["redirect_url"]
    requests.post(link, data={"choice": "cancel"}, timeout=PATIENT_SECONDS)
    assert api.ask("gettimeline", event_type="user_create_payment") == before

    link = api.ask("buycourse", user_id=TOM, course_id=34)["redirect_url"]
    requests.post(link, data={"choice": "pay"}, timeout=PATIENT_SECONDS)
    paid, *earlier = api.ask("gettimeline", event_type="user_create_payment")
    assert earlier == before
    assert (paid["user_id"], paid["object_id"], paid["object_name"]) == ("10", "34", "Data protection")


def test_a_sign_up_leaves_an_event_about_the_user(api):
    number = api.sign_up("kim")
    newest = api.ask("gettimeline", event_type="user_register_user")[0]
    assert (newest["user_id"], newest["user_username"]) == (str(number), "kim")


def test_the_timeline_of_one_thing_holds_nothing_else(api):
    api.ask("addcoursetogroup", course_id=34, group_id=1)
    api.ask("addcoursetogroup", course_id=34, group_id=2)
    for about in ({"group_id": 2}, {"course_id": 19}, {"user_id": 1}):
        assert api.ask("gettimeline", event_type="group_add_course", **about)
    [one] = api.ask(
        "gettimeline",
        event_type="group_add_course",
        group_id=1,
    )[:1]
    assert (one["object_id"], one["object_name"]) == ("34", "Data protection")
    assert len(api.ask("gettimeline", event_type="group_add_course", group_id=1)) == 2
    assert api.ask("gettimeline", event_type="course_add_user", user_id=TOM) == []


def test_the_timeline_of_a_unit_holds_its_completions(api):
    newest = api.ask("gettimeline", event_type="unitprogress_test_completion", unit_id=TEST)
    assert newest[0]["object_id"] == str(TEST)


def test_the_timeline_answers_the_latest_200_newest_first(api, box):
    box.control.limits(per_5_seconds=0)
    for number in range(205):
        box.control.add_user(f"p{number}@example.com")
    entries = api.ask("gettimeline", event_type="user_register_user")
    assert len(entries) == 200
    assert entries[0]["user_email"] == "p204@example.com"
    assert entries[-1]["user_email"] == "p5@example.com"


def test_the_timeline_knows_its_event_types_and_takes_one_filter(api):
    assert api.refusal("gettimeline", event_type="user_sneezed") == INVALID
    assert api.refusal("gettimeline", event_type="user_login_user", user_id=4, course_id=12) == INVALID
    assert api.refusal("gettimeline") == INVALID
