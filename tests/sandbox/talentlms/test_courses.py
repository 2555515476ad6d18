"""Courses and the users in them: the catalogue, enrolments, the course page, payments, progress."""

import pytest
import requests

from tests.patience import PATIENT_SECONDS
from tests.sandbox.talentlms.api_client import BACK, encoded

INVALID = (400, "Invalid arguments provided")
NO_COURSE = (404, "The requested course does not exist")
NOT_ENROLLED = (400, "The requested user is not enrolled in this course")
ENROLLED = (400, "The requested user is already enrolled in this course")
ROBIN, TOM = 4, 10


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


def open_course(api, browser, user_id=TOM, **more):
    api.call("addusertocourse", user_id=user_id, course_id=12)
    return browser.get(api.ask("gotocourse", user_id=user_id, course_id=12, **more)["goto_url"])


def test_a_new_course_is_listed_and_found(api):
    values = {
        "name": "Maps",
        "description": "How to read them",
        "code": "M-1",
        "price": "19.90",
        "time_limit": "30",
        "start_datetime": "1601510400",
        "expiration_datetime": "31/12/2020, 23:59:59",
        "category_id": "3",
        "creator_id": "3",
        "custom_field_2": "2",
    }
    made = api.ask("createcourse", **values)
    assert made["price"] == "&#36;19.90"
    assert (made["start_datetime"], made["expiration_datetime"]) == ("1601510400", "1609459199")
    assert (made["category_id"], made["creator_id"], made["time_limit"]) == ("3", "3", "30")
    assert str(made["id"]) in [course["id"] for course in api.ask("courses")]
    assert api.ask("courses/id", id=made["id"])["code"] == "M-1"
    assert str(made["id"]) in [course["id"] for course in api.ask("categories/id", id=3)["courses"]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"price": "cheap"}, INVALID),
        ({"price": "-1"}, INVALID),
        ({"time_limit": "soon"}, INVALID),
        ({"start_datetime": "soon"}, INVALID),
        ({"category_id": "99"}, (404, "The requested category does not exist")),
        ({"creator_id": "99"}, (404, "The requested user does not exist")),
        ({"custom_field_2": "7"}, INVALID),
        ({"colour": "red"}, INVALID),
    ],
)
def test_a_course_that_cannot_be_made_leaves_nothing_behind(api, values, expected):
    before = api.ask("courses")
    assert api.refusal("createcourse", name="Maps", **values) == expected
    assert api.ask("courses") == before


def test_a_deleted_course_is_gone_from_everywhere(api):
    api.ask("deletecourse", course_id=12, deleted_by_user_id=2)
    assert api.refusal("courses/id", id=12) == NO_COURSE
    assert "12" not in [course["id"] for course in api.ask("users/id", id=ROBIN)["courses"]]
    assert api.ask("branches/id", id=1)["courses"] == []


def test_courses_are_found_by_the_value_of_a_custom_field(api):
    [course] = api.ask("getcoursesbycustomfield", custom_field_value="law")
    assert (course["id"], course["custom_field_2"]) == ("34", "3")
    assert api.ask("getcoursesbycustomfield", custom_field_value="nothing") == []


def test_enrolling_shows_on_both_sides(api):
    assert api.ask("addusertocourse", user_id=TOM, course_id=12) == [
        {"user_id": "10", "course_id": "12", "role": "learner"}
    ]
    assert "10" in [user["id"] for user in api.ask("courses/id", id=12)["users"]]
    assert "12" in [course["id"] for course in api.ask("users/id", id=TOM)["courses"]]
    assert api.refusal("addusertocourse", user_id=TOM, course_id=12) == ENROLLED


def test_enrolling_takes_names_and_a_role(api):
    named = {"user_email": "tom@example.com", "course_name": "Intro to the academy", "role": "instructor"}
    assert api.ask("addusertocourse", **named) == [{"user_id": "10", "course_id": "12", "role": "instructor"}]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"user_id": 10}, INVALID),
        ({"course_id": 12}, INVALID),
        ({"user_id": 10, "course_id": 12, "role": "guest"}, INVALID),
        ({"user_id": "tom", "course_id": 12}, INVALID),
        ({"user_id": 999, "course_id": 12}, (404, "The requested user does not exist")),
        ({"user_id": 10, "course_id": 999}, NO_COURSE),
        ({"user_id": 10, "course_name": "None"}, NO_COURSE),
        ({"user_email": "tom", "course_id": 12}, (400, "tom is not a valid email")),
    ],
)
def test_an_enrolment_that_cannot_be_is_refused(api, values, expected):
    assert api.refusal("addusertocourse", **values) == expected


def test_ending_an_enrolment(api):
    answer = api.ask("removeuserfromcourse", user_id=ROBIN, course_id=12)
    assert answer == {"user_id": "4", "course_id": "12", "course_name": "Intro to the academy"}
    assert api.refusal("removeuserfromcourse", user_id=ROBIN, course_id=12) == NOT_ENROLLED
    assert api.refusal("getuserstatusincourse", user_id=ROBIN, course_id=12) == NOT_ENROLLED


def test_enrolling_again_begins_anew(api):
    api.ask("removeuserfromcourse", user_id=ROBIN, course_id=12)
    api.ask("addusertocourse", user_id=ROBIN, course_id=12)
    status = api.ask("getuserstatusincourse", user_id=ROBIN, course_id=12)
    assert {status["completion_percentage"], *(unit["score"] for unit in status["units"])} == {"0", ""}


def test_a_course_link_is_new_each_time_and_works_once(api):
    first, second = (api.ask("gotocourse", user_id=ROBIN, course_id=12)["goto_url"] for _ in range(2))
    assert first != second
    assert requests.get(first, timeout=PATIENT_SECONDS).status_code == 200
    assert requests.get(first, timeout=PATIENT_SECONDS).status_code == 410
    assert requests.get(second, timeout=PATIENT_SECONDS).status_code == 200


def test_a_course_link_opens_no_other_course(api):
    link = api.ask("gotocourse", user_id=ROBIN, course_id=12)["goto_url"]
    assert requests.get(link.replace("course_id:12", "course_id:34"), timeout=PATIENT_SECONDS).status_code == 404


def test_a_course_link_opens_the_course_for_the_learner(api, browser):
    page = open_course(api, browser)
    assert '<h1 id="where">Intro to the academy</h1>' in page.text
    assert '<span class="last" id="learner">Tom Baker</span>' in page.text
    assert api.ask("isuseronline", user_id=TOM) == {"online": True}


def test_goto_refuses_who_is_not_enrolled_and_who_is_inactive(api, box):
    assert api.refusal("gotocourse", user_id=TOM, course_id=12) == NOT_ENROLLED
    box.control.enrol(6, 12)
    assert api.refusal("gotocourse", user_id=6, course_id=12)[1].startswith("Your account is inactive")
    box.control.quirk(inactive_goto=False)
    link = api.ask("gotocourse", user_id=6, course_id=12)["goto_url"]
    assert requests.get(link, timeout=PATIENT_SECONDS).status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"logout_redirect": "nonsense!"},
        {"course_completed_redirect": "aHR0cDovL3g"},
        {"header_hidden_options": "courseName;everything"},
        {"colour": "red"},
    ],
)
def test_goto_refuses_arguments_that_it_cannot_read(api, more):
    assert api.refusal("gotocourse", user_id=ROBIN, course_id=12, **more) == INVALID


def test_hidden_header_items_are_not_in_the_header(api, browser):
    page = open_course(api, browser, header_hidden_options="courseName;units")
    assert 'id="header-courseName"' not in page.text
    assert 'id="header-units"' not in page.text
    assert 'id="header-sharedFiles"' in page.text


def test_completing_a_course_leads_where_its_link_said(api, box, browser):
    open_course(api, browser, course_completed_redirect=encoded(BACK))
    done = browser.post(f"{box.url}/learner/course/id:12/complete", allow_redirects=False)
    assert (done.status_code, done.headers["Location"]) == (303, BACK)
    status = api.ask("getuserstatusincourse", user_id=TOM, course_id=12)
    assert (status["completion_status"], status["completion_percentage"]) == ("Completed", "100")
    assert {unit["completion_status"] for unit in status["units"]} == {"Completed"}
    [earned] = api.ask("users/id", id=TOM)["certifications"]
    assert earned["course_id"] == "12"


def test_logging_out_of_a_course_leads_where_its_link_said(api, box, browser):
    open_course(api, browser, logout_redirect=encoded(BACK))
    left = browser.post(f"{box.url}/index/signout", allow_redirects=False)
    assert left.headers["Location"] == BACK


def test_completing_unit_by_unit_completes_the_course(api, box, browser):
    open_course(api, browser)
    units = [unit["id"] for unit in api.ask("getuserstatusincourse", user_id=TOM, course_id=12)["units"]]
    percentages = []
    for unit in units:
        browser.post(f"{box.url}/learner/course/id:12/unit:{unit}")
        percentages.append(api.ask("getuserstatusincourse", user_id=TOM, course_id=12)["completion_percentage"])
    assert percentages == ["25", "50", "75", "100"]
    assert "You have completed this course." in browser.get(f"{box.url}/learner/course/id:12").text


def test_a_course_page_is_for_those_who_take_it(api, box, browser):
    assert browser.get(f"{box.url}/learner/course/id:34").status_code == 401
    open_course(api, browser)
    assert browser.get(f"{box.url}/learner/course/id:34").status_code == 400


def test_resetting_progress_keeps_the_certificate_unless_asked(api):
    api.ask("resetuserprogress", user_id=ROBIN, course_id=12)
    status = api.ask("getuserstatusincourse", user_id=ROBIN, course_id=12)
    assert (status["completion_status"], status["completed_on"]) == ("Not Started", "")
    assert {unit["completion_status"] for unit in status["units"]} == {"Not Started"}
    assert api.ask("users/id", id=ROBIN)["certifications"]
    api.ask("resetuserprogress", user_id=ROBIN, course_id=12, remove_certification="yes")
    assert api.ask("users/id", id=ROBIN)["certifications"] == []


def test_an_enrolment_expires_after_the_courses_time_limit(api):
    course = api.ask("createcourse", name="Short", time_limit="10")["id"]
    api.ask("addusertocourse", user_id=TOM, course_id=course)
    status = api.ask("getuserstatusincourse", user_id=TOM, course_id=course)
    assert int(status["expired_on_timestamp"]) - int(status["enrolled_on_timestamp"]) == 10 * 86_400


def test_paying_for_a_course_enrols_the_buyer(api, box, browser):
    link = api.ask("buycourse", user_id=TOM, course_id=34)["redirect_url"]
    page = browser.get(link)
    assert 'id="price">$49.00<' in page.text
    assert 'id="learner">Tom Baker<' in page.text
    assert "Thank you" in browser.post(link, data={"choice": "pay"}).text
    assert api.ask("getuserstatusincourse", user_id=TOM, course_id=34)["role"] == "learner"
    [order] = box.control.state()["orders"]
    assert (order["amount"], order["courses"], order["user_id"]) == (4900, [34], TOM)
    assert browser.get(link).status_code == 410


def test_a_coupon_takes_its_share_off_the_price(api, browser):
    link = api.ask("buycourse", user_id=TOM, course_id=34, coupon="WELCOME10")["redirect_url"]
    page = browser.get(link)
    assert 'id="price">$44.10<' in page.text
    assert 'id="coupon">WELCOME10<' in page.text


def test_a_cancelled_payment_buys_nothing(api, browser):
    link = api.ask("buycourse", user_id=TOM, course_id=34)["redirect_url"]
    assert "Payment cancelled" in browser.post(link, data={"choice": "cancel"}).text
    assert api.refusal("getuserstatusincourse", user_id=TOM, course_id=34) == NOT_ENROLLED


def test_paying_for_a_category_enrols_in_each_of_its_courses(api, browser):
    link = api.ask("buycategorycourses", user_id=ROBIN, category_id=3, coupon="FREE100")["redirect_url"]
    assert 'id="price">$0.00<' in browser.get(link).text
    browser.post(link, data={"choice": "pay"})
    assert {"12", "19", "34"} <= {course["id"] for course in api.ask("users/id", id=ROBIN)["courses"]}


@pytest.mark.parametrize("operation", ["buycourse", "buycategorycourses"])
def test_a_purchase_needs_a_good_coupon_and_a_payment_page(api, box, operation):
    what = {"course_id": 34} if operation == "buycourse" else {"category_id": 3}
    assert api.refusal(operation, user_id=TOM, coupon="NONE", **what) == (400, "The coupon code is not valid")
    box.control.add_coupon("LAST-YEAR", 10, expired=True)
    assert api.refusal(operation, user_id=TOM, coupon="LAST-YEAR", **what) == (400, "The coupon code has expired")
    box.control.quirk(payment_page=False)
    assert api.refusal(operation, user_id=TOM, **what)[0] == 400


def test_what_is_missing_or_taken_already_cannot_be_bought(api):
    assert api.refusal("buycourse", user_id=ROBIN, course_id=34) == ENROLLED
    assert api.refusal("buycourse", user_id=ROBIN, course_id=999) == NO_COURSE
    missing = (404, "The requested category does not exist")
    assert api.refusal("buycategorycourses", user_id=ROBIN, category_id=999) == missing


def test_leafs_are_the_categories_right_below(api, box):
    assert list(api.ask("categoryleafsandcourses", id=1)) == ["2", "3"]
    assert api.ask("categoryleafsandcourses", id=3) == []
    box.control.quirk(empty_map_is_list=False)
    assert api.ask("categoryleafsandcourses", id=3) == {}


def test_prices_are_html_encoded(api):
    assert api.ask("courses/id", id=34)["price"] == "&#36;49.00"
    assert api.ask("categories/id", id=3)["price"] == "&#36;99.00"
