"""Somebody who is signed in clicks again."""

import pytest

LINK_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@pytest.fixture
def learner(gateway, portal, visit, newcomer):
    """Somebody who has clicked before, with an empty call log."""
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.control.clear_calls()
    return visitor


@pytest.mark.parametrize(
    ("address", "operation"),
    [
        ("/go/course/12", "gotocourse"),
        ("/go/course/intro", "gotocourse"),
        ("/go", "userlogin"),
        ("/buy/course/34", "buycourse"),
        ("/buy/course/data-protection?coupon=WELCOME10", "buycourse"),
        ("/buy/category/3", "buycategorycourses"),
        ("/buy/category/compliance", "buycategorycourses"),
        ("/", "users/id"),
    ],
)
def test_a_click_costs_one_call(learner, portal, address, operation):
    learner.ask(address)

    assert portal.operations() == [operation]
    assert portal.control.cost() == 1


@pytest.mark.parametrize("address", ["/go", "/go/course/12", "/buy/course/34"])
def test_every_click_gets_another_link_that_works(learner, portal, address):
    clicks = [learner.ask(address) for _ in range(3)]

    links = {click.headers["Location"] for click in clicks}
    assert len(links) == 3
    assert all(link.startswith(f"{portal.url}/") for link in links)
    for click in clicks:
        assert learner.follow(click).status_code == 200


@pytest.mark.parametrize("address", ["/go", "/go/course/12", "/buy/course/34", "/buy/category/3"])
def test_a_link_is_kept_by_nobody_on_the_way(learner, address):
    click = learner.ask(address)

    assert click.status_code == 302
    assert click.headers.items() >= LINK_HEADERS.items()
    assert click.text == ""


def test_a_link_leads_in_once(learner, visit, gateway):
    link = learner.ask("/go/course/12").headers["Location"]
    assert learner.go(link).status_code == 200

    assert visit(gateway.url, "thief").go(link).status_code == 410


def test_talentlms_is_sent_no_cookie(learner, portal):
    for address in ("/go", "/go/course/12", "/buy/course/34", "/"):
        learner.ask(address)

    assert [call.cookie for call in portal.control.calls()] == [False] * 4


def test_the_return_addresses_are_our_own_and_travel_as_base64(learner, portal, gateway):
    answer = learner.go("/go/course/12")

    (call,) = portal.control.calls()
    (session,) = [
        one for one in portal.control.state()["sessions"] if one["user_id"] == int(call.arguments["user_id"])
    ][-1:]
    assert session["logout_redirect"] == f"{gateway.url}/signed-out"
    assert session["course_completed_redirect"] == f"{gateway.url}/completed/12"
    assert "Hidden from the header: sharedFiles" in answer.text


def test_somebody_who_set_a_password_of_their_own_gets_in_and_it_is_noticed_once(learner, portal, newcomer):
    portal.administer("edituser", user_id=str(portal.user(newcomer.email)["id"]), password="My-own-1-secret")
    portal.control.clear_calls()

    assert newcomer.name in learner.go("/go").text
    assert newcomer.name in learner.go("/go").text

    assert portal.operations() == ["userlogin", "users/id", "users/id"]
