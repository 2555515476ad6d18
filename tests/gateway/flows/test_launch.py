"""Links into TalentLMS, each fetched for this very click."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from gateway.errors import (
    AccountInactive,
    CourseNotFound,
    CourseNotOpen,
    DatabaseUnavailable,
    ForeignLink,
    Gone,
    Misunderstood,
    Throttled,
    Unavailable,
    UserNotFound,
)
from schemas.learner import Learner
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY, SIGNED_OUT
from tests.gateway.threads import at_once
from tests.patience import PATIENT_SECONDS

COURSE = 12


def database_away(*_):
    raise DatabaseUnavailable("OperationalError")


@pytest.fixture
def newcomer(provisioning, asked):
    """Kim, signed up by the gateway: the account carries the managed password."""
    learner = provisioning().learner_for(KIM)
    asked()
    return learner


@pytest.fixture
def adopted(provisioning, portal, asked):
    """Kim, whose account was there before, with a password of her own."""
    portal.control.add_user("kim@acme.example", login="kim.old", password="Own-Password-1")
    learner = provisioning().learner_for(KIM)
    asked()
    return learner


def signs_in(link):
    """Return the name that TalentLMS greets the browser with, or its complaint."""
    page = requests.get(link.reveal(), timeout=PATIENT_SECONDS).text
    return "Kim Lee" if "Kim Lee" in page else page


def arguments(portal, operation):
    return portal.control.calls(operation)[-1].arguments


# --- the dashboard ---------------------------------------------------------------------------------------------


def test_a_managed_account_is_opened_by_its_password_with_one_call(launch, newcomer, asked, portal):
    link = launch().dashboard(newcomer)
    assert asked() == ["userlogin"]
    assert signs_in(link) == "Kim Lee"


def test_the_way_out_is_told_in_base64(launch, newcomer, portal):
    launch().dashboard(newcomer)
    told = arguments(portal, "userlogin")["logout_redirect"]
    assert base64.b64decode(told).decode() == SIGNED_OUT


def test_an_account_with_a_password_of_its_own_is_opened_by_its_login_key_with_one_call(launch, adopted, asked):
    link = launch().dashboard(adopted)
    assert asked() == ["users/id"]
    assert signs_in(link) == "Kim Lee"


def test_the_login_key_is_used_for_everybody_where_the_settings_say_so(launch, newcomer, asked):
    assert signs_in(launch(login_link="login_key").dashboard(newcomer)) == "Kim Lee"
    assert asked() == ["users/id"]


@pytest.mark.statement(46)
def test_every_click_gets_a_link_of_its_own(launch, newcomer):
    flow = launch()
    found = at_once(10, lambda _: flow.dashboard(newcomer).reveal())
    assert len(set(found)) == 10


def test_a_password_that_the_person_changed_is_noticed_once_and_never_tried_again(
    launch, newcomer, lms, asked, provisioning, browser, links, audited
):
    first, second = browser(newcomer), browser(newcomer)
    lms.users.edit(newcomer.user_id, password="Own-Password-1")
    asked()
    assert signs_in(first(launch().dashboard)) == "Kim Lee"
    assert asked() == ["userlogin", "users/id"]
    for click in (first, second):
        assert signs_in(click(launch().dashboard)) == "Kim Lee"
        assert asked() == ["users/id"]
    assert provisioning().learner_for(KIM).password_key == links.find(KIM.key).password_key == ""
    assert asked() == []
    assert [line["step"] for line in audited("managed_password")] == ["given_up"]


def test_a_password_that_another_session_has_renewed_is_not_taken_for_the_persons_own(
    launch, provisioning, links, asked, browser
):
    keys = (NEW_KEY, OLD_KEY)
    click = browser(provisioning(OLD_KEY).learner_for(KIM), *keys)
    renewed = provisioning(*keys).learner_for(KIM)
    asked()
    assert signs_in(click(launch(*keys).dashboard)) == "Kim Lee"
    assert asked() == ["userlogin", "users/id"]
    assert signs_in(click(launch(*keys).dashboard)) == "Kim Lee"
    assert asked() == ["userlogin"]
    assert links.find(KIM.key).password_key == renewed.password_key


def test_what_a_new_session_renews_the_persons_other_sessions_know(launch, provisioning, asked, browser):
    keys = (NEW_KEY, OLD_KEY)
    click = browser(provisioning(OLD_KEY).learner_for(KIM), *keys)
    browser(provisioning(*keys).learner_for(KIM), *keys)
    asked()
    assert signs_in(click(launch(*keys).dashboard)) == "Kim Lee"
    assert asked() == ["userlogin"]


def test_a_wrong_password_is_not_tried_again_where_the_database_is_away(
    launch, newcomer, lms, asked, browser, links, monkeypatch
):
    click = browser(newcomer)
    lms.users.edit(newcomer.user_id, password="Own-Password-1")
    asked()
    with monkeypatch.context() as away:
        away.setattr(links, "find", database_away)
        assert signs_in(click(launch().dashboard)) == "Kim Lee"
    assert signs_in(click(launch().dashboard)) == "Kim Lee"
    assert asked() == ["userlogin", "users/id", "users/id"]


def test_a_key_that_is_no_longer_on_the_ring_opens_by_the_login_key(launch, provisioning, asked):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    asked()
    assert signs_in(launch(NEW_KEY).dashboard(learner)) == "Kim Lee"
    assert asked() == ["users/id"]


def test_a_click_asks_the_database_for_nothing(launch, newcomer, database, asked):
    database.engine.dispose()
    Path(database.engine.url.database).unlink()
    flow = launch(self_enrol_courses="all")
    assert signs_in(flow.dashboard(newcomer)) == "Kim Lee"
    assert signs_in(flow.course(newcomer, COURSE, navigation=True)) == "Kim Lee"
    assert not Path(database.engine.url.database).exists()
    assert asked() == ["userlogin", "gotocourse", "addusertocourse", "gotocourse"]


@pytest.mark.statement(45)
def test_an_account_that_was_switched_off_opens_no_dashboard(launch, newcomer, lms, links):
    lms.users.set_status(newcomer.user_id, "inactive")
    with pytest.raises(AccountInactive):
        launch().dashboard(newcomer)
    assert links.find(KIM.key).password_key
    with pytest.raises(AccountInactive):
        launch(login_link="login_key").dashboard(newcomer)


@pytest.mark.parametrize("login_link", ["auto", "login_key"])
def test_an_account_that_is_gone_is_told_apart_from_a_wrong_password(launch, newcomer, lms, login_link, browser):
    click = browser(newcomer)
    lms.users.delete(newcomer.user_id, permanent=True)
    flow, asked_with = launch(login_link=login_link), []

    def step(learner):
        asked_with.append(learner.user_id)
        return flow.dashboard(learner)

    assert signs_in(click(step)) == "Kim Lee"
    assert asked_with[0] == newcomer.user_id != asked_with[-1]


def test_an_archived_account_opens_nothing(launch, newcomer, lms, browser):
    click = browser(newcomer)
    lms.users.delete(newcomer.user_id)
    with pytest.raises(Gone):
        click(launch().dashboard)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "throttled", "retry_after": 7}, Throttled),
        ({"kind": "html"}, Misunderstood),
        ({"kind": "not_json"}, Misunderstood),
        ({"kind": "cut"}, (Misunderstood, Unavailable)),
        ({"kind": "dropped"}, Unavailable),
    ],
)
def test_a_fault_of_talentlms_is_told_and_not_taken_for_a_wrong_password(launch, newcomer, portal, links, fault, error):
    portal.control.fault("userlogin", times=4, **fault)
    before = links.find(KIM.key)
    with pytest.raises(error):
        launch().dashboard(newcomer)
    assert links.find(KIM.key) == before
    portal.control.clear_faults()
    assert signs_in(launch().dashboard(newcomer)) == "Kim Lee"


@pytest.mark.statement(47)
@pytest.mark.parametrize("login_link", ["auto", "login_key"])
def test_a_link_that_leads_elsewhere_is_not_followed(launch, newcomer, portal, login_link):
    operation = "userlogin" if login_link == "auto" else "users/id"
    portal.control.fault(operation, kind="foreign_link")
    with pytest.raises(ForeignLink) as refused:
        launch(login_link=login_link).dashboard(newcomer)
    assert "elsewhere.example" in refused.value.note
    assert "key:" not in refused.value.note


# --- a course --------------------------------------------------------------------------------------------------


def test_a_course_of_somebody_enrolled_is_opened_with_one_call(launch, newcomer, lms, asked, portal):
    lms.courses.add_user(newcomer.user_id, COURSE)
    asked()
    link = launch().course(newcomer, COURSE, navigation=True)
    told = arguments(portal, "gotocourse")
    assert asked() == ["gotocourse"]
    assert signs_in(link) == "Kim Lee"
    assert base64.b64decode(told["logout_redirect"]).decode() == SIGNED_OUT
    completed = base64.b64decode(told["course_completed_redirect"]).decode()
    assert completed == "http://127.0.0.1:8000/completed/12"
    assert told["header_hidden_options"] == "units"


def test_a_course_that_is_not_open_to_oneself_is_refused_and_nobody_is_enrolled(launch, newcomer, asked):
    with pytest.raises(CourseNotOpen):
        launch(self_enrol_courses={34}).course(newcomer, COURSE, navigation=True)
    assert asked() == ["gotocourse"]


@pytest.mark.parametrize("open_to", [{COURSE}, frozenset({COURSE, 34}), "all"])
def test_a_course_that_is_open_to_oneself_is_entered_by_the_first_click(launch, newcomer, asked, open_to):
    flow = launch(self_enrol_courses=open_to)
    assert signs_in(flow.course(newcomer, COURSE, navigation=True)) == "Kim Lee"
    assert asked() == ["gotocourse", "addusertocourse", "gotocourse"]
    flow.course(newcomer, COURSE, navigation=True)
    assert asked() == ["gotocourse"]


@pytest.mark.parametrize("open_to", [{COURSE}, "all"])
def test_what_is_no_page_of_its_own_enrols_nobody(launch, newcomer, asked, open_to):
    with pytest.raises(CourseNotOpen):
        launch(self_enrol_courses=open_to).course(newcomer, COURSE, navigation=False)
    assert "addusertocourse" not in asked()


def test_what_is_no_page_of_its_own_still_opens_a_course_of_somebody_enrolled(launch, newcomer, lms):
    lms.courses.add_user(newcomer.user_id, COURSE)
    assert signs_in(launch().course(newcomer, COURSE, navigation=False)) == "Kim Lee"


def test_ten_tabs_that_enrol_at_once_all_arrive_and_one_enrols(launch, newcomer, portal):
    flow = launch(self_enrol_courses={COURSE})
    found = at_once(10, lambda _: flow.course(newcomer, COURSE, navigation=True).reveal())
    assert len(set(found)) == 10
    enrolled = [one for one in portal.control.calls("addusertocourse") if one.status == 200]
    assert len(enrolled) == 1


def test_an_enrolment_whose_answer_was_lost_is_mended_by_the_next_click(launch, newcomer, portal):
    portal.control.fault("addusertocourse", kind="html", carried_out=True)
    flow = launch(self_enrol_courses={COURSE})
    with pytest.raises(Misunderstood):
        flow.course(newcomer, COURSE, navigation=True)
    assert signs_in(flow.course(newcomer, COURSE, navigation=True)) == "Kim Lee"


def test_an_enrolment_that_does_not_last_is_told_as_a_course_that_is_not_open(launch, newcomer, portal, asked):
    not_enrolled = "The requested user is not enrolled in this course"
    portal.control.fault("gotocourse", kind="status", status=400, message=not_enrolled, times=2)
    with pytest.raises(CourseNotOpen, match="did not last"):
        launch(self_enrol_courses={COURSE}).course(newcomer, COURSE, navigation=True)
    assert asked() == ["gotocourse", "addusertocourse", "gotocourse"]


@pytest.mark.parametrize("open_to", [(), "all"])
def test_a_course_that_does_not_exist_is_told_so(launch, newcomer, open_to):
    with pytest.raises(CourseNotFound):
        launch(self_enrol_courses=open_to).course(newcomer, 4711, navigation=True)


def test_a_course_of_an_account_that_is_gone_says_so(launch, newcomer):
    with pytest.raises(UserNotFound):
        launch().course(replace(newcomer, user_id=4711), COURSE, navigation=True)


@pytest.mark.statement(45)
@pytest.mark.parametrize("refuses", [True, False])
def test_a_course_does_not_open_for_an_account_that_was_switched_off(launch, newcomer, lms, portal, refuses):
    portal.control.quirk(inactive_goto=refuses)
    lms.courses.add_user(newcomer.user_id, COURSE)
    lms.users.set_status(newcomer.user_id, "inactive")
    if refuses:
        with pytest.raises(AccountInactive):
            launch().course(newcomer, COURSE, navigation=True)
    else:
        assert "Your account is inactive" in signs_in(launch().course(newcomer, COURSE, navigation=True))


@pytest.mark.statement(47)
@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1:1", "127.0.0.1", "kim@127.0.0.1"])
def test_a_course_link_that_leads_elsewhere_is_not_followed(launch, newcomer, lms, portal, host):
    lms.courses.add_user(newcomer.user_id, COURSE)
    portal.control.quirk(link_host=host)
    with pytest.raises(ForeignLink):
        launch().course(newcomer, COURSE, navigation=True)


def test_somebody_whom_the_gateway_remembers_nothing_of_can_still_be_launched(launch, portal, asked):
    number = portal.control.add_user("kim@acme.example")
    stranger = Learner(number, "kim@acme.example", "f" * 32)
    assert signs_in(launch().dashboard(stranger)) == "Kim Lee"
