"""Every operation is asked once, and its answer held against the document's example."""

import pytest

from sandbox.talentlms import OPERATIONS
from tests.sandbox.talentlms.document_examples import EXAMPLES
from tests.sandbox.talentlms.shapes import mismatch

ROBIN, DANA, TOM = 4, 5, 10
TEST, SURVEY, ILT = 16, 17, 18

CALLS = {
    "users": {},
    "users/id": {"id": ROBIN},
    "users/email": {"email": "robin@example.com"},
    "users/username": {"username": "robin"},
    "userlogin": {"login": "robin", "password": "Sandbox-1"},
    "isuseronline": {"user_id": ROBIN},
    "userlogout": {"user_id": ROBIN, "next": "http://127.0.0.1:9/"},
    "usersignup": {
        "first_name": "Kim",
        "last_name": "Lee",
        "email": "kim@example.com",
        "login": "kim",
        "password": "Secret-123",
    },
    "deleteuser": {"user_id": ROBIN},
    "edituser": {"user_id": ROBIN, "bio": "Likes maps."},
    "usersetstatus": {"user_id": ROBIN, "status": "inactive"},
    "getcustomregistrationfields": {},
    "getusersbycustomfield": {"custom_field_value": "Sales"},
    "forgotusername": {"email": "robin@example.com"},
    "forgotpassword": {"username": "robin"},
    "courses": {},
    "courses/id": {"id": 34},
    "createcourse": {"name": "Something new"},
    "deletecourse": {"course_id": 12},
    "addusertocourse": {"user_id": TOM, "course_id": 12},
    "removeuserfromcourse": {"user_id": ROBIN, "course_id": 12},
    "gotocourse": {"user_id": ROBIN, "course_id": 12},
    "buycourse": {"user_id": TOM, "course_id": 34},
    "getcustomcoursefields": {},
    "getcoursesbycustomfield": {"custom_field_value": "law"},
    "getuserstatusincourse": {"user_id": ROBIN, "course_id": 12},
    "resetuserprogress": {"user_id": ROBIN, "course_id": 12},
    "categories": {},
    "categories/id": {"id": 3},
    "categoryleafsandcourses": {"id": 1},
    "buycategorycourses": {"user_id": TOM, "category_id": 3},
    "groups": {},
    "groups/id": {"id": 1},
    "creategroup": {"name": "Newcomers"},
    "deletegroup": {"group_id": 1},
    "addusertogroup": {"user_id": TOM, "group_key": "KEY12345"},
    "removeuserfromgroup": {"user_id": ROBIN, "group_id": 1},
    "addcoursetogroup": {"course_id": 34, "group_id": 1},
    "branches": {},
    "branches/id": {"id": 1},
    "createbranch": {"name": "apac"},
    "deletebranch": {"branch_id": 1},
    "branchsetstatus": {"branch_id": 1, "status": "inactive"},
    "addusertobranch": {"user_id": TOM, "branch_id": 1},
    "removeuserfrombranch": {"user_id": ROBIN, "branch_id": 1},
    "addcoursetobranch": {"course_id": 34, "branch_id": 1},
    "getusersprogressinunits": {"unit_id": TEST},
    "gettestanswers": {"test_id": TEST, "user_id": ROBIN},
    "getsurveyanswers": {"survey_id": SURVEY, "user_id": ROBIN},
    "getiltsessions": {"ilt_id": ILT},
    "siteinfo": {},
    "ratelimit": {},
    "gettimeline": {"event_type": "certification_issue_certification", "user_id": ROBIN},
}


@pytest.mark.parametrize("operation", CALLS)
def test_answer_has_the_keys_order_and_types_of_the_documents_example(api, box, operation):
    box.control.set_online(ROBIN)
    answer = api.ask(operation, **CALLS[operation])
    assert answer, "an empty answer proves nothing"
    assert mismatch(answer, EXAMPLES[operation]) == ""


def test_every_operation_has_an_example_and_a_call():
    assert set(EXAMPLES) == set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("name", ["courses", "branches", "groups", "certifications", "badges"])
def test_the_user_of_the_example_has_something_of_everything(api, name):
    assert api.ask("users/id", id=ROBIN)[name]


@pytest.mark.parametrize("name", ["users", "units", "rules", "prerequisites", "prerequisite_rule_sets"])
def test_the_course_of_the_example_has_something_of_everything(api, name):
    assert api.ask("courses/id", id=34)[name]


def test_a_missing_key_a_new_order_and_a_wrong_type_are_noticed():
    shape = {"id": str, "rows": [{"score": int}]}
    assert mismatch({"id": "1", "rows": [{"score": 1}]}, shape) == ""
    assert "has" in mismatch({"rows": [], "id": "1"}, shape)
    assert "has" in mismatch({"id": "1"}, shape)
    assert "rows[0].score" in mismatch({"id": "1", "rows": [{"score": "1"}]}, shape)
