"""Every documented error, provoked at the sandbox over HTTP; and what happens when the line itself is bad."""

import pytest

from gateway import errors
from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret

ADA, ROBIN, DANA, FELIX, GONE, TOM, NOBODY = 1, 4, 5, 6, 7, 10, 999
INTRO, LAW = 12, 34
KIM = ("Kim", "Lee", "kim@example.com", "kim", "Sandbox-1")

CASES = (
    (errors.UserNotFound, lambda lms: lms.users.by_id(NOBODY)),
    (errors.UserNotFound, lambda lms: lms.users.by_email("nobody@example.com")),
    (errors.UserNotFound, lambda lms: lms.users.by_username("nobody")),
    (errors.UserNotFound, lambda lms: lms.users.is_online(NOBODY)),
    (errors.UserNotFound, lambda lms: lms.users.log_out(NOBODY)),
    (errors.UserNotFound, lambda lms: lms.users.delete(NOBODY)),
    (errors.UserNotFound, lambda lms: lms.users.edit(NOBODY, bio="x")),
    (errors.UserNotFound, lambda lms: lms.users.set_status(NOBODY, "active")),
    (errors.UserNotFound, lambda lms: lms.users.forgot_username("nobody@example.com")),
    (errors.UserNotFound, lambda lms: lms.users.forgot_password("nobody")),
    (errors.UserNotFound, lambda lms: lms.courses.go_to(NOBODY, INTRO)),
    (errors.UserNotFound, lambda lms: lms.courses.add_user(NOBODY, INTRO)),
    (errors.UserNotFound, lambda lms: lms.groups.add_user(NOBODY, "KEY12345")),
    (errors.UserNotFound, lambda lms: lms.branches.add_user(NOBODY, 1)),
    (errors.Gone, lambda lms: lms.users.by_id(GONE)),
    (errors.Gone, lambda lms: lms.users.by_email("gone@example.com")),
    (errors.InvalidRequest, lambda lms: lms.users.by_email("not an address")),
    (errors.InvalidRequest, lambda lms: lms.users.sign_up("Kim", "Lee", "no address", "kim", "Sandbox-1")),
    (errors.InvalidRequest, lambda lms: lms.users.sign_up(*KIM, user_type="Wizard")),
    (errors.InvalidRequest, lambda lms: lms.users.sign_up(*KIM, custom_fields={9: "there is no such field"})),
    (errors.BranchNotFound, lambda lms: lms.users.sign_up(*KIM, branch_id=99)),
    (errors.GroupNotFound, lambda lms: lms.users.sign_up(*KIM, group_id=99)),
    (errors.Conflict, lambda lms: lms.users.sign_up("Kim", "Lee", "robin@example.com", "kim", "Sandbox-1")),
    (errors.Conflict, lambda lms: lms.users.sign_up("Kim", "Lee", "kim@example.com", "robin", "Sandbox-1")),
    (errors.Conflict, lambda lms: lms.users.edit(TOM, email="robin@example.com")),
    (errors.WeakPassword, lambda lms: lms.users.sign_up("Kim", "Lee", "kim@example.com", "kim", "weak")),
    (errors.WeakPassword, lambda lms: lms.users.edit(TOM, password="weak")),
    (errors.WrongPassword, lambda lms: lms.users.log_in("robin", "not this one")),
    (errors.WrongPassword, lambda lms: lms.users.log_in("nobody", "Sandbox-1")),
    (errors.AccountInactive, lambda lms: lms.users.log_in("felix", "Sandbox-1")),
    (errors.NotOnline, lambda lms: lms.users.log_out(ROBIN)),
    (errors.CourseNotFound, lambda lms: lms.courses.by_id(NOBODY)),
    (errors.CourseNotFound, lambda lms: lms.courses.delete(NOBODY)),
    (errors.CourseNotFound, lambda lms: lms.courses.go_to(ROBIN, NOBODY)),
    (errors.CourseNotFound, lambda lms: lms.courses.buy(ROBIN, NOBODY)),
    (errors.CourseNotFound, lambda lms: lms.courses.add_user(user_email="tom@example.com", course_name="Nothing")),
    (errors.CourseNotFound, lambda lms: lms.groups.add_course(NOBODY, 1)),
    (errors.CourseNotFound, lambda lms: lms.branches.add_course(NOBODY, 1)),
    (errors.CategoryNotFound, lambda lms: lms.courses.create("x", category_id=NOBODY)),
    (errors.AlreadyMember, lambda lms: lms.courses.add_user(ROBIN, INTRO)),
    (errors.NotEnrolled, lambda lms: lms.courses.go_to(TOM, INTRO)),
    (errors.NotEnrolled, lambda lms: lms.courses.remove_user(TOM, INTRO)),
    (errors.NotEnrolled, lambda lms: lms.courses.user_status(TOM, INTRO)),
    (errors.NotEnrolled, lambda lms: lms.courses.reset_progress(TOM, INTRO)),
    (errors.CouponRefused, lambda lms: lms.courses.buy(TOM, LAW, coupon="NO-SUCH")),
    (errors.CouponRefused, lambda lms: lms.categories.buy_courses(TOM, 3, coupon="NO-SUCH")),
    (errors.CategoryNotFound, lambda lms: lms.categories.by_id(NOBODY)),
    (errors.CategoryNotFound, lambda lms: lms.categories.leafs_and_courses(NOBODY)),
    (errors.CategoryNotFound, lambda lms: lms.categories.buy_courses(ROBIN, NOBODY)),
    (errors.GroupNotFound, lambda lms: lms.groups.by_id(NOBODY)),
    (errors.GroupNotFound, lambda lms: lms.groups.delete(NOBODY)),
    (errors.GroupNotFound, lambda lms: lms.groups.add_user(TOM, "NO-SUCH-KEY")),
    (errors.GroupNotFound, lambda lms: lms.groups.remove_user(TOM, NOBODY)),
    (errors.GroupNotFound, lambda lms: lms.groups.add_course(INTRO, NOBODY)),
    (errors.AlreadyMember, lambda lms: lms.groups.add_user(ROBIN, "KEY12345")),
    (errors.AlreadyMember, lambda lms: lms.groups.add_course(1, 1)),
    (errors.NotAMember, lambda lms: lms.groups.remove_user(TOM, 1)),
    (errors.Conflict, lambda lms: lms.groups.create("Again", key="KEY12345")),
    (errors.BranchNotFound, lambda lms: lms.branches.by_id(NOBODY)),
    (errors.BranchNotFound, lambda lms: lms.branches.delete(NOBODY)),
    (errors.BranchNotFound, lambda lms: lms.branches.set_status(NOBODY, "active")),
    (errors.BranchNotFound, lambda lms: lms.branches.add_user(TOM, NOBODY)),
    (errors.BranchNotFound, lambda lms: lms.branches.remove_user(TOM, NOBODY)),
    (errors.BranchNotFound, lambda lms: lms.branches.add_course(INTRO, NOBODY)),
    (errors.AlreadyMember, lambda lms: lms.branches.add_user(ROBIN, 1)),
    (errors.AlreadyMember, lambda lms: lms.branches.add_course(INTRO, 1)),
    (errors.NotAMember, lambda lms: lms.branches.remove_user(DANA, 1)),
    (errors.InvalidRequest, lambda lms: lms.branches.add_user(DANA, 2)),
    (errors.Conflict, lambda lms: lms.branches.create("emea")),
    (errors.UnitNotFound, lambda lms: lms.units.progress(NOBODY)),
    (errors.UnitNotFound, lambda lms: lms.units.test_answers(NOBODY, ROBIN)),
    (errors.UnitNotFound, lambda lms: lms.units.survey_answers(NOBODY, ROBIN)),
    (errors.UnitNotFound, lambda lms: lms.units.ilt_sessions(NOBODY)),
    (errors.UnitNotFound, lambda lms: lms.units.test_answers(untried_test(lms), DANA)),
)


def untried_test(lms):
    """Return the test of the introduction, after its learner was set back to the start."""
    lms.courses.reset_progress(DANA, INTRO)
    return next(unit.unit_id for unit in lms.courses.by_id(INTRO).units if unit.type == "Test")


@pytest.mark.parametrize(("kind", "call"), CASES, ids=lambda value: getattr(value, "__name__", "x"))
def test_each_documented_error_becomes_its_own_class(kind, call, lms):
    with pytest.raises(errors.TalentLMSError) as caught:
        call(lms)
    assert type(caught.value) is kind, caught.value.note


@pytest.mark.parametrize("named", [True, False])
def test_a_mandatory_field_that_is_left_out_is_its_own_error_where_it_is_named(lms, sandbox, named):
    sandbox.quirk(mandatory_field_named=named)
    sandbox.add_custom_field("user", "custom_field_1", "Staff number", mandatory=True)
    for call in (lambda: lms.users.sign_up(*KIM), lambda: lms.users.edit(FELIX, custom_fields={1: ""})):
        with pytest.raises(errors.InvalidRequest) as caught:
            call()
        assert type(caught.value) is (errors.FieldRequired if named else errors.InvalidRequest)


def test_a_plan_without_a_free_seat_signs_nobody_up_and_activates_nobody(lms, sandbox):
    sandbox.quirk(user_limit=1)
    for call in (lambda: lms.users.sign_up(*KIM), lambda: lms.users.set_status(FELIX, "active")):
        with pytest.raises(errors.SeatsUsedUp):
            call()


def test_a_domain_without_payments_sells_nothing(lms, sandbox):
    sandbox.quirk(payment_page=False)
    for call in (lambda: lms.courses.buy(TOM, LAW), lambda: lms.categories.buy_courses(TOM, 3, coupon="WELCOME10")):
        with pytest.raises(errors.NotForSale):
            call()


def test_a_wrong_key_is_unauthorized_whether_json_or_html_says_so(url, sandbox):
    for html in (True, False):
        sandbox.quirk(unauthorized_is_html=html)
        with pytest.raises(errors.Unauthorized):
            TalentLMS(HttpTransport(url, Secret("another key"), HttpClient())).site.info()


@pytest.mark.parametrize("status", [429, 403])
@pytest.mark.parametrize("told", [True, False])
def test_too_many_calls_are_throttled_and_told_when_to_come_back(lms, sandbox, status, told):
    sandbox.quirk(throttle_status=status, retry_after=told)
    sandbox.limits(per_hour=1)
    lms.site.info()
    with pytest.raises(errors.Throttled) as caught:
        lms.site.info()
    assert caught.value.retry_after > 0
    sandbox.limits(per_hour=0)


FAULTS = (
    ({"kind": "status"}, errors.Unavailable),
    ({"kind": "status", "status": 400}, errors.InvalidRequest),
    ({"kind": "status", "status": 403}, errors.Forbidden),
    ({"kind": "html"}, errors.Misunderstood),
    ({"kind": "html", "status": 404}, errors.Misunderstood),
    ({"kind": "html", "status": 502}, errors.Unavailable),
    ({"kind": "throttled"}, errors.Throttled),
    ({"kind": "cut", "times": 2}, errors.Misunderstood),
    ({"kind": "not_json"}, errors.Misunderstood),
    ({"kind": "dropped", "times": 2}, errors.Unavailable),
)


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=str)
def test_a_bad_line_is_never_taken_for_a_missing_user(lms, sandbox, fault, kind):
    sandbox.fault("users/id", **fault)
    with pytest.raises(errors.TalentLMSError) as caught:
        lms.users.by_id(ROBIN)
    assert type(caught.value) is kind
    assert lms.users.by_id(ROBIN).user_id == ROBIN


def test_a_safe_call_is_repeated_once_when_the_connection_broke(lms, sandbox):
    sandbox.fault("users/id", kind="dropped")
    assert lms.users.by_id(ROBIN).user_id == ROBIN
    assert len(sandbox.calls("users/id")) == 2


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("forgotusername", lambda lms: lms.users.forgot_username("robin@example.com")),
        ("forgotpassword", lambda lms: lms.users.forgot_password("robin")),
        ("usersignup", lambda lms: lms.users.sign_up(*KIM)),
        ("createcourse", lambda lms: lms.courses.create("Twice?")),
        ("creategroup", lambda lms: lms.groups.create("Twice?")),
        ("createbranch", lambda lms: lms.branches.create("twice")),
        ("deleteuser", lambda lms: lms.users.delete(TOM)),
        ("resetuserprogress", lambda lms: lms.courses.reset_progress(ROBIN, INTRO)),
    ],
)
def test_mails_and_creations_are_never_repeated(lms, sandbox, operation, call):
    sandbox.fault(operation, kind="dropped", carried_out=True)
    with pytest.raises(errors.Unavailable):
        call(lms)
    assert len(sandbox.calls(operation)) == 1


def test_a_server_that_is_not_there_is_unavailable():
    with pytest.raises(errors.Unavailable):
        TalentLMS(HttpTransport("http://127.0.0.1:9", Secret("k"), HttpClient())).site.info()
