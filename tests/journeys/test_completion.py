"""Somebody completes a course."""

from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, follow, path_of


def test_a_completed_course_leads_back_and_stands_among_the_completed(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    PortalPages(page).complete_course()

    assert page.url == f"{gateway.url}/completed/12"
    assert GatewayPages(page).heading == "Well done!"
    GatewayPages(page).press("Back to my training")

    assert path_of(page) == "/"
    assert GatewayPages(page).courses("Completed") == ["Intro to the academy"]
    assert GatewayPages(page).courses("To do") == []
    assert portal.enrolments(newcomer.email)[12]["percentage"] == 100


def test_the_progress_so_far_stands_in_my_training(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    portal.control.set_progress(portal.user(newcomer.email)["id"], 12, 50)

    page.goto(f"{gateway.url}/")

    assert GatewayPages(page).courses("To do") == ["Intro to the academy"]
    assert page.locator("progress").get_attribute("value") == "50"
    assert page.get_by_role("link", name="Continue Intro to the academy").is_visible()


def test_a_completed_course_can_be_opened_again(gateway, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    PortalPages(page).complete_course()
    page.goto(f"{gateway.url}/")

    follow(page.get_by_role("link", name="Review Intro to the academy"))

    assert page.locator("#completed").is_visible()
