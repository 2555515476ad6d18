"""The API document's example replies, loaded: each kind, and what it looks like from inside."""

import copy
import inspect
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Misunderstood, TalentLMSError
from gateway.talentlms.client import TalentLMS
from schemas.link import Link
from schemas.written_date import WrittenDate
from tests.gateway.talentlms.asked import REQUESTS
from tests.gateway.talentlms.surface import OPERATIONS, Recorder, called, example, walk


def loaded(operation, content=None):
    """Return what the client makes of a reply, by default the operation's example."""
    asked = next(one for one in REQUESTS if one.operation == operation)
    lms = TalentLMS(Recorder(example(operation) if content is None else content), date_format="DDMMYYYY")
    return called(lms, asked.method)(**asked.arguments)


def promised(operation):
    return get_type_hints(inspect.unwrap(operation.function))["return"]


@pytest.mark.parametrize("operation", walk(), ids=lambda operation: operation.method)
def test_every_example_becomes_what_the_signature_promises(operation):
    answer, kind = loaded(operation.endpoint.operation), promised(operation)
    if get_origin(kind) is tuple:
        assert answer
        assert all(isinstance(entry, get_args(kind)[0]) for entry in answer)
    else:
        assert type(answer) is kind


@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_members_never_break_a_reply(operation):
    assert loaded(operation, extended(example(operation))) == loaded(operation)


def extended(content):
    if isinstance(content, list):
        return [extended(entry) for entry in content]
    if isinstance(content, dict) and not any(key.isdigit() for key in content):
        return {name: extended(value) for name, value in content.items()} | {"brand_new": {"of": ["unknown", 1, None]}}
    return {key: extended(value) for key, value in content.items()} if isinstance(content, dict) else content


@pytest.mark.parametrize("operation", OPERATIONS)
def test_members_that_are_numbers_instead_of_strings_mean_the_same(operation):
    assert loaded(operation, with_numbers(example(operation))) == loaded(operation)


def with_numbers(content):
    if isinstance(content, list):
        return [with_numbers(entry) for entry in content]
    if isinstance(content, dict):
        return {name: with_numbers(value) for name, value in content.items()}
    return int(content) if isinstance(content, str) and content.isdigit() else content


@pytest.mark.parametrize("operation", OPERATIONS)
def test_members_that_are_not_needed_may_be_missing(operation):
    for shortened in without_each_member(example(operation)):
        with suppress(Misunderstood):
            loaded(operation, shortened)


NEEDED = {
    "users/id": {"id", "login", "status"},
    "courses/id": {"id"},
    "categories/id": {"id"},
    "groups/id": {"id"},
    "branches/id": {"id"},
    "getuserstatusincourse": {"role"},
    "gettestanswers": {"test_id"},
    "getsurveyanswers": {"survey_id"},
    "siteinfo": {"date_format"},
    "ratelimit": {"limit", "remaining"},
    "addusertogroup": set(),
}


@pytest.mark.parametrize(("operation", "needed"), NEEDED.items())
def test_a_reply_is_refused_only_where_a_member_is_missing_that_makes_it_what_it_is(operation, needed):
    refused = set()
    for name in example(operation):
        content = {key: value for key, value in example(operation).items() if key != name}
        try:
            loaded(operation, content)
        except Misunderstood:
            refused.add(name)
    assert refused == needed


def without_each_member(content):
    if isinstance(content, dict):
        for name in content:
            yield {key: value for key, value in content.items() if key != name}
    if isinstance(content, list):
        for name in content[0]:
            shortened = copy.deepcopy(content)
            del shortened[0][name]
            yield shortened


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from(
    ["id", "1", "error", "message", "user_id", "courses", "limits", "price", "login_key", "total_time"]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(st.sampled_from(OPERATIONS), JSON)
def test_whatever_json_comes_back_it_is_read_or_misunderstood(operation, content):
    with suppress(TalentLMSError):
        loaded(operation, content if content is not None else [None])


@given(st.sampled_from(OPERATIONS), st.data())
def test_whatever_stands_in_one_member_the_reply_is_read_or_misunderstood(operation, data):
    content = example(operation)
    target = content[0] if isinstance(content, list) else content
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSON)
    with suppress(TalentLMSError):
        loaded(operation, content)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"id":"1","log', b"[" * 100_000, b"\xff\xfe", b'"text"', b"null", b"[]", b"[1]", b'{"id":[]}'],
    ids=lambda body: repr(body[:12]),
)
def test_half_a_body_html_and_nonsense_are_misunderstood(body):
    with pytest.raises(Misunderstood):
        TalentLMS(Recorder(body)).users.by_id(1)


# --- what they look like from inside ---------------------------------------------------------------------------


def test_a_user_has_names_as_people_write_them_and_links_that_do_not_print():
    user = loaded("users/id")
    assert (user.user_id, user.last_name, user.active) == (1, "Sommer & Winter", True)
    assert user.login_key == Link("https://portal.example/index/autologin/key:sample1")
    assert "sample1" not in repr(user)
    assert (user.bio, user.restrict_email, user.level) == ("", False, 1)
    assert user.created_on == WrittenDate("17/07/2012, 15:29:25")
    assert user.created_on.read("DDMMYYYY", UTC) == datetime(2012, 7, 17, 15, 29, 25, tzinfo=UTC)
    assert user.last_updated == datetime(2018, 2, 27, 15, 4, 31, tzinfo=UTC)
    assert user.deactivation_date is None
    assert [branch.name for branch in user.branches] == ["emea"]


def test_a_users_courses_tell_how_far_they_got():
    safety, first_aid = loaded("users/id").courses
    assert (safety.course_id, safety.name, safety.percentage) == (12, "Safety & health", 0)
    assert (safety.completion_status, safety.completion_status_formatted) == ("not_attempted", "Not Started")
    assert (safety.completed_on, safety.total_time) == (None, timedelta(minutes=7, seconds=31))
    assert first_aid.completed_on == datetime(2013, 9, 7, 10, 24, 52, tzinfo=UTC)
    assert (first_aid.role, first_aid.percentage) == ("instructor", 100)


def test_a_certification_that_never_expires_has_no_end_and_badges_have_a_day():
    user = loaded("users/id")
    assert user.certifications[0].expires_on is None
    assert user.certifications[0].public_url.endswith("sig:one")
    assert user.badges[0].issued_on == datetime(2014, 11, 5, 12, 44, 23, tzinfo=UTC)


def test_credits_may_be_fractions():
    assert loaded("users")[1].credit_points == Decimal("12.50")


def test_users_by_custom_field_come_as_a_map_as_a_list_or_as_nothing():
    [ada] = loaded("getusersbycustomfield")
    assert (ada.user_id, ada.user_type, ada.public_url[-7:]) == (1, "", "sig:all")
    assert ada.certifications[0].expires_on == datetime(2014, 9, 25, 12, 2, 59, tzinfo=UTC)
    assert loaded("getusersbycustomfield", list(example("getusersbycustomfield").values())) == (ada,)
    assert loaded("getusersbycustomfield", []) == loaded("getusersbycustomfield", {}) == ()


def test_a_new_users_id_is_a_number_all_the_same():
    assert loaded("usersignup").user_id == 3


def test_enrolling_answers_a_list_of_one_or_the_one_itself():
    enrolled = loaded("addusertocourse")
    assert (enrolled.user_id, enrolled.course_id, enrolled.role) == (1, 12, "learner")
    assert loaded("addusertocourse", example("addusertocourse")[0]) == enrolled


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("removeuserfromcourse", "Safety & health"),
        ("addusertogroup", "Starters"),
        ("removeuserfromgroup", "Starters"),
        ("addcoursetogroup", "Starters"),
        ("addusertobranch", "emea"),
        ("removeuserfrombranch", "emea"),
        ("addcoursetobranch", "emea"),
    ],
)
def test_joining_and_leaving_name_what_was_joined_or_left(operation, name):
    assert loaded(operation).name == name


def test_custom_fields_say_what_they_take():
    department, region = loaded("getcustomregistrationfields")
    assert (department.number, department.mandatory, department.dropdown_values) == (1, True, ())
    assert (region.number, region.mandatory, region.checked) == (2, False, True)
    assert region.dropdown_values == ("EMEA", "AMER", "APAC")
    assert (region.previous_key, region.order, loaded("getcustomcoursefields")[1].order) == ("custom_field_1", 2, None)


def test_a_course_has_a_price_and_a_certificate():
    first_aid, safety = loaded("courses")
    assert (first_aid.price.symbol, first_aid.price.amount, first_aid.price.free) == ("$", Decimal("1250.00"), False)
    assert (safety.price.text, safety.price.free) == ("$0.00", True)
    assert (first_aid.certification_duration, safety.certification_duration) == ("11 days", "")
    assert safety.description == "What to do <before> and after."
    assert (safety.shared, safety.hide_from_catalog, safety.category_id) == (True, False, 3)


def test_a_course_asked_for_alone_knows_its_users_units_and_prerequisites():
    course = loaded("courses/id")
    assert [(user.user_id, user.role, user.percentage) for user in course.users] == [
        (1, "instructor", 0),
        (2, "learner", 100),
    ]
    assert course.users[1].completed_on == datetime(2013, 4, 16, 9, 45, 2, tzinfo=UTC)
    assert [(unit.unit_id, unit.delay_time) for unit in course.units] == [(1, 0), (2, 60)]
    assert course.rules == ("You must complete all content",)
    assert [(one.course_id, one.rule_set) for one in course.prerequisite_rule_sets] == [(11, 1), (10, 2), (9, 2)]


def test_a_new_course_is_open_from_an_instant_to_an_instant():
    course = loaded("createcourse")
    assert (course.course_id, course.level, course.start_datetime) == (100, None, datetime(2020, 10, 1, tzinfo=UTC))
    written = loaded("createcourse", example("createcourse") | {"start_datetime": "01/10/2020, 00:00:00"})
    assert written.start_datetime == WrittenDate("01/10/2020, 00:00:00")


def test_a_courses_custom_fields_are_found_by_their_number():
    assert loaded("getcoursesbycustomfield")[0].custom_fields == {1: "people & work", 2: "5"}


def test_progress_in_a_course_goes_down_to_its_units():
    progress = loaded("getuserstatusincourse")
    assert (progress.percentage, progress.total_time) == (100, timedelta(seconds=213))
    test, slides = progress.units
    assert (test.score, slides.score, slides.completed_on) == (Decimal(100), None, None)


def test_categories_form_a_tree_and_have_prices_in_any_notation():
    compliance, sales = loaded("categories")
    assert (compliance.parent_category_id, sales.parent_category_id) == (None, 3)
    assert (sales.name, sales.price.symbol, sales.price.amount) == ("Sales & service", "€", Decimal("1250.00"))
    assert [course.course_id for course in loaded("categories/id").courses] == [1, 12]


def test_leafs_come_with_courses_and_units():
    sales, law = loaded("categoryleafsandcourses")
    assert (sales.category_id, law.courses[0].name) == (2, "Data protection")
    assert sales.courses[0].units[1].formatted_aggregated_delay_time == "1h"
    assert loaded("categoryleafsandcourses", []) == ()


def test_a_group_may_be_joined_any_number_of_times_or_so_many():
    starters, seats = loaded("groups")
    assert (starters.max_redemptions, starters.redemptions_sofar, starters.belongs_to_branch) == (None, 0, None)
    assert (seats.max_redemptions, seats.redemptions_sofar, seats.belongs_to_branch) == (3, 2, 1)
    assert [course.name for course in loaded("groups/id").courses] == ["Safety & health", "First aid"]


def test_a_branch_is_read_in_spite_of_a_space_in_a_key_and_in_a_number():
    branch = loaded("branches/id")
    assert (branch.paypal_email, branch.user_type_id, branch.users_limit) == ("shop@portal.example", 4, None)
    assert [user.id for user in branch.users] == [1, 2]
    _, partners = loaded("branches")
    assert (partners.users_limit, partners.group_id, partners.ecommerce_subscription) == (100, 2, True)
    assert partners.ecommerce_subscription_price.amount == Decimal("9.90")


def test_scores_are_numbers():
    assert [(one.user_id, one.score) for one in loaded("getusersprogressinunits")] == [(1, 100), (2, 60)]


def test_answers_are_texts_by_number_whether_they_came_as_map_or_list():
    answers = loaded("gettestanswers")
    assert (answers.unit_id, answers.score, answers.total_time) == (200, Decimal("87.50"), timedelta(seconds=313))
    assert answers.questions[0].answers == {1: "yes", 2: "no"}
    assert (answers.questions[2].weight, answers.questions[2].correct) == (2, True)
    assert answers.questions[4].answers == {}
    assert answers.questions[4].user_answers == {1: "With care & time."}


def test_a_survey_has_no_score_and_a_table_has_lines():
    survey = loaded("getsurveyanswers")
    assert (survey.unit_id, survey.score, survey.questions[0].correct) == (100, None, None)
    [line] = survey.questions[2].child_questions
    assert (line.question_id, line.answers[3], line.user_answers) == (6, "Fully", {1: "Hardly"})


def test_a_session_may_take_any_number_of_people_or_so_many():
    webinar, classroom = loaded("getiltsessions")
    assert (webinar.capacity, classroom.capacity) == (None, 100)
    assert (webinar.duration, classroom.location) == (timedelta(hours=1), "Room 1")
    assert webinar.start == datetime(2017, 1, 20, 10, 0, tzinfo=UTC)


def test_a_domain_tells_its_date_format_and_its_limit_of_branches():
    site = loaded("siteinfo")
    assert (site.total_users, site.monthly_active_users, site.date_format) == (100, 30, "DDMMYYYY")
    assert site.maximum_branches == 1
    for limits in ({"maximum_brances": -1}, {"maximum_branches": "-1"}, {}, [], None):
        assert loaded("siteinfo", example("siteinfo") | {"limits": limits}).maximum_branches is None


def test_the_rate_limit_says_when_it_begins_anew():
    limit = loaded("ratelimit")
    assert (limit.limit, limit.remaining) == (2000, 1999)
    assert limit.reset == datetime(2013, 7, 25, 13, 11, 35, tzinfo=UTC)


def test_the_timeline_says_who_did_what_when():
    entry = loaded("gettimeline")[0]
    assert (entry.action, entry.user_id, entry.object_id) == ("certification_issue_certification", 2, 12)
    assert entry.happened_at == datetime(2016, 12, 15, 10, 49, 2, tzinfo=UTC)
    assert entry.object_name == "Safety & health"


@pytest.mark.parametrize(
    "operation", ["deleteuser", "deletecourse", "deletegroup", "deletebranch", "resetuserprogress"]
)
def test_an_operation_that_just_worked_answers_nothing(operation):
    assert isinstance(loaded(operation), NoneType)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("isuseronline", True),
        ("usersetstatus", "inactive"),
        ("branchsetstatus", "inactive"),
        ("forgotusername", 1),
        ("forgotpassword", 1),
    ],
)
def test_an_operation_with_one_thing_to_say_answers_that(operation, answer):
    assert loaded(operation) == answer
