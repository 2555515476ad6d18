"""A newcomer clicks the link to a course and stands in it."""

from tests.journeys.pages import AcademyPages, ProviderPages, path_of


def test_a_newcomer_signs_in_once_and_stands_in_the_course(gateway, academy, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)

    assert page.url == f"{academy.url}/learner/course/id:12"
    assert AcademyPages(page).where == "Intro to the academy"
    assert AcademyPages(page).learner == newcomer.name


def test_the_account_is_made_once_with_the_right_names_and_an_enrolment(gateway, academy, visit, newcomer):
    visit(gateway.url, newcomer.login).go("/go/course/12")

    user = academy.user(newcomer.email)
    assert (user["first_name"], user["last_name"]) == (newcomer.first_name, newcomer.last_name)
    assert (user["login"], user["user_type"], user["status"]) == (newcomer.login, "Learner", "active")
    assert list(academy.enrolments(newcomer.email)) == [12]


def test_the_first_click_makes_exactly_these_calls(gateway, academy, visit, newcomer):
    visit(gateway.url, newcomer.login).go("/go/course/12")

    calls = [(call.operation, call.status) for call in academy.control.calls()]
    assert calls == [
        ("users/email", 404),
        ("usersignup", 200),
        ("gotocourse", 400),
        ("addusertocourse", 200),
        ("gotocourse", 200),
    ]


def test_somebody_who_has_learned_there_before_keeps_their_account(practising_gateway, academy, visit):
    before = academy.user("robin@example.com")

    arrived = visit(practising_gateway.url, "robin").go("/go/course/12")

    assert "Robin Park" in arrived.text
    assert academy.user("robin@example.com") | {"login_key": "", "last_updated": 0} == before | {
        "login_key": "",
        "last_updated": 0,
    }
    assert academy.operations() == ["users/email", "gotocourse"]


def test_a_deep_link_survives_the_round_trip_with_its_query(gateway, academy, page, newcomer):
    page.goto(f"{gateway.url}/buy/course/34?coupon=WELCOME10")
    ProviderPages(page).sign_in(newcomer.login)

    assert path_of(page).startswith("/payment/")
    assert page.inner_text("#coupon") == "WELCOME10"


def test_a_changed_name_reaches_talentlms_with_the_next_sign_in(
    practising_gateway, practising_provider, academy, visit
):
    control = practising_provider.control
    claims = {"email": "lena@acme.example", "email_verified": True, "given_name": "Lena", "sub": "lena-1"}
    control.add_person("lena", family_name="Before", **claims)
    visit(practising_gateway.url, "lena").go("/go/course/12")
    control.add_person("lena", family_name="After", **claims)
    academy.control.clear_calls()

    arrived = visit(practising_gateway.url, "lena").go("/go/course/12")

    assert "Lena After" in arrived.text
    assert academy.operations() == ["edituser", "gotocourse"]


def test_an_account_that_talentlms_makes_inactive_is_activated(gateway, academy, visit, newcomer):
    academy.control.quirk(inactive_after_signup=True)
    try:
        arrived = visit(gateway.url, newcomer.login).go("/go/course/12")
    finally:
        academy.control.quirk(inactive_after_signup=False)

    assert newcomer.name in arrived.text
    assert academy.user(newcomer.email)["status"] == "active"


def test_an_account_that_was_deleted_for_good_is_made_anew_once(gateway, academy, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    academy.administer("deleteuser", user_id=str(academy.user(newcomer.email)["id"]), permanent="yes")
    academy.control.clear_calls()

    arrived = visitor.go("/go/course/12")

    assert newcomer.name in arrived.text
    assert academy.operations().count("usersignup") == 1
    assert len(academy.users(newcomer.email)) == 1
