"""TalentLMS is away, refuses, or answers what nobody can read."""

import pytest

from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages
from tests.journeys.visitor import RECOVERY_SECONDS, reference, title, visiting

OFTEN = 20
REFUSED = "The training site answered with an error"
AWAY = "The training site is not answering"
BUSY = "The training site is very busy"
FAULTS = {
    "401": ({"kind": "status", "status": 401}, 502, REFUSED, "does not accept the gateway's key"),
    "403": ({"kind": "status", "status": 403}, 502, REFUSED, "does not let the gateway in"),
    "429": ({"kind": "throttled", "retry_after": 7}, 503, BUSY, "Many people"),
    "429 without a time": ({"kind": "throttled"}, 503, BUSY, "Many people"),
    "500": ({"kind": "status", "status": 500}, 503, AWAY, "You stay signed in here"),
    "503": ({"kind": "status", "status": 503}, 503, AWAY, "You stay signed in here"),
    "html with 200": ({"kind": "html"}, 502, REFUSED, "could not be read"),
    "html with 401": ({"kind": "html", "status": 401}, 502, REFUSED, "does not accept the gateway's key"),
    "html with 404": ({"kind": "html", "status": 404}, 502, REFUSED, "could not be read"),
    "html with 500": ({"kind": "html", "status": 500}, 503, AWAY, "You stay signed in here"),
    "half a body": ({"kind": "cut"}, 502, REFUSED, "could not be read"),
    "no JSON": ({"kind": "not_json"}, 502, REFUSED, "could not be read"),
    "dropped": ({"kind": "dropped"}, 503, AWAY, "You stay signed in here"),
}
LINK_FAULTS = FAULTS | {
    "foreign host": ({"kind": "foreign_link"}, 502, "The training site sent an unexpected link", "did not follow it"),
    "foreign port": (
        {"kind": "foreign_link", "host": "127.0.0.1:1"},
        502,
        "The training site sent an unexpected link",
        "did not follow it",
    ),
    "user information": (
        {"kind": "foreign_link", "host": "127.0.0.1@evil.example"},
        502,
        "The training site sent an unexpected link",
        "did not follow it",
    ),
}
CLICKS = {
    "/go": "userlogin",
    "/go/course/12": "gotocourse",
    "/buy/course/34": "buycourse",
    "/buy/category/3": "buycategorycourses",
}


@pytest.fixture(scope="module")
def somebody(newcomers):
    return newcomers()


@pytest.fixture(scope="module")
def signed_in(gateway, somebody):
    """Somebody who is signed in during all of these journeys: no fault ends their session."""
    with visiting(gateway.url, somebody.login) as visitor:
        visitor.go("/go/course/12")
        yield visitor


@pytest.fixture
def learner(portal, signed_in):
    portal.control.clear_calls()
    return signed_in


@pytest.mark.parametrize("name", LINK_FAULTS)
@pytest.mark.parametrize("address", CLICKS)
def test_a_click_gets_a_plain_page_with_the_right_status_and_keeps_the_session(
    gateway, portal, learner, somebody, address, name
):
    fault, status, heading, sentence = LINK_FAULTS[name]
    portal.control.fault(times=OFTEN, **fault)
    answer = learner.ask(address)
    portal.control.clear_faults()

    assert (answer.status_code, title(answer)) == (status, heading)
    assert sentence in answer.text.replace("&#39;", "'")
    assert _stands_in_the_log(gateway, answer)
    assert _leaks_nothing(answer, portal)
    asked = len(learner.trail)
    assert somebody.name in learner.go_as_soon_as_possible(address).text
    assert not any("/login" in step.url for step in learner.trail[asked:])


@pytest.mark.parametrize("name", FAULTS)
def test_my_training_gets_a_plain_page_and_keeps_the_session(gateway, portal, learner, somebody, name):
    fault, status, heading, sentence = FAULTS[name]
    portal.control.fault(times=OFTEN, **fault)
    answer = learner.ask("/")
    portal.control.clear_faults()

    assert (answer.status_code, title(answer)) == (status, heading)
    assert sentence in answer.text.replace("&#39;", "'")
    assert _stands_in_the_log(gateway, answer)
    assert somebody.name in learner.go_as_soon_as_possible("/").text


@pytest.mark.parametrize("name", FAULTS)
def test_a_failed_look_up_never_leads_to_a_sign_up(gateway, portal, visit, newcomer, name):
    fault, status, heading, _ = FAULTS[name]
    portal.control.fault("users/email", times=OFTEN, **fault)
    visitor = visit(gateway.url, newcomer.login)
    answer = visitor.go("/go/course/12")
    portal.control.clear_faults()

    assert (answer.status_code, title(answer)) == (status, heading)
    assert portal.users(newcomer.email) == []
    assert set(portal.operations()) == {"users/email"}
    assert newcomer.name in visitor.go_as_soon_as_possible("/go/course/12").text


@pytest.mark.parametrize("name", ["403", "429", "500", "html with 200", "half a body", "no JSON", "dropped"])
@pytest.mark.parametrize("carried_out", [False, True], ids=["not done", "done all the same"])
@pytest.mark.parametrize("operation", ["usersignup", "addusertocourse"])
def test_a_first_click_that_fails_half_way_is_mended_by_the_next(
    gateway, portal, visit, newcomer, operation, carried_out, name
):
    fault, status, heading, _ = FAULTS[name]
    portal.control.fault(operation, times=OFTEN, carried_out=carried_out, **fault)
    visitor = visit(gateway.url, newcomer.login)
    answer = visitor.go("/go/course/12")
    portal.control.clear_faults()

    assert (answer.status_code, title(answer)) == (status, heading)
    assert newcomer.name in visitor.go_as_soon_as_possible("/go/course/12").text
    assert len(portal.users(newcomer.email)) == 1
    assert list(portal.enrolments(newcomer.email)) == [12]
    assert portal.operations().count("usersignup") <= 2


@pytest.mark.parametrize("name", ["500", "dropped", "half a body"])
def test_an_activation_that_fails_is_mended_by_the_next_click(gateway, portal, visit, newcomer, name):
    fault, status, heading, _ = FAULTS[name]
    portal.control.quirk(inactive_after_signup=True)
    portal.control.fault("usersetstatus", times=OFTEN, carried_out=False, **fault)
    visitor = visit(gateway.url, newcomer.login)
    answer = visitor.go("/go/course/12")
    portal.control.clear_faults()
    portal.control.quirk(inactive_after_signup=False)

    assert (answer.status_code, title(answer)) == (status, heading)
    assert newcomer.name in visitor.go_as_soon_as_possible("/go/course/12").text
    assert portal.operations().count("usersignup") == 1


@pytest.mark.parametrize("address", ["/go", "/go/course/12", "/"])
def test_a_connection_that_broke_once_is_not_even_noticed(portal, learner, address):
    portal.control.fault(kind="dropped")

    assert learner.ask(address).status_code in (200, 302)
    assert len(portal.operations()) == 2


def test_what_is_not_harmless_is_never_repeated(gateway, portal, visit, newcomer):
    portal.control.fault("usersignup", kind="dropped", times=OFTEN)
    visit(gateway.url, newcomer.login).go("/go")

    assert portal.operations().count("usersignup") == 1


def test_after_a_lost_sign_up_the_account_is_adopted_and_its_password_is_found_again(gateway, portal, visit, newcomer):
    portal.control.fault("usersignup", kind="dropped", carried_out=True)
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go")
    portal.control.clear_calls()

    assert newcomer.name in visitor.go("/go").text
    assert "usersignup" not in portal.operations()


def test_a_busy_talentlms_tells_when_to_come_back(portal, learner):
    portal.control.fault("gotocourse", kind="throttled", retry_after=7)

    assert learner.ask("/go/course/12").headers["Retry-After"] == "7"


def test_an_answer_that_does_not_come_within_ten_seconds_is_not_waited_for(gateway, portal, learner, somebody):
    portal.control.fault("gotocourse", kind="slow", seconds=12, times=2)
    answer = learner.ask("/go/course/12")  # which itself waits for 15 seconds at most
    portal.control.clear_faults()

    assert (answer.status_code, title(answer)) == (503, AWAY)
    assert _stands_in_the_log(gateway, answer)
    assert somebody.name in learner.go_as_soon_as_possible("/go/course/12").text


def test_a_talentlms_that_is_not_there_at_all_is_found_again_when_it_is_back(gateway, portal, learner, somebody):
    answers = portal.restart(lambda: [learner.ask(address) for address in ("/go", "/")])

    for answer in answers:
        assert (answer.status_code, title(answer)) == (503, AWAY)
        assert _stands_in_the_log(gateway, answer)
    assert somebody.name in learner.go_as_soon_as_possible("/go/course/12").text


def test_a_browser_sees_the_page_and_gets_in_as_soon_as_talentlms_is_back(gateway, portal, page, newcomer):
    portal.control.fault(kind="status", status=500, times=OFTEN)
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    assert GatewayPages(page).heading == AWAY
    assert page.url == f"{gateway.url}/go/course/12"
    assert gateway.events(GatewayPages(page).reference)
    portal.control.clear_faults()

    _reload_until(page, lambda: page.url.startswith(portal.url))

    assert PortalPages(page).learner == newcomer.name


def test_a_machine_is_told_in_problem_json(portal, learner, gateway):
    portal.control.fault("gotocourse", kind="status", status=500)

    answer = learner.ask("/go/course/12", Accept="application/json")

    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (503, AWAY)
    assert gateway.events(problem["reference"])


def _reload_until(page, there):
    for _ in range(RECOVERY_SECONDS):
        page.reload()
        if there():
            return
        page.wait_for_timeout(1000)


def _stands_in_the_log(gateway, answer):
    (problem,) = [event for event in gateway.events(reference(answer)) if event["event"] == "problem"]
    return problem["status"] == answer.status_code and problem["note"]


def _leaks_nothing(answer, portal):
    secrets = (portal.api_key, "key:", "autologin", "Traceback", "gotocourse", "evil.example", "elsewhere.example")
    return not any(secret in answer.text or secret in str(answer.headers) for secret in secrets)
