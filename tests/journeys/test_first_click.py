"""A newcomer clicks the link to a course and stands in it."""

from tests.journeys.pages import PortalPages, ProviderPages, path_of


def test_a_newcomer_signs_in_once_and_stands_in_the_course(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)

    assert page.url == f"{portal.url}/learner/course/id:12"
    assert PortalPages(page).where == "Intro to the academy"
    assert PortalPages(page).learner == newcomer.name


def test_the_account_is_made_once_with_the_right_names_and_an_enrolment(gateway, portal, visit, newcomer):
    visit(gateway.url, newcomer.login).go("/go/course/12")

    user = portal.user(newcomer.email)
    assert (user["first_name"], user["last_name"]) == (newcomer.first_name, newcomer.last_name)
    assert (user["login"], user["user_type"], user["status"]) == (newcomer.login, "Learner", "active")
    assert list(portal.enrolments(newcomer.email)) == [12]


def test_the_first_click_makes_exactly_these_calls(gateway, portal, visit, newcomer):
    visit(gateway.url, newcomer.login).go("/go/course/12")

    calls = [(call.operation, call.status) for call in portal.control.calls()]
    assert calls == [
        ("users/email", 404),
        ("usersignup", 200),
        ("gotocourse", 400),
        ("addusertocourse", 200),
        ("gotocourse", 200),
    ]


def test_somebody_who_has_learned_there_before_keeps_their_account(practising_gateway, portal, visit):
    before = portal.user("robin@example.com")

    arrived = visit(practising_gateway.url, "robin").go("/go/course/12")

    assert "Robin Park" in arrived.text
    assert portal.user("robin@example.com") | {"login_key": "", "last_updated": 0} == before | {
        "login_key": "",
        "last_updated": 0,
    }
    assert portal.operations() == ["users/email", "gotocourse"]


def test_a_deep_link_survives_the_round_trip_with_its_query(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/buy/course/34?coupon=WELCOME10")
    ProviderPages(page).sign_in(newcomer.login)

    assert path_of(page).startswith("/payment/")
    assert page.inner_text("#coupon") == "WELCOME10"


def test_a_changed_name_reaches_talentlms_with_the_next_sign_in(practising_gateway, practising_provider, portal, visit):
    control = practising_provider.control
    claims = {"email": "lena@acme.example", "email_verified": True, "given_name": "Lena", "sub": "lena-1"}
    control.add_person("lena", family_name="Before", **claims)
    visit(practising_gateway.url, "lena").go("/go/course/12")
    control.add_person("lena", family_name="After", **claims)
    portal.control.clear_calls()

    arrived = visit(practising_gateway.url, "lena").go("/go/course/12")

    assert "Lena After" in arrived.text
    assert portal.operations() == ["edituser", "gotocourse"]


def test_an_account_that_talentlms_makes_inactive_is_activated(gateway, portal, visit, newcomer):
    portal.control.quirk(inactive_after_signup=True)
    try:
        arrived = visit(gateway.url, newcomer.login).go("/go/course/12")
    finally:
        portal.control.quirk(inactive_after_signup=False)

    assert newcomer.name in arrived.text
    assert portal.user(newcomer.email)["status"] == "active"


def test_an_account_that_was_deleted_for_good_is_made_anew_once(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.administer("deleteuser", user_id=str(portal.user(newcomer.email)["id"]), permanent="yes")
    portal.control.clear_calls()

    arrived = visitor.go("/go/course/12")

    assert newcomer.name in arrived.text
    assert portal.operations().count("usersignup") == 1
    assert len(portal.users(newcomer.email)) == 1
