"""The registry: the operations of the API document, each declared once."""

import pytest

from sandbox.talentlms import OPERATIONS

DOCUMENT = [
    "users",
    "users/id",
    "users/email",
    "users/username",
    "userlogin",
    "isuseronline",
    "userlogout",
    "usersignup",
    "deleteuser",
    "edituser",
    "usersetstatus",
    "getcustomregistrationfields",
    "getusersbycustomfield",
    "forgotusername",
    "forgotpassword",
    "courses",
    "courses/id",
    "createcourse",
    "deletecourse",
    "addusertocourse",
    "removeuserfromcourse",
    "gotocourse",
    "buycourse",
    "getcustomcoursefields",
    "getcoursesbycustomfield",
    "getuserstatusincourse",
    "resetuserprogress",
    "categories",
    "categories/id",
    "categoryleafsandcourses",
    "buycategorycourses",
    "groups",
    "groups/id",
    "creategroup",
    "deletegroup",
    "addusertogroup",
    "removeuserfromgroup",
    "addcoursetogroup",
    "branches",
    "branches/id",
    "createbranch",
    "deletebranch",
    "branchsetstatus",
    "addusertobranch",
    "removeuserfrombranch",
    "addcoursetobranch",
    "getusersprogressinunits",
    "gettestanswers",
    "getsurveyanswers",
    "getiltsessions",
    "siteinfo",
    "ratelimit",
    "gettimeline",
]
POSTED = [
    "userlogin",
    "userlogout",
    "usersignup",
    "edituser",
    "deleteuser",
    "addusertocourse",
    "buycourse",
    "buycategorycourses",
    "createcourse",
    "creategroup",
    "createbranch",
    "deletecourse",
    "deletegroup",
    "deletebranch",
]


def test_the_registry_has_the_53_operations_of_the_document():
    assert len(DOCUMENT) == 53
    assert set(OPERATIONS) == set(DOCUMENT)


def test_only_the_known_operations_are_posted():
    assert {name for name, one in OPERATIONS.items() if "GET" not in one.methods} == set(POSTED)


def test_user_look_ups_can_be_posted_too():
    both = {name for name, one in OPERATIONS.items() if len(one.methods) == 2}
    assert both == {"users/id", "users/email", "users/username"}


@pytest.mark.parametrize("name", DOCUMENT)
def test_operation_says_what_it_does(name):
    assert OPERATIONS[name].run.__doc__


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        OPERATIONS["users"] = None
