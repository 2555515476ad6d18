"""A newcomer whose browser opens ten tabs at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.pages import PortalPages, ProviderPages

TABS = 10
OPEN_TABS = "([address, tabs]) => { for (let tab = 0; tab < tabs; tab++) window.open(address, '_blank'); }"


def test_ten_tabs_of_a_newcomer_make_one_account_and_all_arrive(gateway, portal, page, newcomer):
    _sign_in_at_the_provider_alone(page, gateway, newcomer)
    assert portal.users(newcomer.email) == []
    page.evaluate(OPEN_TABS, [f"{gateway.url}/go/course/12", TABS])
    tabs = _opened(page)

    for tab in tabs:
        tab.wait_for_url(f"{portal.url}/learner/course/id:12")
        assert PortalPages(tab).learner == newcomer.name
    assert len(portal.users(newcomer.email)) == 1
    assert portal.operations().count("usersignup") == 1


@pytest.mark.statement(43)
@pytest.mark.parametrize("address", ["/go/course/12", "/go", "/buy/course/34"])
def test_ten_browsers_of_one_newcomer_make_one_account_and_all_arrive(gateway, portal, visit, newcomer, address):
    visitors = [visit(gateway.url, newcomer.login) for _ in range(TABS)]
    with ThreadPoolExecutor(TABS) as threads:
        arrived = list(threads.map(lambda visitor: visitor.go(address), visitors))

    assert [answer.status_code for answer in arrived] == [200] * TABS
    assert all(newcomer.name in answer.text for answer in arrived)
    assert len(portal.users(newcomer.email)) == 1
    assert portal.operations().count("usersignup") == 1
    assert portal.operations().count("addusertocourse") <= TABS


def test_a_browser_that_begins_thirty_sign_ins_finishes_the_latest(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    begun = [visitor.ask("/login?next=/go/course/12") for _ in range(30)]

    assert newcomer.name in visitor.follow(begun[-1]).text
    assert len([cookie for cookie in visitor.cookies if "transaction" in cookie.name]) <= TABS


def _sign_in_at_the_provider_alone(page, gateway, person):
    """Have a session at the provider and none here, as somebody has who began their day there."""
    page.goto(f"{gateway.url}/login?next=/signed-out")
    ProviderPages(page).sign_in(person.login)
    for name in ("session", "arrival"):
        page.context.clear_cookies(name=f"talentlms_gateway_{name}")


def _opened(page):
    while len(page.context.pages) < TABS + 1:
        page.wait_for_timeout(50)
    return page.context.pages[1:]
