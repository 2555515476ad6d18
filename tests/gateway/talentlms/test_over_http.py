"""Every operation, carried out against the sandbox over HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.talentlms.surface import OPERATIONS
from tests.patience import PATIENT_SECONDS

ADA, INES, ROBIN, DANA, FELIX, SSO, MIA, TOM = 1, 3, 4, 5, 6, 8, 9, 10
INTRO, SAFETY, LAW, SELLING = 12, 19, 34, 56


def unit_of(lms, course_id, kind):
    return next(unit.unit_id for unit in lms.courses.by_id(course_id).units if unit.type == kind)


def list_users(lms, sandbox):
    assert [user.user_id for user in lms.users.all(page_size=3, page_number=2)] == [DANA - 1, DANA, FELIX]
    assert len(lms.users.all()) == 9


def look_a_user_up(lms, sandbox):
    robin = lms.users.by_id(ROBIN)
    assert (robin.first_name, robin.user_type, robin.active) == ("Robin", "Learner-Type", True)
    assert {course.course_id: course.percentage for course in robin.courses}[INTRO] == 100
    assert lms.users.by_email("robin@example.com").user_id == ROBIN
    assert lms.users.by_username("sso.user").email == ""


def look_up_what_no_path_carries(lms, sandbox):
    sandbox.add_user("kim+shop@example.com", login="kim/shop")
    assert lms.users.by_email("kim+shop@example.com").user_id == lms.users.by_username("kim/shop").user_id
    assert [call.method for call in sandbox.calls("users/email")] == ["POST"]


def sign_in_and_out(lms, sandbox):
    link = lms.users.log_in("robin", "Sandbox-1", logout_redirect="https://gw.example/signed-out")
    assert lms.users.is_online(ROBIN) is False
    assert opened(link.reveal()) in (200, 302)
    assert lms.users.is_online(ROBIN) is True
    out = lms.users.log_out(ROBIN, next_url="https://gw.example/logout/continue")
    assert opened(out.reveal()) == 302
    assert lms.users.is_online(ROBIN) is False


def opened(link):
    parts = urlsplit(link)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=PATIENT_SECONDS)
    connection.request("GET", parts.path)
    status = connection.getresponse().status
    connection.close()
    return status


def sign_up(lms, sandbox):
    kim = lms.users.sign_up(
        "Kim",
        "Lee & Söhne",
        "kim@example.com",
        "kim",
        "Sandbox-1",
        branch_id=1,
        group_id=1,
        user_type="Learner-Type",
        language="de",
        restrict_email=True,
        custom_fields={1: "Sales", 4: True},
    )
    assert (kim.last_name, kim.restrict_email, kim.language) == ("Lee & Söhne", True, "German")
    again = lms.users.by_id(kim.user_id)
    assert (again.branches[0].name, again.groups[0].name) == ("emea", "Starters")


def edit_a_user(lms, sandbox):
    tom = lms.users.edit(
        TOM,
        first_name="Thomas",
        bio="Bakes, too",
        timezone="Athens, Greece",
        credit_points=7,
        deactivation_date=date(2030, 7, 28),
        restrict_email=False,
        custom_fields={1: "Bakery"},
    )
    assert (tom.first_name, tom.bio, tom.credit_points, tom.restrict_email) == ("Thomas", "Bakes, too", 7, False)
    assert tom.deactivation_date.read("DDMMYYYY", UTC).date() == date(2030, 7, 28)
    assert lms.users.edit(TOM, deactivation_date="never").deactivation_date is None


def switch_a_user_on_and_off(lms, sandbox):
    assert lms.users.set_status(FELIX, "active") == "active"
    assert lms.users.by_id(FELIX).active
    assert lms.users.set_status(FELIX, "inactive") == "inactive"


def delete_a_user(lms, sandbox):
    lms.users.delete(TOM, deleted_by_user_id=ADA)
    lms.users.delete(MIA, permanent=True)
    assert len(lms.users.all()) == 7


def ask_for_custom_fields(lms, sandbox):
    assert [field.number for field in lms.users.custom_fields()] == [1, 2, 3, 4, 5]
    assert [user.user_id for user in lms.users.by_custom_field("Sales")] == [ROBIN, DANA]
    assert [user.user_id for user in lms.users.by_custom_field("11-6-2019")] == [MIA]
    assert lms.users.by_custom_field("nobody has this") == ()
    assert lms.courses.custom_fields()[1].dropdown_values == ("1", "2", "3")
    [law] = lms.courses.by_custom_field("law")
    assert (law.course_id, law.custom_fields) == (LAW, {1: "law", 2: "3"})


def have_mail_sent(lms, sandbox):
    assert lms.users.forgot_username("robin@example.com", domain_url="https://learn.example/") == ROBIN
    assert lms.users.forgot_password("dana", redirect_url="https://learn.example/in") == DANA


def look_at_courses(lms, sandbox):
    law = next(course for course in lms.courses.all() if course.course_id == LAW)
    assert (law.price.symbol, law.price.amount) == ("$", Decimal("49.00"))
    assert [one.course_id for one in lms.courses.by_id(LAW).prerequisites] == [INTRO]
    assert {user.user_id: user.role for user in lms.courses.by_id(INTRO).users}[INES] == "instructor"


def make_and_delete_a_course(lms, sandbox):
    start = datetime(2030, 10, 1, tzinfo=UTC)
    course = lms.courses.create(
        "Fire drill",
        description="Where to go",
        code="F-1",
        price=Decimal("49.90"),
        time_limit=30,
        start_datetime=start,
        expiration_datetime=start + timedelta(days=90),
        category_id=3,
        creator_id=INES,
        custom_fields={1: "safety", 2: "1"},
    )
    assert (course.creator_id, course.price.amount, course.start_datetime) == (INES, Decimal("49.90"), start)
    lms.courses.delete(course.course_id, deleted_by_user_id=ADA)


def enrol_and_take_out(lms, sandbox):
    enrolled = lms.courses.add_user(TOM, INTRO, role="instructor")
    assert (enrolled.user_id, enrolled.course_id, enrolled.role) == (TOM, INTRO, "instructor")
    assert lms.courses.add_user(user_email="tom@example.com", course_name="Data protection").course_id == LAW
    assert lms.courses.remove_user(TOM, LAW).name == "Data protection"


def go_to_a_course(lms, sandbox):
    link = lms.courses.go_to(
        ROBIN,
        INTRO,
        logout_redirect="https://gw.example/signed-out",
        course_completed_redirect="https://gw.example/completed/12",
        header_hidden_options=["courseName", "units"],
    )
    assert opened(link.reveal()) in (200, 302)


def buy_courses(lms, sandbox):
    assert lms.courses.buy(TOM, LAW, coupon="WELCOME10").scheme == "http"
    assert lms.categories.buy_courses(TOM, 3).reveal()


def follow_progress(lms, sandbox):
    progress = lms.courses.user_status(ROBIN, INTRO)
    assert (progress.role, progress.percentage) == ("learner", 100)
    lms.courses.reset_progress(ROBIN, INTRO, remove_certification=True)
    assert lms.courses.user_status(ROBIN, INTRO).percentage == 0


def look_at_categories(lms, sandbox):
    assert [category.name for category in lms.categories.all()] == ["Everything", "Sales", "Compliance"]
    assert lms.categories.by_id(3).price.amount == Decimal(99)
    leafs = lms.categories.leafs_and_courses(1)
    assert [leaf.category_id for leaf in leafs] == [2, 3]
    assert leafs[0].courses[0].units
    assert lms.categories.leafs_and_courses(3) == ()


def use_groups(lms, sandbox):
    assert [group.key for group in lms.groups.all()] == ["KEY12345", "TEAMSEATS"]
    group = lms.groups.create("Newcomers", description="x", key="NEW1", price=100, creator_id=INES, max_redemptions=5)
    assert (group.key, group.owner_id, group.max_redemptions) == ("NEW1", INES, 5)
    assert lms.groups.add_course(SELLING, group.group_id).name == "Newcomers"
    assert lms.groups.add_user(TOM, "NEW1").group_id == group.group_id
    assert lms.groups.by_id(group.group_id).users[0].id == TOM
    assert lms.groups.remove_user(TOM, group.group_id).user_id == TOM
    lms.groups.delete(group.group_id, deleted_by_user_id=ADA)


def use_branches(lms, sandbox):
    assert [branch.name for branch in lms.branches.all()] == ["emea", "partners"]
    branch = lms.branches.create(
        "apac",
        description="Asia",
        disallow_global_login=True,
        group_id=1,
        language="en",
        timezone="Seoul, South Korea",
        signup_method="email",
        verification="captcha",
        user_type="Learner-Type",
        registration_email_restriction="example.com",
        users_limit=100,
        ecommerce_processor="paypal",
        currency="Euro",
        paypal_email="shop@example.com",
        ecommerce_subscription=True,
        ecommerce_subscription_price=Decimal("9.90"),
        ecommerce_subscription_interval="month",
        ecommerce_credits=True,
        internal_announcement="Welcome",
        external_announcement="Come in",
        creator_id=ADA,
    )
    assert (branch.currency, branch.users_limit, branch.disallow_global_login) == ("Euro", 100, True)
    assert lms.branches.add_course(INTRO, branch.branch_id).course_id == INTRO
    assert lms.branches.add_user(TOM, branch.branch_id).name == "apac"
    assert lms.branches.by_id(branch.branch_id).users[0].id == TOM
    assert lms.branches.remove_user(TOM, branch.branch_id).branch_id == branch.branch_id
    assert lms.branches.set_status(branch.branch_id, "inactive") == "inactive"
    lms.branches.delete(branch.branch_id, deleted_by_user_id=ADA)


def look_at_units(lms, sandbox):
    test, survey = unit_of(lms, INTRO, "Test"), unit_of(lms, INTRO, "Survey")
    everybody = lms.units.progress(test)
    assert ROBIN in {one.user_id for one in everybody}
    assert [one.user_id for one in lms.units.progress(test, user_id=ROBIN)] == [ROBIN]
    assert lms.units.test_answers(test, ROBIN).questions[0].user_answers == {1: "yes"}
    assert lms.units.survey_answers(survey, ROBIN).questions[2].child_questions[0].answers[5] == "Strongly Agree"
    sessions = lms.units.ilt_sessions(unit_of(lms, LAW, "Instructor-led training"))
    assert [session.capacity for session in sessions] == [None, 20]


def look_at_the_domain(lms, sandbox):
    assert lms.site.info().date_format == "DDMMYYYY"
    assert lms.site.rate_limit().remaining > 0
    entries = lms.site.timeline("course_add_user", user_id=ROBIN)
    assert {entry.object_id for entry in entries} >= {INTRO, LAW}


STORIES = (
    *(list_users, look_a_user_up, look_up_what_no_path_carries, sign_in_and_out, sign_up, edit_a_user),
    *(switch_a_user_on_and_off, delete_a_user, ask_for_custom_fields, have_mail_sent, look_at_courses),
    *(make_and_delete_a_course, enrol_and_take_out, go_to_a_course, buy_courses, follow_progress),
    *(look_at_categories, use_groups, use_branches, look_at_units, look_at_the_domain),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_sandbox_and_the_client_understand_each_other(story, lms, sandbox):
    story(lms, sandbox)
    assert all(call.status == 200 for call in sandbox.calls())


def test_these_stories_leave_no_operation_out(lms, sandbox):
    told = set()
    for story in STORIES:
        sandbox.reset()
        story(lms, sandbox)
        told |= {call.operation for call in sandbox.calls()}
    assert told == set(OPERATIONS)


def test_going_through_all_users_by_pages_meets_each_of_them_once(lms, sandbox):
    everybody = [user.user_id for user in lms.users.all()]
    for page_size in (1, 4, 9, 100):
        assert [user.user_id for user in lms.users.each(page_size=page_size)] == everybody


def test_going_through_all_users_fetches_a_page_only_when_it_is_needed(lms, sandbox):
    users = lms.users.each(page_size=2)
    assert next(users).user_id == ADA
    assert next(users).user_id == ADA + 1
    assert len(sandbox.calls("users")) == 1


def test_a_domain_that_takes_the_redirect_of_userlogin_as_it_is(url, sandbox):
    sandbox.quirk(userlogin_redirect="raw")
    lms = TalentLMS(HttpTransport(url, Secret(API_KEY), HttpClient()), userlogin_redirect="plain")
    assert lms.users.log_in("robin", "Sandbox-1", logout_redirect="https://gw.example/signed-out")


@pytest.mark.parametrize("date_format", ["MMDDYYYY", "YYYYMMDD"])
def test_a_domain_with_another_date_format(url, sandbox, date_format):
    sandbox.quirk(date_format=date_format)
    lms = TalentLMS(HttpTransport(url, Secret(API_KEY), HttpClient()), date_format=date_format)
    tom = lms.users.edit(TOM, deactivation_date=date(2030, 3, 11))
    assert tom.deactivation_date.read(date_format, UTC).date() == date(2030, 3, 11)
    assert tom.last_updated is not None
    asking = TalentLMS(HttpTransport(url, Secret(API_KEY), HttpClient()), date_format="ask")
    tom = asking.users.edit(TOM, deactivation_date=date(2030, 4, 12))
    assert tom.deactivation_date.read(date_format, UTC).date() == date(2030, 4, 12)


def test_no_call_carries_a_cookie(lms, sandbox):
    for _ in range(3):
        lms.users.by_id(ROBIN)
    assert not any(call.cookie for call in sandbox.calls())
